// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "session.h"

WEIR_PLUGIN(weir::session::Session);
