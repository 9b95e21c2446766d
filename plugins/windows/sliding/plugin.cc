// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "sliding.h"

WEIR_PLUGIN(weir::sliding::Sliding);
