// SPDX-License-Identifier: Apache-2.0
#include "testing/report.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "base/utf8.h"

namespace weir {
namespace {

/// Text for an attribute or an element. Control characters, which XML 1.0 has no way to write, become '?'.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

std::string seconds(std::chrono::microseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(time.count()) / 1e6);
  return text;
}

std::string milliseconds(std::chrono::microseconds time) {
  return std::to_string((time.count() + 500) / 1000) + " ms";
}

std::string counted(std::size_t n) {
  return std::to_string(n) + (n == 1 ? " test" : " tests");
}

/// The step and why it does not hold, and in which way it was run.
std::string failure_text(const TestResult& result) {
  std::string text = to_string(result.failure->mark) + ": " + result.failure->message;
  if (result.variation.empty()) return text;
  if (text.back() != '\n') text += '\n';
  return text + "run with " + result.variation;
}

std::string case_text(const TestResult& result) {
  std::string text = "    <testcase classname=\"" + escaped(result.file) + "\" name=\"" +
                     escaped(result.name) + "\" time=\"" + seconds(result.took) + "\"";
  if (!result.failure && result.note.empty()) return text + "/>\n";
  if (!result.failure)
    return text + ">\n      <system-out>" + escaped(result.note) + "</system-out>\n    </testcase>\n";
  const std::string message = failure_text(result);
  text += ">\n      <failure message=\"" + escaped(message.substr(0, message.find('\n'))) + "\">" +
          escaped(message) + "</failure>\n";
  if (!result.log.empty()) {
    text += "      <system-err>";
    for (const auto& line : result.log) text += escaped(line + "\n");
    text += "</system-err>\n";
  }
  return text + "    </testcase>\n";
}

}  // namespace

std::string result_text(const TestResult& result) {
  std::string text = std::string(result.failure ? "FAILS " : "holds ") + result.file + ": " +
                     printable(result.name) + " (" + milliseconds(result.took) +
                     (result.note.empty() ? "" : "; " + result.note) + ")\n";
  if (!result.failure) return text;
  text += failure_text(result);
  if (text.back() != '\n') text += '\n';
  for (const auto& line : result.log) text += "  log: " + line + "\n";
  return text;
}

std::string closing_line(const std::vector<TestResult>& results) {
  std::chrono::microseconds took{};
  for (const auto& result : results) took += result.took;
  const auto failed =
      std::count_if(results.begin(), results.end(), [](const auto& r) { return r.failure.has_value(); });
  return counted(results.size()) + ", " +
         (failed == 0 ? "all hold"
                      : std::to_string(failed) + (failed == 1 ? " does not hold" : " do not hold")) +
         " (" + milliseconds(took) + ")\n";
}

std::string junit_text(const std::vector<TestResult>& results) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (auto at = results.begin(); at != results.end();) {
    const auto end = std::find_if(at, results.end(), [&](const auto& r) { return r.file != at->file; });
    std::string cases;
    std::chrono::microseconds took{};
    std::size_t failures = 0;
    for (auto result = at; result != end; ++result) {
      cases += case_text(*result);
      took += result->took;
      failures += result->failure ? 1 : 0;
    }
    text += "  <testsuite name=\"" + escaped(at->file) + "\" tests=\"" + std::to_string(end - at) +
            "\" failures=\"" + std::to_string(failures) + "\" errors=\"0\" time=\"" + seconds(took) +
            "\">\n" + cases + "  </testsuite>\n";
    at = end;
  }
  return text + "</testsuites>\n";
}

}  // namespace weir
