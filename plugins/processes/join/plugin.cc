// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "join.h"

WEIR_PLUGIN(weir::join::Join);
