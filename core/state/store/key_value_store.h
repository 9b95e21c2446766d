// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The disk is at fault, or there are too many open files: what is stored may be good all the same.
class DiskError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Bytes for keys, in the order of the keys' bytes, more than memory holds. What is written is durable with
/// snapshot() only. Used by one thread. All methods throw DiskError when the disk fails, and
/// std::runtime_error when what it holds cannot be understood.
class KeyValueStore {
 public:
  /// Visits keys in their order, as they were when it was made.
  class Cursor {
   public:
    virtual ~Cursor() = default;
    virtual bool valid() const = 0;
    /// Until the cursor moves.
    virtual std::string_view key() const = 0;
    virtual std::string_view value() const = 0;
    virtual void next() = 0;
    /// To the first key that is not before this one.
    virtual void seek(std::string_view key) = 0;
  };

  KeyValueStore() = default;
  KeyValueStore(const KeyValueStore&) = delete;
  KeyValueStore& operator=(const KeyValueStore&) = delete;
  virtual ~KeyValueStore() = default;

  /// False when there is none.
  virtual bool get(std::string_view key, std::string& value) = 0;
  /// Asks for many at once, which costs less than one after another: found(i, value) for each that is there.
  virtual void get_many(const std::vector<std::string>& keys,
                        const std::function<void(std::size_t i, std::string_view value)>& found) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
  /// From `begin` on, up to the last key before `end`.
  virtual void erase_range(std::string_view begin, std::string_view end) = 0;
  /// Of the same range, at its first key. The store outlives it.
  virtual std::unique_ptr<Cursor> cursor(std::string_view begin, std::string_view end) = 0;
  /// Makes `folder`, which is not there yet, and puts all that the store holds into it. Files that earlier
  /// snapshots have too are linked, so it costs what has changed.
  virtual void snapshot(const std::string& folder) = 0;
};

/// What opens stores; they share the memory that it was made with. Thread-safe, outlives its stores.
class StoreEngine {
 public:
  virtual ~StoreEngine() = default;
  /// A store whose files are in `folder`, which is made when it is not there. Throws as a store does.
  virtual std::unique_ptr<KeyValueStore> open(const std::string& folder) = 0;
  /// The same to be read only: nothing in the folder changes, and several may read it.
  virtual std::unique_ptr<KeyValueStore> read(const std::string& folder) = 0;
};

/// The engine over RocksDB. It is in a library of its own (weir_rocksdb.so, beside the plugins' folder), so
/// that its memory is that of those who ask for it. `memory`: bytes for blocks and write buffers of all its
/// stores together. Throws std::runtime_error, for people, where the library cannot be loaded.
std::unique_ptr<StoreEngine> make_rocksdb_engine(std::size_t memory);

}  // namespace weir
