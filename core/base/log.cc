// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <unistd.h>

#include <cctype>
#include <cerrno>

#include "base/units.h"
#include "base/utf8.h"

namespace weir {
namespace {

const char* name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      break;
  }
  return "ERROR";
}

// What messages of one kind have in common: their first characters, with each number as '#'.
std::string start_of(std::string_view text) {
  constexpr std::size_t kLength = 32;
  std::string start;
  for (const char c : text) {
    if (start.size() == kLength) break;
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    if (!digit) start += c;
    if (digit && (start.empty() || start.back() != '#')) start += '#';
  }
  return start;
}

// One call for the whole line, so that lines of several processes do not mix.
void write_to_standard_error(std::string_view line) {
  const std::string text = std::string(line) + '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nowhere is left to say it
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Log::Log(const Clock& clock, LogLevel least) : Log(clock, least, write_to_standard_error) {}

Log::Log(const Clock& clock, LogLevel least, Writer writer)
    : clock_(clock), least_(least), writer_(std::move(writer)) {}

Log::~Log() {
  flush();
}

void Log::write(LogLevel level, std::string_view stage, std::string_view text) {
  if (level < least_) return;
  const std::lock_guard lock(mutex_);
  const std::int64_t now = clock_.now();
  end_intervals(now, false);
  auto [found, is_new] = repetitions_.try_emplace(Key(stage, start_of(text)));
  Repetition& repetition = found->second;
  if (is_new) repetition.since = now;
  if (repetition.written < kBurst) {
    ++repetition.written;
    put(now, level, stage, text);
  } else {
    ++repetition.left_out;
    repetition.level = level;
    repetition.text = text;
  }
}

void Log::flush() {
  const std::lock_guard lock(mutex_);
  end_intervals(clock_.now(), true);
}

void Log::put(std::int64_t now, LogLevel level, std::string_view stage, std::string_view text) {
  std::string line = format_time(now) + " " + name_of(level) + " ";
  if (!stage.empty()) line += printable(stage) + ": ";
  writer_(line + printable(text));
}

void Log::end_intervals(std::int64_t now, bool all) {
  constexpr std::int64_t kPause = 1000;
  // A clock that was set back ends all intervals, or they would last until it has caught up.
  if (!all && now >= looked_at_ && now - looked_at_ < kPause) return;
  for (auto it = repetitions_.begin(); it != repetitions_.end();) {
    const Repetition& repetition = it->second;
    const bool over = now - repetition.since >= kInterval || now < repetition.since;
    if (!all && !over) {
      ++it;
      continue;
    }
    if (repetition.left_out > 0) {
      put(now, repetition.level, it->first.first,
          repetition.text + " (and " + format_count(repetition.left_out - 1) + " more such lines)");
    }
    it = repetitions_.erase(it);
  }
  looked_at_ = now;
}

}  // namespace weir
