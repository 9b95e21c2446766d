// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace weir::bench {

/// The table that profiles are written to, with a column for each of their fields.
inline constexpr char kWechatTable[] =
    "CREATE TABLE wechat_user (openid VARCHAR(191) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, "
    "subscribe BIGINT, nickname TEXT, sex BIGINT, language TEXT, city TEXT, province TEXT, country TEXT, "
    "headimgurl TEXT, subscribe_time BIGINT, unionid TEXT, remark TEXT, groupid BIGINT, tagid_list LONGTEXT, "
    "subscribe_scene TEXT, qr_scene BIGINT, qr_scene_str TEXT) DEFAULT CHARACTER SET utf8mb4";

}  // namespace weir::bench
