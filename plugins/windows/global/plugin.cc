// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "global.h"

WEIR_PLUGIN(weir::global::Global);
