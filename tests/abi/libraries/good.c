// SPDX-License-Identifier: Apache-2.0
#include "plain_sink.h"

const weir_library_info* weir_library(void) {
  static weir_plugin plugin;
  plugin = plain_sink("good");
  return plain_table(&plugin);
}
