// SPDX-License-Identifier: Apache-2.0
//
// weir_rocksdb.so: KeyValueStore with RocksDB.
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <rocksdb/write_buffer_manager.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

#include "state/store/key_value_store.h"

namespace weir {
namespace {

/// Up to here keys are erased one by one: a mark for a whole range makes each later read look at it.
constexpr std::size_t kRangeAtLeast = 256;
constexpr std::size_t kLeastBuffer = 1u << 20, kMostBuffer = 64u << 20;

void check(const rocksdb::Status& status, const char* what) {
  if (status.ok()) return;
  const std::string problem = std::string("state: rocksdb: cannot ") + what + ": " + status.ToString();
  if (status.IsIOError()) throw DiskError(problem);
  throw std::runtime_error(problem);
}

/// In one store: a stage has one in each task, and the process needs files for other things too.
int most_open_files() {
  constexpr rlim_t kStores = 16, kLeast = 64, kMost = 512;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return static_cast<int>(kLeast);
  return static_cast<int>(std::clamp(limit.rlim_cur / kStores, kLeast, kMost));
}

rocksdb::Slice slice_of(std::string_view s) {
  return {s.data(), s.size()};
}
std::string_view text_of(const rocksdb::Slice& s) {
  return {s.data(), s.size()};
}

/// RocksDB's own log would be one more file to look after; what goes wrong comes back as a status.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

class RocksCursor final : public KeyValueStore::Cursor {
 public:
  RocksCursor(rocksdb::DB& db, std::string_view begin, std::string_view end) : end_(end), end_slice_(end_) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &end_slice_;
    at_.reset(db.NewIterator(options));
    seek(begin);
  }
  bool valid() const override { return at_->Valid(); }
  std::string_view key() const override { return text_of(at_->key()); }
  std::string_view value() const override { return text_of(at_->value()); }
  void next() override {
    at_->Next();
    check(at_->status(), "read");
  }
  void seek(std::string_view key) override {
    at_->Seek(slice_of(key));
    check(at_->status(), "read");
  }

 private:
  const std::string end_;
  const rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> at_;
};

class RocksStore final : public KeyValueStore {
 public:
  explicit RocksStore(rocksdb::DB* db) : db_(db) { write_.disableWAL = true; }

  bool get(std::string_view key, std::string& value) override {
    pinned_.Reset();
    const auto status = db_->Get(read_, db_->DefaultColumnFamily(), slice_of(key), &pinned_);
    if (status.IsNotFound()) return false;
    check(status, "read");
    value.assign(pinned_.data(), pinned_.size());
    return true;
  }
  void get_many(const std::vector<std::string>& keys,
                const std::function<void(std::size_t, std::string_view)>& found) override {
    const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
    std::vector<rocksdb::PinnableSlice> values(keys.size());
    std::vector<rocksdb::Status> statuses(keys.size());
    db_->MultiGet(read_, db_->DefaultColumnFamily(), keys.size(), slices.data(), values.data(),
                  statuses.data());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      check(statuses[i], "read");
      found(i, text_of(values[i]));
    }
  }
  void put(std::string_view key, std::string_view value) override {
    check(db_->Put(write_, slice_of(key), slice_of(value)), "write");
  }
  void erase(std::string_view key) override { check(db_->Delete(write_, slice_of(key)), "write"); }

  void erase_range(std::string_view begin, std::string_view end) override {
    rocksdb::WriteBatch batch;
    std::size_t count = 0;
    RocksCursor at(*db_, begin, end);
    for (; at.valid() && count < kRangeAtLeast; at.next(), ++count) batch.Delete(slice_of(at.key()));
    if (count == 0) return;
    if (at.valid()) {
      check(db_->DeleteRange(write_, db_->DefaultColumnFamily(), slice_of(begin), slice_of(end)), "write");
    } else {
      check(db_->Write(write_, &batch), "write");
    }
  }

  std::unique_ptr<Cursor> cursor(std::string_view begin, std::string_view end) override {
    return std::make_unique<RocksCursor>(*db_, begin, end);
  }

  void snapshot(const std::string& folder) override {
    rocksdb::Checkpoint* made = nullptr;
    check(rocksdb::Checkpoint::Create(db_.get(), &made), "make a checkpoint");
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    check(checkpoint->CreateCheckpoint(folder), "make a checkpoint");
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::PinnableSlice pinned_;
  rocksdb::WriteOptions write_;
  rocksdb::ReadOptions read_;
};

class RocksEngine final : public StoreEngine {
 public:
  /// Write buffers are a third of the memory, and are counted as part of the cache of blocks.
  explicit RocksEngine(std::size_t memory)
      : cache_(rocksdb::NewLRUCache(memory)),
        buffers_(std::make_shared<rocksdb::WriteBufferManager>(memory / 3, cache_)) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache_;
    table.cache_index_and_filter_blocks = true;
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.format_version = 5;
    options_.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options_.create_if_missing = true;
    options_.write_buffer_manager = buffers_;
    options_.write_buffer_size = std::clamp(memory / 6, kLeastBuffer, kMostBuffer);
    options_.memtable_whole_key_filtering = true;
    options_.memtable_prefix_bloom_size_ratio = 0.02;
    options_.level_compaction_dynamic_level_bytes = true;
    options_.compression = rocksdb::kLZ4Compression;
    options_.max_open_files = most_open_files();
    // RocksDB has as many threads for all its stores together.
    options_.max_background_jobs = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 2, 8);
    // All that counts is in the checkpoints; the rest is thrown away at the end.
    options_.avoid_flush_during_shutdown = true;
    options_.stats_dump_period_sec = 0;
    options_.stats_persist_period_sec = 0;
    options_.info_log = std::make_shared<NoLog>();
  }

  std::unique_ptr<KeyValueStore> open(const std::string& folder) override {
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::Open(options_, folder, &db);
    check(status, ("open " + folder).c_str());
    return std::make_unique<RocksStore>(db);
  }
  std::unique_ptr<KeyValueStore> read(const std::string& folder) override {
    rocksdb::DB* db = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(options_, folder, &db);
    check(status, ("read " + folder).c_str());
    return std::make_unique<RocksStore>(db);
  }

 private:
  std::shared_ptr<rocksdb::Cache> cache_;
  std::shared_ptr<rocksdb::WriteBufferManager> buffers_;
  rocksdb::Options options_;
};

}  // namespace
}  // namespace weir

extern "C" __attribute__((visibility("default"))) weir::StoreEngine* weir_rocksdb_engine(std::size_t memory) {
  return new weir::RocksEngine(memory);
}
