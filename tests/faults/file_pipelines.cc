// SPDX-License-Identifier: Apache-2.0
//
// From a file to files: what needs nothing but etl-run.
#include <fstream>
#include <stdexcept>
#include <utility>

#include "lines.h"
#include "pipeline.h"

namespace weir::faults {
namespace {

namespace fs = std::filesystem;

/// What both have in common: records are lines of `in.txt`.
class FromFile : public Pipeline {
 public:
  FromFile(std::string name, Delivery delivery) : name_(std::move(name)), delivery_(delivery) {}

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  void prepare(const fs::path& folder) override { folder_ = folder; }
  void add_input(std::int64_t from, std::int64_t to) override {
    std::ofstream out(folder_ / "in.txt", std::ios::binary | std::ios::app);
    for (auto n = from; n < to; ++n) out << line_of(n) << '\n';
    if (!out.flush()) throw std::runtime_error("cannot write the input");
  }

 protected:
  virtual std::string line_of(std::int64_t n) const = 0;

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

/// Keyed state that lasts for the whole run: one record of a hundred has a new key, all others one of those
/// before, so that what has been forgotten shows in the wrong file. In two tasks, between which records are
/// passed.
class Deduped final : public FromFile {
 public:
  using FromFile::FromFile;

  std::string yaml() const override {
    return "pipeline: deduped\ntasks: 2\n" + delivery_yaml(delivery(), "5ms") + R"(
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
    read("first", account, [](std::int64_t n) { return n % kEach == 0; });
    read("other", account, [](std::int64_t n) { return n % kEach != 0; });
  }

 private:
  static constexpr std::int64_t kEach = 100;

  std::string line_of(std::int64_t n) const override {
    const std::int64_t keys = n / kEach + 1;
    const std::int64_t key = n % kEach == 0 ? n / kEach : n * 31 % keys;
    return std::string(kNumber) + std::to_string(n) + ",\"key\":" + std::to_string(key) + "}";
  }
};

}  // namespace

void add_file_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<Filtered>("filtered", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<Deduped>("deduped", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<Filtered>("filtered-once", Delivery::kExactlyOnce));
}

}  // namespace weir::faults
