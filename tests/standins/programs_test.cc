// SPDX-License-Identifier: Apache-2.0
// The programs, as another process sees them, and what weir-make-ids makes.
#include <Poco/Pipe.h>
#include <Poco/PipeStream.h>
#include <Poco/Process.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "http_client.h"
#include "made_ids.h"
#include "wechat_profile.h"

namespace weir::standins {
namespace {

using nlohmann::json;

/// A program that runs, with its standard output to read.
class Program {
 public:
  Program(const std::string& path, const Poco::Process::Args& arguments)
      : handle_(Poco::Process::launch(path, arguments, nullptr, &pipe_, nullptr)), output_(pipe_) {}

  std::string next_line() {
    std::string line;
    std::getline(output_, line);
    return line;
  }
  std::string rest() { return {std::istreambuf_iterator<char>(output_), {}}; }
  int end(int signal) {
    ::kill(handle_.id(), signal);
    return handle_.wait();
  }
  int wait() { return handle_.wait(); }

 private:
  Poco::Pipe pipe_;
  Poco::ProcessHandle handle_;
  Poco::PipeInputStream output_;
};

/// A file that is gone when the test is over.
class ScratchFile {
 public:
  ScratchFile() { ::close(::mkstemp(path_)); }
  ~ScratchFile() { std::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  std::string path() const { return path_; }
  std::string content() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  char path_[32] = "/tmp/weir-standins-XXXXXX";
};

TEST(WeChatStandInProgram, SaysWhereItListensAndEndsOnSigterm) {
  Program program(WEIR_WECHAT_STANDIN, {"--app-id", "wx1", "--secret=s1", "--rate-limit=1"});
  const std::string line = program.next_line();
  const std::string prefix = "listening on http://127.0.0.1:";
  ASSERT_EQ(line.substr(0, prefix.size()), prefix);
  HttpClient client(static_cast<std::uint16_t>(std::stoi(line.substr(prefix.size()))));
  json request = token_request();
  request["appid"] = "wx1";
  request["secret"] = "s1";
  const std::string token = client.post("/cgi-bin/stable_token", request.dump()).json().at("access_token");
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 0);
  EXPECT_EQ(client.ask(token, {"oA"}).errcode(), 45011);
  EXPECT_EQ(program.end(SIGTERM), 0);
}

TEST(WeChatStandInProgram, RefusesACommandLineItDoesNotUnderstand) {
  EXPECT_EQ(Program(WEIR_WECHAT_STANDIN, {"--port", "70000"}).wait(), 2);
  EXPECT_EQ(Program(WEIR_WECHAT_STANDIN, {"--nothing"}).wait(), 2);
  EXPECT_EQ(Program(WEIR_WECHAT_STANDIN, {"extra"}).wait(), 2);
}

TEST(MockKafkaProgram, WritesItsAddressWhenItsTopicsAreFilled) {
  const ScratchFile lines;
  const ScratchFile address;
  std::ofstream(lines.path()) << "a\n\nlast without newline";
  Program program(WEIR_MOCK_KAFKA,
                  {"--topic", "ids:1", "--fill", "ids:" + lines.path(), "--address-file", address.path()});
  const std::string line = program.next_line();
  EXPECT_THAT(line, testing::StartsWith("listening on 127.0.0.1:"));
  EXPECT_EQ("listening on " + address.content(), line + "\n");
  EXPECT_EQ(program.end(SIGTERM), 0);
}

TEST(MockKafkaProgram, FailsWhenAFileCannotBeRead) {
  EXPECT_EQ(Program(WEIR_MOCK_KAFKA, {"--topic", "a:1", "--fill", "a:/does/not/exist"}).wait(), 1);
  EXPECT_EQ(Program(WEIR_MOCK_KAFKA, {"--topic", "a"}).wait(), 2);
}

TEST(MakeIdsProgram, PrintsLinesAndAccount) {
  const ScratchFile account;
  Program program(WEIR_MAKE_IDS, {"--count", "1000", "--seed", "7", "--account", account.path()});
  const std::string printed = program.rest();
  EXPECT_EQ(program.wait(), 0);
  const MadeIds made = make_ids(1000, 7);
  std::string expected;
  for (const std::string& line : made.lines) expected += line + "\n";
  EXPECT_EQ(printed, expected);
  EXPECT_EQ(account.content(), made.account_json() + "\n");
}

TEST(MadeIds, AreWhatTheAccountSays) {
  const MadeIds made = make_ids(10'000, 1);
  MadeIds counted;
  std::set<std::string> ids;
  for (const std::string& line : made.lines) {
    if (line.find_first_not_of(" \t") == std::string::npos) {
      ++counted.blank;
      continue;
    }
    const json value = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) {
      ++counted.broken_json;
      continue;
    }
    const auto id = (value.is_string() ? value : value.at("openid")).get<std::string>();
    EXPECT_TRUE(ids.insert(id).second) << id << " twice";
    switch (kind_of_id(id)) {
      case IdKind::kRefused:
        ++counted.refused;
        break;
      case IdKind::kNotFollowing:
        ++counted.not_following;
        break;
      case IdKind::kFollowing:
        ++(value.is_string() ? counted.good_strings : counted.good_objects);
    }
  }
  counted.lines = made.lines;
  EXPECT_EQ(made.account_json(), counted.account_json());
  EXPECT_EQ(made.account_json(),
            R"({"total":10000,"blank":100,"broken_json":100,"refused":100,"not_following":200,)"
            R"("good":9500,"good_objects":4750,"good_strings":4750})");
}

TEST(MadeIds, DependOnTheSeedAlone) {
  EXPECT_EQ(make_ids(500, 3).lines, make_ids(500, 3).lines);
  EXPECT_NE(make_ids(500, 3).lines, make_ids(500, 4).lines);
}

}  // namespace
}  // namespace weir::standins
