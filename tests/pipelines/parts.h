// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/kafka_broker.h"
#include "support/mariadb_server.h"

namespace weir::pipelines {

/// What stands at both ends of the job: librdkafka's mock cluster and SQLite, or Kafka and MariaDB.
enum class Parts { kStandIns, kReal };

/// On what this test program runs its scenarios; each program defines it in a file of its own.
std::vector<Parts> parts_of_this_program();

inline std::string name_of(const ::testing::TestParamInfo<Parts>& info) {
  return info.param == Parts::kReal ? "OnKafkaAndMariaDb" : "OnStandIns";
}

}  // namespace weir::pipelines

/// The first line of a scenario: skips it where its parts are missing.
#define WEIR_REQUIRE_PARTS(parts)                     \
  do {                                                \
    if ((parts) == ::weir::pipelines::Parts::kReal) { \
      WEIR_REQUIRE_KAFKA();                           \
      WEIR_REQUIRE_MARIADB();                         \
    }                                                 \
  } while (false)

/// Runs the scenarios of a fixture derived from TestWithParam<Parts> on the parts of this program.
#define WEIR_ON_ALL_PARTS(fixture)                                                                        \
  INSTANTIATE_TEST_SUITE_P(Job, fixture, ::testing::ValuesIn(::weir::pipelines::parts_of_this_program()), \
                           ::weir::pipelines::name_of)
