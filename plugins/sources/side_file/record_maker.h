// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include "envelope/envelope.h"
#include "lines/block_pool.h"
#include "lines/line_reader.h"

namespace weir::side_file {

/// Turns lines of side files into records.
class RecordMaker {
 public:
  /// Call it first in each call of the plugin.
  void begin_call() { arena_.begin_call(); }

  /// Fills in value, key, headers, event time and failure from the line: an envelope's are copied to a block
  /// of the record's own, a plain line is the value itself. False, with the line as the value, when it is a
  /// broken envelope: see problem().
  bool make(const Context& context, const Line& line, Record& record);

  const std::string& problem() const { return decoder_.problem(); }

 private:
  void copy(const Context& context, const envelope::Envelope& from, Record& to);

  envelope::Decoder decoder_;
  BlockArena arena_{256 * 1024};
};

}  // namespace weir::side_file
