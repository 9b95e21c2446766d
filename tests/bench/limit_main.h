// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <iostream>

namespace weir::bench {

/// What main() of a limit program returns: runs it, and prints what it throws.
template <class Run>
int exit_code_of(const char* program, Run&& run) {
  try {
    run();
  } catch (const std::exception& error) {
    std::cerr << program << ": " << error.what() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace weir::bench
