// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>
#include <weir/record.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::enrich {

/// Records that wait for the row of their key, each until a time of its own. They stand in the host's lists,
/// one for each key and time, so that their positions wait with them; which times a key has stands in its
/// state.
class Waiting {
 public:
  using Visit = std::function<void(const Record&)>;

  void open(Context& context);
  /// A timer of that key comes at `until`, in milliseconds of processing time.
  void add(Context& out, std::string_view key, const Record& record, std::int64_t until);
  /// Visits the key's records in the order of their times, and lets them go: what `visit` emits is handed on
  /// first.
  void release(Context& out, std::string_view key, const Visit& visit);
  /// The same for those whose time is `until`.
  void release(Context& out, std::string_view key, std::int64_t until, const Visit& visit);
  /// The keys that records wait for.
  std::vector<std::string> keys(const Context& context) const;

 private:
  std::vector<std::int64_t> times(const Context& context, std::string_view key) const;
  void set_times(const Context& context, std::string_view key, const std::vector<std::int64_t>& times) const;

  weir_state* times_ = nullptr;
};

}  // namespace weir::enrich
