// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "sql_lookup.h"

WEIR_PLUGIN(weir::sql_lookup::SqlLookup);
