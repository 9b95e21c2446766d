// SPDX-License-Identifier: Apache-2.0
// weir-limit-timers INPUT FOLDER: what pipelines/timers.yaml does, written by hand for this one job.
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <limits>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "limit_lines.h"
#include "limit_main.h"
#include "outputs.h"

namespace weir::bench {
namespace {

/// At most one for an id and time, fired in the order of time, then in the order in which they were set.
class Reminders {
 public:
  explicit Reminders(const std::string& folder) : fired_(folder + "/fired.txt") {}

  void take(std::string_view line) {
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    const std::string_view id = document["id"].get_string().value();
    const std::int64_t time = document["t"].get_int64().value();
    const std::int64_t at = document["at"].get_int64().value();
    const auto [timer, is_new] = set_.insert({at, std::string(id)});
    if (is_new) waiting_.push({at, order_++, &*timer});
    // The record is behind those timers that its time brings about.
    latest_ = std::max(latest_, time);
    fire(latest_ - 1);
  }
  void finish() {
    fire(std::numeric_limits<std::int64_t>::max());
    fired_.finish();
  }

 private:
  struct Timer {
    std::int64_t time;
    std::string id;
    bool operator==(const Timer&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Timer& timer) const {
      return std::hash<std::string>()(timer.id) ^
             (static_cast<std::uint64_t>(timer.time) * 0x9e3779b97f4a7c15u);
    }
  };
  struct Waiting {
    std::int64_t time;
    std::uint64_t order;
    const Timer* timer;
    bool operator>(const Waiting& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  void fire(std::int64_t until) {
    while (!waiting_.empty() && waiting_.top().time <= until) {
      const Timer& timer = *waiting_.top().timer;
      text_ = timer.id;
      text_ += ' ';
      text_ += std::to_string(timer.time);
      fired_.add(text_);
      set_.erase(set_.find(timer));
      waiting_.pop();
    }
  }

  simdjson::ondemand::parser parser_;
  std::unordered_set<Timer, Hash> set_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::uint64_t order_ = 0;
  std::int64_t latest_ = std::numeric_limits<std::int64_t>::min() + 1;
  LineFile fired_;
  std::string text_;
};

void run(const char* input, const char* folder) {
  Reminders reminders(folder);
  each_line(input, [&](std::string_view line) { reminders.take(line); });
  reminders.finish();
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: weir-limit-timers INPUT FOLDER\n", 2;
  return weir::bench::exit_code_of(argv[0], [&] { weir::bench::run(argv[1], argv[2]); });
}
