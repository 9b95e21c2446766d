// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace weir::standins {

/// What the stand-in knows of an id follows from the id alone, so that a test can say beforehand
/// what must come out:
///   refused       all that is not `o` and then 1 to 63 of A-Z a-z 0-9 _ -, and all with "-bad" in
///                 it (an id of the right form that belongs to no follower, or to another account)
///   kNotFollowing an id with "-gone" in it: the user left, only `subscribe` and `openid` are known
///   kFollowing    any other
enum class IdKind { kFollowing, kNotFollowing, kRefused };

IdKind kind_of_id(std::string_view id);

/// Appends the JSON row for an id that is not refused, as user/info/batchget returns it. All values
/// follow from the id and the language (zh_CN, zh_TW or en; any other counts as zh_CN). Among them
/// are nicknames with quotes, emoji and backslashes, and `unionid` is null for some and absent for
/// others. The same id gives the same bytes always.
void append_profile(std::string_view id, std::string_view lang, std::string& text);

/// The nickname in that row, not escaped.
std::string_view nickname_of(std::string_view id);

}  // namespace weir::standins
