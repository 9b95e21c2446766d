// SPDX-License-Identifier: Apache-2.0
#include "testing/test_reader.h"

#include <filesystem>
#include <utility>

#include "base/utf8.h"
#include "spec/text_file.h"
#include "spec/yaml_reader.h"
#include "testing/map_reader.h"
#include "testing/step_reader.h"

namespace weir {
namespace {

constexpr std::string_view kEnding = ".test.yaml";

class TestReader {
 public:
  TestReader(const std::string& path, Diagnostics& diagnostics) : diagnostics_(diagnostics) {
    file_.path = file_.pipeline = path;
    file_.pipeline_mark = {path, 0, 0};
  }

  TestFile read(const Node& root) {
    const Node::Entry* tests = nullptr;
    if (is_test_file(file_.path)) {
      file_.pipeline.replace(file_.path.size() - kEnding.size(), kEnding.size(), ".yaml");
      const MapReader map(root, {file_.path, 0, 0}, "the test file", {"pipeline", "env", "tests"},
                          diagnostics_);
      if (const auto pipeline = map.text("pipeline")) {
        file_.pipeline_mark = map.find("pipeline")->value_mark();
        const auto folder = std::filesystem::path(file_.path).parent_path();
        file_.pipeline = (folder / *pipeline).lexically_normal().string();
      }
      read_env(map.find("env"), env_);
      tests = map.need("tests", "a list of tests");
    } else {
      for (const auto& entry : root.entries) {
        if (entry.key == "tests") tests = &entry;
      }
    }
    if (tests != nullptr) read_tests(*tests);
    return std::move(file_);
  }

 private:
  void read_env(const Node::Entry* env, std::map<std::string, std::string>& into) {
    if (env == nullptr) return;
    if (env->value.kind != Node::Kind::kMap && env->value.kind != Node::Kind::kNull) {
      diagnostics_.add(env->value_mark(),
                       "'env' " + describe(env->value) + ", expected a map of variables to texts");
    }
    for (const auto& variable : env->value.entries) {
      if (variable.value.kind != Node::Kind::kScalar) {
        diagnostics_.add(variable.value_mark(),
                         "'" + variable.key + "' " + describe(variable.value) + ", expected a text");
      }
      into[variable.key] = variable.value.text;
    }
  }

  void read_tests(const Node::Entry& tests) {
    if (tests.value.kind != Node::Kind::kList || tests.value.items.empty()) {
      diagnostics_.add(tests.value_mark(),
                       "'tests' " + describe(tests.value) + ", expected a list of at least one test");
      return;
    }
    for (const auto& test : tests.value.items) read_test(test);
  }

  void read_test(const Node& node) {
    const MapReader map(node, node.mark, "a test", {"name", "env", "steps"}, diagnostics_);
    TestCase test;
    test.mark = node.mark;
    map.need("name", "a sentence that says what holds");
    test.name = map.text("name").value_or("");
    for (const auto& other : file_.tests) {
      if (!test.name.empty() && other.name == test.name) {
        diagnostics_.add(map.find("name")->value_mark(),
                         "test '" + printable(test.name) + "' has the name of the one at " +
                             to_string(other.mark) + ", expected a name of its own");
      }
    }
    test.env = env_;
    read_env(map.find("env"), test.env);
    if (const auto* steps = map.need("steps", "a list of steps")) {
      if (steps->value.kind != Node::Kind::kList) map.report(*steps, "a list of steps");
      for (const auto& step : steps->value.items) {
        if (auto read = read_step(step, diagnostics_)) test.steps.push_back(*std::move(read));
      }
    }
    file_.tests.push_back(std::move(test));
  }

  Diagnostics& diagnostics_;
  TestFile file_;
  std::map<std::string, std::string> env_;
};

}  // namespace

bool is_test_file(const std::string& path) {
  return path.ends_with(kEnding);
}

TestFile parse_tests(std::string_view text, const std::string& path, Diagnostics& diagnostics) {
  const auto root = read_yaml(text, path, diagnostics);
  TestFile none;
  none.path = path;
  return root ? TestReader(path, diagnostics).read(*root) : none;
}

TestFile load_tests(const std::string& path, Diagnostics& diagnostics) {
  constexpr std::size_t kLargest = 16 << 20;
  const auto text = read_text_file(path, kLargest);
  if (text.ok()) return parse_tests(text.value(), path, diagnostics);
  diagnostics.add({path, 0, 0}, "the file " + text.message());
  TestFile none;
  none.path = path;
  return none;
}

}  // namespace weir
