// SPDX-License-Identifier: Apache-2.0
#include "spec/yaml_problem.h"

#include <array>
#include <utility>

namespace weir {
namespace {

// yaml-cpp's words, and ours. What is not here is clear enough as it stands.
const std::array<std::pair<const char*, const char*>, 14> kTexts{{
    {YAML::ErrorMsg::MAP_VALUE,
     "found ':' where no value can begin; expected 'key: value' lines of one indentation, a space behind "
     "each ':', and "
     "quotes around a text that contains ': '"},
    {YAML::ErrorMsg::MAP_KEY,
     "found a key where none can stand; expected 'key: value' lines of one indentation"},
    {YAML::ErrorMsg::BLOCK_ENTRY,
     "found '-' where no list can begin; expected it on a line of its own below the key"},
    {YAML::ErrorMsg::END_OF_MAP,
     "expected the end of the line, or a key with the indentation of the keys before it"},
    {YAML::ErrorMsg::END_OF_SEQ,
     "expected the end of the line, or a '-' with the indentation of those before it"},
    {YAML::ErrorMsg::END_OF_MAP_FLOW, "expected ',' or '}'"},
    {YAML::ErrorMsg::END_OF_SEQ_FLOW, "expected ',' or ']'"},
    {YAML::ErrorMsg::FLOW_END,
     "found a bracket that closes nothing; expected one that matches the last open bracket"},
    {YAML::ErrorMsg::UNKNOWN_TOKEN,
     "no value can begin with this character; expected quotes around a text that begins with it"},
    {YAML::ErrorMsg::UNKNOWN_ANCHOR,
     "no anchor of that name stands before this alias; expected '&name' above, or quotes "
     "around a text that begins with '*'"},
    {YAML::ErrorMsg::EOF_IN_SCALAR, "the file ends inside of a text, expected its closing quote"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "the document ends inside of a text, expected its closing quote"},
    {YAML::ErrorMsg::TAB_IN_INDENTATION, "found a tab in the indentation, expected spaces"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "expected nothing but the end of the line behind '|' or '>'"},
}};

std::string_view line_of(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// Where a tab stands in the indentation of this line.
std::optional<std::size_t> tab_in_indentation(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first != std::string_view::npos && line[first] == '\t' ? std::optional(first) : std::nullopt;
}

}  // namespace

Diagnostic explain_yaml_problem(const YAML::Exception& exception, std::string_view text,
                                const std::string& file, const std::optional<Mark>& open) {
  if (exception.mark.is_null()) return {{file, 0, 0}, "cannot be read as YAML: " + exception.msg};
  Mark mark{file, exception.mark.line + 1, exception.mark.column + 1};
  const std::string_view line = line_of(text, mark.line);
  if (const auto tab = tab_in_indentation(line)) {
    mark.column = static_cast<int>(*tab) + 1;
    return {mark, "found a tab in the indentation, expected spaces"};
  }
  std::string message = exception.msg;
  for (const auto& [theirs, ours] : kTexts) {
    if (exception.msg == theirs) message = ours;
  }
  const bool unclosed =
      exception.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || exception.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW;
  if (unclosed && open) message += " to go on with or close what begins at " + to_string(*open);
  if (unclosed && line.find("${") != std::string_view::npos) {
    message += "; inside of {} and [] a value with ${...} wants quotes";
  }
  return {mark, message};
}

}  // namespace weir
