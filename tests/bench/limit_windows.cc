// SPDX-License-Identifier: Apache-2.0
// weir-limit-windows tumbling|sliding|session INPUT OUTPUT SLIDE: what
// pipelines/{tumbling,sliding,session}.yaml do, written by hand for orders that come in the order of their
// time. SLIDE: of sliding, in milliseconds.
#include <simdjson.h>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limit_lines.h"
#include "limit_main.h"
#include "limit_sums.h"
#include "outputs.h"

namespace weir::bench {
namespace {

constexpr std::int64_t kHour = 3'600'000;
constexpr std::int64_t kGap = 10'000;

struct Order {
  std::string_view id;
  std::int64_t at, amount;
};

class Orders {
 public:
  /// SIMDJSON_PADDING bytes behind the line are readable.
  Order read(std::string_view line) {
    Order order{};
    auto document = parser_.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    if (document["id"].get_string().get(order.id) || document["at"].get_int64().get(order.at) ||
        document["amount"].get_int64().get(order.amount)) {
      throw std::runtime_error("not an order: " + std::string(line));
    }
    return order;
  }

 private:
  simdjson::ondemand::parser parser_;
};

class Results {
 public:
  explicit Results(const std::string& path) : file_(path) {}

  void add(std::string_view key, std::int64_t start, std::int64_t end, Sum sum) {
    line_ = R"({"key":")";
    line_ += key;
    line_ += R"(","window_start":)";
    number(start);
    line_ += R"(,"window_end":)";
    number(end);
    line_ += R"(,"sum_amount":)";
    number(sum.sum);
    line_ += R"(,"count":)";
    number(sum.count);
    line_ += '}';
    file_.add(line_);
  }
  void finish() { file_.finish(); }

 private:
  void number(std::int64_t n) {
    char digits[24];
    line_.append(digits, std::to_chars(digits, digits + sizeof digits, n).ptr);
  }

  LineFile file_;
  std::string line_;
};

void tumbling(const char* input, Results& results) {
  Orders orders;
  Sums<Sum> sums;
  std::int64_t end = 0;
  const auto close = [&] {
    sums.each([&](std::string_view key, Sum& sum) { results.add(key, end - kHour, end, sum); });
    sums.clear();
  };
  each_line(input, [&](std::string_view line) {
    const Order order = orders.read(line);
    if (order.at >= end) {
      close();
      end = order.at / kHour * kHour + kHour;
    }
    sums[order.id].add(order.amount);
  });
  close();
}

/// One table a slide, and one of what the last hour holds.
void sliding(const char* input, std::int64_t slide, Results& results) {
  Orders orders;
  std::deque<Sums<Sum>> slides;
  Sums<Sum> all;
  std::int64_t end = 0;  // of the newest slide
  const auto next = [&] {
    all.each([&](std::string_view key, Sum& sum) {
      if (sum.count != 0) results.add(key, end - kHour, end, sum);
    });
    if (slides.size() == static_cast<std::size_t>(kHour / slide)) {
      slides.front().each([&](std::string_view key, Sum& sum) { all[key].take_away(sum); });
      slides.pop_front();
    }
    slides.emplace_back();
    end += slide;
  };
  each_line(input, [&](std::string_view line) {
    const Order order = orders.read(line);
    if (end == 0) end = order.at / slide * slide;
    while (order.at >= end) next();
    slides.back()[order.id].add(order.amount);
    all[order.id].add(order.amount);
  });
  for (std::int64_t left = kHour / slide; left > 0; --left) next();
}

struct Visit {
  std::int64_t start = 0, last = 0;
  Sum sum;
};

/// Each record leaves a note of when its session may be over; the last one of a session finds it so.
void session(const char* input, Results& results) {
  Orders orders;
  Sums<Visit> visits;
  std::deque<std::pair<std::int64_t, std::string>> notes;
  const auto look = [&](std::int64_t now) {
    for (; !notes.empty() && notes.front().first + kGap <= now; notes.pop_front()) {
      Visit& visit = visits[notes.front().second];
      if (visit.sum.count == 0 || visit.last != notes.front().first) continue;
      results.add(notes.front().second, visit.start, visit.last + kGap, visit.sum);
      visit.sum = {};
    }
  };
  each_line(input, [&](std::string_view line) {
    const Order order = orders.read(line);
    look(order.at - 1);
    Visit& visit = visits[order.id];
    if (visit.sum.count == 0) visit.start = order.at;
    const bool fresh = visit.sum.count == 0 || visit.last != order.at;
    visit.last = order.at;
    visit.sum.add(order.amount);
    if (fresh) notes.emplace_back(order.at, order.id);
  });
  look(INT64_MAX);
}

void run(std::string_view job, const char* input, const char* output, std::int64_t slide) {
  Results results(output);
  if (job == "tumbling") {
    tumbling(input, results);
  } else if (job == "sliding") {
    sliding(input, slide, results);
  } else {
    session(input, results);
  }
  results.finish();
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  const std::string_view job = argc == 5 ? argv[1] : "";
  const std::int64_t slide = argc == 5 ? std::strtoll(argv[4], nullptr, 10) : 0;
  if ((job != "tumbling" && job != "sliding" && job != "session") || slide <= 0)
    return std::cerr << "usage: weir-limit-windows tumbling|sliding|session INPUT OUTPUT SLIDE\n", 2;
  return weir::bench::exit_code_of(argv[0], [&] { weir::bench::run(job, argv[2], argv[3], slide); });
}
