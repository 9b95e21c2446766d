// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>
#include <weir/state.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "conditions/condition.h"
#include "lookup/joined.h"
#include "waiting.h"

namespace weir::enrich {

/// Joins to each record the row of its key, from a stream of rows that all tasks see.
class Enrich final : public Process {
 public:
  static constexpr Port kOut{0}, kUnmatched{1};

  static void describe(Descriptor& d);
  static std::string takes(const Options& options, std::uint32_t input);
  static std::string misfits(const Options&, Surroundings around) {
    return around.key ? "finds the row of a record by `match`, in every task" : std::string();
  }
  explicit Enrich(const Options& options);

  void start(Context& context) override;
  void process_input(std::uint32_t input, const Record& record, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;
  void finish(Context& out) override;

 private:
  enum Input : std::uint32_t { kData = 0, kRows = 1 };

  void look_up(const Record& record, Context& out);
  void take_row(const Record& record, Context& out);
  /// The row's JSON text; nothing when the record deletes it.
  std::optional<std::string> row_of(const Record& record);
  /// Throws Failure when there is none.
  std::string key_of(const FieldPath& path, const Record& record);
  void join(const Record& record, std::string_view row, Context& out);

  const FieldPath match_, row_key_, row_;
  const std::optional<conditions::Condition> deletes_;
  const bool rows_are_objects_;
  const std::chrono::milliseconds wait_;
  lookup::Joined joined_;
  BroadcastState<std::string> rows_{"rows"};
  Waiting waiting_;

  JsonReader reader_;
  std::string padded_row_, joined_text_;
};

}  // namespace weir::enrich
