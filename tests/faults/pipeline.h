// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "account.h"
#include "support/server_process.h"
#include "support/tcp_proxy.h"

namespace weir::faults {

enum class Delivery { kAtLeastOnce, kExactlyOnce };

/// Something that a pipeline talks to goes away for a while. Both functions are called on the driver's main
/// thread, `end` always after `begin`.
struct Outage {
  std::string name;  // for the summary
  std::function<void()> begin;
  std::function<void()> end;
};

/// A pipeline that is run under faults: how its input is made and how its outputs are read. All functions are
/// called on the driver's main thread.
class Pipeline {
 public:
  virtual ~Pipeline() = default;

  /// One word, for `--only` and the summary.
  virtual std::string name() const = 0;
  virtual Delivery delivery() const = 0;
  /// What is missing here (a program, a right); none when it can be run.
  virtual std::optional<std::string> why_unavailable() const { return std::nullopt; }
  /// Before the first round. All files go into `folder`, which is empty but for `disk`: outputs and the
  /// checkpoint store go there, for that is what gets full.
  virtual void prepare(const std::filesystem::path& folder) = 0;
  /// The pipeline file. etl-run is started in the folder, and must end by itself with the input, unless
  /// it runs in a group.
  virtual std::string yaml() const = 0;
  /// The arguments of etl-run: one round runs the first, the next one the second; the last round all in turn.
  virtual std::vector<std::vector<std::string>> commands() const { return {{"p.yaml"}}; }
  virtual std::map<std::string, std::string> environment() const { return {}; }
  /// What a command begins with that runs etl-run where it is to run.
  virtual std::vector<std::string> inside() const { return {}; }
  /// What the fail points that it can pass begin with.
  virtual std::vector<std::string> point_groups() const {
    return {"job.", "meeting.", "checkpoint.", "task."};
  }
  /// How many records a round adds.
  virtual std::int64_t records_a_round() const = 0;
  /// Adds the records with the numbers [from, to) to the input.
  virtual void add_input(std::int64_t from, std::int64_t to) = 0;
  /// Whether it is run in several processes at a time, which do not end by themselves.
  virtual bool in_a_group() const { return false; }
  /// Of one that does not end by itself: what went in and is not behind a checkpoint, in words; empty when
  /// all is.
  virtual std::string left_to_do() { return {}; }
  /// Tells the account all that stands in the outputs.
  virtual void read_outputs(Account& account) = 0;
  /// What can be taken from it; nothing when it needs nothing but files. Asked once, after prepare.
  virtual std::vector<Outage> outages() { return {}; }
};

using Pipelines = std::vector<std::unique_ptr<Pipeline>>;

/// `delivery:`, `checkpoint:` and `restart:` of a pipeline file, with checkpoints `every` so often, so that a
/// run of a fraction of a second has many.
std::string delivery_yaml(Delivery delivery, const std::string& every,
                          const std::string& store = "disk/store");

/// How a CREATE TABLE of MariaDB ends, so that the table gets full with the disk of a pipeline's `folder`.
std::string table_end(const std::filesystem::path& folder);

/// SIGKILL for a server, and its start.
Outage killed(std::string name, support::ServerProcess& server);

/// The network to a server stands still, loses what is sent, is cut.
std::vector<Outage> network_outages(const std::string& server, support::TcpProxy& proxy);

/// Each file of pipelines adds its own.
void add_file_pipelines(Pipelines& to);
void add_sql_pipelines(Pipelines& to);
void add_kafka_pipelines(Pipelines& to);
void add_wechat_pipelines(Pipelines& to);

}  // namespace weir::faults
