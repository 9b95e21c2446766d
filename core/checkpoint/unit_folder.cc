// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/unit_folder.h"

#include <fcntl.h>
#include <unistd.h>
#include <weir/fail_point.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "checkpoint/durable_file.h"
#include "checkpoint/newer_format.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCheckpoint = ".checkpoint-";
constexpr const char* kOwner = ".owner-";
constexpr std::string_view kUnfinished = ".new";
/// So many of a unit stay.
constexpr std::size_t kKeptOfUnit = 3;
/// A file may have been removed by another process since it was listed: the list is made anew so often.
constexpr int kLooks = 5;
/// Claims of others that a list which is some seconds old has not shown yet.
constexpr int kMostUnseenClaims = 1000;

/// Reads a number from the front of `text`; false when there is none.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return true;
}

/// Fit for a file's name: what is unusual in the name of a topic as %2F.
std::string file_name(std::string_view text) {
  constexpr std::string_view kUsual = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  std::string name;
  for (const char c : text) {
    if (kUsual.find(c) != std::string_view::npos) {
      name += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      name.append("%").append(1, "0123456789ABCDEF"[byte / 16]).append(1, "0123456789ABCDEF"[byte % 16]);
    }
  }
  return name;
}

/// ESTALE: so a file system of the network says that another machine has removed the file.
bool is_gone(int error) {
  return error == ENOENT || error == ESTALE;
}

/// Makes a file that nobody else has made; false with errno when it cannot.
bool make_exclusively(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0) return false;
  const std::string owner = std::to_string(::getpid()) + "\n";  // for people
  const bool written = ::write(fd, owner.data(), owner.size()) == static_cast<ssize_t>(owner.size());
  return ::close(fd) == 0 && written;
}

}  // namespace

struct UnitFolder::File {
  std::string unit;
  std::uint64_t term = 0;
  std::uint64_t number = 0;  ///< 0: it is a claim
  std::string path;
  bool whole = true;  ///< it has got its name
};

struct UnitFolder::Last {
  std::optional<Checkpoint> checkpoint;
  std::string damaged;
};

UnitFolder::UnitFolder(std::string folder, std::string pipeline)
    : folder_(std::move(folder)),
      pipeline_(std::move(pipeline)),
      prefix_(pipeline_ + ".partition-"),
      task_prefix_(pipeline_ + ".task-") {}

std::string UnitFolder::open() {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  fs::directory_iterator entries(folder_, error);
  if (error) return "cannot read the checkpoint folder " + folder_ + ": " + error.message();
  for (const auto& entry : entries) {
    if (!entry.path().filename().string().starts_with(task_prefix_)) continue;
    return "the checkpoint folder " + folder_ + " holds checkpoints of this pipeline as a whole, such as " +
           entry.path().filename().string() +
           ", which cannot be divided among partitions; give the pipeline another name or folder, or move "
           "them away to begin without what the stages kept";
  }
  return {};
}

bool UnitFolder::has_units() const {
  std::vector<File> files;
  std::string problem;
  return list(files, {}, problem) &&
         std::any_of(files.begin(), files.end(), [](const File& f) { return f.number != 0 && f.whole; });
}

std::string UnitFolder::crash_file() const {
  return folder_ + "/" + pipeline_ + ".crashes";
}

std::string UnitFolder::name_of(const weir_origin& origin) const {
  return file_name({origin.name.data, origin.name.size}) + "-" + std::to_string(origin.partition);
}

std::string UnitFolder::path(const std::string& unit, const char* middle) const {
  return folder_ + "/" + prefix_ + unit + middle;
}

bool UnitFolder::list(std::vector<File>& files, const std::string& unit, std::string& problem) const {
  files.clear();
  std::error_code error;
  fs::directory_iterator at(folder_, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(prefix_)) continue;
    const auto claim = name.rfind(kOwner), checkpoint = name.rfind(kCheckpoint);
    const bool is_claim =
        claim != std::string::npos && (checkpoint == std::string::npos || claim > checkpoint);
    const auto middle = is_claim ? claim : checkpoint;
    if (middle == std::string::npos || middle < prefix_.size()) continue;
    File file{name.substr(prefix_.size(), middle - prefix_.size()), 0, 0, at->path().string(), true};
    if (!unit.empty() && file.unit != unit) continue;
    auto rest = std::string_view(name).substr(middle + std::strlen(is_claim ? kOwner : kCheckpoint));
    if (!take_number(rest, file.term)) continue;
    if (!is_claim) {
      if (!rest.starts_with("-")) continue;
      rest.remove_prefix(1);
      if (!take_number(rest, file.number)) continue;
    }
    file.whole = rest.empty();
    if (file.whole || rest == kUnfinished) files.push_back(std::move(file));
  }
  if (error) {
    problem = "cannot read the checkpoint folder " + folder_ + ": " + error.message();
    return false;
  }
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return std::tie(a.unit, b.term, b.number) < std::tie(b.unit, a.term, a.number);
  });
  return true;
}

std::variant<UnitFolder::Claim, std::string> UnitFolder::claim(const weir_origin& origin, int /*task*/,
                                                               Origins& origins) const {
  const std::string unit = name_of(origin);
  const std::string owner = path(unit, kOwner);
  std::vector<File> files;
  std::string problem;
  Claim claim;
  const auto highest = [&] {
    return std::max_element(files.begin(), files.end(),
                            [](const File& a, const File& b) { return a.term < b.term; });
  };
  // A list may be older than the claim of somebody else; who makes which file the file system itself decides.
  // One that was removed may be made again, but then a higher one stands beside it.
  for (int tries = 0;; ++tries) {
    if (!list(files, unit, problem)) return problem;
    if (claim.term != 0 && (files.empty() || highest()->term <= claim.term)) break;
    if (!files.empty()) claim.term = std::max(claim.term, highest()->term);
    while (!make_exclusively(owner + std::to_string(++claim.term))) {
      if (errno != EEXIST || ++tries > kMostUnseenClaims)
        return "cannot create " + owner + std::to_string(claim.term) + ": " + std::strerror(errno);
    }
  }
  std::error_code error;
  for (const auto& file : files) {
    if (file.number == 0 && file.term < claim.term) fs::remove(file.path, error);  // of owners before
  }
  // Behind the claim: having made a file, a file system of the network lists the folder anew.
  auto looked = look_at(origin, origins);
  if (auto* found = std::get_if<Claim>(&looked)) found->term = claim.term;
  return looked;
}

std::variant<UnitFolder::Claim, std::string> UnitFolder::look_at(const weir_origin& origin,
                                                                 Origins& origins) const {
  auto loaded = load(name_of(origin), origins);
  if (auto* why = std::get_if<std::string>(&loaded)) return std::move(*why);
  auto& last = std::get<Last>(loaded);
  return Claim{0, std::move(last.checkpoint), std::move(last.damaged)};
}

std::string UnitFolder::save(std::vector<Unit>& units) const {
  if (units.empty()) return {};
  std::vector<std::string> paths;
  for (auto& unit : units) {
    paths.push_back(path(name_of(*unit.origin), kCheckpoint) + std::to_string(unit.term) + "-" +
                    std::to_string(unit.checkpoint.number));
    WEIR_FAIL_POINT("checkpoint.create");
    const std::string written = paths.back() + std::string(kUnfinished);
    const std::string bytes = encode(unit.checkpoint);
    unit.bytes = bytes.size();
    if (auto problem = write_synced(written, bytes); !problem.empty()) {
      // Each start writes under names of its own, so what stays is written over by nobody.
      std::error_code ignored;
      for (const auto& unfinished : paths) fs::remove(unfinished + std::string(kUnfinished), ignored);
      return problem;
    }
  }
  std::vector<File> files;
  std::string problem;
  if (!list(files, {}, problem)) return problem;
  std::error_code error;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::string name = name_of(*units[i].origin);
    units[i].taken = std::any_of(files.begin(), files.end(),
                                 [&](const File& f) { return f.unit == name && f.term > units[i].term; });
    if (units[i].taken) {
      fs::remove(paths[i] + std::string(kUnfinished), error);
      continue;
    }
    fs::rename(paths[i] + std::string(kUnfinished), paths[i], error);
    // A newer owner has removed it, as older than what it keeps itself.
    units[i].taken = is_gone(error.value());
    if (error && !units[i].taken)
      return "cannot rename " + paths[i] + std::string(kUnfinished) + ": " + error.message();
    WEIR_FAIL_POINT("checkpoint.renamed");
  }
  sync_folder(folder_);
  WEIR_FAIL_POINT("checkpoint.kept");
  for (const auto& unit : units) {
    if (!unit.taken) remove_old(files, unit);
  }
  return {};
}

/// `files`: as they were before the unit was saved. What cannot be removed now is the next time; what an
/// owner before began to write and did not end goes too.
void UnitFolder::remove_old(const std::vector<File>& files, const Unit& kept) const {
  std::error_code error;
  const std::string name = name_of(*kept.origin);
  std::size_t older = 1;  // the one that was saved now
  for (const auto& file : files) {
    if (file.unit != name || file.term > kept.term) continue;
    const bool whole = file.number != 0 && file.whole;
    if (whole && ++older <= kKeptOfUnit) continue;
    if (!whole && file.term == kept.term) continue;  // the claim, and what was just renamed
    fs::remove(file.path, error);
    WEIR_FAIL_POINT("checkpoint.removed");
  }
}

std::variant<UnitFolder::Last, std::string> UnitFolder::load(const std::string& unit,
                                                             Origins& origins) const {
  Last last;
  std::vector<File> files;
  std::string problem;
  for (int looks = 1;; ++looks) {
    if (!list(files, unit, problem)) return problem;
    last = {};
    bool gone = false;
    for (const auto& file : files) {
      if (!file.whole || file.number == 0) continue;
      std::string bytes;
      if (!read_file(file.path, bytes)) {
        gone = is_gone(errno) && looks < kLooks;
        if (gone) break;
        return "cannot read the checkpoint file " + file.path + ": " + std::strerror(errno);
      }
      auto read = decode(bytes, origins);
      if (const auto format = newer_format(bytes)) return tell_newer(file.path, *format);
      if (auto* checkpoint = std::get_if<Checkpoint>(&read)) {
        if (!last.damaged.empty()) last.damaged += "; the one before is used, " + file.path;
        last.checkpoint = std::move(*checkpoint);
        return last;
      }
      last.damaged +=
          (last.damaged.empty() ? "checkpoint file " : "; ") + file.path + ": " + std::get<1>(read);
    }
    if (!gone) break;
  }
  if (last.damaged.empty()) return last;
  return last.damaged +
         "; there is no older one; remove it to read the partition from where its consumer group is, without "
         "what the stages kept";
}

std::variant<CheckpointStore::Loaded, std::string> UnitFolder::load_all(Origins& origins) const {
  CheckpointStore::Loaded all;
  std::error_code error;
  if (!fs::exists(folder_, error) && !error) return all;
  std::vector<File> files;
  std::string problem;
  if (!list(files, {}, problem)) return problem;
  std::set<std::string> units;
  for (const auto& file : files) units.insert(file.unit);
  for (const auto& unit : units) {
    auto loaded = load(unit, origins);
    if (auto* why = std::get_if<std::string>(&loaded)) return std::move(*why);
    auto& last = std::get<Last>(loaded);
    if (!last.damaged.empty()) all.damaged.push_back(std::move(last.damaged));
    if (last.checkpoint) all.checkpoints.push_back(std::move(*last.checkpoint));
  }
  std::stable_sort(all.checkpoints.begin(), all.checkpoints.end(),
                   [](const Checkpoint& a, const Checkpoint& b) { return a.group < b.group; });
  return all;
}

}  // namespace weir
