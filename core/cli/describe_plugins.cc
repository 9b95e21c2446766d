// SPDX-License-Identifier: Apache-2.0
#include "cli/describe_plugins.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "plugin/library.h"
#include "plugin/option_text.h"

namespace weir {
namespace {

constexpr std::size_t kWidth = 100;

std::string items_text(std::uint32_t items) {
  if (items == (WEIR_RECORDS | WEIR_GROUPS)) return "records or groups";
  return items == WEIR_GROUPS ? "groups" : "records";
}

std::string view_of(const char* text) {
  return text == nullptr ? "" : text;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

// The words of `text` in lines of at most kWidth bytes, each behind `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (column != 0 && column + 1 + word.size() > kWidth) {
      lines += "\n";
      column = 0;
    }
    lines += column == 0 ? std::string(indent, ' ') : " ";
    column += column == 0 ? indent : 1;
    lines += word;
    column += word.size();
  }
  return lines.empty() ? lines : lines + "\n";
}

// "a duration such as 5s, at least 1ms; default 5s"
std::string declaration_text(const weir_option& option) {
  std::string text = form_text(option);
  if (const std::string range = range_text(option); !range.empty()) text += ", " + range;
  if (option.required != 0) text += "; required";
  if (option.default_value != nullptr) {
    const std::string value = option.default_value;
    text += "; default " + (value.empty() ? "\"\"" : value);
  }
  if (option.secret != 0) text += "; secret, never shown";
  return text;
}

// Options below each other, required ones first; fields of objects indented below theirs.
std::string options_text(const weir_option* const* options, std::size_t indent) {
  std::vector<const weir_option*> sorted;
  for (; options != nullptr && *options != nullptr; ++options) sorted.push_back(*options);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const weir_option* a, const weir_option* b) { return a->required > b->required; });
  std::size_t width = 0;
  for (const auto* option : sorted) width = std::max(width, std::string_view(option->name).size());
  std::string text;
  for (const auto* option : sorted) {
    text += std::string(indent, ' ') + padded(option->name, width) + "  " + declaration_text(*option) + "\n";
    text += wrapped(view_of(option->help), indent + 4);
    text += options_text(option->fields, indent + 4);
  }
  return text;
}

// The lines of `text`, as they stand.
std::string indented(const std::string& text, std::size_t indent) {
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    lines += (line.empty() ? "" : std::string(indent, ' ') + line) + "\n";
    at = end + 1;
  }
  return lines;
}

std::string ports_text(const weir_plugin& plugin) {
  std::string text;
  for (const weir_port* const* port = plugin.ports; port != nullptr && *port != nullptr; ++port) {
    text += "  " + view_of((*port)->name) + " (" + items_text((*port)->item) + ")\n" +
            wrapped(view_of((*port)->help), 6);
    if ((*port)->schema != nullptr) text += "      JSON Schema:\n" + indented((*port)->schema, 8);
  }
  const std::string about_error =
      "Built in: records that the stage cannot take. Not wired, the first such record stops the pipeline.";
  text += "  error (records)\n" + wrapped(about_error, 6);
  if (plugin.stage_ports != nullptr) text += "  The options of a stage decide on its ports.\n";
  return text;
}

std::string stage_keys(const weir_plugin& plugin) {
  std::string keys = plugin.kind == WEIR_SOURCE ? "plugin" : "plugin, from";
  const bool by_key = plugin.kind == WEIR_WINDOW || (plugin.capabilities & (WEIR_STATEFUL | WEIR_KEYED)) != 0;
  if (by_key && plugin.kind != WEIR_SOURCE && plugin.kind != WEIR_SINK &&
      (plugin.capabilities & WEIR_BLOCKS) == 0) {
    keys += (plugin.capabilities & WEIR_KEYED) != 0 ? ", key (required)" : ", key";
  }
  if ((plugin.capabilities & WEIR_CONCURRENT) != 0) keys += ", concurrency, order";
  if ((plugin.capabilities & WEIR_BLOCKS) != 0) keys += ", queue";
  return keys;
}

std::string describe_one(const weir_plugin& plugin) {
  std::string text =
      view_of(plugin.name) + ", a " + kind_name(plugin.kind) + " (version " + view_of(plugin.version) + ")\n";
  text += wrapped(view_of(plugin.summary), 2);
  if (plugin.kind != WEIR_SOURCE) text += "  Takes " + items_text(plugin.accepts) + ".\n";
  const std::string options = options_text(plugin.options, 2);
  text += "\noptions (besides " + stage_keys(plugin) + ")\n" + (options.empty() ? "  none\n" : options);
  text += "\nports\n" + ports_text(plugin);
  if (!view_of(plugin.example).empty()) text += "\nexample\n" + indented(plugin.example, 2);
  return text;
}

}  // namespace

std::string plugin_table(const std::vector<const weir_plugin*>& plugins) {
  std::size_t name_width = 4;
  std::size_t kind_width = 7;
  for (const auto* plugin : plugins) name_width = std::max(name_width, std::string_view(plugin->name).size());
  std::string text = padded("name", name_width) + "  " + padded("kind", kind_width) + "  summary\n";
  for (const auto* plugin : plugins) {
    text += padded(plugin->name, name_width) + "  " + padded(kind_name(plugin->kind), kind_width) + "  " +
            view_of(plugin->summary) + "\n";
  }
  return text;
}

Result<std::string> plugin_description(const std::vector<const weir_plugin*>& plugins,
                                       const std::string& name) {
  std::string text;
  std::vector<std::string> known;
  for (const auto* plugin : plugins) {
    known.emplace_back(plugin->name);
    if (plugin->name == name) text += (text.empty() ? "" : "\n") + describe_one(*plugin);
  }
  if (!text.empty()) return text;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  return Problem{"unknown plugin '" + name + "'" + suggestion(name, known)};
}

}  // namespace weir
