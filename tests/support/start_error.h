// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <weir/testing.h>

#include <string>

namespace weir::support {

/// What a plugin says when it stops the pipeline at its start with these options; "no error" if it does not.
template <class Plugin>
std::string start_error(const std::string& options) {
  weir::testing::Harness<Plugin> harness(options);
  try {
    harness.start();
  } catch (const weir::testing::PluginError& e) {
    EXPECT_EQ(e.status, WEIR_STOP);
    return e.what();
  }
  return "no error";
}

}  // namespace weir::support
