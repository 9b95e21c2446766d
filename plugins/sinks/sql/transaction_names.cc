// SPDX-License-Identifier: Apache-2.0
#include "transaction_names.h"

#include <algorithm>
#include <random>

namespace weir::sql {
namespace {

constexpr std::size_t kMostBytes = 64;

/// FNV-1a of 64 bits.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

std::string hex_of(std::uint64_t number) {
  std::string text(16, '0');
  for (std::size_t i = text.size(); i-- > 0; number >>= 4) text[i] = "0123456789abcdef"[number & 15];
  return text;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '/';
}

std::uint64_t random_number() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random();
}

/// `text` ends with NUL, so that no two lists of parts give the same.
std::string part(std::string_view text) {
  return std::string(text) + '\0';
}

}  // namespace

TransactionNames::TransactionNames(const weir_place& place, const DatabaseUrl& url, std::string_view owner) {
  const std::string pipeline(view(place.pipeline)), stage(view(place.stage));
  const auto number = hash_of(part(pipeline) + part(url.name) + (owner.empty() ? "" : part(owner)));
  sessions = hex_of(number);
  sessions_number = static_cast<std::int64_t>(number);
  prefix = "weir/" + pipeline + "/" + stage + "/" + url.name;
  const bool plain = std::all_of(prefix.begin(), prefix.end(), is_plain) &&
                     std::count(prefix.begin(), prefix.end(), '/') == 3;
  if (!plain || prefix.size() > kMostBytes)
    prefix = "weir/" + hex_of(hash_of(part(pipeline) + part(stage) + part(url.name)));
}

std::string new_owner() {
  return hex_of(random_number());
}

BranchNames::BranchNames(const weir_place& place) {
  base_ = "t" + std::to_string(place.task) + "w" + std::to_string(place.worker) + "-" +
          hex_of(random_number()) + "-";
}

}  // namespace weir::sql
