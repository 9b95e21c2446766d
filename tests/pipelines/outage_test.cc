// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "outage.h"

namespace weir::pipelines {
namespace {

class Outage : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(Outage);

TEST_P(Outage, AnApiThatIsDownAtTheStartIsWaitedFor) {
  WechatJob job(GetParam());
  job.produce_made(kOutageLines);
  job.api.stop();
  const auto process = job.start();
  wait_for_text(*process, "stable_token");
  job.api.start();
  expect_good_end(job, *process);
}

TEST_P(Outage, AnApiThatGoesAwayInTheMiddleIsWaitedFor) {
  WechatJob job(GetParam());
  job.produce_made(kOutageLines);
  job.api.hold_after(kCallsToTheMiddle);
  const auto process = job.start();
  wait_for_rows(job, *process, 500);
  job.api.stop();
  wait_for_text(*process, "batchget: ");
  job.api.release();
  job.api.start();
  expect_good_end(job, *process);
}

/// A cluster that is taken down, and brought up again with all its data.
class MortalKafka {
 public:
  explicit MortalKafka(Parts parts) {
    if (parts == Parts::kReal) broker_.emplace().start();
  }
  OwnServers own() { return {.broker = broker_ ? &*broker_ : nullptr}; }
  void go_down(WechatJob& job) {
    if (broker_) {
      broker_->kill();
    } else {
      job.mock().set_down(1);
    }
  }
  void come_up(WechatJob& job) {
    if (broker_) {
      broker_->start();
    } else {
      job.mock().set_up(1);
    }
  }

 private:
  std::optional<support::KafkaBroker> broker_;
};

TEST_P(Outage, ABrokerThatIsDownAtTheStartIsWaitedFor) {
  MortalKafka kafka(GetParam());
  WechatJob job(GetParam(), kafka.own());
  job.produce_made(kOutageLines);
  kafka.go_down(job);
  const auto process = job.start();
  wait_for_text(*process, "no broker answers at " + job.kafka().bootstrap());
  kafka.come_up(job);
  expect_good_end(job, *process);
}

TEST_P(Outage, ABrokerThatIsKilledInTheMiddleIsWaitedFor) {
  MortalKafka kafka(GetParam());
  WechatJob job(GetParam(), kafka.own());
  // Members of a group have more to lose, but those of the mock cluster's take too long to come back.
  const bool as_member = GetParam() == Parts::kReal;
  job.produce_made(as_member ? 50'000 : 20'000);
  job.api.hold_after(kCallsToTheMiddle);
  const auto process = job.start({{"STOP_AT_END", as_member ? "false" : "true"}});
  wait_for_rows(job, *process, 500);
  kafka.go_down(job);
  job.api.release();
  wait_for_text(*process, job.kafka().bootstrap());
  kafka.come_up(job);
  if (as_member) {
    job.finish(*process);
    job.expect_rows();
    job.expect_side_lines(/*repeated=*/true);
    job.expect_all_committed();
  } else {
    expect_good_end(job, *process);
  }
}

}  // namespace
}  // namespace weir::pipelines
