// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "lines/line_format.h"
#include "sinks/file/output_file.h"
#include "sinks/file/path_template.h"

namespace weir::file {

/// Appends records as lines to files whose names may depend on the time.
class FileSink final : public Sink {
 public:
  static void describe(Descriptor& d);
  explicit FileSink(const Options& options);

  void start(Context& context) override;
  void write(Records records, Context& out) override;
  void flush(Context& context) override;

 private:
  /// An open file and when it was asked for last.
  struct Open {
    Open(const std::string& path, const Rotation& rotation) : file(path, rotation) {}
    OutputFile file;
    std::uint64_t asked = 0;
  };

  void write_to(OutputFile& file, Records records, std::chrono::milliseconds now, Context& out);
  OutputFile& file_at(std::int64_t milliseconds, std::chrono::milliseconds now);
  void close_oldest(std::chrono::milliseconds now);

  PathTemplate path_;
  LineFormat format_;
  const bool event_time_;
  const std::size_t open_files_;
  Rotation rotation_;
  std::size_t append_at_ = 0;  // bytes gathered for one file
  std::unordered_map<std::string, Open> files_;
  Open* current_ = nullptr;  // that of the last record
  const std::string* current_path_ = nullptr;
  std::uint64_t asked_ = 0;
};

}  // namespace weir::file
