// SPDX-License-Identifier: Apache-2.0
// weir-mock-kafka: librdkafka's mock cluster as a process.
#include <cstdint>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "mock_kafka.h"
#include "program.h"

namespace {

using weir::standins::MockKafka;
using weir::standins::number_of;

struct Plan {
  int brokers = 1;
  std::vector<std::pair<std::string, int>> topics;
  std::vector<std::pair<std::string, std::string>> fills;
  MockKafka::Spread spread = MockKafka::Spread::kRoundRobin;
  std::string address_file;
};

std::pair<std::string, std::string> split_at_colon(const std::string& text, const char* expected) {
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) {
    throw std::invalid_argument(std::string("expected ") + expected + ", found '" + text + "'");
  }
  return {text.substr(0, colon), text.substr(colon + 1)};
}

MockKafka::Spread spread_of(const std::string& text) {
  if (text == "round-robin") return MockKafka::Spread::kRoundRobin;
  if (text == "hash") return MockKafka::Spread::kByHash;
  throw std::invalid_argument("expected round-robin or hash, found '" + text + "'");
}

/// The lines of a file, empty ones included; a last line needs no newline.
std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read '" + path + "'");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

void write_address(const std::string& path, const std::string& address) {
  std::ofstream file(path);
  file << address << '\n';
  file.close();
  if (!file) throw std::runtime_error("cannot write '" + path + "'");
}

void run(const Plan& plan, const weir::standins::EndSignal& end) {
  MockKafka kafka(plan.brokers);
  for (const auto& [name, partitions] : plan.topics) kafka.create_topic(name, partitions);
  for (const auto& [name, path] : plan.fills) kafka.fill(name, lines_of(path), plan.spread);
  if (!plan.address_file.empty()) write_address(plan.address_file, kafka.bootstrap());
  std::cout << "listening on " << kafka.bootstrap() << std::endl;
  end.wait();
}

}  // namespace

int main(int argc, char** argv) {
  using namespace weir::standins;
  Plan plan;
  const CommandLine command_line = read_command_line(
      argc, argv,
      "Runs librdkafka's mock Kafka cluster on free ports of 127.0.0.1 until SIGTERM or SIGINT.\n"
      "It keeps at most 5 MiB a partition, in memory.",
      {{"brokers", "N", "how many brokers; default 1",
        [&](const std::string& text) { plan.brokers = static_cast<int>(number_of(text, 100)); }},
       {"topic", "NAME:PARTITIONS", "makes a topic; may be repeated",
        [&](const std::string& text) {
          const auto [name, count] = split_at_colon(text, "NAME:PARTITIONS");
          plan.topics.emplace_back(name, static_cast<int>(number_of(count, 1000)));
        }},
       {"fill", "NAME:FILE", "puts each line of the file into that topic as a record; may be repeated",
        [&](const std::string& text) { plan.fills.push_back(split_at_colon(text, "NAME:FILE")); }},
       {"spread", "HOW", "over the partitions: round-robin, the default, or hash (of the value)",
        [&](const std::string& text) { plan.spread = spread_of(text); }},
       {"address-file", "FILE", "writes HOST:PORT there when all topics are filled",
        [&](const std::string& text) { plan.address_file = text; }}});
  if (command_line != CommandLine::kRun) return command_line == CommandLine::kRefused ? 2 : 0;

  const EndSignal end;
  try {
    run(plan, end);
  } catch (const std::runtime_error& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}
