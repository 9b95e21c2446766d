// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <cstddef>
#include <list>

namespace weir::kafka {

/// Keeps records that are on their way to the broker: copies of all that belongs to them (value, key,
/// headers, failure), side by side in blocks of the host.
///
/// A copy of some 200 bytes costs less than keeping the record's own block would: of a block from which a
/// filter has let one record in a thousand pass, the rest would stay in memory as well. librdkafka sends
/// from these copies and makes none itself. Used by one thread.
class InFlight {
  struct Slab;

 public:
  /// A record that is kept. Its bytes stay where they are until let_go().
  struct Item {
    Record record;
    Slab* slab;
  };

  explicit InFlight(const Context& context) : context_(context) {}

  Item& keep(const Record& record);
  void let_go(Item& item);

 private:
  static constexpr std::size_t kSlabBytes = 64 * 1024;
  static constexpr std::size_t kSpareSlabs = 8;

  struct Slab {
    Block block;
    std::size_t used = 0;
    std::size_t kept = 0;
    std::list<Slab>::iterator self;
  };

  char* allocate(std::size_t bytes);
  void next_slab(std::size_t bytes);

  const Context& context_;
  std::list<Slab> slabs_;  // the last one is being filled
  std::list<Slab> spare_;  // empty ones, to be filled again
};

}  // namespace weir::kafka
