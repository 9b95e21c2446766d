// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/descriptor.h>
#include <weir/failure.h>
#include <weir/options.h>
#include <weir/record.h>

namespace weir {

/// What the four kinds of stage share.
///
/// A plugin class has `static void describe(Descriptor&)` and one of the constructors
///     explicit Lookup(const Options&);
///     Lookup(const Options&, Shared&);
/// It only reads the options, throwing OptionError; whatever has an effect belongs in start(). An object is
/// used by one thread at a time. With `using Shared = ...` the class names what all its instances share (a
/// token, a rate limit): made once for each stage from the same Options, also without side effects, and used
/// from several threads. With `static PortList ports(const Options&)` its ports depend on the options. With
/// `static std::string takes(const Options&, std::uint32_t input)` it declares a JSON Schema of the records
/// that an input takes (empty: any), so that a file which wires it to what can never fit is refused.
class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;

  /// Connect, open, allocate. Throwing stops the pipeline before it reads anything.
  virtual void start(Context&) {}
  /// The input has ended, or the pipeline stops: emit what is still held.
  virtual void finish(Context&) {}
  /// A timer of set_timer has come.
  virtual void on_timer(const weir_timer&, Context&) {}
  /// The pipeline aborts: a call that waits should return soon. Called from another thread.
  virtual void interrupt() {}
};

}  // namespace weir
