// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "plain_sink.h"

static const int made = [] {
  if (plain_state == 0) throw std::runtime_error("there is no licence file");
  return 1;
}();

const weir_library_info* weir_library(void) {
  static const weir_plugin plugin = plain_sink(made == 1 ? "static_throw" : "");
  return plain_table(&plugin);
}
