// SPDX-License-Identifier: Apache-2.0
#include "runtime/suspects.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "state/snapshot.h"

namespace weir {

namespace {

/// The file, locked against CrashNotes for as long as this lives.
class Alone {
 public:
  explicit Alone(const std::string& file) : fd_(::open(file.c_str(), O_RDWR | O_CLOEXEC)) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    locked_ = fd_ >= 0 && ::fcntl(fd_, F_OFD_SETLK, &lock) == 0;
  }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;
  ~Alone() {
    if (fd_ >= 0) ::close(fd_);
  }
  explicit operator bool() const { return locked_; }

 private:
  const int fd_;
  bool locked_;
};

std::string content_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::string Suspects::load(const std::string& file, std::size_t poison_after, Origins& origins,
                           const FindSaved& saved) {
  poison_after_ = poison_after;
  const std::string bytes = content_of(file);
  SnapshotWriter kept;
  try {
    for (SnapshotReader from(bytes); !from.at_end();) {
      const std::string_view stage = from.text(), source = from.text(), name = from.text();
      const auto partition = static_cast<std::int32_t>(from.time());
      const std::int64_t position = from.time();
      const std::uint64_t on_hand = from.number(), signal = from.number();
      const weir_origin* const origin = origins.get(source, name, partition);
      if (position < saved(origin).value_or(INT64_MIN)) continue;  // it has been delivered since
      Crashes& crashes = crashes_[{std::string(stage), origin, position}];
      ++crashes.count;
      crashes.alone = on_hand == 1;
      crashes.signal = static_cast<int>(signal);
      for (const auto text : {stage, source, name}) kept.text(text);
      kept.time(partition);
      kept.time(position);
      kept.number(on_hand);
      kept.number(signal);
    }
  } catch (const std::runtime_error&) {  // NOLINT(bugprone-empty-catch): the crash cut the last one off
  }
  return kept.take();
}

std::string Suspects::load_and_clear(const std::string& file, std::size_t poison_after, Origins& origins,
                                     const FindSaved& saved) {
  const std::string kept = load(file, poison_after, origins, saved);
  if (kept.size() == content_of(file).size()) return {};
  const Alone alone(file);
  if (!alone) return {};
  std::ofstream(file + ".new", std::ios::binary) << kept;
  std::error_code error;
  std::filesystem::rename(file + ".new", file, error);
  return error ? "cannot rename " + file + ".new: " + error.message() : std::string();
}

const Suspects::Crashes* Suspects::find(const std::string& stage, const weir_record& record) const {
  const auto found = crashes_.find({stage, record.origin, record.position});
  return found == crashes_.end() ? nullptr : &found->second;
}

Suspects::Verdict Suspects::verdict(const std::string& stage, const weir_record& record) const {
  const Crashes* const crashes = record.origin == nullptr ? nullptr : find(stage, record);
  if (crashes == nullptr) return Verdict::kNone;
  const bool poison = poison_after_ > 0 && crashes->count >= poison_after_ && crashes->alone;
  return poison ? Verdict::kPoison : Verdict::kAlone;
}

std::string Suspects::reason(const std::string& stage, const weir_record& record) const {
  const Crashes* const crashes = find(stage, record);
  if (crashes == nullptr) return {};
  if (crashes->signal == 0) {
    return "the pipeline stopped " + std::to_string(crashes->count) +
           " times while the stage had this record on hand; the log of "
           "then says why; it is set aside";
  }
  return "the process crashed " + std::to_string(crashes->count) +
         " times while the stage had this record on hand, the last time by " + ::strsignal(crashes->signal) +
         "; it is set aside";
}

}  // namespace weir
