// SPDX-License-Identifier: Apache-2.0
#include "testing/map_reader.h"

#include <weir/abi.h>
#include <weir/suggestion.h>

#include <algorithm>
#include <utility>

#include "base/numbers.h"
#include "base/times.h"
#include "base/utf8.h"
#include "spec/inputs_reader.h"

namespace weir {

MapReader::MapReader(const Node& map, const Mark& mark, std::string label,
                     const std::vector<std::string>& known, Diagnostics& diagnostics)
    : map_(map), mark_(mark), label_(std::move(label)), diagnostics_(diagnostics) {
  if (map.kind != Node::Kind::kMap) {
    std::string keys;
    for (const auto& key : known) keys += (keys.empty() ? "" : ", ") + key;
    diagnostics_.add(mark, label_ + " " + describe(map) + ", expected a map of " + keys);
  }
  for (const auto& entry : map.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      diagnostics_.add(entry.mark, "unknown key '" + printable(entry.key) + "' of " + label_ +
                                       suggestion(entry.key, known));
    }
  }
}

const Node::Entry* MapReader::find(const std::string& key) const {
  for (const auto& entry : map_.entries) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

const Node::Entry* MapReader::need(const std::string& key, const std::string& expected) const {
  const auto* entry = find(key);
  if (entry == nullptr && map_.kind == Node::Kind::kMap) {
    diagnostics_.add(mark_, label_ + " has no '" + key + "', expected " + expected);
  }
  return entry;
}

void MapReader::report(const Node::Entry& entry, const std::string& expected) const {
  diagnostics_.add(entry.value_mark(),
                   "'" + entry.key + "' " + describe(entry.value) + ", expected " + expected);
}

std::optional<std::string> MapReader::text(const std::string& key) const {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->value.kind == Node::Kind::kScalar) return entry->value.text;
  report(*entry, "a text");
  return std::nullopt;
}

std::optional<std::optional<std::string>> MapReader::text_or_none(const std::string& key) const {
  const auto* entry = find(key);
  if (entry != nullptr && entry->value.kind == Node::Kind::kNull) return std::optional<std::string>();
  const auto present = text(key);
  if (!present) return std::nullopt;
  return std::optional(present);
}

std::optional<std::int64_t> MapReader::integer(const std::string& key, std::int64_t least,
                                               std::int64_t most) const {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  const auto value = parse_integer(entry->value.text);
  const bool fits = value.ok() && value.value() >= least && value.value() <= most;
  if (entry->value.kind == Node::Kind::kScalar && fits) return value.value();
  const bool bounded = most != std::numeric_limits<std::int64_t>::max();
  report(*entry,
         "a whole number " + (bounded ? "from " + std::to_string(least) + " to " + std::to_string(most)
                                      : "of at least " + std::to_string(least)));
  return std::nullopt;
}

std::optional<bool> MapReader::boolean(const std::string& key) const {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  const auto value = parse_bool(entry->value.text);
  if (entry->value.kind == Node::Kind::kScalar && value.ok()) return value.value();
  report(*entry, "true or false");
  return std::nullopt;
}

std::optional<std::int64_t> MapReader::time(const std::string& key) const {
  const auto* entry = find(key);
  if (entry == nullptr) return std::nullopt;
  if (entry->value.kind == Node::Kind::kNull) return WEIR_NO_TIME;
  // Times that no pipeline file may say can be put in, to see what becomes of them.
  const auto milliseconds = parse_integer(entry->value.text);
  if (entry->value.kind == Node::Kind::kScalar && milliseconds.ok()) return milliseconds.value();
  const auto value = parse_time(entry->value.text);
  if (entry->value.kind == Node::Kind::kScalar && value.ok()) return value.value();
  report(*entry, "a time such as 2026-11-22T18:00:00Z, or milliseconds since 1970");
  return std::nullopt;
}

std::optional<PortRef> MapReader::port(const std::string& key) const {
  const auto* entry = need(key, "a stage, or stage.port");
  if (entry == nullptr) return std::nullopt;
  auto ref = entry->value.kind == Node::Kind::kScalar ? parse_port_ref(entry->value.text, entry->value.mark)
                                                      : std::nullopt;
  if (!ref) report(*entry, "a stage, or stage.port");
  return ref;
}

}  // namespace weir
