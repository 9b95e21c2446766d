// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lines/line_format.h"
#include "sinks/file/output_file.h"
#include "sinks/file/path_template.h"

namespace weir::file {

/// Appends records as lines to files whose names may depend on the time. In transactions the lines are
/// appended at once as well; a journal beside the files tells how to take them back.
class FileSink final : public TransactionalSink {
 public:
  static void describe(Descriptor& d);
  explicit FileSink(const Options& options);

  static std::string refuses(const Options& options, Transactions how, std::uint32_t instances);
  static void recover(const Options& options, std::span<const std::string_view> saved, Context& context);

  void start(Context& context) override;
  void write(Records records, Context& out) override;
  void flush(Context& context) override;
  std::string prepare(std::uint64_t checkpoint, Context& context) override;
  void commit_prepared(Context& context) override;
  void interrupt() override;

 private:
  /// An open file and when it was asked for last.
  struct Open {
    Open(const std::string& path, const Rotation& rotation, FileTransaction* transaction)
        : file(path, rotation, transaction) {}
    OutputFile file;
    std::uint64_t asked = 0;
  };

  void write_to(OutputFile& file, Records records, std::chrono::milliseconds now, Context& out);
  OutputFile& file_at(std::int64_t milliseconds, std::chrono::milliseconds now);
  void close_oldest(std::chrono::milliseconds now);
  void close_unused(std::chrono::milliseconds now);

  PathTemplate path_;
  LineFormat format_;
  const bool event_time_;
  const std::size_t open_files_;
  Rotation rotation_;
  std::size_t append_at_ = 0;                     // bytes gathered for one file
  std::unique_ptr<FileTransaction> transaction_;  // none: at least once
  std::unordered_map<std::string, Open> files_;
  Open* current_ = nullptr;  // that of the last record
  const std::string* current_path_ = nullptr;
  std::uint64_t asked_ = 0;
};

}  // namespace weir::file
