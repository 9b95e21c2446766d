// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "http_lookup.h"

WEIR_PLUGIN(weir::http_lookup::HttpLookup);
