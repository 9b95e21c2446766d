// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong while a pipeline runs: a clear message, exit code 1, positions kept.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include "etl_run.h"
#include "support/small_disk.h"

namespace weir::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

using Faults = EtlRun;

const char kCopy[] = R"(
pipeline: copy
checkpoint: {store: store}
sources: {in: {plugin: file, path: in.txt, max_line: 100}}
sinks: {out: {plugin: file, from: in, path: disk/out.txt}}
)";

TEST_F(Faults, ARecordThatCannotBeTakenStopsThePipelineAndSaysWhatToDo) {
  dir_.write("in.txt", "first\n" + std::string(200, 'x') + "\nthird\n");
  dir_.write("p.yaml", kCopy);
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(
      done.err,
      EndsWith("etl-run: pipeline 'copy' failed: stage 'in': cannot take the record in[in.txt@2]: line 2 of "
               "'in.txt' is longer than max_line (100 bytes); this record holds its beginning; wire the port "
               "'in.error' to keep such records and go on (line_too_long); positions are kept\n"));
  EXPECT_FALSE(exists("store/copy.task-0.checkpoint-1"));
  EXPECT_EQ(etl_run({"-q", "p.yaml"}).err, done.err.substr(done.err.find("etl-run: pipeline")))
      << "with --quiet the error stands alone";
}

TEST_F(Faults, AnInputThatIsNotThereIsNamed) {
  dir_.write("p.yaml", kCopy);
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, HasSubstr("stage 'in': cannot read 'in.txt': No such file or directory"));
}

TEST_F(Faults, ADamagedCheckpointStopsTheStart) {
  dir_.write("in.txt", "first\n");
  dir_.write("p.yaml", kCopy);
  dir_.write("store/copy.task-0.checkpoint-1", "weir checkp");
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_EQ(done.err,
            "etl-run: checkpoint file store/copy.task-0.checkpoint-1: it is damaged: it ends too early; "
            "there is no older "
            "one; remove it to read the sources from their beginning, without what the stages kept\n");
  EXPECT_FALSE(exists("disk/out.txt"));
}

TEST_F(Faults, PositionsThatCannotBeSavedStopThePipeline) {
  dir_.write("in.txt", "first\n");
  dir_.write("p.yaml", kCopy);
  fs::create_directories(dir_ / "store/copy.task-0.checkpoint-1.new");  // where the file is to be written
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 1);
  EXPECT_THAT(done.err, EndsWith("etl-run: pipeline 'copy' failed: cannot create "
                                 "store/copy.task-0.checkpoint-1.new: Is a directory (store); positions are "
                                 "kept\n"));
}

TEST_F(Faults, AFolderWithoutWritePermissionIsNamed) {
  dir_.write("in.txt", "first\n");
  dir_.write("p.yaml", kCopy);
  fs::create_directory(dir_ / "disk");
  fs::permissions(dir_ / "disk", fs::perms::owner_read | fs::perms::owner_exec);
  // Root may write everywhere unless it gives that right away.
  std::vector<std::string> argv{WEIR_ETL_RUN, "p.yaml"};
  if (::geteuid() == 0) {
    const std::vector<std::string> without{"setpriv", "--bounding-set", "-dac_override,-dac_read_search"};
    WEIR_REQUIRE_PROGRAM("setpriv", "util-linux");
    argv.insert(argv.begin(), without.begin(), without.end());
  }
  const auto done = support::run(argv, {.working_dir = dir_.path()});
  EXPECT_EQ(done.status.code, 1) << done.err;
  EXPECT_THAT(
      done.err,
      EndsWith("etl-run: pipeline 'copy' failed: stage 'out': cannot write 'disk/out.txt': no file can be "
               "made in 'disk': Permission denied (no_permission); positions are kept\n"));
}

TEST_F(Faults, AFullDiskStopsItWithWholeLinesAndTheNextRunLosesNothing) {
  constexpr int kLines = 10'000;
  WEIR_REQUIRE_SMALL_DISK();
  support::SmallDisk disk(dir_ / "disk", "size=256k");
  dir_.write("in.txt", numbered_lines(kLines, 80));
  dir_.write("p.yaml", kCopy);
  const auto full = etl_run({"p.yaml"});
  EXPECT_EQ(full.status.code, 1);
  EXPECT_THAT(full.err,
              EndsWith("etl-run: pipeline 'copy' failed: stage 'out': cannot write 'disk/out.txt': No "
                       "space left on device (no_space); positions are kept\n"));
  EXPECT_THAT(line_with(full.err, "account: "),
              AllOf(HasSubstr("taken by sinks"), Not(HasSubstr("written"))));
  const std::string written = dir_.read("disk/out.txt");
  EXPECT_TRUE(written.empty() || written.back() == '\n') << "no half line";
  EXPECT_FALSE(exists("store/copy.task-0.checkpoint-1"));

  // The operator makes room.
  disk.resize("4m");
  const auto done = etl_run({"p.yaml"});
  EXPECT_EQ(done.status.code, 0) << done.err;
  std::set<std::string> seen;
  for (const auto& line : lines_of("disk/out.txt")) {
    EXPECT_EQ(line.size(), 80u);
    seen.insert(line);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kLines));
}

}  // namespace
}  // namespace weir::test
