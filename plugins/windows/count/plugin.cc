// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "count.h"

WEIR_PLUGIN(weir::count::Count);
