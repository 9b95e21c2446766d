// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace weir {

/// What `etl-run plugins` prints: name, kind and summary of each, in the order given.
std::string plugin_table(const std::vector<const weir_plugin*>& plugins);

/// What `etl-run plugins NAME` prints: options, ports and example of each plugin of that name (a source and a
/// sink may share one). The Problem of an unknown name has the nearest right one.
Result<std::string> plugin_description(const std::vector<const weir_plugin*>& plugins,
                                       const std::string& name);

}  // namespace weir
