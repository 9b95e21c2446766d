// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "base/partitioner.h"
#include "spec/node.h"

namespace weir {

enum class StageKind { kSource, kWindow, kProcess, kSink };

/// "source", "window", "process", "sink".
const char* to_string(StageKind kind);

/// `stage` or `stage.port` as written in `from` and `discard`.
struct PortRef {
  std::string stage;
  std::string port = "out";
  Mark mark;
  std::string input = {};  ///< `from: {INPUT: ...}`: the reading stage's input; empty where it has one only
  bool broadcast = false;  ///< `broadcast: true`: each record goes to all tasks
};

/// `event_time:` of a source or process: where records carry their time, and how late they may come.
struct EventTimeSpec {
  std::optional<std::string> field;  ///< a field path; none: the time that the records have
  std::string format = "auto";       ///< see EventTimeReader
  std::chrono::milliseconds max_out_of_orderness{0};
  std::chrono::milliseconds idle_after{0};  ///< 0: a silent partition holds event time back for ever
  Mark mark, field_mark, format_mark;
};

/// One entry of a section, as the file says it; nothing of it is checked against plugins yet.
struct StageSpec {
  StageKind kind = StageKind::kSource;
  std::string name;
  Mark mark;
  std::string plugin;
  Mark plugin_mark;
  std::vector<PortRef> from;
  int concurrency = 1;
  std::optional<Mark> concurrency_mark;  ///< set when the file gives it
  bool ordered = true;                   ///< `order: any` makes it false
  std::vector<std::string> key;  ///< windows and processes: field paths, "$key" for the record's own key
  Mark key_mark;
  std::optional<EventTimeSpec> event_time;
  std::size_t queue_bytes = 1u << 20;  ///< what may wait for the stage's workers before reading stops
  Node options;                        ///< what is left: a kMap for the plugin
};

/// `restart:`: how a pipeline that has failed begins again, see RestartPolicy.
struct RestartSpec {
  bool enabled = false;
  std::chrono::milliseconds first{1000};
  std::chrono::milliseconds most{60000};
  std::chrono::milliseconds reset_after{600000};
  int attempts = 0;  ///< in a row without a checkpoint; 0: any number
};

/// `state:`: where the stages' state stands while the pipeline runs.
struct StateSpec {
  bool on_disk = false;                  ///< `rocksdb`, not `memory`
  std::string path = {};                 ///< the folder for it; empty: that of the checkpoints
  std::size_t memory_bytes = 64u << 20;  ///< for all of it, in all tasks
  Mark mark = {};                        ///< of `state:`, where the file has it
};

/// A pipeline file: plain data, checked only for what needs no plugin.
struct PipelineSpec {
  std::string name;
  std::string file;
  int tasks = 1;
  Mark tasks_mark = {};
  std::vector<StageSpec> stages;  ///< in the order of the file
  std::vector<PortRef> discard;
  std::chrono::milliseconds checkpoint_every{5000};
  std::chrono::milliseconds drain_timeout{5000};  ///< then what waits for workers is saved as it waits
  std::string
      checkpoint_store;       ///< a folder; empty: only sources that keep positions themselves (Kafka) resume
  Mark checkpoint_mark = {};  ///< of `checkpoint:`, where the file has it
  bool state_may_be_lost = false;  ///< `store: none`
  std::string checkpoint_sink =
      {};  ///< `store: {sink: NAME}`: checkpoints are kept where that sink writes to
  Mark checkpoint_sink_mark = {};
  bool by_partition = false;  ///< `by: partition`: state goes with the source's partitions
  /// How the source's producers find the partition of a key; none: in a way that only the user knows, and
  /// each key stands in one partition.
  std::optional<Partitioner> partitioner = Partitioner::kMurmur2;
  Mark by_mark = {};
  bool exactly_once = false;  ///< `delivery: exactly_once`
  Mark delivery_mark = {};    ///< of `delivery:`, where the file has it
  StateSpec state = {};
  std::chrono::milliseconds stop_timeout{30000};
  std::size_t poison_after = 3;   ///< crashes with a record on hand until it is set aside; 0: never
  std::string poison_notes = {};  ///< the folder where those are noted; empty: that of the checkpoints
  Mark poison_mark = {};          ///< of the value of `poison_after:`, where the file has it
  std::optional<RestartSpec> restart = {};  ///< none: the file does not say

  /// What the file says; if nothing, only what is delivered exactly once begins again by itself.
  RestartSpec restarts() const {
    RestartSpec by_default;
    by_default.enabled = exactly_once;
    return restart.value_or(by_default);
  }

  const StageSpec* find(const std::string& stage) const;
};

}  // namespace weir
