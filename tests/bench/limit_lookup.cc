// SPDX-License-Identifier: Apache-2.0
// weir-limit-lookup: what pipelines/lookup.yaml does, written by hand; takes the same environment variables.
#include <Poco/URI.h>
#include <simdjson.h>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <fstream>
#include <iterator>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "limit_channel.h"
#include "limit_lookup_api.h"
#include "limit_main.h"
#include "limit_table.h"
#include "outputs.h"
#include "variables.h"

namespace weir::bench {
namespace {

constexpr std::size_t kBatch = 100;
constexpr std::size_t kWorkers = 16;
constexpr std::size_t kMostWaiting = 2 * kWorkers;
constexpr std::size_t kMostInTransaction = 8192;

/// Gathers rows while the database is busy. Thread-safe.
class Found {
 public:
  void put(std::vector<User> users) {
    const std::lock_guard lock(mutex_);
    users_.insert(users_.end(), std::move_iterator(users.begin()), std::move_iterator(users.end()));
    changed_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  /// All that has come; none at the end.
  std::vector<User> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !users_.empty(); });
    return std::exchange(users_, {});
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<User> users_;
  bool closed_ = false;
};

/// What failed, with its reason. Thread-safe.
class SideFile {
 public:
  explicit SideFile(const std::string& path) : file_(path) {}
  void add(std::string_view value, std::string_view code) {
    std::string line = R"({"value":)";
    append_quoted(value, line);
    line.append(R"(,"code":")").append(code).append("\"}");
    const std::lock_guard lock(mutex_);
    file_.add(line);
  }
  void finish() { file_.finish(); }

 private:
  std::mutex mutex_;
  LineFile file_;
};

using Batches = Channel<std::vector<std::string>>;

void read_ids(Batches& batches, SideFile& side) {
  std::ifstream input(variable("INPUT"));
  simdjson::dom::parser parser;
  std::vector<std::string> batch;
  for (std::string line; std::getline(input, line);) {
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    simdjson::dom::element value;
    std::string_view id;
    if (parser.parse(line).get(value) != simdjson::SUCCESS ||
        (value.get(id) != simdjson::SUCCESS && value["openid"].get(id) != simdjson::SUCCESS)) {
      side.add(line, "bad_json");
      continue;
    }
    batch.emplace_back(id);
    if (batch.size() == kBatch) batches.put(std::exchange(batch, {}));
  }
  if (!batch.empty()) batches.put(std::move(batch));
  batches.close();
}

void run() {
  const Poco::URI api(variable("WX_URL"));
  const Account account{api.getHost(), api.getPort(), variable("WX_APP_ID"), variable("WX_SECRET")};
  Table table(variable("DB_URL"));
  SideFile side(variable("SIDE_FOLDER") + "/failed.ndjson");
  const std::string token = Api(account).fetch_token(account);

  // An error ends the whole program: std::terminate says what it was.
  Batches batches(kMostWaiting);
  Found found;
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < kWorkers; ++i) {
    workers.emplace_back([&] {
      Api own(account);
      for (std::vector<std::string> ids; batches.take(ids);) {
        std::vector<User> users;
        own.look_up(token, ids, users, [&](const std::string& id) { side.add(id, "40003"); });
        found.put(std::move(users));
      }
    });
  }
  std::thread writer([&] {
    for (std::vector<User> users; !(users = found.take()).empty();) {
      for (std::span<const User> rest(users); !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), kMostInTransaction));
        table.write(part);
        rest = rest.subspan(part.size());
      }
    }
  });
  read_ids(batches, side);
  for (auto& worker : workers) worker.join();
  found.close();
  writer.join();
  side.finish();
}

}  // namespace
}  // namespace weir::bench

int main(int, char** argv) {
  return weir::bench::exit_code_of(argv[0], [&] { weir::bench::run(); });
}
