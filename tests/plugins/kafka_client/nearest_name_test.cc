// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/nearest_name.h"

#include <gtest/gtest.h>

namespace weir::kafka {
namespace {

TEST(NearestName, AMistypedNameFindsTheOneThatWasMeant) {
  EXPECT_EQ(nearest_name("wechat-id", {"orders", "wechat-ids", "wechat"}), "wechat-ids");
  EXPECT_EQ(did_you_mean("acsk", {"acks", "linger.ms"}), "; did you mean 'acks'?");
}

TEST(NearestName, ANameThatIsLikeNoneGivesNothing) {
  EXPECT_EQ(nearest_name("payments", {"orders", "wechat-ids"}), "");
  EXPECT_EQ(did_you_mean("payments", {}), "");
}

}  // namespace
}  // namespace weir::kafka
