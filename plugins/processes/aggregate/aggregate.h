// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <string>
#include <vector>

#include "aggregates/value.h"
#include "gathered.h"

namespace weir::aggregate {

/// Makes one record of each group: its key, its bounds and values such as sums over its records.
class Aggregate final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static constexpr Port kOut{0};

  static void describe(Descriptor& d);
  explicit Aggregate(const Options& options);

  void start(Context& context) override;
  using Process::process;
  void process(const Group& group, Context& out) override;

 private:
  /// Fills found_; false when the record has failed.
  bool read(const Record& record, Context& out);
  void add_found();
  std::string result(const Group& group);

  const std::vector<aggregates::Value> values_;
  const bool fail_missing_;
  Counter left_out_;

  JsonReader reader_;
  std::vector<Gathered> gathered_;  // for each of values_, of the group at hand
  /// What the record at hand has for one of values_.
  struct Found {
    bool taken = false;
    aggregates::Taken value;
  };
  std::vector<Found> found_;
};

}  // namespace weir::aggregate
