// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline_run.h"

namespace weir::test {

/// In what way a pipeline is run whose stages work on threads of their own, which tests in steps replace.
/// What holds in one way must hold in all.
struct Way {
  int tasks = 1;
  std::size_t each = 1;  ///< records a poll
  /// So many of the values are read by a first run, which is stopped, and the rest by another one. 0: all by
  /// one.
  std::size_t restart_after = 0;
};
std::ostream& operator<<(std::ostream& out, const Way& way);

/// Batches of 1, 2 and 1,024 records, in one task and in three.
std::vector<Way> ways();
/// Also with a restart between any two of so many values.
std::vector<Way> ways_with_restarts(std::size_t values);

/// The way's own part of a pipeline file, before its other stages: a source `in` of these values, with as
/// many partitions as tasks: value i is in partition i modulo that. `more`: of the source, such as ",
/// event_time: t". Nothing is kept between two runs.
std::string source_in(const Way& way, const std::vector<std::string>& values, const std::string& more = {});

/// Runs `stages` behind such a source to its end, and returns what the board has noted with that prefix.
std::vector<std::string> noted_in(const Way& way, const std::vector<std::string>& values,
                                  const std::string& stages, const std::string& prefix,
                                  const std::vector<const weir_plugin*>& plugins = {});

}  // namespace weir::test
