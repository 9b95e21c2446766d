// SPDX-License-Identifier: Apache-2.0
#include "damage.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::faults {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (!out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush())
    throw std::runtime_error("cannot write " + path.string());
}

constexpr std::string_view kAfter = ".after-";

/// The newest of these checkpoints by number, and those that it goes on from, newest first.
std::vector<fs::path> chain_of(const std::map<unsigned long long, fs::path>& files) {
  std::vector<fs::path> chain{files.rbegin()->second};
  for (;;) {
    const std::string name = chain.back().filename().string();
    const auto after = name.find(kAfter);
    if (after == std::string::npos) return chain;
    const auto base = files.find(std::stoull(name.substr(after + kAfter.size())));
    if (base == files.end()) throw std::runtime_error(name + " goes on from a checkpoint that is not there");
    chain.push_back(base->second);
  }
}

}  // namespace

std::optional<DamagedCheckpoint> DamagedCheckpoint::make(const fs::path& store, std::mt19937_64& random) {
  constexpr std::string_view kMiddle = ".checkpoint-";
  std::map<std::string, std::map<unsigned long long, fs::path>> groups;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(store, error)) {
    const std::string name = entry.path().filename().string();
    const auto middle = name.find(kMiddle);
    if (middle == std::string::npos || name.ends_with(".new") || name.ends_with(".state")) continue;
    groups[name.substr(0, middle)][std::stoull(name.substr(middle + kMiddle.size()))] = entry.path();
  }
  for (const auto& [group, files] : groups) {
    if (files.size() < 2) continue;
    const auto chain = chain_of(files);
    const std::size_t link = random() % 2 == 0 ? 0 : random() % chain.size();
    const fs::path& path = chain[link];
    std::ifstream in(path, std::ios::binary);
    DamagedCheckpoint damaged(path, {std::istreambuf_iterator<char>(in), {}}, link == 0);
    std::string bytes = damaged.bytes_;
    if (bytes.empty()) throw std::runtime_error(path.string() + " is empty");
    const std::size_t at = random() % bytes.size();
    if (random() % 2 == 0) {
      const auto bit = random() % 8;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << bit));
      damaged.what_ = "bit " + std::to_string(bit) + " of byte " + std::to_string(at) + " flipped";
    } else {
      bytes.resize(at);
      damaged.what_ = "cut off at byte " + std::to_string(at);
    }
    write(path, bytes);
    return damaged;
  }
  return std::nullopt;
}

void DamagedCheckpoint::repair() const {
  write(path_, bytes_);
}

FullDisk::FullDisk(support::SmallDisk& disk, const fs::path& folder) : disk_(disk) {
  // What is written meanwhile may make it too small by a few pages.
  for (std::uintmax_t more = 4096;; more *= 2) {
    const auto space = fs::space(folder);
    try {
      disk_.resize(std::to_string(space.capacity - space.free + more));
      return;
    } catch (const std::runtime_error&) {
      if (more > (1U << 30)) throw;
    }
  }
}

FullDisk::~FullDisk() {
  disk_.resize(kRoom);
}

}  // namespace weir::faults
