// SPDX-License-Identifier: Apache-2.0
#include "sql_sink.h"

#include <weir/plugin.h>

WEIR_PLUGIN(weir::sql::SqlSink);
