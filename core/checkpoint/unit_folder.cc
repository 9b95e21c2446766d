// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/unit_folder.h"

#include <weir/fail_point.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>
#include <tuple>
#include <utility>

#include "checkpoint/durable_file.h"

namespace weir {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBeforeNumber = ".checkpoint-";
constexpr std::string_view kNew = ".new";
/// So many of a unit stay.
constexpr std::size_t kKeptOfUnit = 3;
/// A file may have been removed by another process since it was listed: the list is made anew so often.
constexpr int kLooks = 5;

/// Of 16 hexadecimal digits.
std::string random_name() {
  std::random_device random;
  std::string name;
  for (int i = 0; i < 16; ++i) name += "0123456789abcdef"[random() % 16];
  return name;
}

/// Reads a number from the front of `text`; false when there is none.
template <class T>
bool take_number(std::string_view& text, T& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  return true;
}

bool take_text(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

}  // namespace

UnitFolder::UnitFolder(std::string folder, std::string pipeline)
    : folder_(std::move(folder)),
      pipeline_(std::move(pipeline)),
      prefix_(pipeline_ + ".partition-"),
      task_prefix_(pipeline_ + ".task-"),
      owner_(random_name()) {}

std::string UnitFolder::open() const {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    if (!entry.path().filename().string().starts_with(task_prefix_)) continue;
    return "the checkpoint folder " + folder_ +
           " holds checkpoints `by: pipeline` of this pipeline, such as " + entry.path().filename().string() +
           "; export them (etl-run state FILE --export LINES, with the file as it was), move them away, and "
           "begin with the lines: --begin-with LINES";
  }
  return error ? "cannot read the checkpoint folder " + folder_ + ": " + error.message() : std::string();
}

std::string UnitFolder::crash_file() const {
  return folder_ + "/" + pipeline_ + ".crashes";
}

std::string UnitFolder::save(const std::vector<Checkpoint>& units) const {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) return "cannot make the checkpoint folder " + folder_ + ": " + error.message();
  std::vector<std::string> paths;
  for (const auto& unit : units) {
    paths.push_back(folder_ + "/" + prefix_ + std::to_string(unit.group));
    paths.back().append(kBeforeNumber).append(std::to_string(unit.number)).append("-").append(owner_);
    WEIR_FAIL_POINT("checkpoint.create");
    const std::string path = paths.back() + std::string(kNew);
    if (auto problem = write_synced(path, encode(unit)); !problem.empty()) return problem;
  }
  for (const auto& path : paths) {
    fs::rename(path + std::string(kNew), path, error);
    // A process that has the unit by now has removed it, as older than what it keeps itself.
    if (error == std::errc::no_such_file_or_directory) continue;
    if (error) return "cannot rename " + path + std::string(kNew) + ": " + error.message();
    WEIR_FAIL_POINT("checkpoint.renamed");
  }
  sync_folder(folder_);
  WEIR_FAIL_POINT("checkpoint.kept");
  for (const auto& unit : units) remove_old(unit.group);
  return {};
}

/// What cannot be removed now is the next time. What a process began to write and could not end goes too.
void UnitFolder::remove_old(std::int32_t unit) const {
  std::error_code error;
  std::size_t kept = 0;
  for (const auto& file : files(unit)) {
    if (file.whole && kept < kKeptOfUnit) {
      ++kept;
    } else if (kept == kKeptOfUnit) {
      fs::remove(file.path, error);
      WEIR_FAIL_POINT("checkpoint.removed");
    }
  }
}

std::optional<UnitFolder::File> UnitFolder::file_of(const std::string& name) const {
  std::string_view rest = name;
  File file{0, 0, {}, folder_ + "/" + name, !rest.ends_with(kNew)};
  if (!take_text(rest, prefix_) || !take_number(rest, file.unit) || !take_text(rest, kBeforeNumber) ||
      !take_number(rest, file.number) || !take_text(rest, "-"))
    return std::nullopt;
  file.owner = rest;
  return file;
}

std::vector<UnitFolder::File> UnitFolder::files(std::optional<std::int32_t> unit) const {
  std::vector<File> all;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder_, error)) {
    auto file = file_of(entry.path().filename().string());
    if (file && (!unit || file->unit == *unit)) all.push_back(std::move(*file));
  }
  std::sort(all.begin(), all.end(), [](const File& a, const File& b) {
    return std::tie(a.unit, b.number, b.owner) < std::tie(b.unit, a.number, a.owner);
  });
  return all;
}

std::variant<UnitFolder::Last, std::string> UnitFolder::load(std::int32_t unit, Origins& origins) const {
  std::error_code error;
  static_cast<void>(fs::directory_iterator(folder_, error));
  if (error) return "cannot read the checkpoint folder " + folder_ + ": " + error.message();
  Last last;
  for (int looks = 1;; ++looks) {
    last = {};
    bool gone = false;
    for (const auto& file : files(unit)) {
      if (!file.whole) continue;
      std::string bytes;
      if (!read_file(file.path, bytes)) {
        gone = errno == ENOENT && looks < kLooks;
        if (gone) break;
        return "cannot read the checkpoint file " + file.path + ": " + std::strerror(errno);
      }
      auto read = decode(bytes, origins);
      if (auto* checkpoint = std::get_if<Checkpoint>(&read)) {
        if (!last.damaged.empty()) last.damaged += "; the one before is used, " + file.path;
        last.checkpoint = std::move(*checkpoint);
        last.own = file.owner == owner_;
        return last;
      }
      last.damaged +=
          (last.damaged.empty() ? "checkpoint file " : "; ") + file.path + ": " + std::get<1>(read);
    }
    if (!gone) break;
  }
  if (last.damaged.empty()) return last;
  return last.damaged +
         "; there is no older one; remove it to read the partition from its beginning, without what the "
         "stages kept";
}

std::variant<CheckpointStore::Loaded, std::string> UnitFolder::load_all(Origins& origins) const {
  std::set<std::int32_t> units;
  for (const auto& file : files(std::nullopt)) units.insert(file.unit);
  CheckpointStore::Loaded all;
  for (const std::int32_t unit : units) {
    auto loaded = load(unit, origins);
    if (auto* problem = std::get_if<std::string>(&loaded)) return std::move(*problem);
    auto& last = std::get<0>(loaded);
    if (!last.damaged.empty()) all.damaged.push_back(std::move(last.damaged));
    if (last.checkpoint) all.checkpoints.push_back(std::move(*last.checkpoint));
  }
  return all;
}

}  // namespace weir
