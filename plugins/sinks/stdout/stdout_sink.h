// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include "lines/file_descriptor.h"
#include "lines/line_buffer.h"
#include "lines/line_format.h"

namespace weir::standard_output {

/// Writes records as lines to standard output, whole batches at a time: lines of several tasks never mix.
class StdoutSink final : public Sink {
 public:
  static void describe(Descriptor& d);
  explicit StdoutSink(const Options& options) : format_(options) {}

  void start(Context& context) override;
  void write(Records records, Context& out) override;
  void flush(Context& context) override;
  void interrupt() override;

 private:
  void write_lines();
  void wait_for_room();

  LineFormat format_;
  LineBuffer lines_;
  FileDescriptor interrupt_;  // an eventfd
};

}  // namespace weir::standard_output
