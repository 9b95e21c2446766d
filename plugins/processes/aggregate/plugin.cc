// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "aggregate.h"

WEIR_PLUGIN(weir::aggregate::Aggregate);
