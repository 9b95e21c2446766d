// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "checkpoint/snapshot_lines.h"

namespace weir {

/// A checkpoint as lines of JSON, for people and for another store; see FORMAT.md. `open` is asked where
/// snapshots keep something in a folder. Calls `line` with each,
/// without the line feed. Throws std::runtime_error when a snapshot cannot be understood.
void write_lines(const Checkpoint& checkpoint, const OpenStored& open,
                 const std::function<void(const std::string&)>& line);

/// The line behind all checkpoints: so many lines stand before it.
std::string end_line(std::size_t lines);

/// The checkpoints that such lines tell, the last of which is end_line(); with origins of `origins`; or what
/// is wrong, with the line's number.
std::variant<std::vector<Checkpoint>, std::string> read_lines(std::istream& from, Origins& origins);

}  // namespace weir
