// SPDX-License-Identifier: Apache-2.0
#include "time_zone/time_zone.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace weir {
namespace {

constexpr const char* kLocalFile = "/etc/localtime";

std::string database() {
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr ? folder : "/usr/share/zoneinfo";
}

/// Reads the parts of a TZif file in turn; throws std::invalid_argument where it ends too early.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) throw std::invalid_argument("the file is cut off");
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  /// A big-endian two's complement number of `size` bytes.
  std::int64_t number(std::size_t size) {
    const auto bytes = take(size);
    std::uint64_t n = (bytes[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (const char byte : bytes) n = n << 8 | static_cast<unsigned char>(byte);
    return static_cast<std::int64_t>(n);
  }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

struct Header {
  char version = 0;
  std::size_t is_ut = 0, is_standard = 0, leaps = 0, changes = 0, types = 0, characters = 0;
};

Header take_header(Bytes& file) {
  if (file.take(4) != "TZif") throw std::invalid_argument("it is no TZif file");
  Header h;
  h.version = file.take(16).front();
  for (auto* count : {&h.is_ut, &h.is_standard, &h.leaps, &h.changes, &h.types, &h.characters}) {
    *count = static_cast<std::size_t>(file.number(4));
  }
  return h;
}

}  // namespace

TimeZone TimeZone::load(const std::string& name) {
  if (name == "UTC") return from_rule(*TimeZoneRule::parse("UTC0"));
  if (name == "local") {
    const char* set = std::getenv("TZ");
    if (set == nullptr) {
      return std::ifstream(kLocalFile).good() ? from_file(kLocalFile) : load("UTC");
    }
    std::string_view text = set;
    if (!text.empty() && text.front() == ':') text.remove_prefix(1);
    if (text.empty() || text == "local") return load("UTC");
    if (text.front() == '/') return from_file(std::string(text));
    if (const auto rule = TimeZoneRule::parse(text)) return from_rule(*rule);
    return load(std::string(text));
  }
  const std::string path = database() + "/" + name;
  if (name.empty() || name.front() == '/' || name.find("..") != name.npos || !std::ifstream(path).good()) {
    throw std::invalid_argument("'" + name +
                                "' is no time zone of this machine; expected is UTC, local, or a name in " +
                                database() + " (package tzdata) such as Asia/Shanghai");
  }
  return from_file(path);
}

TimeZone TimeZone::from_rule(const TimeZoneRule& rule) {
  TimeZone zone;
  zone.rule_ = rule;
  return zone;
}

TimeZone TimeZone::from_file(const std::string& path) try {
  std::ifstream stream(path, std::ios::binary);
  const std::string contents{std::istreambuf_iterator<char>(stream), {}};
  Bytes file(contents);
  const Header old = take_header(file);
  if (old.version < '2') throw std::invalid_argument("its format is older than TZif 2");
  // The first block, with times of 32 bits, is for old readers.
  file.take(old.changes * 5 + old.types * 6 + old.characters + old.leaps * 8 + old.is_standard + old.is_ut);
  const Header h = take_header(file);
  TimeZone zone;
  for (std::size_t i = 0; i < h.changes; ++i) zone.changes_.push_back(file.number(8));
  for (const char type : file.take(h.changes)) zone.type_of_.push_back(static_cast<std::uint8_t>(type));
  std::vector<std::size_t> names;
  for (std::size_t i = 0; i < h.types; ++i) {
    LocalType& type = zone.types_.emplace_back();
    type.offset = file.number(4);
    type.daylight = file.number(1) != 0;
    names.push_back(static_cast<unsigned char>(file.take(1).front()));
  }
  const std::string_view characters = file.take(h.characters);
  for (std::size_t i = 0; i < h.types; ++i) {
    if (names[i] >= characters.size()) throw std::invalid_argument("a name is missing");
    const auto name = characters.substr(names[i]);
    zone.types_[i].name = name.substr(0, name.find('\0'));
  }
  const bool known =
      std::all_of(zone.type_of_.begin(), zone.type_of_.end(), [&](auto t) { return t < h.types; });
  if (zone.types_.empty() || !known) throw std::invalid_argument("a type is missing");
  file.take(h.leaps * 12 + h.is_standard + h.is_ut);
  file.take(1);  // the newline before the rule
  zone.rule_ = TimeZoneRule::parse(file.rest().substr(0, file.rest().find('\n')));
  return zone;
} catch (const std::invalid_argument& e) {
  throw std::invalid_argument("the time zone file '" + path + "' cannot be used: " + e.what());
}

const LocalType& TimeZone::at(std::int64_t seconds) const {
  const auto next = std::upper_bound(changes_.begin(), changes_.end(), seconds);
  if (next == changes_.end() && rule_) return rule_->at(seconds);
  if (next == changes_.begin()) return types_.front();
  return types_[type_of_[static_cast<std::size_t>(next - changes_.begin()) - 1]];
}

std::tm TimeZone::calendar(std::int64_t seconds) const {
  const LocalType& type = at(seconds);
  const std::time_t shifted = seconds + type.offset;
  std::tm calendar{};
  ::gmtime_r(&shifted, &calendar);
  calendar.tm_isdst = type.daylight ? 1 : 0;
  calendar.tm_gmtoff = type.offset;
  calendar.tm_zone = type.name.c_str();
  return calendar;
}

}  // namespace weir
