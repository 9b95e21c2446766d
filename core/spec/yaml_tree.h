// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "spec/node.h"

namespace weir {

/// Builds the tree of a YAML document from the events of yaml-cpp's parser. (The parser's events, and not
/// yaml-cpp's own tree, since only they tell quotes, the place of an alias and a key that stands twice.)
class YamlTree final : public YAML::EventHandler {
 public:
  /// All three must outlive the object.
  YamlTree(std::string_view text, const std::string& file, Diagnostics& diagnostics)
      : text_(text), file_(file), diagnostics_(diagnostics) {}

  /// The finished tree.
  Node take() { return std::move(root_); }
  /// Where the innermost map or list begins that has not ended yet.
  std::optional<Mark> open_map_or_list() const;

  // Each throws YAML::ParserException for what ends the reading.
  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  /// A list or map that has not ended yet.
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool at_key = true;  ///< maps: the next node is a key
    std::optional<Node::Entry>
        next;                        ///< maps: the entry whose value comes next; none if it is to be left out
    bool merges = false;             ///< maps: the next value belongs to `<<`
    std::optional<Mark> merge_mark;  ///< maps: where `<<` stands
    Node merged;                     ///< maps: the value of `<<`
  };

  Mark place(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }
  void check_tag(const YAML::Mark& mark, const std::string& tag);
  void check_closing_quote(const YAML::Mark& mark);
  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor);
  void close();
  void add(Node node, YAML::anchor_t anchor);
  void add_key(Open& map, const Node& key);
  void merge(Open& map);
  void merge_map(Node& into, const Node& from, const Mark& mark);

  const std::string_view text_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  Node root_;
  bool has_document_ = false;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, Node> anchored_;
  std::size_t alias_nodes_ = 0;  ///< nodes that aliases have brought so far
};

}  // namespace weir
