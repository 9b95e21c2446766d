// SPDX-License-Identifier: Apache-2.0
//
// How checkpoints stand in a compacted topic. Of each name there are the content in pieces, and behind them
// an index that tells how many they are and what they sum up to. The records of one checkpoint are written in
// one transaction. Keys, P being "PIPELINE/STAGE":
//
//     P/chunk/NAME/0 ...   the content, kChunkBytes each
//     P/checkpoint/NAME    the index: {"number": 7, "chunks": 1, "bytes": 512, "sum": "cbf29ce484222325"}
//     P/owner              see CheckpointOwner: {"ids": 2}
//     P/mark               nothing; reading up to it is reading all that was committed before
//
// `sum` is FNV-1a of 64 bits of the content, in hexadecimal digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace weir::kafka {

/// Below the 1 MB that librdkafka and brokers take for one message unless they are told otherwise.
inline constexpr std::size_t kChunkBytes = 900 * 1024;

/// The keys of one stage's checkpoints.
class CheckpointKeys {
 public:
  CheckpointKeys(std::string_view pipeline, std::string_view stage)
      : prefix_(std::string(pipeline) + "/" + std::string(stage)) {}

  std::string chunks() const { return prefix_ + "/chunk/"; }
  std::string chunk(std::string_view name, std::size_t i) const {
    return chunks() + std::string(name) + "/" + std::to_string(i);
  }
  std::string indexes() const { return prefix_ + "/checkpoint/"; }
  std::string index(std::string_view name) const { return indexes() + std::string(name); }
  std::string owner() const { return prefix_ + "/owner"; }
  std::string mark() const { return prefix_ + "/mark"; }

 private:
  std::string prefix_;
};

/// Hands the records of a checkpoint to `write`, in their order. `chunks_before`: how many pieces the
/// checkpoint of that name had before; those that are too many get no value, so that compaction removes them.
/// Returns how many it has now.
std::size_t write_checkpoint(
    const CheckpointKeys& keys, std::string_view name, std::uint64_t number, std::string_view content,
    std::size_t chunks_before,
    const std::function<void(const std::string& key, std::optional<std::string_view> value)>& write);

/// Puts checkpoints together from the records of the topic, in their order.
class SavedCheckpoints {
 public:
  struct Checkpoint {
    std::string content;
    std::size_t chunks = 0;
    std::string problem;  ///< why it is not complete; empty when it is
  };

  explicit SavedCheckpoints(CheckpointKeys keys) : keys_(std::move(keys)) {}

  /// Records of other pipelines and stages are passed over.
  void take(std::string_view key, std::optional<std::string_view> value);

  /// The last one of each name.
  const std::map<std::string, Checkpoint>& all() const { return all_; }
  /// How many transactional ids, from 0 on, the last owner has used.
  std::uint32_t owner_ids() const { return owner_ids_; }

 private:
  static std::string put_together(const std::map<std::size_t, std::string>& chunks, std::string_view index,
                                  Checkpoint& checkpoint);

  CheckpointKeys keys_;
  std::map<std::string, std::map<std::size_t, std::string>> chunks_;  // by name
  std::map<std::string, Checkpoint> all_;
  std::uint32_t owner_ids_ = 0;
};

}  // namespace weir::kafka
