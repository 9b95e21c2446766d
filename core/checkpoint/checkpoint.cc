// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint.h"
#include "checkpoint/newer_format.h"

#include <weir/record.h>

#include <algorithm>
#include <stdexcept>

#include "base/checksum.h"
#include "state/snapshot.h"
#include "state/store/stored_part.h"

namespace weir {
namespace {

constexpr std::string_view kMagic = "weir checkpoint\n";
constexpr std::uint64_t kFormat = 4;
constexpr std::uint64_t kOldFormat = 3;  ///< the same without changes
constexpr std::size_t kSumBytes = sizeof(std::uint64_t);

std::uint64_t sum_of(std::string_view bytes) {
  Checksum sum;
  sum.add(bytes);
  return sum.value();
}

/// Beside the texts themselves; more is no harm.
constexpr std::size_t kPartBytes = 64;

std::size_t room_for(const Checkpoint& checkpoint) {
  std::size_t bytes = kPartBytes;
  for (const auto& p : checkpoint.positions)
    bytes += kPartBytes + p.origin->source.size + p.origin->name.size;
  for (const auto& task : checkpoint.states) {
    bytes += kPartBytes;
    for (const auto& state : task)
      bytes += kPartBytes + state.stage.size() + state.shape.size() + state.snapshot.size();
  }
  for (const auto& p : checkpoint.prepared) bytes += kPartBytes + p.stage.size() + p.transaction.size();
  return bytes;
}

Checkpoint read(SnapshotReader& from, std::uint64_t format, Origins& origins) {
  Checkpoint checkpoint;
  checkpoint.number = from.number();
  if (format != kOldFormat) {
    checkpoint.base = from.number();
    checkpoint.base_sum = from.number();
  }
  checkpoint.group = static_cast<int>(from.number());
  checkpoint.groups = static_cast<int>(from.number());
  for (std::uint64_t left = from.number(); left > 0; --left) {
    const std::string_view source = from.text();
    const std::string_view name = from.text();
    const auto partition = static_cast<std::int32_t>(from.time());
    checkpoint.positions.push_back({origins.get(source, name, partition), from.time()});
  }
  for (std::uint64_t tasks = from.number(); tasks > 0; --tasks) {
    auto& task = checkpoint.states.emplace_back();
    for (std::uint64_t left = from.number(); left > 0; --left) {
      auto& state = task.emplace_back();
      state.stage = from.text();
      state.shape = from.text();
      if (format != kOldFormat) state.is_whole = from.number() != 0;
      state.snapshot = from.text();
    }
  }
  for (std::uint64_t left = from.number(); left > 0; --left) {
    std::string stage(from.text());
    checkpoint.prepared.push_back({std::move(stage), std::string(from.text())});
  }
  return checkpoint;
}

}  // namespace

bool holds_stored_parts(const Checkpoint& checkpoint) {
  return std::any_of(checkpoint.states.begin(), checkpoint.states.end(), [](const auto& task) {
    return std::any_of(task.begin(), task.end(),
                       [](const auto& state) { return divide_snapshot(state.snapshot).stored.has_value(); });
  });
}

std::string encode(const Checkpoint& checkpoint) {
  SnapshotWriter to;
  to.reserve(room_for(checkpoint));
  to.raw(kMagic);
  to.number(kFormat);
  to.number(checkpoint.number);
  to.number(checkpoint.base);
  to.number(checkpoint.base_sum);
  to.number(static_cast<std::uint64_t>(checkpoint.group));
  to.number(static_cast<std::uint64_t>(checkpoint.groups));
  to.number(checkpoint.positions.size());
  for (const auto& p : checkpoint.positions) {
    to.text(view(p.origin->source));
    to.text(view(p.origin->name));
    to.time(p.origin->partition);
    to.time(p.next);
  }
  to.number(checkpoint.states.size());
  for (const auto& task : checkpoint.states) {
    to.number(task.size());
    for (const auto& state : task) {
      to.text(state.stage);
      to.text(state.shape);
      to.number(state.is_whole ? 1 : 0);
      const std::size_t begun = to.begin_text();
      to.raw(state.snapshot);
      if (state.rest) state.rest(to);
      to.end_text(begun);
    }
  }
  to.number(checkpoint.prepared.size());
  for (const auto& p : checkpoint.prepared) {
    to.text(p.stage);
    to.text(p.transaction);
  }
  to.number(sum_of(to.bytes()));
  return to.take();
}

std::uint64_t sum_in(std::string_view bytes) {
  return SnapshotReader(bytes.substr(bytes.size() - kSumBytes)).number();
}

std::optional<std::uint64_t> newer_format(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + kSumBytes) return std::nullopt;
  const std::string_view content = bytes.substr(0, bytes.size() - kSumBytes);
  if (content.substr(0, kMagic.size()) != kMagic || sum_in(bytes) != sum_of(content)) return std::nullopt;
  try {
    const auto format = SnapshotReader(content.substr(kMagic.size())).number();
    return format > kFormat ? std::optional(format) : std::nullopt;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string tell_newer(const std::string& file, std::uint64_t format) {
  return "the checkpoint file " + file + " has the format " + std::to_string(format) +
         " of a newer version, where this one reads up to " + std::to_string(kFormat) +
         "; start the newer version again, or, to go back further, remove the files of that format, so that "
         "the one before is used";
}

std::variant<Checkpoint, std::string> decode(std::string_view bytes, Origins& origins) {
  if (bytes.size() < kMagic.size() + kSumBytes) return "it is damaged: it ends too early";
  const std::string_view content = bytes.substr(0, bytes.size() - kSumBytes);
  if (sum_in(bytes) != sum_of(content)) return "it is damaged: its sum does not fit its bytes";
  if (content.substr(0, kMagic.size()) != kMagic) return "it is no checkpoint";
  try {
    SnapshotReader from(content.substr(kMagic.size()));
    const auto format = from.number();
    if (format != kFormat && format != kOldFormat) {
      return "it has the format " + std::to_string(format) + ", where this version reads " +
             std::to_string(kFormat);
    }
    Checkpoint checkpoint = read(from, format, origins);
    checkpoint.sum = sum_in(bytes);
    return checkpoint;
  } catch (const std::runtime_error& e) {
    return std::string("it is damaged: ") + e.what();
  }
}

}  // namespace weir
