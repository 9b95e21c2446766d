// SPDX-License-Identifier: Apache-2.0
#include "base/partitioner.h"

#include <array>

namespace weir {
namespace {

/// Murmur 2 of 32 bits with the seed of Kafka's Java clients.
std::uint32_t murmur2(std::string_view key) {
  constexpr std::uint32_t kSeed = 0x9747b28c, kMultiplier = 0x5bd1e995;
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(key.size());
  std::size_t left = key.size();
  for (; left >= 4; left -= 4, bytes += 4) {
    std::uint32_t word = bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8 |
                         static_cast<std::uint32_t>(bytes[2]) << 16 |
                         static_cast<std::uint32_t>(bytes[3]) << 24;
    word *= kMultiplier;
    word ^= word >> 24;
    hash = hash * kMultiplier ^ word * kMultiplier;
  }
  for (std::size_t i = left; i-- > 0;) hash ^= static_cast<std::uint32_t>(bytes[i]) << 8 * i;
  if (left > 0) hash *= kMultiplier;
  hash ^= hash >> 13;
  hash *= kMultiplier;
  return hash ^ hash >> 15;
}

/// The CRC of zlib and Ethernet.
std::uint32_t crc32(std::string_view key) {
  static constexpr auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t entry = i;
      for (int bit = 0; bit < 8; ++bit) entry = entry >> 1 ^ ((entry & 1) != 0 ? 0xedb88320u : 0);
      table[i] = entry;
    }
    return table;
  }();
  std::uint32_t crc = 0xffffffff;
  for (const char c : key) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xff];
  return ~crc;
}

/// FNV-1a of 32 bits, as a number with a sign and of that what stands without it, as Sarama does.
std::uint32_t fnv1a(std::string_view key) {
  std::uint32_t hash = 2166136261u;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return static_cast<std::int32_t>(hash) < 0 ? 0 - hash : hash;
}

}  // namespace

std::int32_t partition_of(std::string_view key, std::uint32_t partitions, Partitioner by) {
  std::uint32_t hash = 0;
  switch (by) {
    case Partitioner::kMurmur2:
      hash = murmur2(key) & 0x7fffffff;
      break;
    case Partitioner::kCrc32:
      hash = crc32(key);
      break;
    case Partitioner::kFnv1a:
      hash = fnv1a(key);
      break;
  }
  return static_cast<std::int32_t>(hash % partitions);
}

const char* to_string(Partitioner by) {
  switch (by) {
    case Partitioner::kMurmur2:
      return "murmur2";
    case Partitioner::kCrc32:
      return "crc32";
    case Partitioner::kFnv1a:
      break;
  }
  return "fnv1a";
}

}  // namespace weir
