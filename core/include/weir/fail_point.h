// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#ifdef WEIR_FAIL_POINTS
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <string>
#endif

namespace weir {

/// The points at which a test build can be made to die, in the order in which a run passes them:
/// `tests/faults` kills `etl-run` at each. This header is not installed.
inline constexpr std::array<std::string_view, 48> kFailPoints{
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
    "store.linked",        // with state on disk: a stage's files stand beside the checkpoint that is to come,
    "store.synced",        // and on the disk;
    "meeting.save",        //
    "checkpoint.create",   // CheckpointFolder, UnitFolder::save: before the file is there,
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
    "file.opened",         // sink `file`: a file was made,
    "file.written",        // lines were appended,
    "file.full",           // rotation: a file is to be finished,
    "file.renamed",        // it has its last name,
    "file.finished",       // its bytes are on the disk
    "journal.noted",       // with exactly once: the journal has a note of a write,
    "journal.rename",      // and of a rename, which is to follow;
    "journal.commit",      // before the journal is emptied behind the decision;
    "journal.undo",        // recovery: before each note is undone,
    "journal.undone",      // behind it, with the note still there,
    "journal.over",        // all are undone, and the journal is to go
    "replay.claimed",      // source `side_file`: no other replay gets the file any more,
    "replay.renamed",      // it is FILE.replaying,
    "replay.taken",        // on the disk too;
    "replay.finish",       // all of it is delivered,
    "replay.finished",     // it is FILE.replayed
    "rebalance.assign",    // source `kafka`: partitions have come,
    "rebalance.own",       // their origins are known,
    "rebalance.assigned",  // they are read;
    "rebalance.revoke",    // partitions are to go,
    "rebalance.given_up",  // the host has finished them,
    "rebalance.revoked",   // and they are gone
    "rebalance.leave",     // the member leaves its group
};

constexpr bool is_fail_point(std::string_view name) {
  return std::find(kFailPoints.begin(), kFailPoints.end(), name) != kFailPoints.end();
}

#ifdef WEIR_FAIL_POINTS
/// Kills the process with SIGKILL when the environment variable WEIR_FAIL_AT is `name:N` and this is the N-th
/// call with that name in this program or shared library, of whichever thread.
inline void pass_fail_point(std::string_view name) {
  struct FailAt {
    std::string name;
    std::atomic<long> left{std::numeric_limits<long>::max()};

    FailAt() {
      const char* const text = std::getenv("WEIR_FAIL_AT");
      if (text == nullptr) return;
      const std::string_view all(text);
      const auto colon = all.rfind(':');
      if (colon == std::string_view::npos) return;
      long count = 0;
      if (std::from_chars(all.data() + colon + 1, all.data() + all.size(), count).ec != std::errc()) return;
      name = all.substr(0, colon);
      left = count;
    }
  };
  static FailAt at;
  if (name == at.name && at.left.fetch_sub(1) == 1) std::raise(SIGKILL);
}
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
