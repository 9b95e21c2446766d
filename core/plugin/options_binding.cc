// SPDX-License-Identifier: Apache-2.0
#include "plugin/options_binding.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/numbers.h"
#include "base/units.h"
#include "base/utf8.h"
#include "plugin/natural_json.h"
#include "plugin/option_text.h"
#include "spec/yaml_reader.h"

namespace weir {
namespace {

using nlohmann::json;

// A value on its way: the node, what messages call it ("routes[1].name"), where they point, whether it may be
// shown.
struct Value {
  const Node& node;
  std::string name;
  const Mark& mark;
  bool secret;
};

const weir_option* find_option(const weir_option* const* declared, std::string_view name) {
  for (; declared != nullptr && *declared != nullptr; ++declared) {
    if ((*declared)->name == name) return *declared;
  }
  return nullptr;
}

class Binder {
 public:
  Binder(const std::string& plugin_label, Diagnostics& diagnostics, OptionHint hint = {})
      : plugin_label_(plugin_label), diagnostics_(diagnostics), hint_(std::move(hint)) {}

  bool failed() const { return failed_; }

  // The options of `map`, whose names get `prefix` in messages.
  json bind_map(const Node& map, const Mark& mark, const weir_option* const* declared,
                const std::string& prefix, bool secret) {
    json bound = json::object();
    std::vector<std::string> meant;  // by names that are misspelt
    for (const auto& entry : map.entries) {
      const weir_option* const option = find_option(declared, entry.key);
      if (option == nullptr) {
        meant.push_back(unknown(entry, declared, prefix));
        continue;
      }
      const Value value{entry.value, prefix + entry.key, entry.value_mark(), secret || option->secret != 0};
      if (prefix.empty()) whole_ = &entry;
      bound[entry.key] = bind_value(value, *option);
    }
    for (; declared != nullptr && *declared != nullptr; ++declared) {
      const weir_option& option = **declared;
      if (map.find(option.name) != nullptr) continue;
      if (option.default_value != nullptr) {
        bound[option.name] = bind_default(option, mark, prefix);
      } else if (option.required != 0 && std::find(meant.begin(), meant.end(), option.name) == meant.end()) {
        report(mark, "required option '" + prefix + option.name + "' of " + plugin_label_ +
                         " is missing, expected " + form_text(option));
      }
    }
    return bound;
  }

 private:
  void report(const Mark& mark, const std::string& message) {
    diagnostics_.add(mark, message);
    failed_ = true;
  }

  // "'time' is 'five', expected a duration such as 5s"; the value of a secret option is left out.
  void mismatch(const Value& value, const std::string& expected) {
    const bool hide = value.secret && value.node.kind == Node::Kind::kScalar;
    const std::string found = hide ? "has a value of another form" : describe(value.node);
    const bool whole = whole_ != nullptr && &value.node == &whole_->value;
    report(value.mark, "'" + value.name + "' " + found + ", " + expected +
                           (whole && !value.secret ? hint_of(*whole_) : std::string()));
  }

  std::string hint_of(const Node::Entry& entry) const { return hint_ ? hint_(entry) : std::string(); }

  // Returns the name of the option that was probably meant, or nothing.
  std::string unknown(const Node::Entry& entry, const weir_option* const* declared,
                      const std::string& prefix) {
    std::vector<std::string> known;
    for (; declared != nullptr && *declared != nullptr; ++declared) known.emplace_back((*declared)->name);
    // What every stage has may be meant as well, but is no option of the plugin to be listed.
    std::vector<std::string> of_stages{"concurrency", "order", "queue", "key"};
    std::erase(of_stages, entry.key);  // rightly spelt, it is none of this kind of stage
    const bool meant_stage = prefix.empty() && !nearest(entry.key, known) && nearest(entry.key, of_stages);
    const auto near = nearest(entry.key, known);
    const bool elsewhere = prefix.empty() && !meant_stage && !near;
    report(entry.mark, "unknown option '" + prefix + printable(entry.key) + "' of " + plugin_label_ +
                           suggestion(entry.key, meant_stage ? of_stages : known) +
                           (elsewhere ? hint_of(entry) : std::string()));
    return near.value_or("");
  }

  json bind_value(const Value& value, const weir_option& option) {
    if (is_broken(value.node)) return nullptr;
    switch (option.type) {
      case WEIR_STRING:
        return bind_text(value, "expected " + form_text(option));
      case WEIR_BOOL: {
        const auto boolean = read(value, parse_bool);
        return boolean ? json(*boolean) : json();
      }
      case WEIR_INTEGER:
        return bind_quantity(value, option, parse_integer);
      case WEIR_NUMBER:
        return bind_quantity(value, option, parse_number);
      case WEIR_DURATION:
        // Durations are negative only where the declaration says that they may be.
        return bind_quantity(value, option,
                             option.minimum < 0 && std::isfinite(option.minimum) ? parse_signed_milliseconds
                                                                                 : parse_milliseconds);
      case WEIR_SIZE:
        return bind_quantity(value, option, parse_size);
      case WEIR_CHOICE:
        return bind_choice(value, option);
      case WEIR_STRING_LIST:
        return bind_strings(value, option);
      case WEIR_STRING_MAP:
        return bind_string_map(value, option);
      case WEIR_OBJECT:
        if (value.node.kind == Node::Kind::kMap) return bind_fields(value, option);
        break;
      case WEIR_OBJECT_LIST:
        return bind_objects(value, option);
      case WEIR_ANY:
        if (has_broken(value.node)) return nullptr;
        if (value.node.kind != Node::Kind::kNull) return natural_json(value.node);
        break;
      default:
        report(value.mark, plugin_label_ + " declares '" + value.name +
                               "' with a type that this version of Weir does not know");
        return nullptr;
    }
    mismatch(value, "expected " + form_text(option));
    return nullptr;
  }

  // Interpolation failed here, which has been reported: no result, and no word more.
  bool is_broken(const Node& node) {
    failed_ = failed_ || node.broken;
    return node.broken;
  }

  template <class T>
  std::optional<T> read(const Value& value, Result<T> (*parse)(std::string_view)) {
    const bool scalar = value.node.kind == Node::Kind::kScalar;
    const Result<T> result = parse(scalar ? std::string_view(value.node.text) : std::string_view());
    if (result.ok()) return result.value();
    mismatch(value, result.message());
    return std::nullopt;
  }

  static Result<std::int64_t> parse_milliseconds(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration.ok()) return Problem{duration.message()};
    return static_cast<std::int64_t>(duration.value().count());
  }

  static Result<std::int64_t> parse_signed_milliseconds(std::string_view text) {
    if (!text.starts_with('-')) return parse_milliseconds(text);
    const auto duration = parse_milliseconds(text.substr(1));
    if (!duration.ok()) return Problem{duration.message()};
    return -duration.value();
  }

  template <class T>
  json bind_quantity(const Value& value, const weir_option& option, Result<T> (*parse)(std::string_view)) {
    const auto number = read(value, parse);
    if (!number) return nullptr;
    const std::string range = range_text(option);
    const double size = static_cast<double>(*number);
    if (!range.empty() && (size < option.minimum || size > option.maximum))
      mismatch(value, "expected " + range);
    return *number;
  }

  json bind_text(const Value& value, const std::string& expected) {
    if (is_broken(value.node)) return nullptr;
    if (value.node.kind == Node::Kind::kScalar) return value.node.text;
    mismatch(value,
             value.node.kind == Node::Kind::kNull ? expected + "; write \"\" for an empty one" : expected);
    return nullptr;
  }

  json bind_choice(const Value& value, const weir_option& option) {
    const auto choices = choices_of(option);
    const bool scalar = value.node.kind == Node::Kind::kScalar;
    const bool known = std::find(choices.begin(), choices.end(), value.node.text) != choices.end();
    if (scalar && known) return value.node.text;
    std::string expected = "expected " + form_text(option);
    // Nearness would tell something of a secret, or of a value from outside that was put into the wrong
    // place.
    const bool may_show = !value.secret && !value.node.interpolated;
    const auto near = scalar && may_show ? nearest(value.node.text, choices) : std::nullopt;
    if (near) expected += "; did you mean '" + *near + "'?";
    mismatch(value, expected);
    return nullptr;
  }

  json bind_strings(const Value& value, const weir_option& option) {
    json list = json::array();
    if (value.node.kind == Node::Kind::kScalar) {
      list.push_back(value.node.text);
    } else if (value.node.kind != Node::Kind::kList) {
      mismatch(value, "expected " + form_text(option));
    }
    for (std::size_t i = 0; i < value.node.items.size(); ++i) {
      list.push_back(bind_text(item_of(value, i), "expected a text"));
    }
    return list;
  }

  json bind_string_map(const Value& value, const weir_option& option) {
    json map = json::object();
    if (value.node.kind != Node::Kind::kMap) mismatch(value, "expected " + form_text(option));
    for (const auto& entry : value.node.entries) {
      const Value part{entry.value, value.name + "." + entry.key, entry.value_mark(), value.secret};
      map[entry.key] = bind_text(part, "expected a text");
    }
    return map;
  }

  json bind_fields(const Value& value, const weir_option& option) {
    return bind_map(value.node, value.mark, option.fields, value.name + ".", value.secret);
  }

  json bind_objects(const Value& value, const weir_option& option) {
    json list = json::array();
    if (value.node.kind != Node::Kind::kList) mismatch(value, "expected " + form_text(option));
    for (std::size_t i = 0; i < value.node.items.size(); ++i) {
      const Value item = item_of(value, i);
      if (is_broken(item.node)) continue;
      if (item.node.kind == Node::Kind::kMap) {
        list.push_back(bind_fields(item, option));
      } else {
        mismatch(item, "expected a map");
      }
    }
    return list;
  }

  // Whether any scalar of the tree is broken.
  bool has_broken(const Node& node) {
    bool broken = is_broken(node);
    for (const auto& item : node.items) broken |= has_broken(item);
    for (const auto& entry : node.entries) broken |= has_broken(entry.value);
    return broken;
  }

  static Value item_of(const Value& list, std::size_t index) {
    const Node& item = list.node.items[index];
    return {item, list.name + "[" + std::to_string(index) + "]", item.mark, list.secret};
  }

  // A default stands in the plugin as it would stand in the file. For an option of one scalar it is that
  // scalar's text, without YAML's special characters having a meaning; for others it is YAML.
  json bind_default(const weir_option& option, const Mark& mark, const std::string& prefix) {
    Diagnostics problems;
    std::optional<Node> node;
    if (option.type < WEIR_STRING_LIST) {
      node.emplace();
      node->kind = Node::Kind::kScalar;
      node->text = option.default_value;
    } else {
      node = read_yaml(option.default_value, plugin_label_, problems);
    }
    json bound;
    if (node) {
      Binder binder(plugin_label_, problems);
      bound = binder.bind_value({*node, prefix + option.name, mark, option.secret != 0}, option);
    }
    for (const auto& problem : problems.all()) {
      report(mark, plugin_label_ + " declares a default that is not valid: " + problem.message);
    }
    return bound;
  }

  const std::string& plugin_label_;
  Diagnostics& diagnostics_;
  const OptionHint hint_;
  const Node::Entry* whole_ = nullptr;  ///< the option of the stage that is being bound
  bool failed_ = false;
};

// The reference token of a JSON pointer without its escapes: "~1" for '/', "~0" for '~'.
std::string unescaped(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape =
        token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    text += !escape ? token[i] : token[++i] == '0' ? '~' : '/';
  }
  return text;
}

}  // namespace

std::optional<nlohmann::json> bind_options(const Node& options, const weir_option* const* declared,
                                           const std::string& plugin_label, Diagnostics& diagnostics,
                                           const OptionHint& hint) {
  Binder binder(plugin_label, diagnostics, hint);
  json bound = binder.bind_map(options, options.mark, declared, "", false);
  if (binder.failed()) return std::nullopt;
  return bound;
}

bool takes_option(const Node::Entry& option, const weir_option* const* declared) {
  const weir_option* const found = find_option(declared, option.key);
  if (found == nullptr) return false;
  Node alone;
  alone.kind = Node::Kind::kMap;
  alone.entries.push_back(option);
  const weir_option* const only[] = {found, nullptr};
  Diagnostics problems;
  return bind_options(alone, only, "", problems).has_value();
}

const Mark& find_mark(const Node& options, std::string_view pointer) {
  const Node* node = &options;
  const Mark* mark = &options.mark;
  while (!pointer.empty() && pointer[0] == '/') {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    const std::string token = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(end);
    const Node* child = nullptr;
    if (node->kind == Node::Kind::kList) {
      std::size_t index = 0;
      const auto read = std::from_chars(token.data(), token.data() + token.size(), index);
      const bool whole = read.ec == std::errc() && read.ptr == token.data() + token.size();
      if (whole && index < node->items.size()) {
        child = &node->items[index];
        mark = &child->mark;
      }
    }
    for (const auto& entry : node->entries) {
      if (entry.key != token) continue;
      child = &entry.value;
      mark = &entry.value_mark();
    }
    if (child == nullptr) break;
    node = child;
  }
  return *mark;
}

}  // namespace weir
