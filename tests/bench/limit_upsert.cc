// SPDX-License-Identifier: Apache-2.0
// weir-limit-upsert: what pipelines/upsert.yaml does, written by hand; takes the same environment variables.
#include <simdjson.h>

#include <cstddef>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "limit_channel.h"
#include "limit_main.h"
#include "limit_table.h"
#include "limit_user.h"
#include "variables.h"

namespace weir::bench {
namespace {

constexpr std::size_t kRowsInTransaction = 8000;

void run() {
  Table table(variable("DB_URL"));
  Channel<std::vector<User>> parts(2);
  std::thread writer([&] {
    for (std::vector<User> users; parts.take(users);) table.write(users);
  });
  std::ifstream input(variable("INPUT"));
  simdjson::ondemand::parser parser;
  std::vector<User> users;
  for (std::string line; std::getline(input, line);) {
    line.reserve(line.size() + simdjson::SIMDJSON_PADDING);
    simdjson::ondemand::document document = parser.iterate(line);
    users.push_back(read_user(document.get_object()));
    if (users.size() == kRowsInTransaction) parts.put(std::exchange(users, {}));
  }
  parts.put(std::move(users));
  parts.close();
  writer.join();
}

}  // namespace
}  // namespace weir::bench

int main(int, char** argv) {
  return weir::bench::exit_code_of(argv[0], [&] { weir::bench::run(); });
}
