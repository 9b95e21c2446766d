// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wechat_job.h"

namespace weir::pipelines {

/// The job ends with exit code 1, says `message`, gives no secret away and commits nothing.
template <typename Matcher>
void expect_refusal(WechatJob& job, const Environment& environment, const Matcher& message) {
  job.produce_made(200);
  const auto done = job.run(environment);
  EXPECT_EQ(done.status, support::ExitStatus{.code = 1}) << to_string(done.status);
  EXPECT_THAT(done.err, message);
  EXPECT_THAT(done.err, ::testing::HasSubstr("positions are kept"));
  job.expect_no_secret(done);
  job.expect_none_committed();
}

}  // namespace weir::pipelines
