// SPDX-License-Identifier: Apache-2.0
//
// Several writers of one file, and others who rename it meanwhile.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <weir/testing.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "lines/file_descriptor.h"
#include "sinks/file/file_sink.h"
#include "support/temp_dir.h"

namespace weir::file {
namespace {

using Harness = testing::Harness<FileSink>;

struct SharedFileTest : ::testing::Test {
  std::string options(nlohmann::json more = nlohmann::json::object()) const {
    more["path"] = (dir / "out").string();
    return more.dump();
  }
  /// How often each line stands in all files together.
  std::map<std::string, int> lines() const {
    std::map<std::string, int> all;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
      std::istringstream text(dir.read(entry.path()));
      for (std::string line; std::getline(text, line);) ++all[line];
    }
    return all;
  }
  /// Writers in threads of their own, each with its instance and its lines; `meanwhile` runs beside them.
  template <class Meanwhile>
  void write_by(int writers, int batches, const std::string& with, Meanwhile meanwhile) {
    std::vector<std::thread> threads;
    for (int w = 0; w < writers; ++w) {
      threads.emplace_back([&, w] {
        Harness h(with);
        for (int b = 0; b < batches; ++b) {
          const std::string mark = std::to_string(w) + "-" + std::to_string(b);
          h.write({mark + std::string(3000, 'x'), mark + "y"});
          h.flush();
        }
      });
    }
    meanwhile();
    for (auto& thread : threads) thread.join();
    const auto found = lines();
    EXPECT_EQ(found.size(), static_cast<std::size_t>(writers * batches * 2));
    for (int w = 0; w < writers; ++w) {
      for (int b = 0; b < batches; ++b) {
        const std::string mark = std::to_string(w) + "-" + std::to_string(b);
        for (const auto& line : {mark + std::string(3000, 'x'), mark + "y"}) {
          const auto at = found.find(line);
          ASSERT_TRUE(at != found.end()) << line.substr(0, 20) << " is missing or torn";
          EXPECT_EQ(at->second, 1);
        }
      }
    }
  }

  support::TempDir dir;
};

TEST_F(SharedFileTest, LinesOfSeveralWritersNeverMix) {
  write_by(4, 50, options(), [] {});
}

TEST_F(SharedFileTest, WritersThatRotateTheSameFileLoseNothing) {
  write_by(4, 50, options({{"rotate", {{"size", 20'000}}}}), [] {});
  EXPECT_TRUE(std::filesystem::exists(dir / "out.1"));
}

TEST_F(SharedFileTest, WhoRenamesTheFileUnderItsLockFindsWholeBatchesAndNothingIsAddedLater) {
  std::map<std::string, std::uintmax_t> taken;
  write_by(2, 100, options(), [&] {
    for (int i = 0; i < 20;) {
      const FileDescriptor file(::open((dir / "out").c_str(), O_RDWR | O_CLOEXEC));
      if (!file || ::flock(file.get(), LOCK_EX) != 0) continue;
      const auto to = dir / ("taken." + std::to_string(i++));
      std::error_code error;
      std::filesystem::rename(dir / "out", to, error);
      if (error) continue;  // the file that was opened has been taken already
      taken[to] = std::filesystem::file_size(to);
    }
  });
  for (const auto& [path, size] : taken) EXPECT_EQ(std::filesystem::file_size(path), size) << path;
}

}  // namespace
}  // namespace weir::file
