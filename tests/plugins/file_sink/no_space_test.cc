// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <weir/testing.h>

#include <csignal>
#include <filesystem>
#include <string>

#include "sinks/file/file_sink.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using ::testing::HasSubstr;
using Harness = testing::Harness<FileSink>;

std::string options(const std::filesystem::path& path) {
  return nlohmann::json({{"path", path.string()}}).dump();
}

TEST(NoSpace, AFullDiskStopsThePipelineAndLeavesWholeLines) {
  WEIR_REQUIRE_SMALL_DISK();
  const support::TempDir dir;
  const support::SmallDisk disk(dir.path(), "size=64k");
  Harness h(options(dir / "out"));
  const std::string value(9'999, 'x');
  h.write({value, value, value});
  h.flush();
  h.write({value, value, value, value});
  try {
    h.flush();
    ADD_FAILURE() << "70 kB went into 64 kB";
  } catch (const testing::PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    EXPECT_EQ(e.code, "no_space");
    EXPECT_THAT(e.what(),
                HasSubstr("cannot write '" + (dir / "out").string() + "': No space left on device"));
  }
  EXPECT_EQ(dir.read("out"), value + "\n" + value + "\n" + value + "\n") << "the batch was taken back whole";
}

/// Files of this process cannot grow beyond a size for as long as this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t size) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{size, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

 private:
  rlimit before_{};
  void (*signal_)(int);
};

TEST(NoSpace, ABatchThatWasWrittenInPartIsTakenBack) {
  const support::TempDir dir;
  Harness h(options(dir / "out"));
  h.write({"first"});
  h.flush();
  h.write({"second", std::string(500, 'x')});
  {
    const FileSizeLimit limit(100);
    EXPECT_THROW(h.flush(), testing::PluginError);
  }
  EXPECT_EQ(dir.read("out"), "first\n");
}

}  // namespace
}  // namespace weir::file
