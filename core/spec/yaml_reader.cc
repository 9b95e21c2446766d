// SPDX-License-Identifier: Apache-2.0
#include "spec/yaml_reader.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <utility>

#include "base/utf8.h"
#include "spec/yaml_problem.h"
#include "spec/yaml_tree.h"

namespace weir {
namespace {

// The mark of the byte at `offset`.
Mark mark_at(std::string_view text, std::size_t offset, const std::string& file) {
  Mark mark{file, 1, 1};
  for (const char c : text.substr(0, offset)) {
    ++mark.column;
    if (c == '\n') {
      ++mark.line;
      mark.column = 1;
    }
  }
  return mark;
}

// yaml-cpp replaces bytes that are not UTF-8 and takes the control character 0x04 for the end of the file,
// both without a word; so they are looked for here.
bool is_text(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  if (const auto at = find_invalid_utf8(text)) {
    diagnostics.add(mark_at(text, *at, file),
                    "found bytes that are not UTF-8, expected a text file in UTF-8");
    return false;
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0x20 ? byte != 0x7F : byte == '\t' || byte == '\n' || byte == '\r') continue;
    diagnostics.add(mark_at(text, at, file), "found the control character " + printable(text.substr(at, 1)) +
                                                 ", expected a text file in UTF-8");
    return false;
  }
  return true;
}

}  // namespace

std::optional<Node> read_yaml(std::string_view text, const std::string& file, Diagnostics& diagnostics) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  if (!is_text(text, file, diagnostics)) return std::nullopt;
  YamlTree tree(text, file, diagnostics);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(tree)) {
    }
    return tree.take();
  } catch (const YAML::Exception& e) {
    Diagnostic problem = explain_yaml_problem(e, text, file, tree.open_map_or_list());
    diagnostics.add(problem.mark, std::move(problem.message));
  } catch (const std::exception& e) {  // yaml-cpp on rare malformed input
    diagnostics.add({file, 0, 0}, std::string("cannot be read as YAML: ") + e.what());
  }
  return std::nullopt;
}

}  // namespace weir
