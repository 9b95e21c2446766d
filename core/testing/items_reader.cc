// SPDX-License-Identifier: Apache-2.0
#include "testing/items_reader.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "plugin/natural_json.h"

namespace weir {
namespace {

const std::vector<std::string> kRecordKeys{"value",  "key",      "headers",   "time",     "code", "message",
                                           "origin", "attempts", "partition", "position", "input"};
const std::vector<std::string> kGroupKeys{"values", "records", "key", "start", "end"};

bool is_list(const Node::Entry& entry, Diagnostics& diagnostics) {
  if (entry.value.kind == Node::Kind::kList) return true;
  diagnostics.add(entry.value_mark(),
                  "'" + entry.key + "' " + describe(entry.value) + ", expected a list; [] for none");
  return false;
}

WrittenRecord bare_value(const Node& node, const Mark& mark) {
  WrittenRecord record;
  record.mark = mark;
  record.value = natural_json(node);
  return record;
}

std::vector<WrittenRecord> read_values(const Node::Entry& list, Diagnostics& diagnostics) {
  std::vector<WrittenRecord> records;
  if (!is_list(list, diagnostics)) return records;
  for (const auto& item : list.value.items) records.push_back(bare_value(item, item.mark));
  return records;
}

std::optional<SampleHeaders> read_headers(const MapReader& map, Diagnostics& diagnostics) {
  const auto* entry = map.find("headers");
  if (entry == nullptr) return std::nullopt;
  if (entry->value.kind != Node::Kind::kMap) map.report(*entry, "a map of names to texts");
  SampleHeaders headers;
  for (const auto& header : entry->value.entries) {
    if (header.value.kind == Node::Kind::kScalar) {
      headers.emplace_back(header.key, header.value.text);
    } else {
      diagnostics.add(header.value_mark(),
                      "header '" + header.key + "' " + describe(header.value) + ", expected a text");
    }
  }
  return headers;
}

WrittenRecord read_record(const Node& node, Diagnostics& diagnostics) {
  if (node.kind != Node::Kind::kMap) return bare_value(node, node.mark);
  const MapReader map(node, node.mark, "a record", kRecordKeys, diagnostics);
  WrittenRecord record;
  record.mark = node.mark;
  if (const auto* value = map.find("value")) record.value = natural_json(value->value);
  record.key = map.text_or_none("key");
  record.headers = read_headers(map, diagnostics);
  record.time = map.time("time");
  record.code = map.text("code");
  record.message = map.text("message");
  record.origin = map.text("origin");
  record.attempts = map.integer("attempts", 0);
  record.partition = map.integer("partition", -1, std::numeric_limits<std::int32_t>::max());
  record.position = map.integer("position", 0);
  if (const auto input = map.integer("input", 1)) record.input = static_cast<std::size_t>(*input);
  return record;
}

WrittenGroup read_group(const Node& node, Diagnostics& diagnostics) {
  const MapReader map(node, node.mark, "a group", kGroupKeys, diagnostics);
  WrittenGroup group;
  group.mark = node.mark;
  group.key = map.text_or_none("key");
  group.start = map.time("start");
  group.end = map.time("end");
  const auto* values = map.find("values");
  const auto* records = map.find("records");
  if (node.kind == Node::Kind::kMap && (values == nullptr) == (records == nullptr)) {
    diagnostics.add(node.mark, std::string(values == nullptr ? "a group has neither 'values' nor 'records'"
                                                             : "a group has both 'values' and 'records'") +
                                   ", expected one of them");
  }
  if (values != nullptr) {
    group.values_only = true;
    group.records = read_values(*values, diagnostics);
  } else if (records != nullptr) {
    group.records = read_records(*records, diagnostics);
  }
  return group;
}

}  // namespace

std::vector<WrittenRecord> read_records(const Node::Entry& list, Diagnostics& diagnostics) {
  std::vector<WrittenRecord> records;
  if (!is_list(list, diagnostics)) return records;
  for (const auto& item : list.value.items) records.push_back(read_record(item, diagnostics));
  return records;
}

WrittenItems read_items(const MapReader& map, const Mark& mark, const std::string& label,
                        Diagnostics& diagnostics) {
  WrittenItems items;
  const Node::Entry* found = nullptr;
  for (const auto& key : kItemKeys) {
    const auto* entry = map.find(key);
    if (entry == nullptr) continue;
    if (found != nullptr) {
      diagnostics.add(entry->mark,
                      label + " has '" + found->key + "' and '" + key + "', expected one of them");
      return items;
    }
    found = entry;
  }
  if (found == nullptr) {
    diagnostics.add(mark, label + " has no 'values', 'records' or 'groups', expected one of them");
  } else if (found->key == "values") {
    items.values_only = true;
    items.records = read_values(*found, diagnostics);
  } else if (found->key == "records") {
    items.records = read_records(*found, diagnostics);
  } else {
    items.grouped = true;
    if (!is_list(*found, diagnostics)) return items;
    for (const auto& item : found->value.items) items.groups.push_back(read_group(item, diagnostics));
  }
  return items;
}

}  // namespace weir
