// SPDX-License-Identifier: Apache-2.0
//
// From a file to a table, on a MariaDB of its own.
#include <cstdlib>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "pipeline.h"
#include "support/mariadb_server.h"

namespace weir::faults {
namespace {

/// Where the checkpoints are kept, and with them the decision.
enum class Keeper { kFolder, kSink };

class Table final : public Pipeline {
 public:
  Table(std::string name, Delivery delivery, Keeper keeper)
      : name_(std::move(name)), delivery_(delivery), keeper_(keeper) {}

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  std::optional<std::string> why_unavailable() const override {
    return support::MariaDbServer::why_unavailable();
  }

  /// Without a unique key: what is written twice is there twice.
  void prepare(const std::filesystem::path& folder) override {
    folder_ = folder;
    server_.emplace();
    server_->start();
    network_.lead_to(server_->port());
    server_->execute("CREATE TABLE record (n BIGINT NOT NULL, word VARCHAR(40) NOT NULL) ENGINE=InnoDB");
  }

  std::string yaml() const override {
    const std::string store = keeper_ == Keeper::kSink ? "{sink: rows}" : "disk/store";
    return "pipeline: tabled\n" + delivery_yaml(delivery_, "10ms", store) + R"(
sources:
  lines: {plugin: file, path: in.txt}
sinks:
  rows: {plugin: sql, from: lines, url: "${DB_URL}", table: record, mode: insert}
)";
  }

  std::map<std::string, std::string> environment() const override {
    return {{"DB_URL", server_->url_by(network_.port())}};
  }
  std::int64_t records_a_round() const override { return 2'000; }

  void add_input(std::int64_t from, std::int64_t to) override {
    std::ofstream out(folder_ / "in.txt", std::ios::binary | std::ios::app);
    for (auto n = from; n < to; ++n) out << "{\"n\":" << n << ",\"word\":\"" << word_of(n) << "\"}\n";
    if (!out.flush()) throw std::runtime_error("cannot write the input");
  }

  void read_outputs(Account& account) override {
    for (const auto& row : server_->query("SELECT n, word FROM record")) {
      const std::int64_t n = std::atoll(row.at(0).c_str());
      if (row.at(1) != word_of(n)) {
        account.saw_foreign("row " + row.at(0) + " has " + row.at(1));
      } else {
        account.saw(n);
      }
    }
  }

  std::vector<Outage> outages() override {
    auto all = network_outages("database", network_);
    all.push_back(killed("database killed", *server_));
    return all;
  }

 private:
  static std::string word_of(std::int64_t n) { return "word-" + std::to_string(n * 7); }

  const std::string name_;
  const Delivery delivery_;
  const Keeper keeper_;
  std::filesystem::path folder_;
  std::optional<support::MariaDbServer> server_;
  support::TcpProxy network_;
};

}  // namespace

void add_sql_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<Table>("table", Delivery::kAtLeastOnce, Keeper::kFolder));
  to.push_back(std::make_unique<Table>("table-once", Delivery::kExactlyOnce, Keeper::kSink));
  to.push_back(std::make_unique<Table>("table-prepared", Delivery::kExactlyOnce, Keeper::kFolder));
}

}  // namespace weir::faults
