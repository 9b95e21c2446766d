// SPDX-License-Identifier: Apache-2.0
#include "runtime/standstill.h"

#include <weir/record.h>

#include <iterator>
#include <string>
#include <utility>

namespace weir {
namespace {

constexpr std::uint64_t kGroup = 1, kBroadcast = 2;

}  // namespace

void save_works(SnapshotWriter& to, const std::vector<const Work*>& works) {
  to.number(works.size());
  for (const Work* work : works) {
    to.number((work->kind == Work::Kind::kGroup ? kGroup : 0) | (work->broadcast ? kBroadcast : 0));
    to.number(work->input);
    to.slice(work->bounds.key ? slice(*work->bounds.key) : kAbsent);
    to.time(work->bounds.start);
    to.time(work->bounds.end);
    to.number(work->records.size());
    for (const auto& record : work->records) save_record(to, record);
  }
}

std::vector<std::unique_ptr<Work>> load_works(SnapshotReader& from, const FindOrigin& origins) {
  std::vector<std::unique_ptr<Work>> works;
  for (std::uint64_t left = from.number(); left > 0; --left) {
    auto work = std::make_unique<Work>();
    const std::uint64_t kind = from.number();
    work->kind = (kind & kGroup) != 0 ? Work::Kind::kGroup : Work::Kind::kRecords;
    work->broadcast = (kind & kBroadcast) != 0;
    work->input = static_cast<std::uint32_t>(from.number());
    if (const weir_slice key = from.slice(); key.data != nullptr) work->bounds.key = std::string(view(key));
    work->bounds.start = from.time();
    work->bounds.end = from.time();
    for (std::uint64_t records = from.number(); records > 0; --records)
      load_record(from, origins, work->records);
    works.push_back(std::move(work));
  }
  return works;
}

void Standstill::begin(Works waited) {
  on_ = true;
  works_ = std::move(waited);
}

Standstill::Works Standstill::end() {
  on_ = false;
  return std::exchange(works_, {});
}

Work& Standstill::add(Work::Kind kind, Inlet inlet) {
  Work& work = *works_.emplace_back(std::make_unique<Work>());
  work.kind = kind;
  work.input = inlet.input;
  work.broadcast = inlet.broadcast;
  return work;
}

void Standstill::put(const weir_record* records, const weir_slice* keys, std::size_t count, Inlet inlet) {
  if (keys == nullptr) return add(Work::Kind::kRecords, inlet).records.append(records, count);
  for (std::size_t i = 0; i < count; ++i) {
    Work& work = add(Work::Kind::kRecords, inlet);
    work.bounds.key = std::string(view(keys[i]));
    work.records.append(records + i, 1);
  }
}

void Standstill::put(const weir_group& group, Inlet inlet) {
  Work& work = add(Work::Kind::kGroup, inlet);
  work.bounds = GroupBounds::of(group);
  work.records.append(group.records, group.count);
}

void Standstill::forget(const std::function<bool(const weir_record&)>& gone) {
  for (auto& work : works_) work->records.remove_if(gone);
  std::erase_if(works_, [](const auto& work) { return work->records.empty(); });
}

void Standstill::save(SnapshotWriter& to) const {
  std::vector<const Work*> works;
  for (const auto& work : works_) works.push_back(work.get());
  save_works(to, works);
}

void Standstill::load(SnapshotReader& from, const FindOrigin& origins, const KeyShare& share, SavedBy by) {
  on_ = true;
  for (auto& work : load_works(from, origins)) {
    // Each task has what all tasks see; of what has no key there is one owner.
    const bool mine = work->broadcast    ? by != SavedBy::kOtherTask
                      : work->bounds.key ? share.has(*work->bounds.key)
                                         : share.task == 0;
    if (mine) works_.push_back(std::move(work));
  }
}

}  // namespace weir
