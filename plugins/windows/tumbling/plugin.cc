// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "tumbling.h"

WEIR_PLUGIN(weir::tumbling::Tumbling);
