// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace weir {

/// The points at which a test build can be made to die, in the order in which a run passes them:
/// `tests/faults` kills `etl-run` at each.
inline constexpr std::array<std::string_view, 23> kFailPoints{
    "job.claimed",    // Job::start: the checkpoints are claimed
    "job.loaded",     // and read,
    "job.recover",    // before each sink that takes part in transactions finishes or takes back its last ones
    "job.recovered",  // and behind all of them
    "job.started",    // the tasks run
    "meeting.drain",  // Task::perform: before each step that the tasks of a group take together
    "meeting.finish",      // (only at the end, and before checkpoints that are exactly once)
    "meeting.flush",       //
    "meeting.prepare",     //
    "meeting.share",       //
    "meeting.save",        //
    "checkpoint.create",   // CheckpointFolder::save: before the file is there,
    "checkpoint.written",  // with its bytes in the kernel's memory,
    "checkpoint.synced",   // on the disk,
    "checkpoint.renamed",  // with its name,
    "checkpoint.kept",     // with its name on the disk,
    "checkpoint.removed",  // and behind the removal of each older one
    "meeting.saved",       // the decision has been made
    "meeting.commit",      // Task::commit: before the sinks commit,
    "meeting.stage",       // behind each of them
    "meeting.source",      // and behind each source
    "meeting.committed",   // behind all
    "task.over",           // Task::run: nothing is left to do
};

constexpr bool is_fail_point(std::string_view name) {
  return std::find(kFailPoints.begin(), kFailPoints.end(), name) != kFailPoints.end();
}

#ifdef WEIR_FAIL_POINTS
/// Kills the process with SIGKILL when the environment variable WEIR_FAIL_AT is `name:N` and this is the N-th
/// call with that name in the process, of whichever thread.
void pass_fail_point(std::string_view name);
#endif

}  // namespace weir

/// A place where the process may be made to die. Nothing at all in builds without the CMake option
/// WEIR_FAIL_POINTS, which is for tests alone.
#ifdef WEIR_FAIL_POINTS
#define WEIR_FAIL_POINT(name)                                                          \
  do {                                                                                 \
    static_assert(::weir::is_fail_point(name), "add the point's name to kFailPoints"); \
    ::weir::pass_fail_point(name);                                                     \
  } while (false)
#else
#define WEIR_FAIL_POINT(name) static_cast<void>(0)
#endif
