// SPDX-License-Identifier: Apache-2.0
//
// From a file to tables, on a MariaDB of its own.
#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

#include "lines.h"
#include "network.h"
#include "pipeline.h"
#include "support/mariadb_server.h"

namespace weir::faults {
namespace {

/// Where the checkpoints are kept, and with them the decision.
enum class Keeper { kFolder, kSink };

/// What they have in common: records are lines of `in.txt`, and what comes of them stands in tables without a
/// unique key, so that what is written twice is there twice.
class ToTables : public Pipeline {
 public:
  ToTables(std::string name, Delivery delivery, Keeper keeper)
      : name_(std::move(name)), delivery_(delivery), keeper_(keeper) {}

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  std::optional<std::string> why_unavailable() const override {
    return support::MariaDbServer::why_unavailable();
  }

  void prepare(const std::filesystem::path& folder) override {
    folder_ = folder;
    server_.emplace();
    server_->start();
    network_.emplace();
    to_database_.emplace(network_->host());
    to_database_->lead_to(server_->port());
    create_tables(table_end(folder));
  }

  std::map<std::string, std::string> environment() const override {
    return {{"DB_URL", server_->url_by(to_database_->address())}};
  }
  std::vector<std::string> inside() const override { return network_->inside(); }
  std::int64_t records_a_round() const override { return 2'000; }

  void add_input(std::int64_t from, std::int64_t to) override {
    std::ofstream out(folder_ / "in.txt", std::ios::binary | std::ios::app);
    for (auto n = from; n < to; ++n) out << line_of(n) << "\n";
    if (!out.flush()) throw std::runtime_error("cannot write the input");
  }

  std::vector<Outage> outages() override {
    auto all = network_outages("database", *to_database_);
    all.push_back(killed("database killed", *server_));
    for (auto& outage : network_->outages()) all.push_back(std::move(outage));
    return all;
  }

 protected:
  /// `end`: what each CREATE TABLE ends with.
  virtual void create_tables(const std::string& end) = 0;
  virtual std::string line_of(std::int64_t n) const = 0;
  /// With the sink `rows` to keep the checkpoints, or a folder.
  std::string begin_yaml(const std::string& pipeline) const {
    const std::string store = keeper_ == Keeper::kSink ? "{sink: rows}" : "disk/store";
    return "pipeline: " + pipeline + "\n" + delivery_yaml(delivery_, "10ms", store) +
           "sources:\n  lines: {plugin: file, path: in.txt}\n";
  }
  support::MariaDbServer& server() { return *server_; }

 private:
  const std::string name_;
  const Delivery delivery_;
  const Keeper keeper_;
  std::filesystem::path folder_;
  std::optional<support::MariaDbServer> server_;
  std::optional<Network> network_;
  std::optional<support::TcpProxy> to_database_;
};

/// To one table.
class Table final : public ToTables {
 public:
  using ToTables::ToTables;

  std::string yaml() const override {
    return begin_yaml("tabled") + R"(
sinks:
  rows: {plugin: sql, from: lines, url: "${DB_URL}", table: record, mode: insert}
)";
  }
  void read_outputs(Account& account) override {
    for (const auto& row : server().query("SELECT n, word FROM record")) {
      const std::int64_t n = std::atoll(row.at(0).c_str());
      if (row.at(1) != word_of(n)) {
        account.saw_foreign("row " + row.at(0) + " has " + row.at(1));
      } else {
        account.saw(n);
      }
    }
  }

 private:
  void create_tables(const std::string& end) override {
    server().execute("CREATE TABLE record (n BIGINT NOT NULL, word VARCHAR(40) NOT NULL)" + end);
  }
  std::string line_of(std::int64_t n) const override {
    return "{\"n\":" + std::to_string(n) + R"(,"word":")" + word_of(n) + "\"}";
  }
  static std::string word_of(std::int64_t n) { return "word-" + std::to_string(n * 7); }
};

/// Keyed state that lasts for the whole run and tells to which of two tables a record goes. With exactly once
/// the first table's database decides, and the second table's part is prepared.
class DedupedTables final : public ToTables {
 public:
  using ToTables::ToTables;

  std::string yaml() const override {
    return begin_yaml("deduped") + R"(
processes:
  once: {plugin: dedupe, from: lines, key: key, within: 10000h}
sinks:
  rows: {plugin: sql, from: once, url: "${DB_URL}", table: first, mode: insert}
  others: {plugin: sql, from: once.duplicate, url: "${DB_URL}", table: other, mode: insert}
)";
  }
  void read_outputs(Account& account) override {
    read("first", account, has_new_key);
    read("other", account, std::not_fn(has_new_key));
  }

 private:
  void create_tables(const std::string& end) override {
    for (const std::string table : {"first", "other"})
      server().execute("CREATE TABLE " + table + " (n BIGINT NOT NULL, `key` BIGINT NOT NULL)" + end);
  }
  std::string line_of(std::int64_t n) const override { return keyed_line(n); }
  void read(const std::string& table, Account& account, const Belongs& belongs) {
    for (const auto& row : server().query("SELECT n, `key` FROM " + table)) {
      const std::string line = std::string(kNumber) + row.at(0) + ",\"key\":" + row.at(1) + "}";
      read_line(line, "the table " + table, account, keyed_line, belongs);
    }
  }
};

}  // namespace

void add_sql_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<Table>("table", Delivery::kAtLeastOnce, Keeper::kFolder));
  to.push_back(std::make_unique<Table>("table-once", Delivery::kExactlyOnce, Keeper::kSink));
  to.push_back(std::make_unique<Table>("table-prepared", Delivery::kExactlyOnce, Keeper::kFolder));
  to.push_back(std::make_unique<DedupedTables>("deduped-tables", Delivery::kAtLeastOnce, Keeper::kSink));
  to.push_back(std::make_unique<DedupedTables>("deduped-tables-once", Delivery::kExactlyOnce, Keeper::kSink));
}

}  // namespace weir::faults
