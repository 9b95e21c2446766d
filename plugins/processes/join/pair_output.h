// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/process.h>

#include <simdjson.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::join {

/// The numbers of the inputs.
enum class Side : std::uint32_t { kLeft = 0, kRight = 1 };

/// What leaves a join, and by which port. One thread.
class PairOutput {
 public:
  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  /// A JSON Schema of the records that can be parts of a pair; empty: any.
  static std::string takes(const Options& options);
  /// Throws OptionError.
  explicit PairOutput(const Options& options);

  /// Whether pairs are put together field by field, so that records must be objects.
  bool merges() const { return merges_; }

  /// Emits both as one record with this time. Where they cannot be one object, the right one fails.
  void pair(const Record& left, const Record& right, std::int64_t time, Context& out);
  /// A record without partner, with this time: joined with null, or by its port, otherwise unchanged.
  void alone(Side side, const Record& record, std::int64_t time, Context& out);
  void late(Side side, const Record& record, Context& out) const;
  /// Late for some windows, whose bounds are given; others hold it.
  void partly_late(Side side, const Record& record, const std::string& windows, Context& out) const;

 private:
  struct Member {
    std::string name;
    std::string_view json;
  };

  /// `left` or `right` may be null.
  void emit(const Record* left, const Record* right, std::int64_t time, Context& out);
  void nest(const Record* left, const Record* right);
  void merge(const Record* left, const Record* right);
  void add_members(const Record& record, const std::string& prefix, simdjson::ondemand::parser& parser);

  const bool merges_;
  std::string left_, right_;                   // the names of the two parts, or the prefixes of their fields
  const bool null_for_left_, null_for_right_;  // whether an unmatched record of the left, right is joined
  simdjson::ondemand::parser left_parser_, right_parser_;
  std::vector<Member> members_;
  std::string json_;
};

}  // namespace weir::join
