// SPDX-License-Identifier: Apache-2.0
#include "sinks/kafka/checkpoint_records.h"

#include <array>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace weir::kafka {
namespace {

std::string sum_of(std::string_view content) {
  std::uint64_t sum = 14695981039346656037u;
  for (const char c : content) sum = (sum ^ static_cast<unsigned char>(c)) * 1099511628211u;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016" PRIx64, sum);
  return text.data();
}

}  // namespace

std::size_t write_checkpoint(
    const CheckpointKeys& keys, std::string_view name, std::uint64_t number, std::string_view content,
    std::size_t chunks_before,
    const std::function<void(const std::string& key, std::optional<std::string_view> value)>& write) {
  std::size_t chunks = 0;
  for (std::size_t at = 0; at < content.size(); at += kChunkBytes)
    write(keys.chunk(name, chunks++), content.substr(at, kChunkBytes));
  for (std::size_t i = chunks; i < chunks_before; ++i) write(keys.chunk(name, i), std::nullopt);
  const nlohmann::json index{
      {"number", number}, {"chunks", chunks}, {"bytes", content.size()}, {"sum", sum_of(content)}};
  write(keys.index(name), index.dump());
  return chunks;
}

void SavedCheckpoints::take(std::string_view key, std::optional<std::string_view> value) {
  const std::string chunks = keys_.chunks(), indexes = keys_.indexes();
  if (key.starts_with(chunks)) {
    key.remove_prefix(chunks.size());
    const auto slash = key.rfind('/');
    std::size_t number = 0;
    if (slash == key.npos) return;
    if (std::from_chars(key.data() + slash + 1, key.data() + key.size(), number).ec != std::errc()) return;
    auto& of_name = chunks_[std::string(key.substr(0, slash))];
    if (value) {
      of_name[number] = *value;
    } else {
      of_name.erase(number);
    }
  } else if (key.starts_with(indexes)) {
    const std::string name(key.substr(indexes.size()));
    all_.erase(name);
    if (!value) return;
    auto& checkpoint = all_[name];
    checkpoint.problem = put_together(chunks_[name], *value, checkpoint);
  } else if (key == keys_.owner() && value) {
    const auto json = nlohmann::json::parse(*value, nullptr, false);
    if (json.is_object()) owner_ids_ = json.value("ids", std::uint32_t{0});
  }
}

/// What is wrong; nothing when all is there.
std::string SavedCheckpoints::put_together(const std::map<std::size_t, std::string>& chunks,
                                           std::string_view index, Checkpoint& checkpoint) {
  const auto json = nlohmann::json::parse(index, nullptr, false);
  if (!json.is_object()) return "its index is no JSON object";
  checkpoint.chunks = json.value("chunks", std::size_t{0});
  for (std::size_t i = 0; i < checkpoint.chunks; ++i) {
    const auto chunk = chunks.find(i);
    if (chunk == chunks.end()) {
      return "piece " + std::to_string(i) + " of " + std::to_string(checkpoint.chunks) + " is missing";
    }
    checkpoint.content += chunk->second;
  }
  if (json.value("sum", std::string()) != sum_of(checkpoint.content))
    return "its content is not what the index sums up";
  return {};
}

}  // namespace weir::kafka
