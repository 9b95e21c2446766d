// SPDX-License-Identifier: Apache-2.0
#include "outage.h"

namespace weir::pipelines {
namespace {

class DatabaseOutage : public ::testing::TestWithParam<Parts> {
 protected:
  void SetUp() override { WEIR_REQUIRE_PARTS(GetParam()); }
};
WEIR_ON_ALL_PARTS(DatabaseOutage);

TEST_P(DatabaseOutage, AServerThatIsDownAtTheStartIsWaitedFor) {
  support::MariaDbServer server;
  server.start();
  WechatJob job(GetParam(), {.mariadb = &server});
  job.produce_made(kOutageLines);
  server.kill();
  const auto process = job.start();
  wait_for_text(*process, "no records are taken until it works again");
  server.start();
  expect_good_end(job, *process);
}

TEST_P(DatabaseOutage, AServerThatIsKilledInTheMiddleIsWaitedFor) {
  support::MariaDbServer server;
  server.start();
  WechatJob job(GetParam(), {.mariadb = &server});
  job.produce_made(kOutageLines);
  job.api.hold_after(kCallsToTheMiddle);
  const auto process = job.start();
  wait_for_rows(job, *process, 500);
  server.kill();
  job.api.release();
  wait_for_text(*process, "no records are taken until it works again");
  server.start();
  expect_good_end(job, *process);
}

}  // namespace
}  // namespace weir::pipelines
