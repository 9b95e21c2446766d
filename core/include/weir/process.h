// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/stage.h>

#include <cstdint>
#include <new>
#include <vector>

namespace weir {

/// What the file has around a stage, for a window or process that defines
///
///     static std::string misfits(const Options&, Surroundings);
///
/// It returns why the stage makes no sense there, beginning with a verb ("works in event time"), or nothing:
/// a file is then refused. Asked for one thing at a time.
struct Surroundings {
  bool event_time = true;  ///< all that it reads, but what all tasks see, tells event time
  bool key = false;        ///< the stage has a `key:`
};

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

  /// One record of the input with that number: for a class that declares several. Inputs are numbered in the
  /// order of declaration; there is no order between them. The default calls the method that the input was
  /// declared with (see Descriptor::input), process(record) where it has none.
  virtual void process_input(std::uint32_t input, const Record& record, Context& out) {
    const InputMethod* const method = method_of(input);
    if (method != nullptr && method->record) return method->record(*this, record, out);
    process(record, out);
  }

  /// Many records at once: for stages that gain by it. When it throws, all of them have failed.
  /// The default calls process_input(record) for each, with its key and time at hand in the context, and a
  /// throw fails only that one.
  virtual void process(const Batch& batch, Context& out) {
    const bool broadcast = out.from_broadcast();
    for (std::size_t i = 0; i < batch.count; ++i) {
      const Record& record = batch.items()[i];
      out.enter(batch.key(i), record.event_time, broadcast);
      try {
        process_input(batch.input, record, out);
      } catch (const Stop&) {
        throw;
      } catch (const std::bad_alloc&) {
        throw;
      } catch (const Failure& e) {
        out.fail(Port::kError, record, e.code(), e.what());
      } catch (const std::exception& e) {
        out.fail(Port::kError, record, "exception", e.what());
      }
    }
  }

  /// One group, for a class that declares `static constexpr std::uint32_t kAccepts = WEIR_GROUPS;`
  /// (or both kinds: `WEIR_RECORDS | WEIR_GROUPS`). With several inputs the default calls the method that the
  /// group's input was declared with.
  virtual void process(const Group& group, Context& out) {
    const InputMethod* const method = method_of(group.input);
    if (method != nullptr && method->group) return method->group(*this, group, out);
    for (const Record& record : group.items()) process_input(group.input, record, out);
  }

  /// For the trampolines of plugin.h: the methods of the descriptor, which outlive this object.
  void set_input_methods(const std::vector<InputMethod>& methods) { input_methods_ = &methods; }

 private:
  const InputMethod* method_of(std::uint32_t input) const {
    return input_methods_ == nullptr || input >= input_methods_->size() ? nullptr : &(*input_methods_)[input];
  }

  const std::vector<InputMethod>* input_methods_ = nullptr;
};

}  // namespace weir
