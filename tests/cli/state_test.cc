// SPDX-License-Identifier: Apache-2.0
//
// What a checkpoint holds: shown, exported, begun with elsewhere, and refused where the file has changed.
#include <gmock/gmock.h>

#include <filesystem>
#include <string>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class State : public EtlRun {
 protected:
  /// Passes the first line of each key on, whatever run it comes in.
  std::string pipeline(const std::string& stage, const std::string& key, const std::string& store = "store") {
    return "pipeline: once\ncheckpoint: {store: " + store +
           "}\nsources: {in: {plugin: file, path: '*.txt'}}\nprocesses:\n  " + stage +
           ": {plugin: dedupe, from: in, key: " + key + ", within: 1h}\ndiscard: [" + stage +
           ".duplicate]\nsinks: {out: {plugin: file, from: " + stage + ", path: out.ndjson}}\n";
  }
  void SetUp() override {
    dir_.write("p.yaml", pipeline("first", "id"));
    dir_.write("1.txt", "{\"id\": \"a\", \"n\": 1}\n{\"id\": \"\\u00e9\", \"n\": 2}\n");
    ASSERT_EQ(etl_run({"p.yaml"}).status.code, 0);
    dir_.write("2.txt", "{\"id\": \"a\", \"n\": 3}\n{\"id\": \"c\", \"n\": 4}\n");
  }
};

TEST_F(State, IsShown) {
  const auto done = etl_run({"state", "p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, StartsWith("checkpoint 1, "));
  EXPECT_THAT(done.out, HasSubstr("\n  in: 1.txt goes on at 3\n"));
  EXPECT_THAT(done.out, HasSubstr("\n  stage 'first': "));
  EXPECT_THAT(done.out, HasSubstr("2 entries in "));
}

TEST_F(State, OfAStageThatIsGoneOrHasAnotherKeyIsRefusedWithAllNames) {
  dir_.write("p.yaml", pipeline("renamed", "id"));
  auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_EQ(done.err,
            "etl-run: the checkpoint holds state that the pipeline cannot take up:\n"
            "  stage 'first' is gone from the file\n"
            "change the file back, or begin without it: --drop-state first\n");
  dir_.write("p.yaml", pipeline("first", "n"));
  done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("  stage 'first' was another one: `key` was [\"id\"] and is [\"n\"]\n"));
  EXPECT_EQ(lines_of("out.ndjson").size(), 2u) << "nothing was written";
}

TEST_F(State, IsLeftBehindWhenAskedFor) {
  dir_.write("p.yaml", pipeline("renamed", "id"));
  auto done = etl_run({"p.yaml", "--drop-state", "frist"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, AllOf(HasSubstr("no state of a stage 'frist'"), HasSubstr("did you mean 'first'")));
  done = etl_run({"p.yaml", "--drop-state", "first"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_EQ(lines_of("out.ndjson").size(), 4u) << "a is new again";
  EXPECT_EQ(etl_run({"p.yaml"}).status.code, 0) << "it has left the checkpoint";
}

TEST_F(State, MovesToAnotherStore) {
  EXPECT_EQ(etl_run({"state", "p.yaml", "--export", "state.jsonl"}).status.code, 0);
  EXPECT_EQ(etl_run({"state", "p.yaml", "--export", "-"}).out, dir_.read("state.jsonl"));
  dir_.write("p.yaml", pipeline("first", "id", "elsewhere"));
  auto done = etl_run({"p.yaml", "--begin-with", "state.jsonl"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(lines_of("out.ndjson"),
              ElementsAre("{\"id\": \"a\", \"n\": 1}", "{\"id\": \"\\u00e9\", \"n\": 2}",
                          "{\"id\": \"c\", \"n\": 4}"));
  done = etl_run({"p.yaml", "--begin-with", "state.jsonl"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("the pipeline has a checkpoint already"));
}

TEST_F(State, LinesThatAreNoneAreNamed) {
  for (const std::string bad :
       {"{", "[]", "{\"a\": 1}", "{\"position\": {}}", "{\"checkpoint\": {\"number\": \"x\"}}",
        "{\"checkpoint\": {\"group\": 0, \"groups\": 1, \"number\": 1}}\n{\"entry\": {}}"}) {
    dir_.write("bad.jsonl", bad + "\n");
    dir_.write("p.yaml", pipeline("first", "id", "elsewhere"));
    const auto done = etl_run({"p.yaml", "--begin-with", "bad.jsonl"});
    EXPECT_EQ(done.status.code, 1) << bad;
    EXPECT_THAT(done.err, HasSubstr("--begin-with bad.jsonl: line ")) << bad;
  }
  ASSERT_EQ(etl_run({"p.yaml"}).status.code, 0);
  ASSERT_EQ(etl_run({"state", "p.yaml", "--export", "whole.jsonl"}).status.code, 0);
  const std::string whole = dir_.read("whole.jsonl");
  dir_.write("p.yaml", pipeline("first", "id", "third"));
  const std::size_t second = whole.find('\n', whole.find('\n') + 1) + 1;
  for (const auto& bad : {std::string(), whole.substr(0, second), whole.substr(second),
                          whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1), whole + whole}) {
    dir_.write("bad.jsonl", bad);
    EXPECT_EQ(etl_run({"p.yaml", "--begin-with", "bad.jsonl"}).status.code, 1) << bad;
  }
  EXPECT_EQ(etl_run({"p.yaml", "--begin-with", "."}).status.code, 1) << "a folder";
  EXPECT_THAT(etl_run({"p.yaml", "--begin-with", "none"}).err,
              HasSubstr("--begin-with none: the file cannot be read"));
}

TEST_F(State, APipelineWithoutAStoreHasNone) {
  dir_.write("p.yaml",
             "sources: {in: {plugin: generator, template: x, count: 1}}\nsinks: {out: {plugin: stdout, from: "
             "in}}\n");
  const auto done = etl_run({"state", "p.yaml"});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, HasSubstr("keeps no checkpoints of its own"));
  EXPECT_THAT(done.out, IsEmpty());
}

}  // namespace
}  // namespace weir::test
