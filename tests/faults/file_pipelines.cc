// SPDX-License-Identifier: Apache-2.0
//
// From a file to files: what needs nothing but etl-run.
#include <fstream>
#include <functional>
#include <stdexcept>
#include <utility>

#include "lines.h"
#include "pipeline.h"

namespace weir::faults {
namespace {

namespace fs = std::filesystem;

/// Whether there is something behind the last newline: a kill may leave half a line.
bool ends_in_a_line(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return in.seekg(-1, std::ios::end) && in.get() != '\n';
}

/// What they have in common: records are lines of `in.txt`.
class FromFile : public Pipeline {
 public:
  FromFile(std::string name, Delivery delivery) : name_(std::move(name)), delivery_(delivery) {}

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  void prepare(const fs::path& folder) override { folder_ = folder; }
  void add_input(std::int64_t from, std::int64_t to) override { append_lines(folder_ / "in.txt", from, to); }

 protected:
  virtual std::string line_of(std::int64_t n) const = 0;

  void append_lines(const fs::path& path, std::int64_t from, std::int64_t to) const {
    const bool half_a_line = ends_in_a_line(path);
    std::ofstream out(path, std::ios::binary | std::ios::app);
    if (half_a_line) out << '\n';
    for (auto n = from; n < to; ++n) out << line_of(n) << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
  }
  const fs::path& folder() const { return folder_; }

  template <class Belongs>
  void read(const std::string& start, Account& account, Belongs belongs) const {
    read_files(
        folder_ / "disk" / "out", start, account, [this](std::int64_t n) { return line_of(n); }, belongs);
  }

 private:
  const std::string name_;
  const Delivery delivery_;
  fs::path folder_;
};

/// Two ports to two sinks, which finish files by size.
class Filtered final : public FromFile {
 public:
  using FromFile::FromFile;

  std::vector<std::string> point_groups() const override {
    auto groups = FromFile::point_groups();
    groups.push_back("file.");
    if (delivery() == Delivery::kExactlyOnce) groups.push_back("journal.");
    return groups;
  }

  std::string yaml() const override {
    return "pipeline: filtered\n" + delivery_yaml(delivery(), "5ms") + R"(
sources:
  lines: {plugin: file, path: in.txt}
processes:
  even: {plugin: filter, from: lines, where: {field: even, equals: true}}
sinks:
  evens: {plugin: file, from: even, path: disk/out/even.txt, rotate: {size: 300KiB}}
  odds: {plugin: file, from: even.unmatched, path: disk/out/odd.txt, rotate: {size: 1MiB}}
)";
  }
  std::int64_t records_a_round() const override { return 20'000; }
  void read_outputs(Account& account) override {
    read("even", account, [](std::int64_t n) { return n % 2 == 0; });
    read("odd", account, [](std::int64_t n) { return n % 2 != 0; });
  }

 private:
  std::string line_of(std::int64_t n) const override {
    return std::string(kNumber) + std::to_string(n) + ",\"even\":" + (n % 2 == 0 ? "true" : "false") +
           ",\"text\":\"" + std::string(static_cast<std::size_t>(n % 40), '.') + "\"}";
  }
};

/// Keyed state that lasts for the whole run; in two tasks, between which records are passed, where the files
/// need not be cut back.
class Deduped : public FromFile {
 public:
  using FromFile::FromFile;

  std::string yaml() const override {
    const std::string tasks = delivery() == Delivery::kAtLeastOnce ? "tasks: 2\n" : "";
    return "pipeline: deduped\n" + tasks + delivery_yaml(delivery(), "5ms") + R"(
sources:
  lines: {plugin: file, path: in.txt}
processes:
  once: {plugin: dedupe, from: lines, key: key, within: 10000h}
sinks:
  firsts: {plugin: file, from: once, path: disk/out/first.txt}
  others: {plugin: file, from: once.duplicate, path: disk/out/other.txt}
)";
  }
  std::int64_t records_a_round() const override { return 10'000; }
  void read_outputs(Account& account) override {
    read("first", account, has_new_key);
    read("other", account, std::not_fn(has_new_key));
  }
  std::vector<std::string> point_groups() const override {
    auto groups = FromFile::point_groups();
    if (delivery() == Delivery::kExactlyOnce) groups.insert(groups.end(), {"file.", "journal."});
    return groups;
  }

 private:
  std::string line_of(std::int64_t n) const override { return keyed_line(n); }
};

/// The same with the state on disk.
class DedupedOnDisk final : public Deduped {
 public:
  using Deduped::Deduped;

  std::string yaml() const override { return "state: {kind: rocksdb, memory: 8MiB}\n" + Deduped::yaml(); }
  std::vector<std::string> point_groups() const override {
    auto groups = Deduped::point_groups();
    groups.push_back("store.");
    return groups;
  }
};

/// What the first pipeline refuses is sent through one that is put right, in every second round. There is
/// always something to replay: each round also adds lines to the side file, as one does by hand.
class Replayed final : public FromFile {
 public:
  Replayed() : FromFile("replayed", Delivery::kAtLeastOnce) {}

  void prepare(const fs::path& folder) override {
    FromFile::prepare(folder);
    std::ofstream(folder / "right.yaml") << yaml_that_requires("n");
  }
  std::string yaml() const override { return yaml_that_requires("n, even"); }
  std::vector<std::vector<std::string>> commands() const override {
    return {{"p.yaml"}, {"replay", "right.yaml", "--from", "disk/side/refused*", "--into", "parse"}};
  }
  std::vector<std::string> point_groups() const override {
    auto groups = FromFile::point_groups();
    groups.insert(groups.end(), {"file.", "replay."});
    return groups;
  }
  std::int64_t records_a_round() const override { return 20'000; }
  void add_input(std::int64_t from, std::int64_t to) override {
    const std::int64_t by_hand = to - 100;
    FromFile::add_input(from, by_hand);
    fs::create_directories(folder() / "disk" / "side");
    append_lines(folder() / "disk" / "side" / "refused.ndjson", by_hand, to);
  }
  void read_outputs(Account& account) override {
    read("good", account, [](std::int64_t) { return true; });
  }

 private:
  static std::string yaml_that_requires(const std::string& fields) {
    return "pipeline: replayed\n" + delivery_yaml(Delivery::kAtLeastOnce, "5ms") + R"(
sources:
  lines: {plugin: file, path: in.txt}
processes:
  parse: {plugin: json, from: lines, require: [)" +
           fields + R"(]}
sinks:
  good: {plugin: file, from: parse, path: disk/out/good.txt, rotate: {size: 300KiB}}
  refused: {plugin: file, from: parse.invalid, path: disk/side/refused.ndjson, format: envelope}
)";
  }

  std::string line_of(std::int64_t n) const override {
    return std::string(kNumber) + std::to_string(n) + (n % 3 == 0 ? "}" : ",\"even\":1}");
  }
};

}  // namespace

void add_file_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<Filtered>("filtered", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<Deduped>("deduped", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<DedupedOnDisk>("deduped-on-disk", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<Replayed>());
  to.push_back(std::make_unique<Deduped>("deduped-once", Delivery::kExactlyOnce));
  to.push_back(std::make_unique<DedupedOnDisk>("deduped-on-disk-once", Delivery::kExactlyOnce));
  to.push_back(std::make_unique<Filtered>("filtered-once", Delivery::kExactlyOnce));
}

}  // namespace weir::faults
