// SPDX-License-Identifier: Apache-2.0
#include "testing/bench.h"

#include <algorithm>
#include <cstddef>

namespace weir {

bool SourceFeed::is_committed(const Item& item) const {
  const auto* record = std::get_if<SampleRecord>(&item.what);
  if (record == nullptr) return true;
  const auto at = committed.find({record->origin, record->partition});
  return at != committed.end() && record->position < at->second;
}

bool SourceFeed::all_committed() const {
  return std::all_of(items.begin(), items.end(), [&](const Item& item) { return is_committed(item); });
}

std::size_t SourceFeed::task_of(const Item& item) const {
  if (const auto* record = std::get_if<SampleRecord>(&item.what))
    return task_of(Origin{record->origin, record->partition});
  if (const auto* mark = std::get_if<TimeMark>(&item.what)) return task_of(mark->origin);
  return 0;
}

bool SourceFeed::ended() const {
  return std::all_of(readers.begin(), readers.end(), [](const Reader& reader) { return reader.ended; });
}

bool SourceFeed::all_given() const {
  for (std::size_t task = 0; task < readers.size(); ++task) {
    for (std::size_t i = readers[task].next; i < items.size(); ++i) {
      if (task_of(items[i]) == task) return false;
    }
  }
  return true;
}

void SourceFeed::start_again(std::size_t tasks) {
  // How far event time has come stands in the checkpoint only for a source; before another stage it is told
  // again.
  const auto done = [&](const Item& item) {
    return is_committed(item) && (is_source || !std::holds_alternative<TimeMark>(item.what));
  };
  const auto end = items.begin() + static_cast<std::ptrdiff_t>(covered);
  items.erase(std::remove_if(items.begin(), end, done), end);
  covered = 0;
  readers.assign(tasks, {});
}

}  // namespace weir
