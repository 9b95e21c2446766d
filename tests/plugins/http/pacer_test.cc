// SPDX-License-Identifier: Apache-2.0
#include "http/pacer.h"

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <atomic>
#include <thread>
#include <vector>

namespace weir::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// A worker's context; its waits move its clock.
struct Worker {
  weir_context host_side;
  Context context{&weir::testing::host(), &host_side};
  milliseconds waited{0};
};

TEST(Pacer, NoStretchOfTimeHoldsMoreCallsThanAllowed) {
  Worker worker;
  Pacer pacer(5, 1s);
  std::vector<milliseconds> calls;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(pacer.admit(worker.context, worker.waited));
    calls.push_back(worker.context.now());
    worker.host_side.clock.set(worker.context.now() + milliseconds(i * 37 % 400));
  }
  for (std::size_t i = 5; i < calls.size(); ++i) EXPECT_GE(calls[i] - calls[i - 5], 1s);
}

TEST(Pacer, WithoutALimitNobodyWaits) {
  Worker worker;
  Pacer pacer(0, 1s);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pacer.admit(worker.context, worker.waited));
  EXPECT_EQ(worker.waited, 0ms);
}

TEST(Pacer, APauseHoldsEveryCallUntilItsEnd) {
  Worker worker;
  Pacer pacer(0, 1s);
  const milliseconds begin = worker.context.now();
  pacer.pause_until(begin + 10s);
  pacer.pause_until(begin + 3s);  // does not shorten it
  ASSERT_TRUE(pacer.admit(worker.context, worker.waited));
  EXPECT_EQ(worker.context.now(), begin + 10s);
  EXPECT_EQ(worker.waited, 10s);
}

TEST(Pacer, AnAbortEndsTheWait) {
  Worker worker;
  Pacer pacer(0, 1s);
  pacer.pause_until(worker.context.now() + 10h);
  worker.host_side.aborted = true;
  EXPECT_FALSE(pacer.admit(worker.context, worker.waited));
}

TEST(Pacer, AClockThatIsSetBackDoesNotHoldCallsForLong) {
  Worker worker;
  Pacer pacer(1, 1s);
  ASSERT_TRUE(pacer.admit(worker.context, worker.waited));
  worker.host_side.clock.set(worker.context.now() - 1h);
  ASSERT_TRUE(pacer.admit(worker.context, worker.waited));
  EXPECT_LE(worker.waited, 1s);
}

TEST(Pacer, WorkersShareOneRate) {
  // Time stands still and a wait is refused, so exactly the calls of one stretch are admitted.
  Pacer pacer(10, 1s);
  std::atomic<int> admitted{0};
  std::vector<std::thread> threads;
  for (int w = 0; w < 4; ++w) {
    threads.emplace_back([&] {
      Worker worker;
      worker.host_side.aborted = true;
      for (int i = 0; i < 25; ++i) admitted += pacer.admit(worker.context, worker.waited) ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(admitted, 10);
}

}  // namespace
}  // namespace weir::http
