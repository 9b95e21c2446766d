// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/wait_until.h"
#include "wechat_job.h"

namespace weir::pipelines {

inline constexpr std::uint64_t kOutageLines = 10'000;
/// Of the API, after which it has answered for a good part of them, and not for all.
inline constexpr std::uint64_t kCallsToTheMiddle = 700;

/// Waits until the job has printed `text`; expects it to be still running.
inline void wait_for_text(support::ChildProcess& process, const std::string& text) {
  EXPECT_TRUE(support::wait_until(
      support::kLongWait,
      [&] { return process.err().find(text) != std::string::npos || !process.running(); }))
      << "it does not say '" << text << "'";
  EXPECT_TRUE(process.running()) << process.err();
}

inline void wait_for_rows(WechatJob& job, support::ChildProcess& process, std::uint64_t rows) {
  EXPECT_TRUE(support::wait_until(support::kLongWait, [&] { return job.database().count() >= rows; }))
      << process.err();
  EXPECT_THAT(job.database().count(), ::testing::Lt(job.expected().rows.size())) << "that was no middle";
}

/// Waits for a good end, and compares the account.
inline void expect_good_end(WechatJob& job, support::ChildProcess& process) {
  const auto status = process.wait();
  ASSERT_TRUE(status) << "it does not end\n" << process.err();
  EXPECT_TRUE(status->ok()) << process.err();
  job.expect_exact_account();
}

}  // namespace weir::pipelines
