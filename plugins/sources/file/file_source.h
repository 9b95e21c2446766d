// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lines/file_descriptor.h"
#include "lines/line_reader.h"
#include "sources/file/input_files.h"
#include "sources/file/stream_watch.h"

namespace weir::file {

/// Reads the lines of files, of globs of files and of standard input, one after the other. Task t of n reads
/// the files whose place in the list is t modulo n. A record's origin is the file's path, its position the
/// line's number from 1.
class FileSource final : public Source {
 public:
  using Shared = InputFiles;

  static void describe(Descriptor& d);
  FileSource(const Options& options, Shared& files);
  /// Of pipes, terminals and the like there is no second reading.
  static std::string refuses(const Options& options, Transactions how, std::uint32_t instances);

  void restore(std::span<const weir_position> positions, Context&) override;
  void start(Context& context) override;
  Poll poll(Context& out, std::size_t budget) override;
  double progress() const override;

 private:
  /// In a batch: the records themselves take more memory than short lines do.
  static constexpr std::size_t kMostLines = 1024;

  void open_next(Context& context);
  void emit_lines(Context& out, std::size_t budget);
  void close(Context& context);

  const std::size_t max_line_;
  const bool skip_blank_;
  Shared& files_;
  Counter blank_lines_;
  std::map<std::string, std::int64_t, std::less<>> restored_;  // path -> next line

  std::vector<std::string> paths_;  // this task's
  std::size_t next_path_ = 0;
  BlockPool pool_{LineReader::kBlockSize};

  // The file being read.
  FileDescriptor file_;
  bool stream_ = false;  // no regular file: it may have to be waited for, and has no known end
  bool ended_ = false;
  bool lines_left_ = false;      // in the block that was read last
  std::int64_t first_line_ = 1;  // that is read in this run
  const weir_origin* origin_ = nullptr;
  std::optional<LineReader> reader_;
  std::optional<StreamWatch> watch_;

  bool has_streams_ = false;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t bytes_before_ = 0;  // in files that are read
  std::atomic<std::uint64_t> bytes_read_{0};
};

}  // namespace weir::file
