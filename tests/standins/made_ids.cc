// SPDX-License-Identifier: Apache-2.0
#include "made_ids.h"

#include <array>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace weir::standins {
namespace {

/// SplitMix64: the standard library's distributions may differ from one library to the next.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }

 private:
  std::uint64_t state_;
};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::string blank() {
    static constexpr std::array<std::string_view, 3> kBlanks = {"", "   ", "\t"};
    return std::string(kBlanks[random_.below(kBlanks.size())]);
  }

  std::string broken_json() {
    const std::string good = id();
    switch (random_.below(6)) {
      case 0:
        return "{\"openid\":\"" + good;
      case 1:
        return "{\"openid\":\"" + good + "\"";
      case 2:
        return "{openid:\"" + good + "\"}";
      case 3:
        return good;
      case 4:
        return "{\"openid\":\"" + good + "\"} trailing";
      default:
        return "{\"openid\":}";
    }
  }

  std::string refused() {
    const std::string base = id();
    switch (random_.below(4)) {
      case 0:
        return object("bad" + base);
      case 1:
        return object(base + "-bad");
      case 2:
        return object(base + "\"quoted'" + base);
      default:
        return object("𠮷😀" + base);
    }
  }

  std::string not_following() { return object(id() + "-gone"); }
  std::string good_string() { return nlohmann::json(id()).dump(); }
  std::string good_object() { return object(id()); }

  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random_.below(i)]);
  }

 private:
  /// An id of the usual length, 28. Its first part is a serial number, which keeps ids apart; it
  /// has no '-', so that none means more than it should.
  std::string id() {
    static constexpr std::string_view kLetters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    std::string text = "o";
    std::uint64_t serial = serial_++;
    for (int i = 0; i < 6; ++i, serial /= kLetters.size()) text += kLetters[serial % kLetters.size()];
    while (text.size() < 28) text += kLetters[random_.below(kLetters.size())];
    return text;
  }

  std::string object(const std::string& id) {
    nlohmann::ordered_json object;
    if (random_.below(4) == 0) object["source"] = "menu";
    object["openid"] = id;
    if (random_.below(4) == 0) object["at"] = 1'700'000'000 + random_.below(10'000'000);
    return object.dump();
  }

  Random random_;
  std::uint64_t serial_ = 0;
};

}  // namespace

std::string MadeIds::account_json() const {
  return nlohmann::ordered_json{{"total", lines.size()},          {"blank", blank},
                                {"broken_json", broken_json},     {"refused", refused},
                                {"not_following", not_following}, {"good", good_objects + good_strings},
                                {"good_objects", good_objects},   {"good_strings", good_strings}}
      .dump();
}

MadeIds make_ids(std::uint64_t count, std::uint64_t seed) {
  MadeIds made;
  made.blank = count / 100;
  made.broken_json = count / 100;
  made.refused = count / 100;
  made.not_following = count / 50;
  const std::uint64_t good = count - made.blank - made.broken_json - made.refused - made.not_following;
  made.good_strings = good / 2;
  made.good_objects = good - made.good_strings;

  Maker maker(seed);
  made.lines.reserve(count);
  const auto add = [&](std::uint64_t number, std::string (Maker::*make)()) {
    for (std::uint64_t i = 0; i < number; ++i) made.lines.push_back((maker.*make)());
  };
  add(made.blank, &Maker::blank);
  add(made.broken_json, &Maker::broken_json);
  add(made.refused, &Maker::refused);
  add(made.not_following, &Maker::not_following);
  add(made.good_strings, &Maker::good_string);
  add(made.good_objects, &Maker::good_object);
  maker.shuffle(made.lines);
  return made;
}

}  // namespace weir::standins
