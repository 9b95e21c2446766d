// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "support/child_process.h"
#include "support/free_port.h"
#include "support/temp_dir.h"
#include "support/unique_name.h"
#include "support/wait_until.h"

namespace weir::support {
namespace {

namespace fs = std::filesystem;

bool alive(const std::string& pid) {
  return ::kill(std::stoi(pid), 0) == 0;
}

TEST(TempDir, IsRemovedWithAllInItEvenWithoutWritePermission) {
  fs::path path;
  {
    const TempDir dir;
    path = dir.path();
    dir.write("a/b/file", "bytes");
    EXPECT_EQ(dir.read("a/b/file"), "bytes");
    fs::permissions(path / "a/b", fs::perms::owner_read);
    EXPECT_TRUE(fs::is_directory(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TempDir, TwoNeverShareAFolder) {
  EXPECT_NE(TempDir("same").path(), TempDir("same").path());
}

TEST(TempDir, AFileThatIsNotThereIsNamedInTheError) {
  const TempDir dir;
  try {
    dir.read("missing.txt");
    FAIL() << "read a file that is not there";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("missing.txt: No such file"), std::string::npos) << error.what();
  }
}

TEST(UniqueName, NeverRepeats) {
  EXPECT_NE(unique_name("ids"), unique_name("ids"));
  EXPECT_EQ(unique_name("ids").rfind("ids_", 0), 0u);
}

TEST(FreePort, AServerCanListenThere) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(free_port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(fd, 1), 0);
  close(fd);
}

TEST(ChildProcess, CapturesBothOutputsAndTheExitCode) {
  const Completed done = run({"sh", "-c", "echo to out; echo to err >&2; exit 3"});
  EXPECT_EQ(done.out, "to out\n");
  EXPECT_EQ(done.err, "to err\n");
  EXPECT_EQ(done.status, (ExitStatus{3, 0}));
  EXPECT_EQ(to_string(done.status), "exit code 3");
}

TEST(ChildProcess, GetsInputEnvironmentAndFolder) {
  const TempDir dir;
  const Completed done =
      run({"sh", "-c", "cat; echo $WEIR_SUPPORT_WORD; pwd"},
          {.environment = {{"WEIR_SUPPORT_WORD", "word"}}, .working_dir = dir.path(), .input = "in\n"});
  EXPECT_EQ(done.out, "in\nword\n" + fs::canonical(dir.path()).string() + "\n");
}

TEST(ChildProcess, WithoutInputItsStandardInputIsAtItsEnd) {
  EXPECT_EQ(run({"cat"}).out, "");
}

TEST(ChildProcess, AProgramThatCannotBeStartedIsAnErrorWithItsName) {
  try {
    ChildProcess child({"weir-no-such-program"});
    FAIL() << "started a program that is not there";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "cannot start weir-no-such-program: No such file or directory");
  }
}

TEST(ChildProcess, ASignalEndsIt) {
  ChildProcess child({"sleep", "1000"});
  EXPECT_TRUE(child.running());
  EXPECT_FALSE(child.wait(std::chrono::milliseconds(1)));
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait(), (ExitStatus{0, SIGTERM}));
  EXPECT_FALSE(child.running());
  child.signal(SIGTERM);  // of no effect
}

TEST(ChildProcess, AProgramThatDoesNotEndIsAnErrorThatQuotesIt) {
  try {
    run({"sh", "-c", "echo stuck here >&2; exec sleep 1000"}, {}, std::chrono::milliseconds(300));
    FAIL() << "came back";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("sh still runs after 300 ms"), std::string::npos)
        << error.what();
  }
}

TEST(ChildProcess, TheDestructorAlsoEndsWhatTheProgramStarted) {
  std::string grandchild;
  {
    ChildProcess child({"sh", "-c", "sleep 1000 & echo $!; wait"});
    ASSERT_TRUE(wait_until(kLongWait, [&] { return child.out().find('\n') != std::string::npos; }));
    grandchild = child.out();
    EXPECT_TRUE(alive(grandchild));
  }
  // Whoever inherited it reaps it, some time; a zombie has no memory left.
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    return !alive(grandchild) || !fs::exists("/proc/" + grandchild.substr(0, grandchild.size() - 1) + "/exe");
  }));
}

TEST(ChildProcess, DiesWithTheTest) {
  // The forked process stands for a test program that is killed.
  const TempDir dir;
  const pid_t test = fork();
  if (test == 0) {
    setenv("TMPDIR", dir.path().c_str(), 1);  // nobody is left to remove its folders
    const ChildProcess child({"sleep", "1000"});
    dir.write("pid", std::to_string(child.pid()) + "\n");
    pause();
    _exit(0);
  }
  ASSERT_TRUE(wait_until(
      kLongWait, [&] { return fs::exists(dir / "pid") && dir.read("pid").find('\n') != std::string::npos; }));
  const std::string child = dir.read("pid");
  ::kill(test, SIGKILL);
  waitpid(test, nullptr, 0);
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    return !alive(child) || !fs::exists("/proc/" + child.substr(0, child.size() - 1) + "/exe");
  }));
}

TEST(ChildProcess, TellsItsMemory) {
  ChildProcess child({"sleep", "1000"});
  EXPECT_TRUE(wait_until(kLongWait, [&] { return child.resident_memory_kib() > 100; }));
  EXPECT_TRUE(wait_until(kLongWait, [&] { return child.peak_memory_kib() > 100; }));
  child.kill();
  EXPECT_EQ(child.resident_memory_kib(), 0);
  EXPECT_GT(child.peak_memory_kib(), 100);
}

TEST(LastLines, KeepsTheEndOfALog) {
  EXPECT_EQ(last_lines("a\nb\nc\n", 2), "b\nc\n");
  EXPECT_EQ(last_lines("a\nb\nc", 1), "c");
  EXPECT_EQ(last_lines("a\nb\n", 5), "a\nb\n");
  EXPECT_EQ(last_lines("", 5), "");
}

}  // namespace
}  // namespace weir::support
