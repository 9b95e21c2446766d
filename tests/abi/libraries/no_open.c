// SPDX-License-Identifier: Apache-2.0
#include "plain_sink.h"

const weir_library_info* weir_library(void) {
  static weir_plugin plugin;
  plugin = plain_sink("no_open");
  plugin.open = 0;
  return plain_table(&plugin);
}
