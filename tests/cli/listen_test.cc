// SPDX-License-Identifier: Apache-2.0
//
// `--listen`: what etl-run answers over HTTP while it runs.
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/StreamCopier.h>
#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "etl_run.h"

namespace weir::test {
namespace {

using nlohmann::json;
using support::kLongWait;
using support::wait_until;
using ::testing::AllOf;
using ::testing::HasSubstr;

struct Reply {
  int status = 0;
  std::string body;
};

class Listen : public EtlRun {
 protected:
  /// Where the process listens, once it has said so.
  static Poco::Net::SocketAddress address_of(support::ChildProcess& child) {
    constexpr char kWords[] = "listening at ";
    std::string address;
    EXPECT_TRUE(wait_until(kLongWait, [&] {
      const std::string err = child.err();
      const std::size_t at = err.find(kWords);
      const std::size_t end = at == std::string::npos ? at : err.find('\n', at);
      if (end != std::string::npos)
        address = err.substr(at + sizeof kWords - 1, end - at - sizeof kWords + 1);
      return !address.empty();
    })) << child.err();
    return Poco::Net::SocketAddress(address);
  }

  static Reply ask(const Poco::Net::SocketAddress& at, const std::string& path,
                   const std::string& method = "GET") {
    Poco::Net::HTTPClientSession session(at);
    Poco::Net::HTTPRequest request(method, path, Poco::Net::HTTPRequest::HTTP_1_1);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    std::string body;
    Poco::StreamCopier::copyToString(session.receiveResponse(response), body);
    return {static_cast<int>(response.getStatus()), body};
  }
};

TEST_F(Listen, ASinkThatTakesNothingIsNamedInTheStatus) {
  dir_.write("p.yaml", R"(pipeline: stuck
sources: {numbers: {plugin: generator, template: "a line that fills the pipe of standard output"}}
sinks: {out: {plugin: stdout, from: numbers}}
)");
  const auto child = start_with_stuck_output("p.yaml --listen 0");
  const auto at = address_of(*child);
  json out;
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    const json status = json::parse(ask(at, "/status").body);
    if (status["stages"].size() == 2) out = status["stages"][1];
    return out.value("held_back_ms", 0) > 0;
  })) << child->err();
  EXPECT_EQ(out["name"], "out");
  EXPECT_EQ(ask(at, "/live").status, 200);
  EXPECT_EQ(ask(at, "/ready?verbose").status, 200);
  EXPECT_THAT(ask(at, "/metrics").body,
              HasSubstr("weir_held_back_seconds_total{pipeline=\"stuck\",stage=\"out\"}"));
  EXPECT_EQ(ask(at, "/live", "POST").status, 405);
  EXPECT_EQ(ask(at, "/live", "HEAD").body, "");
}

TEST_F(Listen, WhileItWaitsToBeginAgainItIsAliveAndNotReady) {
  std::string lines;
  for (int i = 0; i < 20000; ++i) lines += std::to_string(i) + "\n";
  dir_.write("in.txt", lines);
  dir_.write("p.yaml", R"(pipeline: again
checkpoint: {store: store, every: 1ms}
restart: {first: 1h, most: 1h}
sources: {in: {plugin: file, path: in.txt}}
processes: {fuse: {plugin: fuse, from: in, after: store/again.task-0.checkpoint-1, blown: [one]}}
sinks: {out: {plugin: file, from: fuse, path: out.txt}}
)");
  const auto child = start({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS, "--listen", "127.0.0.1:0"});
  const auto at = address_of(*child);
  Reply ready;
  EXPECT_TRUE(wait_until(kLongWait, [&] {
    ready = ask(at, "/ready");
    return ready.body.find("restarting") == 0;
  })) << child->err();
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("last failure: the fuse one has blown"));
  EXPECT_EQ(ask(at, "/live").status, 200);
  const json status = json::parse(ask(at, "/status").body);
  EXPECT_EQ(status["restarts"], 1);
  EXPECT_EQ(status["last_failure"]["code"], "blown");
  EXPECT_GT(status["checkpoints"]["saved"], 0);
  child->signal(SIGTERM);
  EXPECT_TRUE(child->wait());
}

/// While the failed one is taken down, too, which waits for its plugins.
TEST_F(Listen, WhileItsPluginsDoNotGoItIsAliveAndHeedsSignals) {
  dir_.write("in.txt", "1\n");
  dir_.write("p.yaml", R"(pipeline: again
checkpoint: {store: store}
restart: {first: 1h, most: 1h}
sources: {in: {plugin: file, path: in.txt}}
processes: {work: {plugin: stuck, from: in, in: end, after: more, stuck: stuck, until: go}}
sinks: {out: {plugin: file, from: work, path: out.txt}}
)");
  ASSERT_EQ(etl_run({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS}).status.code, 0);
  dir_.write("in.txt", "1\n2\n");
  dir_.write("more", "");
  const auto child = start({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS, "--listen", "127.0.0.1:0"});
  const auto at = address_of(*child);
  ASSERT_TRUE(wait_until(kLongWait, [&] { return exists("stuck"); })) << child->err();
  EXPECT_EQ(ask(at, "/live").status, 200);
  EXPECT_THAT(ask(at, "/ready").body, HasSubstr("restarting"));
  child->signal(SIGTERM);
  EXPECT_TRUE(wait_until(kLongWait, [&] { return child->err().find("stopping: ") != std::string::npos; }))
      << child->err();
  EXPECT_THAT(ask(at, "/ready").body, HasSubstr("stopping"));
  dir_.write("go", "");
  const auto status = child->wait();
  ASSERT_TRUE(status);
  EXPECT_EQ(status->code, 1);
  EXPECT_THAT(child->err(), HasSubstr("etl-run: pipeline 'again' failed: stage 'work': it is stuck"));
}

TEST_F(Listen, AnAddressThatCannotBeTakenIsToldBeforeAnythingRuns) {
  dir_.write("p.yaml", R"(pipeline: p
sources: {numbers: {plugin: generator, template: x, count: 3}}
sinks: {out: {plugin: file, from: numbers, path: out.txt}}
)");
  for (const std::string address : {"nowhere.invalid:80", "127.0.0.1:99999", "127.0.0.1"}) {
    const auto done = etl_run({"p.yaml", "--listen", address});
    EXPECT_EQ(done.status.code, 2) << address;
    EXPECT_THAT(done.err, HasSubstr("etl-run: cannot listen at " + address + ": "));
    EXPECT_FALSE(exists("out.txt"));
  }
}

}  // namespace
}  // namespace weir::test
