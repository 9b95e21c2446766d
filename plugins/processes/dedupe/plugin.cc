// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "dedupe.h"

WEIR_PLUGIN(weir::dedupe::Dedupe);
