// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint_folder.h"

#include <fcntl.h>
#include <unistd.h>
#include <weir/fail_point.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "checkpoint/chain.h"
#include "checkpoint/durable_file.h"
#include "checkpoint/newer_format.h"
#include "state/store/stored_part.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

/// Between the group's number and the checkpoint's.
constexpr const char* kMiddle = ".checkpoint-";
/// Before the number of the one that it goes on from.
constexpr const char* kAfter = ".after-";
/// So many of a group stay, and what they go on from.
constexpr std::size_t kKept = 3;
/// Behind the name of one that is being written.
constexpr const char* kNew = ".new";
constexpr std::string_view kStateSuffix = ".state";
constexpr const char* kTask = ".task-";
constexpr const char* kLockSuffix = ".lock";
constexpr const char* kCrashSuffix = ".crashes";

/// What is wrong with the files in the folder that it names.
StoredPart::Finding check_states(const Checkpoint& checkpoint, const std::string& folder) {
  for (const auto& task : checkpoint.states) {
    for (const auto& state : task) {
      try {
        const auto stored = divide_snapshot(state.snapshot).stored;
        if (!stored) continue;
        if (auto finding = stored->check(folder); !finding.is_good()) return finding;
      } catch (const std::runtime_error& e) {
        return {"what it holds of '" + state.stage + "' is damaged: " + e.what(), {}};
      }
    }
  }
  return {};
}

/// Takes off what the text begins with; false where it begins otherwise.
bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}
template <class Number>
bool take_digits(std::string_view& text, Number& n) {
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, n);
  text = {rest, static_cast<std::size_t>(end - rest)};
  return error == std::errc();
}

/// The names in a folder; with `error` not all of them.
std::vector<std::string> names_in(const std::string& folder, std::error_code& error) {
  std::vector<std::string> names;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  return names;
}

}  // namespace

std::string state_folder(const std::string& pipeline, int group, std::uint64_t checkpoint) {
  return (pipeline + kTask + std::to_string(group) + kMiddle + std::to_string(checkpoint))
      .append(kStateSuffix);
}

CheckpointFolder::CheckpointFolder(std::string folder, std::string pipeline)
    : folder_(std::move(folder)), pipeline_(std::move(pipeline)), prefix_(pipeline_ + kTask) {}

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
    remove_unfinished();
    has_states_ = remove_states({}, UINT64_MAX);
  } else {
    ::close(fd);
  }
  return result;
}

/// What a crash has left half written; with the claim nobody else writes.
void CheckpointFolder::remove_unfinished() const {
  std::error_code error;
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(prefix_) && name.ends_with(kNew) && entry.is_regular_file(error))
      unfinished.push_back(entry.path());
  }
  for (const auto& path : unfinished) fs::remove(path, error);
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

std::string CheckpointFolder::crash_file() const {
  return folder_ + "/" + pipeline_ + kCrashSuffix;
}

std::string CheckpointFolder::save(const Checkpoint& checkpoint, std::string_view bytes) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  std::string path = folder_ + "/" + prefix_ + std::to_string(checkpoint.group) + kMiddle +
                     std::to_string(checkpoint.number);
  if (checkpoint.base != 0) path += kAfter + std::to_string(checkpoint.base);
  if (checkpoint.base != 0 && !holds(checkpoint.group, checkpoint.base)) {
    return "the checkpoint files of '" + pipeline_ + "' that the next one goes on from are gone from " +
           folder_ + "; they are needed until a whole one stands behind them";
  }
  WEIR_FAIL_POINT("checkpoint.create");
  const std::string unfinished = path + kNew;
  auto problem = write_synced(unfinished, bytes);
  if (problem.empty()) fs::rename(unfinished, path, error);
  if (error) problem = "cannot rename " + unfinished + ": " + error.message();
  if (!problem.empty()) {
    fs::remove(unfinished, error);
    return problem;
  }
  WEIR_FAIL_POINT("checkpoint.renamed");
  sync_folder(folder_);
  WEIR_FAIL_POINT("checkpoint.kept");
  remove_old(files_of(checkpoint.group));
  if (checkpoint.has_files) has_states_ = true;
  // The next one may be in the making.
  if (has_states_) remove_states(checkpoint.group, checkpoint.number);
  return {};
}

bool CheckpointFolder::remove_states(std::optional<int> group, std::uint64_t before) const {
  std::error_code error;
  const auto names = names_in(folder_, error);
  if (error) return true;  // which checkpoints there are is not known
  std::set<std::string> kept;
  for (const auto& file : files_among(names)) kept.insert(state_folder(pipeline_, file.group, file.number));
  bool others = false;
  for (const auto& name : names) {
    std::string_view rest = name;
    int of_group = 0;
    std::uint64_t number = 0;
    if (!take_word(rest, prefix_) || !take_digits(rest, of_group) || !take_word(rest, kMiddle) ||
        !take_digits(rest, number) || rest != kStateSuffix)
      continue;
    const bool goes = !kept.contains(name) && number < before && (!group || *group == of_group);
    if (goes) fs::remove_all(folder_ + "/" + name, error);
    others = others || !goes;
  }
  return others;
}

CheckpointFolder::Files CheckpointFolder::files_of(int group) const {
  Files of_group = files();
  std::erase_if(of_group, [&](const File& file) { return file.group != group; });
  return of_group;
}

std::vector<const CheckpointFolder::File*> CheckpointFolder::chain_of(const File& file,
                                                                      const Files& files) const {
  std::vector<const File*> chain;
  std::uint64_t next = file.number;
  for (auto link = files.begin(); next != 0; next = link->base) {
    // Behind the one that goes on from it.
    link = std::find_if(link, files.end(), [&](const File& f) { return f.number == next; });
    if (link == files.end() || damaged_.contains(link->path)) return {};
    chain.push_back(&*link);
  }
  return chain;
}

bool CheckpointFolder::holds(int group, std::uint64_t number) const {
  const Files of_group = files_of(group);
  return std::any_of(of_group.begin(), of_group.end(), [&](const File& file) {
    return file.number == number && !chain_of(file, of_group).empty();
  });
}

/// `files` are of one group. Beside the last ones that of the whole checkpoint before stays: all that go on
/// from one whole checkpoint may be lost with it.
void CheckpointFolder::remove_old(const Files& files) const {
  std::set<const File*> kept;
  std::size_t points = 0;
  std::uint64_t newest_whole = 0;
  for (const auto& file : files) {
    if (points >= kKept && file.number >= newest_whole) continue;
    const auto chain = chain_of(file, files);
    if (chain.empty()) continue;
    if (newest_whole == 0) newest_whole = chain.back()->number;
    const bool apart = file.number < newest_whole;
    if (points < kKept || apart) kept.insert(chain.begin(), chain.end());
    if (++points >= kKept && apart) break;
  }
  for (const auto& file : files) {
    if (kept.contains(&file)) continue;
    // What cannot be removed now is the next time. From the newest, so that what remains is complete.
    std::error_code error;
    fs::remove(file.path, error);
    WEIR_FAIL_POINT("checkpoint.removed");
  }
}

CheckpointFolder::Files CheckpointFolder::files() const {
  std::error_code error;
  return files_among(names_in(folder_, error));
}

CheckpointFolder::Files CheckpointFolder::files_among(const std::vector<std::string>& names) const {
  Files all;
  for (const auto& name : names) {
    std::string_view rest = name;
    File file{-1, 0, 0, folder_ + "/" + name};
    if (!take_word(rest, prefix_) || !take_digits(rest, file.group) || !take_word(rest, kMiddle) ||
        !take_digits(rest, file.number))
      continue;
    if (take_word(rest, kAfter) && !take_digits(rest, file.base)) continue;
    if (rest.empty()) all.push_back(std::move(file));
  }
  std::sort(all.begin(), all.end(), [](const File& a, const File& b) {
    return a.group != b.group ? a.group < b.group : a.number > b.number;
  });
  return all;
}

/// The checkpoints of one group, read when they are needed; one that cannot be used not again.
class CheckpointFolder::Links {
 public:
  using Read = std::variant<Checkpoint, std::string>;

  Links(Files::const_iterator begin, Files::const_iterator end, Origins& origins) : origins_(origins) {
    for (auto file = begin; file != end; ++file) files_[file->number] = &*file;
  }

  /// The checkpoint, put on what it goes on from; empty with problem() or failure() otherwise.
  std::optional<Checkpoint> read(const File& file) {
    std::vector<const File*> links;
    auto checkpoint = read(file, links);
    // Nor what goes on from one that cannot be used.
    if (!checkpoint) unusable_.insert(links.begin(), links.end());
    return checkpoint;
  }

  /// What is wrong with those that were asked for, each file once; and what cannot be read at all.
  const std::string& problem() const { return problem_; }
  const std::string& failure() const { return failure_; }
  const std::set<const File*>& unusable() const { return unusable_; }

 private:
  std::optional<Checkpoint> read(const File& file, std::vector<const File*>& links) {
    std::vector<Checkpoint> chain;
    for (const File* link = &file;; link = files_.at(link->base)) {
      links.push_back(link);
      auto checkpoint = read_one(*link);
      if (!checkpoint) return std::nullopt;
      chain.push_back(std::move(*checkpoint));
      if (chain.back().number != link->number || chain.back().base != link->base)
        return bad(*link, "it has the name of another one");
      if (link->base == 0) break;
      if (!files_.contains(link->base)) return bad(*link, "what it goes on from is not there");
    }
    for (std::size_t i = chain.size() - 1; i-- > 0;) {
      if (auto wrong = put_on(std::move(chain[i + 1]), chain[i]); !wrong.empty()) {
        links.resize(i + 1);
        return bad(*links[i], wrong);
      }
    }
    return std::move(chain.front());
  }
  std::optional<Checkpoint> read_one(const File& file) {
    if (unusable_.contains(&file) || !failure_.empty()) return std::nullopt;
    std::string bytes;
    if (!read_file(file.path, bytes)) {
      failure_ = "cannot read the checkpoint file " + file.path + ": " + std::strerror(errno);
      return std::nullopt;
    }
    if (const auto format = newer_format(bytes)) {
      failure_ = tell_newer(file.path, *format);
      return std::nullopt;
    }
    auto read = decode(bytes, origins_);
    auto* const checkpoint = std::get_if<Checkpoint>(&read);
    if (checkpoint == nullptr) return bad(file, std::get<1>(read));
    const auto found = check_states(*checkpoint, fs::path(file.path).parent_path().string());
    if (!found.damaged.empty()) return bad(file, found.damaged);
    if (found.unreadable.empty()) return std::move(*checkpoint);
    failure_ = "cannot read what the checkpoint file " + file.path + " holds: " + found.unreadable;
    return std::nullopt;
  }
  std::nullopt_t bad(const File& file, const std::string& why) {
    problem_ += (problem_.empty() ? "checkpoint file " : "; ") + file.path + ": " + why;
    return std::nullopt;
  }

  Origins& origins_;
  std::map<std::uint64_t, const File*> files_;
  std::set<const File*> unusable_;
  std::string problem_, failure_;
};

std::variant<CheckpointFolder::Loaded, std::string> CheckpointFolder::load(Origins& origins) const {
  Loaded loaded;
  damaged_.clear();
  std::error_code error;
  const bool there = fs::exists(folder_, error);
  if (there) static_cast<void>(fs::directory_iterator(folder_, error));
  if (error) return "cannot read the checkpoint folder " + folder_ + ": " + error.message();
  if (!there) return loaded;
  const auto all = files();
  for (auto file = all.begin(); file != all.end();) {
    const auto end =
        std::find_if(file, all.end(), [group = file->group](const File& f) { return f.group != group; });
    loaded.last = std::max(loaded.last, file->number);
    Links links(file, end, origins);
    std::optional<Checkpoint> checkpoint;
    for (; file != end && !checkpoint; ++file) {
      checkpoint = links.read(*file);
      if (!links.failure().empty()) return links.failure();
      for (const File* unusable : links.unusable()) damaged_.insert(unusable->path);
      if (checkpoint && !links.problem().empty())
        loaded.damaged.push_back(links.problem() + "; the one before is used, " + file->path);
    }
    if (!checkpoint) {
      return links.problem() +
             "; there is no older one; remove it to read the sources from their beginning, without what the "
             "stages kept";
    }
    loaded.checkpoints.push_back(std::move(*checkpoint));
    file = end;
  }
  return loaded;
}

}  // namespace weir
