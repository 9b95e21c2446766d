// SPDX-License-Identifier: Apache-2.0
#include "pair_output.h"

#include <weir/json_string.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace weir::join {

namespace {

constexpr Port kOut{0}, kLateLeft{1}, kLateRight{2}, kUnmatched{3};

constexpr std::string_view kOutHelp = "The pairs, each as one JSON object.";
constexpr std::string_view kLateLeftHelp = "Left records that come too late, unchanged.";
constexpr std::string_view kLateRightHelp = "Right records that come too late, unchanged.";
constexpr std::string_view kUnmatchedLeftHelp =
    "With type inner or right: left records without a partner, unchanged.";
constexpr std::string_view kUnmatchedRightHelp =
    "With type inner or left: right records without a partner, unchanged.";

bool null_for_left(const Options& options) {
  return options.string("type") == "left" || options.string("type") == "outer";
}
bool null_for_right(const Options& options) {
  return options.string("type") == "right" || options.string("type") == "outer";
}

/// Of the option that belongs to this kind of output; the other one must not be given.
std::string part(const Options& options, bool merges, const char* side) {
  const char* const wanted = merges ? "prefixes" : "names";
  const char* const other = merges ? "names" : "prefixes";
  if (options.has(other)) {
    throw OptionError("/" + std::string(other),
                      "it belongs to output: " + std::string(merges ? "nested" : "merged") +
                          "; for this one take `" + wanted + "`");
  }
  if (options.has(wanted) && options.object(wanted).has(side)) return options.object(wanted).string(side);
  return merges ? "" : side;
}

/// What leaves by `out`.
std::string schema_of_pairs(const Options& options) {
  nlohmann::json schema = {{"type", "object"}};
  if (options.string("output") == "merged") return schema.dump();
  for (const char* side : {"left", "right"}) {
    const std::string name = part(options, false, side);
    schema["required"].push_back(name);
    schema["properties"][name] = nlohmann::json::object();
  }
  schema["additionalProperties"] = false;
  return schema.dump();
}

}  // namespace

void PairOutput::describe(Descriptor& d) {
  d.option("type", Type::kChoice,
           "Which records without a partner are joined with null: none (`inner`), those of one side, or all "
           "(`outer`).")
      .choices({"inner", "left", "right", "outer"})
      .default_value("inner");
  d.option("output", Type::kChoice,
           "nested: an object with the two records under their names. merged: one object with the fields of "
           "both.")
      .choices({"nested", "merged"})
      .default_value("nested");
  auto& names =
      d.option("names", Type::kObject, "With output: nested, under which names the two records stand.");
  names.field("left", Type::kString, "That of the left one.").default_value("left");
  names.field("right", Type::kString, "That of the right one.").default_value("right");
  auto& prefixes = d.option(
      "prefixes", Type::kObject,
      "With output: merged, what is put before the names of the fields. A field that both have stands there "
      "once when its values are equal; else the pair fails.");
  prefixes.field("left", Type::kString, "Of the left record's.").default_value("");
  prefixes.field("right", Type::kString, "Of the right record's.").default_value("");
  d.port("out", Item::kRecords, kOutHelp)
      .port("late_left", Item::kRecords, kLateLeftHelp)
      .port("late_right", Item::kRecords, kLateRightHelp)
      .port("unmatched_left", Item::kRecords, kUnmatchedLeftHelp)
      .port("unmatched_right", Item::kRecords, kUnmatchedRightHelp);
}

std::string PairOutput::takes(const Options& options) {
  return options.string("output") == "merged" ? R"({"type":"object"})" : "";
}

PortList PairOutput::ports(const Options& options) {
  PortList ports;
  ports.add("out", Item::kRecords, kOutHelp, schema_of_pairs(options))
      .add("late_left", Item::kRecords, kLateLeftHelp)
      .add("late_right", Item::kRecords, kLateRightHelp);
  if (!null_for_left(options)) ports.add("unmatched_left", Item::kRecords, kUnmatchedLeftHelp);
  if (!null_for_right(options)) ports.add("unmatched_right", Item::kRecords, kUnmatchedRightHelp);
  return ports;
}

PairOutput::PairOutput(const Options& options)
    : merges_(options.string("output") == "merged"),
      left_(part(options, merges_, "left")),
      right_(part(options, merges_, "right")),
      null_for_left_(null_for_left(options)),
      null_for_right_(null_for_right(options)) {
  if (!merges_ && left_ == right_) {
    throw OptionError("/names/right", "both records would stand under '" + left_ + "'; expected two names");
  }
}

void PairOutput::pair(const Record& left, const Record& right, std::int64_t time, Context& out) {
  emit(&left, &right, time, out);
}

void PairOutput::alone(Side side, const Record& record, std::int64_t time, Context& out) {
  const bool is_left = side == Side::kLeft;
  if (is_left ? null_for_left_ : null_for_right_) {
    return emit(is_left ? &record : nullptr, is_left ? nullptr : &record, time, out);
  }
  Record unchanged = record;
  unchanged.event_time = time;
  // Ports of records that are joined with null are not there.
  const auto first = static_cast<std::uint32_t>(kUnmatched);
  out.emit(Port{is_left || null_for_left_ ? first : first + 1}, unchanged);
}

void PairOutput::late(Side side, const Record& record, Context& out) const {
  out.emit(side == Side::kLeft ? kLateLeft : kLateRight, record);
}

void PairOutput::partly_late(Side side, const Record& record, const std::string& windows,
                             Context& out) const {
  out.fail(side == Side::kLeft ? kLateLeft : kLateRight, record, "partly_late",
           "too late for " + windows + "; the later windows hold it");
}

void PairOutput::emit(const Record* left, const Record* right, std::int64_t time, Context& out) {
  json_ = "{";
  try {
    merges_ ? merge(left, right) : nest(left, right);
  } catch (const Failure& e) {
    return out.fail(Port::kError, right == nullptr ? *left : *right, e.code(), e.what());
  }
  json_ += '}';
  Record like;
  like.key = out.key();
  like.event_time = time;
  out.emit(kOut, out.with_value(like, json_));
}

void PairOutput::nest(const Record* left, const Record* right) {
  append_json_string(left_, json_);
  json_ += ':';
  json_ += left == nullptr ? "null" : left->bytes();
  json_ += ',';
  append_json_string(right_, json_);
  json_ += ':';
  json_ += right == nullptr ? "null" : right->bytes();
}

void PairOutput::merge(const Record* left, const Record* right) {
  members_.clear();
  if (left != nullptr) add_members(*left, left_, left_parser_);
  const std::size_t of_left = members_.size();
  if (right != nullptr) add_members(*right, right_, right_parser_);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (i >= of_left) {
      const auto end = members_.begin() + static_cast<std::ptrdiff_t>(of_left);
      const auto same =
          std::find_if(members_.begin(), end, [&](const Member& m) { return m.name == member.name; });
      if (same != end && same->json == member.json) continue;
      if (same != end) {
        throw Failure("same_field", "both records have a field '" + member.name +
                                        "', with different values; set them apart by `prefixes`");
      }
    }
    if (i != 0) json_ += ',';
    append_json_string(member.name, json_);
    json_ += ':';
    json_ += member.json;
  }
}

void PairOutput::add_members(const Record& record, const std::string& prefix,
                             simdjson::ondemand::parser& parser) {
  try {
    const std::string_view text = record.bytes();
    simdjson::ondemand::document document =
        parser.iterate(text.data(), text.size(), text.size() + WEIR_PADDING);
    for (auto field : document.get_object()) {
      std::string name = prefix;
      name += std::string_view(field.unescaped_key());
      simdjson::ondemand::value value = field.value();
      members_.push_back({std::move(name), simdjson::to_json_string(value)});
    }
  } catch (const simdjson::simdjson_error& e) {
    throw Failure("bad_json", "the value cannot be read: " + std::string(e.what()));
  }
}

}  // namespace weir::join
