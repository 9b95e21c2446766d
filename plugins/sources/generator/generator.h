// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/plugin.h>

#include <atomic>
#include <cstdint>

#include "lines/block_pool.h"
#include "sources/generator/record_template.h"

namespace weir::generator {

/// Makes records from a template. Record number i of all is made by task (i - 1) modulo the number of tasks,
/// and its bytes depend on i and the seed alone. Its position is i.
class Generator final : public Source {
 public:
  static void describe(Descriptor& d);
  explicit Generator(const Options& options);

  void restore(std::span<const weir_position> positions, Context& context) override;
  void start(Context& context) override;
  Poll poll(Context& out, std::size_t budget) override;
  double progress() const override;

 private:
  std::uint64_t due(std::int64_t now);

  const RecordTemplate template_;
  const std::uint64_t count_;  // of all tasks
  const double rate_;          // records a second, of all tasks; 0: no limit
  const std::uint64_t seed_;

  std::uint64_t step_ = 1;
  std::atomic<std::uint64_t> next_{1};
  const weir_origin* origin_ = nullptr;
  const weir_origin* other_division_ = nullptr;  // of the numbers, in the checkpoint
  std::int64_t rate_since_ = 0;                  // milliseconds
  std::uint64_t made_since_ = 0;
  BlockArena arena_{256 * 1024};
};

}  // namespace weir::generator
