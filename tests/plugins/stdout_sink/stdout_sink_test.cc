// SPDX-License-Identifier: Apache-2.0
#include "sinks/stdout/stdout_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <weir/testing.h>

#include <csignal>
#include <cstdio>
#include <future>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "lines/file_descriptor.h"
#include "support/temp_dir.h"

namespace weir::standard_output {
namespace {

using Harness = testing::Harness<StdoutSink>;

/// Standard output is this file for as long as this lives.
class Redirected {
 public:
  explicit Redirected(int to) {
    std::fflush(stdout);
    before_ = FileDescriptor(::dup(STDOUT_FILENO));
    ::dup2(to, STDOUT_FILENO);
  }
  ~Redirected() {
    std::fflush(stdout);
    ::dup2(before_.get(), STDOUT_FILENO);
  }

 private:
  FileDescriptor before_;
};

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    reader = FileDescriptor(ends[0]);
    writer = FileDescriptor(ends[1]);
  }
  FileDescriptor reader, writer;
};

struct StdoutSinkTest : ::testing::Test {
  FileDescriptor open_file() {
    return FileDescriptor(::open((dir / "out").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  }
  support::TempDir dir;
};

TEST_F(StdoutSinkTest, WritesARecordALine) {
  const auto file = open_file();
  {
    const Redirected redirected(file.get());
    Harness h;
    h.write({"a", "b"});
    h.flush();
  }
  EXPECT_EQ(dir.read("out"), "a\nb\n");
}

TEST_F(StdoutSinkTest, WritesTheFormatAskedFor) {
  const auto file = open_file();
  {
    const Redirected redirected(file.get());
    Harness h(R"({"format": "ndjson"})");
    h.write({"a", "\xff", "1"});
    h.flush();
    EXPECT_EQ(h.errors().size(), 1u);
  }
  EXPECT_EQ(dir.read("out"), "\"a\"\n1\n");
}

TEST_F(StdoutSinkTest, LinesOfSeveralInstancesNeverMix) {
  Pipe pipe;
  auto read = std::async(std::launch::async, [&] {
    std::string all;
    char bytes[1000];
    for (ssize_t n = 0; (n = ::read(pipe.reader.get(), bytes, sizeof bytes)) > 0;) {
      all.append(bytes, static_cast<std::size_t>(n));
    }
    return all;
  });
  {
    const Redirected redirected(pipe.writer.get());
    pipe.writer = {};
    std::vector<std::thread> threads;
    for (char c : {'a', 'b', 'c'}) {
      threads.emplace_back([c] {
        Harness h;
        for (int i = 0; i < 20; ++i) h.write({std::string(9'000, c), std::string(10, c)});
        h.flush();
      });
    }
    for (auto& thread : threads) thread.join();
  }
  std::istringstream text(read.get());
  int lines = 0;
  for (std::string line; std::getline(text, line); ++lines) {
    ASSERT_EQ(line.find_first_not_of(line[0]), line.npos) << "two lines have mixed";
    ASSERT_TRUE(line.size() == 9'000 || line.size() == 10);
  }
  EXPECT_EQ(lines, 3 * 20 * 2);
}

TEST_F(StdoutSinkTest, WithoutAReaderThePipelineStops) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);  // as etl-run does
  Pipe pipe;
  pipe.reader = {};
  {
    const Redirected redirected(pipe.writer.get());
    Harness h;
    try {
      h.write({"a"});
      ADD_FAILURE() << "nobody can have read that";
    } catch (const testing::PluginError& e) {
      EXPECT_EQ(e.status, WEIR_STOP);
      EXPECT_EQ(e.code, "closed_pipe");
    }
  }
  std::signal(SIGPIPE, before);
}

TEST_F(StdoutSinkTest, AnAbortEndsTheWaitForASlowReader) {
  Pipe pipe;
  const Redirected redirected(pipe.writer.get());
  Harness h;
  h.start();
  auto write = std::async(std::launch::async, [&] { h.write({std::string(1 << 20, 'x')}); });
  h.abort();
  EXPECT_THROW(write.get(), testing::PluginError);
}

}  // namespace
}  // namespace weir::standard_output
