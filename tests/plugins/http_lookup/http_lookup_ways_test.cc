// SPDX-License-Identifier: Apache-2.0
//
// The lookup in the real engine, on threads of its own: what it answers does not depend on how the records
// come, in how many tasks, nor on restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <standins/wechat_api.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "processes/http_lookup/http_lookup.h"
#include "ways.h"

namespace weir::http_lookup {
namespace {

using standins::Fault;
using standins::kLookup;
using ::testing::UnorderedElementsAreArray;
using Strings = std::vector<std::string>;

class HttpLookupWays : public ::testing::TestWithParam<test::Way> {
 protected:
  static std::string record(const std::string& id) { return R"({"id":")" + id + R"("})"; }
  static std::string joined(const std::string& id) {
    return "out got " + std::string(R"({"id":")") + id + R"(","name":"name of )" + id + R"("})";
  }
  static std::string failed(const std::string& id, const std::string& why) {
    return "failed got " + record(id) + " (" + why + ")";
  }

  /// Looks up "id0" to "id4", or what stands in place of them. `more`: of the stage. What sinks have got.
  Strings look_up(const std::string& more = {}) const {
    Strings values;
    for (const auto& id : ids_) values.push_back(record(id));
    return test::noted_in(
        GetParam(), values,
        "processes:\n  ask:\n    plugin: http_lookup\n    from: in\n    concurrency: 2\n    url: " +
            api_.url() +
            "/lookup\n    request: {body: {ids: '{{items}}'}, item: '{{id}}'}\n"
            "    reply: {rows: rows, key: id, message: error}\n"
            "    classes: [{status: 422, answer: split}, {status: 501, answer: refuse}]\n" +
            more +
            "sinks:\n  out: {plugin: keep, from: ask}\n  failed: {plugin: keep, from: "
            "[ask.rejected, ask.not_found, ask.error]}\n",
        "", {detail::Trampoline<HttpLookup>::plugin()});
  }
  static Strings got(const Strings& noted) {
    Strings got;
    std::copy_if(noted.begin(), noted.end(), std::back_inserter(got),
                 [](const std::string& event) { return event.find(" got ") != event.npos; });
    return got;
  }
  Strings all(const std::string& why = {}) const {
    Strings all;
    for (const auto& id : ids_) all.push_back(why.empty() ? joined(id) : failed(id, why));
    return all;
  }

  Strings ids_ = {"id0", "id1", "id2", "id3", "id4"};
  standins::WeChatApi api_;
};

INSTANTIATE_TEST_SUITE_P(All, HttpLookupWays, ::testing::ValuesIn(test::ways_with_restarts(5)));

TEST_P(HttpLookupWays, EachRecordIsAnsweredInTheOrderOfItsPartition) {
  const Strings answered = got(look_up());
  EXPECT_THAT(answered, UnorderedElementsAreArray(all()));
  const auto tasks = static_cast<std::size_t>(GetParam().tasks);
  for (std::size_t i = 0; i + tasks < ids_.size(); ++i) {
    EXPECT_LT(std::find(answered.begin(), answered.end(), joined(ids_[i])),
              std::find(answered.begin(), answered.end(), joined(ids_[i + tasks])));
  }
}

TEST_P(HttpLookupWays, OneBadRecordFailsAlone) {
  ids_[2] = "bad";
  Strings expected = all();
  expected[2] = failed("bad", "ask.rejected http_422 1");
  EXPECT_THAT(got(look_up()), UnorderedElementsAreArray(expected));
}

TEST_P(HttpLookupWays, PassingTroubleIsRepeatedUntilItIsOver) {
  for (const Fault& fault : {Fault::http_status(503), Fault::close_connection(), Fault::half_reply()}) {
    api_.fail_next(3, fault, kLookup);
    EXPECT_THAT(got(look_up("    retry: {first: 1ms, most: 5ms}\n")), UnorderedElementsAreArray(all()));
  }
}

TEST_P(HttpLookupWays, UsedUpAttemptsSendEachRecordToTheErrorPortOnce) {
  api_.fail_next(1000, Fault::http_status(503), kLookup);
  EXPECT_THAT(got(look_up("    retry: {attempts: 2, first: 1ms, most: 5ms}\n")),
              UnorderedElementsAreArray(all("ask.error http_503 1")));
}

TEST_P(HttpLookupWays, AClassTurnsAStatusIntoAnAnswer) {
  api_.fail_next(1000, Fault::http_status(501), kLookup);
  EXPECT_THAT(got(look_up()), UnorderedElementsAreArray(all("ask.rejected http_501 1")));
}

TEST_P(HttpLookupWays, ACallThatTimesOutIsRepeatedAndAnswersEachRecordOnce) {
  api_.fail_next(1, Fault::time_out(), kLookup);
  EXPECT_THAT(got(look_up("    timeouts: {request: 50ms}\n    retry: {first: 1ms, most: 5ms}\n")),
              UnorderedElementsAreArray(all()));
}

TEST_P(HttpLookupWays, ARateLimitIsOneForAllTasksAndWorkers) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(got(look_up("    batch: 1\n    rate_limit: {calls: 2, every: 30ms}\n")),
              UnorderedElementsAreArray(all()));
  // After a restart nobody knows of the calls before.
  if (GetParam().restart_after != 0) return;
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(60));
}

}  // namespace
}  // namespace weir::http_lookup
