// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "enrich.h"

WEIR_PLUGIN(weir::enrich::Enrich);
