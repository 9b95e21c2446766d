// SPDX-License-Identifier: Apache-2.0
#include "rebalance_pauses.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/child_process.h"
#include "support/kafka_broker.h"
#include "support/temp_dir.h"

namespace weir::faults {
namespace {

using namespace std::chrono_literals;

constexpr int kPartitions = 8;
/// How long each state is looked at, before and behind what happens.
constexpr auto kQuiet = 3s;

constexpr const char* kSource = R"(
pipeline: pauses
sources:
  lines:
    plugin: kafka
    brokers: "${BROKERS}"
    topic: in
    group: pauses
    properties: {session.timeout.ms: 3000, heartbeat.interval.ms: 300}
)";
constexpr const char* kWithoutState = R"(
checkpoint: {every: 1s}
processes:
  all: {plugin: filter, from: lines, where: not blank}
sinks:
  out: {plugin: kafka, from: all, brokers: "${BROKERS}", topic: out, add_headers: {by: "${NAME}"}}
discard: [all.unmatched]
)";
constexpr const char* kWithState = R"(
checkpoint: {every: 1s, store: store, by: partition, partitioner: any}
processes:
  all: {plugin: dedupe, from: lines, key: $key, within: 24h}
sinks:
  out: {plugin: kafka, from: all, brokers: "${BROKERS}", topic: out, add_headers: {by: "${NAME}"}}
discard: [all.duplicate]
)";

std::int64_t now_ms() {
  using std::chrono::duration_cast;
  return duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A record of the output: when it was sent, how long it took until the broker had it there, and who brought
/// it.
struct Written {
  std::int64_t sent;
  std::int64_t took;
  std::string by;
};

struct Phase {
  std::string what;
  std::int64_t begin;
  std::int64_t end;
};

class Measurement {
 public:
  explicit Measurement(const std::string& stages) {
    folder_.write("p.yaml", kSource + stages);
    broker_.start();
    broker_.create_topic("in", kPartitions);
    broker_.create_topic("out", 1, {{"message.timestamp.type", "LogAppendTime"}});
  }

  void run() {
    auto feed = std::async(std::launch::async, [this] {
      while (feeding_) feed_once();
    });
    try {
      happen();
    } catch (...) {
      feeding_ = false;
      throw;
    }
    feeding_ = false;
    feed.get();
    read();
    print();
  }

 private:
  void feed_once() {
    std::vector<support::KafkaRecord> records;
    for (int p = 0; p < kPartitions; ++p) {
      const std::string value = std::to_string(p) + " " + std::to_string(now_ms());
      records.push_back({.value = value, .key = value, .partition = p});
    }
    broker_.produce("in", records);
  }

  void happen() {
    const auto a = start("a");
    await(*a, "assigned: ", "the first process gets its partitions");
    std::this_thread::sleep_for(kQuiet);
    phase("nothing", [] {});
    std::unique_ptr<support::ChildProcess> b, c;
    phase("a second process comes", [&] {
      b = start("b");
      await(*b, "assigned: ", "the second process gets partitions");
    });
    phase("a third process comes", [&] {
      c = start("c");
      await(*c, "assigned: ", "the third process gets partitions");
    });
    phase("the second is stopped", [&] {
      b->signal(SIGTERM);
      if (const auto end = b->wait(); !end || !end->ok())
        throw std::runtime_error("it does not stop:\n" + b->err());
    });
    phase("the third is killed", [&] {
      c->kill();
      std::this_thread::sleep_for(3s);  // its session
    });
    a->signal(SIGTERM);
    if (const auto end = a->wait(); !end || !end->ok())
      throw std::runtime_error("it does not stop:\n" + a->err());
  }

  std::unique_ptr<support::ChildProcess> start(const std::string& name) {
    return std::make_unique<support::ChildProcess>(
        std::vector<std::string>{WEIR_ETL_RUN, "p.yaml"},
        support::ChildOptions{.environment = {{"BROKERS", broker_.bootstrap()}, {"NAME", name}},
                              .working_dir = folder_.path()});
  }

  static void await(const support::ChildProcess& process, const std::string& text, const std::string& what) {
    if (support::wait_until(support::kLongWait,
                            [&] { return process.err().find(text) != std::string::npos; }))
      return;
    throw std::runtime_error("not in time: " + what + "\n" + process.err());
  }

  template <class Do>
  void phase(const std::string& what, Do&& happens) {
    const auto begin = now_ms();
    happens();
    std::this_thread::sleep_for(kQuiet);
    phases_.push_back({what, begin, now_ms()});
  }

  void read() {
    for (const auto& record : broker_.consume_all("out")) {
      std::istringstream value(record.value.value_or(""));
      int partition = 0;
      std::int64_t sent = 0;
      value >> partition >> sent;
      const auto by = record.headers.empty() ? std::string() : record.headers.back().second;
      written_[partition].push_back({sent, record.timestamp_ms.value_or(0) - sent, by});
    }
  }

  void print() const {
    std::cout << "| what happens | partitions that stay | longest way | that move | longest way |\n"
                 "|---|---|---|---|---|\n";
    for (const auto& phase : phases_) {
      int stay = 0, move = 0;
      std::int64_t stays = 0, moves = 0;
      for (const auto& [partition, all] : written_) {
        std::set<std::string> owners;
        std::int64_t longest = 0;
        for (const auto& one : all) {
          if (one.sent < phase.begin || one.sent > phase.end) continue;
          longest = std::max(longest, one.took);
          owners.insert(one.by);
        }
        const bool stayed = owners.size() <= 1;
        (stayed ? stay : move) += 1;
        auto& most = stayed ? stays : moves;
        most = std::max(most, longest);
      }
      std::cout << "| " << phase.what << " | " << stay << " | " << stays << " ms | " << move << " | "
                << (move == 0 ? "" : std::to_string(moves) + " ms") << " |\n";
    }
  }

  support::TempDir folder_{"weir-pauses"};
  support::KafkaBroker broker_;
  std::atomic<bool> feeding_{true};
  std::vector<Phase> phases_;
  std::map<int, std::vector<Written>> written_;
};

}  // namespace

void measure_rebalance_pauses() {
  std::cout << "Without state:\n\n";
  Measurement(kWithoutState).run();
  std::cout << "\nWith state by partition:\n\n";
  Measurement(kWithState).run();
}

}  // namespace weir::faults
