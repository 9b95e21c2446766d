// SPDX-License-Identifier: Apache-2.0
#include "request_template.h"

#include <weir/json_string.h>

#include <algorithm>

#include "http/endpoint.h"

namespace weir::http_lookup {
namespace {

constexpr std::string_view kOpen = "{{", kClose = "}}";

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

/// The name of the placeholder that is all of `text`, or nothing.
std::string_view only_placeholder(std::string_view text) {
  if (text.substr(0, 2) != kOpen || text.size() < 4 || text.find(kClose) != text.size() - 2) return {};
  return trimmed(text.substr(2, text.size() - 4));
}

}  // namespace

RequestTemplate RequestTemplate::json(const nlohmann::json& tree, const std::string& pointer) {
  RequestTemplate t;
  t.add_tree(tree, pointer);
  return t;
}

RequestTemplate RequestTemplate::url(std::string_view text, const std::string& pointer) {
  RequestTemplate t;
  t.add_placeholders(text, Kind::kInUrl, pointer);
  return t;
}

bool RequestTemplate::has_items() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& p) { return p.kind == Kind::kItems; });
}

bool RequestTemplate::has_fields() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& p) { return p.kind != Kind::kItems && p.kind != Kind::kLiteral; });
}

void RequestTemplate::add_tree(const nlohmann::json& tree, const std::string& pointer) {
  if (tree.is_object()) {
    add_literal("{");
    bool first = true;
    for (const auto& [name, value] : tree.items()) {
      add_literal((first ? "" : ",") + json_string(name) + ":");
      add_tree(value, pointer + "/" + name);
      first = false;
    }
    add_literal("}");
  } else if (tree.is_array()) {
    add_literal("[");
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (i != 0) add_literal(",");
      add_tree(tree[i], pointer + "/" + std::to_string(i));
    }
    add_literal("]");
  } else if (tree.is_string()) {
    add_string(tree.get_ref<const std::string&>(), pointer);
  } else {
    add_literal(tree.dump());
  }
}

void RequestTemplate::add_string(std::string_view text, const std::string& pointer) {
  const std::string_view name = only_placeholder(text);
  if (name == "items") {
    parts_.push_back({Kind::kItems, {}, {}});
  } else if (!name.empty()) {
    parts_.push_back({Kind::kValue, {}, FieldPath::parse(name, pointer)});
  } else {
    add_literal("\"");
    add_placeholders(text, Kind::kInString, pointer);
    add_literal("\"");
  }
}

void RequestTemplate::add_placeholders(std::string_view text, Kind kind, const std::string& pointer) {
  const auto literal = [&](std::string_view part) {
    if (kind == Kind::kInUrl) return add_literal(part);
    const std::string json = json_string(part);
    add_literal(std::string_view(json).substr(1, json.size() - 2));
  };
  for (std::size_t open; (open = text.find(kOpen)) != std::string_view::npos;) {
    const std::size_t close = text.find(kClose, open);
    if (close == std::string_view::npos) {
      throw OptionError(pointer, "'{{' without '}}' in '" + std::string(text) + "'");
    }
    literal(text.substr(0, open));
    const std::string_view name = trimmed(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 2);
    if (name != "items") {
      parts_.push_back({kind, {}, FieldPath::parse(name, pointer)});
    } else if (kind == Kind::kInUrl) {
      parts_.push_back({Kind::kItems, {}, {}});
    } else {
      throw OptionError(pointer, "{{items}} is a list: it cannot stand within a longer string");
    }
  }
  literal(text);
}

void RequestTemplate::add_literal(std::string_view text) {
  if (text.empty()) return;
  if (parts_.empty() || parts_.back().kind != Kind::kLiteral) parts_.push_back({Kind::kLiteral, {}, {}});
  parts_.back().text += text;
}

std::optional<std::string> RequestTemplate::fill(JsonReader& reader, std::string& to) const {
  for (const Part& part : parts_) {
    if (part.kind == Kind::kLiteral) {
      to += part.text;
      continue;
    }
    const JsonValue value = reader.find(part.path);
    using Found = JsonValue::Kind;
    const bool text = value.kind == Found::kString || value.is_number();
    if (value.kind == Found::kMissing || value.kind == Found::kNotJson ||
        (part.kind != Kind::kValue && !text)) {
      return "expected " + std::string(part.kind == Kind::kValue ? "a value" : "a string or a number") +
             " at '" + part.path.text() + "', found " + std::string(value.what());
    }
    if (part.kind == Kind::kInUrl) {
      http::append_url_encoded(value.text, to);
    } else if (value.kind != Found::kString) {
      to += value.text;
    } else if (part.kind == Kind::kValue) {
      append_json_string(value.text, to);
    } else {
      const std::string json = json_string(value.text);
      to += std::string_view(json).substr(1, json.size() - 2);
    }
  }
  return std::nullopt;
}

void RequestTemplate::fill_items(std::string_view items, std::string& to) const {
  for (const Part& part : parts_) to += part.kind == Kind::kItems ? items : std::string_view(part.text);
}

}  // namespace weir::http_lookup
