// SPDX-License-Identifier: Apache-2.0
#include "plain_sink.h"

const weir_library_info* weir_library(void) {
  static const weir_option option = {
      .size = offsetof(weir_option, minimum), .type = WEIR_STRING, .name = "path"};
  static const weir_option* const options[] = {&option, 0};
  static weir_plugin plugin;
  plugin = plain_sink("short_option");
  plugin.options = options;
  return plain_table(&plugin);
}
