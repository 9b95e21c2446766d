// SPDX-License-Identifier: Apache-2.0
#include "spec/text_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/units.h"

namespace weir {

Result<std::string> read_text_file(const std::string& path, std::size_t limit) {
  const auto problem = [] { return Problem{std::string("cannot be read: ") + std::strerror(errno)}; };
  const auto close = [](std::FILE* f) { std::fclose(f); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  if (file == nullptr) return problem();
  std::string content;
  std::array<char, 16384> block;
  while (const std::size_t n = std::fread(block.data(), 1, block.size(), file.get())) {
    content.append(block.data(), n);
    if (content.size() > limit) return Problem{"is larger than " + format_size(limit)};
  }
  if (std::ferror(file.get()) != 0) return problem();  // a folder can be opened, but not read
  return content;
}

}  // namespace weir
