// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lines/line_reader.h"
#include "sources/side_file/record_maker.h"
#include "sources/side_file/side_file.h"

namespace weir::side_file {

/// The side files of a stage, found once for all its tasks, which divide one list.
class SideFileList {
 public:
  explicit SideFileList(const Options& options) : patterns_(options.strings("paths")) {}

  /// Each once, by the name that writers know. Throws Stop when a pattern means no file. [any-thread]
  const std::vector<std::string>& bases();

 private:
  const std::vector<std::string> patterns_;
  std::once_flag found_;
  std::vector<std::string> bases_;
};

/// Reads side files back, for `etl-run replay`: takes each file over from its writers, emits what its lines
/// hold, and renames it when all of it is delivered. Task t of n reads the files whose place in the list is t
/// modulo n.
class SideFileSource final : public Source {
 public:
  using Shared = SideFileList;
  static constexpr Port kOut{0}, kExhausted{1};

  static void describe(Descriptor& d);
  SideFileSource(const Options& options, Shared& list);

  void start(Context& context) override;
  Poll poll(Context& out, std::size_t budget) override;
  void commit(std::span<const weir_position> positions, Context& context) override;
  double progress() const override;

 private:
  struct Part {
    Part(SideFile f, const weir_origin* o) : file(std::move(f)), origin(o) {}
    SideFile file;
    const weir_origin* origin;
    std::int64_t lines = -1;     // how many there are; -1 before the end is reached
    std::int64_t delivered = 0;  // all up to this one
    bool finished = false;
  };

  void emit_lines(Context& out);
  void finish_if_delivered(Part& part, Context& context);

  const std::uint32_t max_attempts_;  // 0: no limit
  const bool dry_run_;
  const std::size_t max_line_;
  Shared& list_;

  std::deque<Part> parts_;
  std::size_t current_ = 0;
  BlockPool pool_{LineReader::kBlockSize};
  std::optional<LineReader> reader_;  // of parts_[current_]
  bool ended_ = false;                // it has reached its end
  RecordMaker maker_;

  std::uint64_t total_bytes_ = 0;
  std::uint64_t bytes_before_ = 0;
  std::atomic<std::uint64_t> bytes_read_{0};
};

}  // namespace weir::side_file
