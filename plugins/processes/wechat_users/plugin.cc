// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "wechat_users.h"

WEIR_PLUGIN(weir::wechat::WechatUsers);
