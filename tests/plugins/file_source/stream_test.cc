// SPDX-License-Identifier: Apache-2.0
//
// Standard input and named pipes: they may have nothing to read for a while.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/testing.h>

#include <string>
#include <string_view>

#include "lines/file_descriptor.h"
#include "sources/file/file_source.h"
#include "support/temp_dir.h"
#include "support/wait_until.h"

namespace weir::file {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using Harness = testing::Harness<FileSource>;

/// Standard input is a pipe for as long as this lives.
class PipedInput {
 public:
  PipedInput() : before_(::dup(STDIN_FILENO)) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    ::dup2(ends[0], STDIN_FILENO);
    ::close(ends[0]);
    writer_ = FileDescriptor(ends[1]);
  }
  ~PipedInput() { before_ ? ::dup2(before_.get(), STDIN_FILENO) : ::close(STDIN_FILENO); }

  void send(std::string_view text) {
    ASSERT_EQ(::write(writer_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void end() { writer_ = {}; }

 private:
  FileDescriptor before_, writer_;
};

constexpr const char* kOptions = R"({"path": "-"})";

TEST(StandardInput, IsReadToItsEnd) {
  PipedInput input;
  input.send("one\ntwo\nthr");
  input.send("ee");
  input.end();
  Harness h(kOptions);
  h.poll_to_end();
  const auto records = h.out();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[2].value, "three");
  EXPECT_EQ(records[2].origin, "-");
  EXPECT_EQ(records[2].position, 3);
  EXPECT_LT(h.progress(), 0) << "nobody knows how much is to come";
}

TEST(StandardInput, WithoutInputThePollReturnsAndInputWakes) {
  PipedInput input;
  Harness h(kOptions);
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  EXPECT_EQ(h.wakes(), 0u);
  input.send("half ");
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return h.wakes() > 0; }));
  EXPECT_EQ(h.poll(), WEIR_OK);
  EXPECT_THAT(h.values(), ElementsAre()) << "the line has not ended";
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  const auto seen = h.wakes();
  input.send("a line\n");
  ASSERT_TRUE(support::wait_until(support::kLongWait, [&] { return h.wakes() > seen; }));
  h.poll();
  EXPECT_THAT(h.values(), ElementsAre("half a line"));
}

TEST(StandardInput, CanBeLeftWhileItWaits) {
  PipedInput input;
  Harness h(kOptions);
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  h.abort();  // the harness then ends the instance, and with it the thread that waits
}

TEST(StandardInput, NothingOfAnEarlierRunIsSkipped) {
  PipedInput input;
  input.send("one\n");
  input.end();
  Harness h(kOptions);
  h.restore({{"-", -1, 2}});
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("one"));
}

TEST(Streams, CannotGoBackToACheckpoint) {
  const support::TempDir dir;
  const auto pipe = (dir / "pipe").string();
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto file = dir.write("lines", "one\n").string();
  const auto refusal = [](const std::string& path) {
    return Harness(nlohmann::json({{"path", path}}).dump()).refuses(WEIR_IN_TRANSACTIONS);
  };
  EXPECT_THAT(refusal("-"), StartsWith("standard input cannot be read again"));
  EXPECT_THAT(refusal(pipe), StartsWith("'" + pipe + "' is no regular file"));
  EXPECT_THAT(refusal((dir / "p*").string()), StartsWith("'" + pipe + "' is no regular file"));
  EXPECT_EQ(refusal(file), "");
  EXPECT_EQ(refusal((dir / "missing").string()), "") << "that is told at the start";
}

TEST(NamedPipe, IsReadToItsEndAlsoWhenItsWriterComesLater) {
  const support::TempDir dir;
  const auto path = (dir / "pipe").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Harness h(nlohmann::json({{"path", path}}).dump());
  EXPECT_EQ(h.poll(), WEIR_IDLE);
  {
    const FileDescriptor writer(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    ASSERT_TRUE(writer);
    ASSERT_EQ(::write(writer.get(), "a\nb", 3), 3);
  }
  h.poll_to_end();
  EXPECT_THAT(h.values(), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace weir::file
