// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/stage.h>

namespace weir {

/// Turns records, or groups, into others.
///
/// Override the process() that fits; what it throws becomes a failed record (or a failed group, batch) on the
/// error port. Records that are neither emitted nor failed are dropped; count them by a Counter if you do so.
class Process : public Stage {
 public:
  static constexpr weir_kind kKind = WEIR_PROCESS;
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS;

  /// One record.
  virtual void process(const Record& record, Context& out) { out.emit(record); }

  /// Many records at once: for stages that gain by it. When it throws, all of them have failed.
  /// The default calls process(record) for each, and a throw fails only that one.
  virtual void process(const Batch& batch, Context& out) {
    for (const Record& record : batch.items()) {
      try {
        process(record, out);
      } catch (const Stop&) {
        throw;
      } catch (const Failure& e) {
        out.fail(Port::kError, record, e.code(), e.what());
      } catch (const std::exception& e) {
        out.fail(Port::kError, record, "exception", e.what());
      }
    }
  }

  /// One group, for a class that declares `static constexpr std::uint32_t kAccepts = WEIR_GROUPS;`
  /// (or both kinds: `WEIR_RECORDS | WEIR_GROUPS`).
  virtual void process(const Group& group, Context& out) {
    for (const Record& record : group.items()) process(record, out);
  }
};

}  // namespace weir
