// SPDX-License-Identifier: Apache-2.0
#include "lines.h"

#include <charconv>
#include <fstream>

namespace weir::faults {
namespace {

/// Of a partition one record of so many has a new key.
constexpr std::int64_t kEach = 100;

}  // namespace

bool has_new_key(std::int64_t n) {
  return n / kPartitions % kEach == 0;
}

std::string keyed_line(std::int64_t n) {
  const std::int64_t in_partition = n / kPartitions;
  const std::int64_t newest = in_partition / kEach;
  const std::int64_t key = has_new_key(n) ? newest : in_partition * 31 % (newest + 1);
  return std::string(kNumber) + std::to_string(n) +
         ",\"key\":" + std::to_string(key * kPartitions + n % kPartitions) + "}";
}

void read_line(std::string_view line, const std::string& place, Account& account, const LineOf& line_of,
               const Belongs& belongs) {
  std::int64_t n = -1;
  if (line.starts_with(kNumber)) std::from_chars(line.data() + kNumber.size(), line.data() + line.size(), n);
  if (n < 0 || line != line_of(n)) {
    account.saw_foreign(place + " has " + std::string(line.substr(0, 80)));
  } else if (!belongs(n)) {
    account.saw_foreign(place + " has record " + std::to_string(n) + ", which does not belong there");
  } else {
    account.saw(n);
  }
}

void read_files(const std::filesystem::path& folder, const std::string& start, Account& account,
                const LineOf& line_of, const Belongs& belongs) {
  if (!std::filesystem::exists(folder)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    for (std::string line; std::getline(in, line);) read_line(line, name, account, line_of, belongs);
  }
}

}  // namespace weir::faults
