// SPDX-License-Identifier: Apache-2.0
#include "spec/interpolation.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

#include "base/result.h"
#include "base/utf8.h"
#include "spec/text_file.h"

namespace weir {
namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0 || c == '_'; };
  const auto is_part = [&](unsigned char c) { return is_letter(c) || std::isdigit(c) != 0; };
  return !text.empty() && is_letter(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), is_part);
}

Result<std::string> content_of(const std::string& path) {
  if (path.empty()) return Problem{"${file:} names no file, expected ${file:PATH}"};
  constexpr std::size_t kLongest = 1 << 20;  // a file for one value, not for data
  auto content = read_text_file(path, kLongest);
  if (!content.ok()) return Problem{"file '" + printable(path) + "' " + content.message()};
  std::string text = content.value();
  if (!text.empty() && text.back() == '\n') text.pop_back();
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

// What stands for "${reference}".
Result<std::string> resolve(std::string_view reference, const Environment& environment) {
  const std::size_t colon = reference.find(':');
  const std::string name(reference.substr(0, colon));
  if (name == "file" && colon != std::string_view::npos)
    return content_of(std::string(reference.substr(colon + 1)));
  if (!is_name(name)) {
    return Problem{
        "'${" + printable(reference, 40) +
        "}' names no variable, expected ${NAME}, ${NAME:default} or ${file:PATH}; write $${ for the "
        "characters ${ themselves"};
  }
  if (auto value = environment(name)) return *std::move(value);
  if (colon != std::string_view::npos) return std::string(reference.substr(colon + 1));
  return Problem{"environment variable " + name +
                 " is not set, expected a value for it, or a default as in ${" + name + ":default}"};
}

// `text` with all its references resolved; several problems in one text come as one.
Result<std::string> expand(std::string_view text, const Environment& environment) {
  std::string expanded;
  std::string problems;
  while (!text.empty()) {
    const std::size_t start = text.find("${");
    if (start == std::string_view::npos) break;
    if (start > 0 && text[start - 1] == '$') {
      expanded += std::string(text.substr(0, start - 1)) + "${";
      text.remove_prefix(start + 2);
      continue;
    }
    expanded += text.substr(0, start);
    const std::size_t end = text.find('}', start);
    const std::string_view reference =
        text.substr(start + 2, end == std::string_view::npos ? end : end - start - 2);
    auto value =
        end == std::string_view::npos
            ? Result<std::string>(Problem{"'${" + printable(reference, 40) + "' is not closed, expected '}'"})
        : reference.find("${") != std::string_view::npos
            ? Result<std::string>(Problem{"'${" + printable(reference, 40) +
                                          "}' has another ${ inside, expected a plain default"})
            : resolve(reference, environment);
    if (value.ok() && find_invalid_utf8(value.value())) {
      value = Problem{"the value of '${" + printable(reference, 40) + "}' is not UTF-8, expected text"};
    }
    if (value.ok()) {
      expanded += value.value();
    } else {
      problems += (problems.empty() ? "" : "; ") + value.message();
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!problems.empty()) return Problem{problems};
  return expanded + std::string(text);
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

void interpolate(Node& tree, const Environment& environment, Diagnostics& diagnostics) {
  for (auto& item : tree.items) interpolate(item, environment, diagnostics);
  for (auto& entry : tree.entries) interpolate(entry.value, environment, diagnostics);
  if (tree.kind != Node::Kind::kScalar || tree.broken || tree.text.find("${") == std::string::npos) return;
  tree.written = tree.text;
  const auto expanded = expand(tree.text, environment);
  if (expanded.ok()) {
    tree.text = expanded.value();
    tree.interpolated = true;
  } else {
    tree.broken = true;
    diagnostics.add(tree.mark, expanded.message());
  }
}

}  // namespace weir
