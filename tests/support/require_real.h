// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "support/child_process.h"

/// Ends the test here when `why_unavailable` (a std::optional<std::string>) holds a reason: with a
/// loud skip as a rule, with a failure where WEIR_REQUIRE_REAL=1 says that nothing may be skipped.
/// For the body of a test or of SetUp(); WEIR_REQUIRE_KAFKA(), WEIR_REQUIRE_MARIADB() and others use it.
#define WEIR_REQUIRE_REAL(what, why_unavailable)                                         \
  do {                                                                                   \
    const std::optional<std::string> weir_reason = (why_unavailable);                    \
    if (!weir_reason) break;                                                             \
    const char* const weir_required = std::getenv("WEIR_REQUIRE_REAL");                  \
    if (weir_required != nullptr && std::string(weir_required) == "1") {                 \
      GTEST_FAIL() << "WEIR_REQUIRE_REAL=1, but there is no " what ": " << *weir_reason; \
    }                                                                                    \
    GTEST_SKIP() << "SKIPPED LOUDLY: no " what ": " << *weir_reason;                     \
  } while (false)

/// The same for a test that needs a program, which a Debian package has.
#define WEIR_REQUIRE_PROGRAM(name, package) \
  WEIR_REQUIRE_REAL(name, ::weir::support::why_no_program(name, package))
