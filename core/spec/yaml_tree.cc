// SPDX-License-Identifier: Apache-2.0
#include "spec/yaml_tree.h"

#include <yaml-cpp/exceptions.h>

#include <utility>

namespace weir {
namespace {

// A few short lines of aliases to aliases can stand for billions of nodes.
constexpr std::size_t kMostAliasNodes = 100'000;

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const auto& item : node.items) count += count_nodes(item);
  for (const auto& entry : node.entries) count += count_nodes(entry.value);
  return count;
}

// What stands in `text` from this line and column on.
std::string_view text_from(std::string_view text, const YAML::Mark& mark) {
  std::size_t start = 0;
  for (int line = 0; line < mark.line; ++line) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) return {};
    ++start;
  }
  start += static_cast<std::size_t>(mark.column);
  return start < text.size() ? text.substr(start) : std::string_view();
}

bool is_closed(std::string_view quoted) {
  const char quote = quoted[0];
  for (std::size_t i = 1; i < quoted.size(); ++i) {
    if (quoted[i] == '\\' && quote == '"') {
      ++i;
    } else if (quoted[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < quoted.size() && quoted[i + 1] == quote;
      if (!doubled) return true;
      ++i;
    }
  }
  return false;
}

}  // namespace

std::optional<Mark> YamlTree::open_map_or_list() const {
  return open_.empty() ? std::nullopt : std::optional<Mark>(open_.back().node.mark);
}

void YamlTree::OnDocumentStart(const YAML::Mark& mark) {
  if (has_document_) {
    throw YAML::ParserException(mark, "the document ends before this line, expected the end of the file");
  }
  has_document_ = true;
}

void YamlTree::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  Node node;
  node.mark = place(mark);
  add(std::move(node), anchor);
}

void YamlTree::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) {
    throw YAML::ParserException(
        mark, "this alias stands inside of what it names, expected one to something before it");
  }
  alias_nodes_ += count_nodes(found->second);
  if (alias_nodes_ > kMostAliasNodes) {
    throw YAML::ParserException(mark, "the aliases of this file stand for more than 100,000 values");
  }
  add(found->second, 0);
}

void YamlTree::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                        const std::string& value) {
  check_tag(mark, tag);
  Node node;
  node.kind = Node::Kind::kScalar;
  node.mark = place(mark);
  node.text = value;
  node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
  if (node.quoted) check_closing_quote(mark);
  add(std::move(node), anchor);
}

void YamlTree::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                               YAML::EmitterStyle::value) {
  open(Node::Kind::kList, mark, tag, anchor);
}

void YamlTree::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                          YAML::EmitterStyle::value) {
  open(Node::Kind::kMap, mark, tag, anchor);
}

// "?" and "!" are yaml-cpp's for a plain and a quoted node without a tag.
void YamlTree::check_tag(const YAML::Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!" || tag.rfind("tag:yaml.org,2002:", 0) == 0) return;
  diagnostics_.add(place(mark), "tag '" + tag + "' is not known here, expected a value without a tag");
}

// yaml-cpp lets a quote run to the end of the file.
void YamlTree::check_closing_quote(const YAML::Mark& mark) {
  const std::string_view from = text_from(text_, mark);
  if (from.empty() || (from[0] != '"' && from[0] != '\'') || is_closed(from)) return;
  throw YAML::ParserException(
      mark, std::string("the quote that begins here is never closed, expected another ") + from[0]);
}

void YamlTree::open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
  check_tag(mark, tag);
  Open& opened = open_.emplace_back();
  opened.node.kind = kind;
  opened.node.mark = place(mark);
  opened.anchor = anchor;
}

void YamlTree::close() {
  Open closed = std::move(open_.back());
  open_.pop_back();
  if (closed.merge_mark) merge(closed);
  add(std::move(closed.node), closed.anchor);
}

void YamlTree::add(Node node, YAML::anchor_t anchor) {
  if (anchor != 0) anchored_[anchor] = node;
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = open_.back();
  if (parent.node.kind == Node::Kind::kList) {
    parent.node.items.push_back(std::move(node));
    return;
  }
  if (parent.at_key) {
    add_key(parent, node);
  } else if (parent.merges) {
    parent.merged = std::move(node);
    parent.merges = false;
  } else if (parent.next) {
    parent.next->value = std::move(node);
    parent.node.entries.push_back(std::move(*parent.next));
    parent.next.reset();
  }
  parent.at_key = !parent.at_key;
}

void YamlTree::add_key(Open& map, const Node& key) {
  if (key.kind != Node::Kind::kScalar) {
    diagnostics_.add(key.mark, "the key " + describe(key) + ", expected a text");
    return;
  }
  const Mark* first = nullptr;
  if (key.text == "<<" && !key.quoted) {
    if (!map.merge_mark) {
      map.merge_mark = key.mark;
      map.merges = true;
      return;
    }
    first = &*map.merge_mark;
  }
  for (const auto& entry : map.node.entries) {
    if (entry.key == key.text) first = &entry.mark;
  }
  if (first != nullptr) {
    diagnostics_.add(key.mark, "key '" + key.text + "' stands here for the second time, first at " +
                                   to_string(*first) + "; expected each key once");
    return;
  }
  map.next = Node::Entry{key.text, key.mark, {}};
}

// https://yaml.org/type/merge.html: keys of the map itself win over merged ones, earlier merged maps over
// later ones.
void YamlTree::merge(Open& map) {
  if (map.merged.kind != Node::Kind::kList) {
    merge_map(map.node, map.merged, *map.merge_mark);
    return;
  }
  for (const auto& item : map.merged.items) merge_map(map.node, item, *map.merge_mark);
}

void YamlTree::merge_map(Node& into, const Node& from, const Mark& mark) {
  if (from.kind != Node::Kind::kMap) {
    diagnostics_.add(mark,
                     "the value of '<<' " + describe(from) + ", expected a map, or a list of maps, to merge");
    return;
  }
  for (const auto& entry : from.entries) {
    if (into.find(entry.key) == nullptr) into.entries.push_back(entry);
  }
}

}  // namespace weir
