// SPDX-License-Identifier: Apache-2.0
#include "plain_sink.h"

const weir_library_info* weir_library(void) {
  static weir_plugin one, two;
  static const weir_plugin* const plugins[] = {&one, &two, 0};
  static const weir_library_info info = {sizeof info, WEIR_ABI_MAJOR, WEIR_ABI_MINOR, plugins};
  one = plain_sink("twice");
  two = plain_sink("twice");
  return &info;
}
