// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/path_template.h"

#include <weir/options.h>

#include <climits>
#include <string_view>
#include <utility>

namespace weir::file {
namespace {

/// strftime's, but for white space (%n, %t) and %s, which does not know the zone.
constexpr std::string_view kConversions = "aAbBcCdDeFgGhHIjklmMpPrRSTuUVwWxXyYzZ%";
constexpr std::string_view kFlags = "-_0^#";

std::int64_t floor_seconds(std::int64_t milliseconds) {
  return milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
}

}  // namespace

PathTemplate::PathTemplate(std::string text, TimeZone zone) : text_(std::move(text)), zone_(std::move(zone)) {
  if (text_.empty()) throw OptionError("/path", "the path is empty");
  for (auto at = text_.find('%'); at != text_.npos; at = text_.find('%', at)) {
    changes_ = true;
    const auto begin = at++;
    if (at < text_.size() && kFlags.find(text_[at]) != kFlags.npos) ++at;
    if (at == text_.size() || kConversions.find(text_[at]) == kConversions.npos) {
      throw OptionError("/path", "'" + text_.substr(begin, at - begin + 1) +
                                     "' is no conversion of strftime that a path can have; a percent sign is "
                                     "written '%%'");
    }
    ++at;
  }
  if (text_.back() == '/')
    throw OptionError("/path", "'" + text_ + "' names a folder; the name of a file is expected");
  path_ = text_;
}

const std::string& PathTemplate::at(std::int64_t milliseconds) {
  if (changes_ && floor_seconds(milliseconds) != second_) fill_in(floor_seconds(milliseconds));
  return path_;
}

std::string PathTemplate::fixed_folder() const {
  const std::string fixed = text_.substr(0, text_.find('%'));
  return fixed.substr(0, fixed.rfind('/') + 1);
}

void PathTemplate::fill_in(std::int64_t second) {
  const std::tm calendar = zone_.calendar(second);
  char path[PATH_MAX];
  path_.assign(path, std::strftime(path, sizeof path, text_.c_str(), &calendar));
  second_ = second;
}

}  // namespace weir::file
