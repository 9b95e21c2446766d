// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "time_or_count.h"

WEIR_PLUGIN(weir::time_or_count::TimeOrCount);
