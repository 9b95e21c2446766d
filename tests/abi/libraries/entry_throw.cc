// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "plain_sink.h"

const weir_library_info* weir_library(void) {
  static const weir_plugin plugin = plain_sink("entry_throw");
  if (plain_state == 0) throw std::runtime_error("the descriptors cannot be made");
  return plain_table(&plugin);
}
