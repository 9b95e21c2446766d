// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint_folder.h"

#include <fcntl.h>
#include <unistd.h>
#include <weir/record.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "state/snapshot.h"

namespace weir {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kFormat = 2;
constexpr const char* kSuffix = ".positions.json";
/// Written in turn, so that the last one is whole while the next is being written.
constexpr std::array<const char*, 2> kStateSuffixes{".state-a", ".state-b"};

/// FNV-1a of 64 bits, in hexadecimal.
std::string check_of(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

/// Empty, or what is wrong with the file.
std::string read_state(const std::string& path, std::size_t size, const std::string& check,
                       std::string& bytes) {
  std::ifstream in(path, std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  if (bytes.size() == size && check_of(bytes) == check) return {};
  return "checkpoint file " + path + (in.is_open() ? " is damaged" : " is missing") +
         ": it holds what the pipeline's stages kept; remove the checkpoint folder to begin without it";
}
constexpr const char* kLockSuffix = ".lock";

/// Writes, syncs and closes; empty, or what failed.
std::string write_synced(const std::string& path, const std::string& text) {
  const auto problem = [&](const char* what) {
    return std::string("cannot ") + what + " " + path + ": " + std::strerror(errno);
  };
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return problem("create");
  std::string result;
  for (std::size_t done = 0; done < text.size() && result.empty();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) result = problem("write");
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  if (result.empty() && ::fsync(fd) != 0) result = problem("sync");
  if (::close(fd) != 0 && result.empty()) result = problem("close");
  return result;
}

void sync_folder(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

}  // namespace

CheckpointFolder::CheckpointFolder(std::string folder, std::string pipeline)
    : folder_(std::move(folder)), pipeline_(std::move(pipeline)), prefix_(pipeline_ + ".task-") {}

CheckpointFolder::~CheckpointFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::string CheckpointFolder::claim() {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  const std::string path = folder_ + "/" + pipeline_ + kLockSuffix;
  const auto problem = [&](const char* what) {
    return std::string("cannot ") + what + " " + path + ": " + std::strerror(errno);
  };
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return problem("create");
  // A lock of the open file: unlike one of the process it also keeps two stores of one process apart.
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  std::string result;
  if (::fcntl(fd, F_OFD_SETLK, &whole) != 0) {
    result = errno == EAGAIN || errno == EACCES ? held_by(fd) : problem("lock");
  } else if (const std::string owner = std::to_string(::getpid()) + "\n";
             ::ftruncate(fd, 0) != 0 ||
             ::pwrite(fd, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size())) {
    result = problem("write");
  }
  if (result.empty()) {
    lock_ = fd;
  } else {
    ::close(fd);
  }
  return result;
}

/// That another process has the claim, which has written its number into the lock file `fd`.
std::string CheckpointFolder::held_by(int fd) const {
  char text[24];
  const ssize_t n = ::pread(fd, text, sizeof text, 0);
  const std::string_view written(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  const auto pid = written.substr(0, written.find_first_not_of("0123456789"));
  return "pipeline '" + pipeline_ + "' runs already with the checkpoint folder " + folder_ + ", in process " +
         (pid.empty() ? "unknown" : std::string(pid)) +
         "; stop that one first, or give this pipeline a name or a folder of its own";
}

std::string CheckpointFolder::save(int task, const std::vector<weir_position>& positions,
                                   const std::vector<std::string>& states) {
  json list = json::array();
  for (const auto& p : positions) {
    list.push_back({{"source", view(p.origin->source)},
                    {"name", view(p.origin->name)},
                    {"partition", p.origin->partition},
                    {"next", p.next}});
  }
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  json content{{"weir_positions", kFormat}, {"positions", list}};
  std::string state_name;
  if (!states.empty()) {
    SnapshotWriter all;
    for (const auto& state : states) all.text(state);
    const std::string& state = all.bytes();
    if (auto problem = save_state(task, state, state_name); !problem.empty()) return problem;
    content["state"] = {{"file", state_name}, {"bytes", state.size()}, {"check", check_of(state)}};
  }
  // File names need not be UTF-8; what is not is replaced, and such a file starts from its beginning again.
  const std::string text = content.dump(1, ' ', false, json::error_handler_t::replace);
  const std::string path = folder_ + "/" + prefix_ + std::to_string(task) + kSuffix;
  if (auto problem = write_synced(path + ".new", text); !problem.empty()) return problem;
  fs::rename(path + ".new", path, error);
  if (error) return "cannot rename " + path + ".new: " + error.message();
  sync_folder(folder_);
  remove_states_but(task, state_name);
  return {};
}

/// Under a name that no file has yet: the one that counts until the positions are renamed stays as it is.
std::string CheckpointFolder::save_state(int task, std::string_view state, std::string& name) const {
  const std::string stem = prefix_ + std::to_string(task);
  name = stem + kStateSuffixes[0];
  if (fs::exists(folder_ + "/" + name)) name = stem + kStateSuffixes[1];
  return write_synced(folder_ + "/" + name, std::string(state));
}

void CheckpointFolder::remove_states_but(int task, const std::string& kept) const {
  for (const char* suffix : kStateSuffixes) {
    const std::string name = prefix_ + std::to_string(task) + suffix;
    std::error_code error;  // what stays is removed the next time
    if (name != kept) fs::remove(folder_ + "/" + name, error);
  }
}

int CheckpointFolder::task_of(std::string_view file) const {
  const std::string_view suffix = kSuffix;
  if (file.size() <= prefix_.size() + suffix.size() || !file.starts_with(prefix_) || !file.ends_with(suffix))
    return -1;
  const auto number = file.substr(prefix_.size(), file.size() - prefix_.size() - suffix.size());
  int task = -1;
  const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), task);
  return error == std::errc() && stop == number.data() + number.size() ? task : -1;
}

std::variant<CheckpointFolder::Saved, std::string> CheckpointFolder::load(Origins& origins) const {
  std::map<const weir_origin*, std::int64_t> furthest;
  Saved saved;
  std::error_code error;
  const bool there = fs::exists(folder_, error);
  if (error) return "cannot read the checkpoint folder " + folder_ + ": " + error.message();
  if (!there) return Saved{};
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const int task = task_of(entry.path().filename().string());
    if (task < 0) continue;
    errno = 0;
    std::ifstream in(entry.path());
    in.peek();
    if (!in && errno != 0) {
      return "cannot read the checkpoint file " + entry.path().string() + ": " + std::strerror(errno);
    }
    const json content = json::parse(in, nullptr, false);
    try {
      const int format = content.at("weir_positions").get<int>();
      // The first one differs in the state only.
      if (format != kFormat && (format != 1 || content.contains("state")))
        throw json::other_error::create(0, "", nullptr);
      for (const auto& p : content.at("positions")) {
        const auto* origin = origins.get(p.at("source").get<std::string>(), p.at("name").get<std::string>(),
                                         p.at("partition").get<std::int32_t>());
        auto& next = furthest[origin];
        next = std::max(next, p.at("next").get<std::int64_t>());
      }
      if (const auto state = content.find("state"); state != content.end()) {
        const std::string path = folder_ + "/" + state->at("file").get<std::string>();
        std::string bytes;
        if (auto problem = read_state(path, state->at("bytes"), state->at("check"), bytes); !problem.empty())
          return problem;
        for (SnapshotReader all(bytes); !all.at_end();) saved.states.emplace_back(all.text());
      }
    } catch (const json::exception&) {
      return "checkpoint file " + entry.path().string() +
             " is damaged or of another version; remove it to read its sources from their beginning";
    }
  }
  if (error) return "cannot read the checkpoint folder " + folder_ + ": " + error.message();
  saved.positions.reserve(furthest.size());
  for (const auto& [origin, next] : furthest) saved.positions.push_back({origin, next});
  return saved;
}

}  // namespace weir
