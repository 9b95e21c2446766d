// SPDX-License-Identifier: Apache-2.0
#include <weir/abi.h>

__attribute__((visibility("default"))) const weir_library_info* weir_library(void);

const weir_library_info* weir_library(void) {
  return 0;
}
