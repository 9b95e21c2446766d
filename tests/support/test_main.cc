// SPDX-License-Identifier: Apache-2.0
//
// main() of every test program. Exit code 0: all passed; 1: some failed; 77: none failed, but some were
// skipped, which ctest shows. It must not be told from the output: a skip would hide a failure in the same
// program.
#include <gtest/gtest.h>

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;  // SKIP_RETURN_CODE of weir_test() in packaging/cmake/WeirTargets.cmake
  ::testing::InitGoogleTest(&argc, argv);
  if (RUN_ALL_TESTS() != 0) return 1;
  return ::testing::UnitTest::GetInstance()->skipped_test_count() > 0 ? kSkipped : 0;
}
