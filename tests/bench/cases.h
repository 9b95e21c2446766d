// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "measured_run.h"

namespace weir::bench {

struct Settings {
  int runs = 5;      ///< of each side, after one that is not counted
  double scale = 1;  ///< of the numbers of records
  /// Pipelines that deliver exactly once, against the same ones at least once, in place of limit programs.
  bool exactly_once = false;
};

// Each case prints what it has measured as rows or a table in Markdown. They throw std::exception when a
// program fails or when what it leaves is not what it should.

/// NDJSON file -> filter on a field with two ports -> two files.
void file_case(const Settings& settings);
/// Kafka -> filter -> Kafka, on a real broker.
void kafka_case(const Settings& settings);
/// Ids -> lists of 100 -> API with 50 ms and 1 % bad ids -> MariaDB upsert and side file.
void lookup_case(const Settings& settings);
/// NDJSON file of profiles -> MariaDB upsert: the database's part of the lookup without its waiting.
void upsert_case(const Settings& settings);
/// NDJSON file -> a timer in event time for each record -> file of those that fired.
void timers_case(const Settings& settings);
/// NDJSON file -> sums of keys in windows of that kind -> file.
void tumbling_case(const Settings& settings);
void sliding_case(const Settings& settings);
void session_case(const Settings& settings);
/// How long 1,000,000 keys keep the stream from going on at a checkpoint, and what is written.
void checkpoint_case(const Settings& settings);
/// What a record costs in windows, with few and with many keys or open windows.
void growth_case(const Settings& settings);
/// What a stage that does nothing costs, by record.
void hop_case(const Settings& settings);
/// From the start of the process to the first record.
void start_case(const Settings& settings);

/// `etl-run FILE --quiet` with the benchmarks' own plugins in reach.
Command etl_run(const std::filesystem::path& file,
                std::vector<std::pair<std::string, std::string>> environment);

}  // namespace weir::bench
