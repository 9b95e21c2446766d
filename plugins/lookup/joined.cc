// SPDX-License-Identifier: Apache-2.0
#include "lookup/joined.h"

#include <weir/abi.h>
#include <weir/json_string.h>

#include <algorithm>

namespace weir::lookup {

void Joined::describe(Descriptor& d) {
  d.option(
       "join", Type::kChoice,
       "What leaves by out. merge: the record's fields and the row's, the row's where both have one. nest: "
       "the record with the row under the name `under`. replace: the row alone.")
      .choices({"merge", "nest", "replace"})
      .default_value("merge");
  d.option("under", Type::kString, "With join: nest, the name under which the row stands in the record.");
}

Joined::Joined(const Options& options) {
  const std::string how = options.string("join");
  how_ = how == "nest" ? How::kNest : how == "replace" ? How::kReplace : How::kMerge;
  if (options.has("under")) under_ = options.string("under");
  if (how_ == How::kNest && under_.empty()) {
    throw OptionError("/join", "join: nest needs `under`, the name under which the row stands in the record");
  }
  if (how_ != How::kNest && !under_.empty()) throw OptionError("/under", "`under` belongs to join: nest");
}

std::optional<std::string> Joined::write(std::string_view record, std::string_view row, std::string& to) {
  to.clear();
  if (how_ == How::kReplace) {
    to = row;
    return std::nullopt;
  }
  if (!read(record_parser_, record, record_members_)) return "the record is no JSON object";
  if (how_ == How::kNest) {
    row_members_.assign(1, {under_, row});
  } else if (!read(row_parser_, row, row_members_)) {
    return "the row is no JSON object; join: nest takes any";
  }
  to = "{";
  for (const Member& member : record_members_) {
    const bool replaced = std::any_of(row_members_.begin(), row_members_.end(),
                                      [&](const Member& m) { return m.name == member.name; });
    if (!replaced) append(member, to);
  }
  for (const Member& member : row_members_) append(member, to);
  to += "}";
  return std::nullopt;
}

bool Joined::read(simdjson::ondemand::parser& parser, std::string_view text, std::vector<Member>& members) {
  members.clear();
  try {
    simdjson::ondemand::document document =
        parser.iterate(text.data(), text.size(), text.size() + WEIR_PADDING);
    for (auto field : document.get_object()) {
      const std::string_view name = field.unescaped_key();
      simdjson::ondemand::value value = field.value();
      members.push_back({name, simdjson::to_json_string(value)});
    }
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  } catch (const simdjson::simdjson_error&) {
    return false;
  }
}

void Joined::append(const Member& member, std::string& to) const {
  if (to.size() > 1) to += ',';
  append_json_string(member.name, to);
  to += ':';
  to += member.json;
}

}  // namespace weir::lookup
