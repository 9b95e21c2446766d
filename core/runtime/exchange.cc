// SPDX-License-Identifier: Apache-2.0
#include "runtime/exchange.h"

#include <weir/record.h>

#include <utility>

#include "state/key_share.h"

namespace weir {
namespace {

/// A mark holds little, but not nothing.
constexpr std::size_t kMarkBytes = sizeof(Parcel::Item);

}  // namespace

Exchange::Exchange(StageNode& node, TaskControl& task, TaskGroup& group, std::size_t member,
                   std::size_t number)
    : node_(node),
      task_(task),
      group_(group),
      member_(member),
      number_(number),
      limit_(node.stage().spec.queue_bytes),
      key_reader_(node.stage().spec.key) {}

void Exchange::take(const weir_record* records, std::size_t count, Inlet inlet) {
  if (task_.failed() || count == 0) return;
  if (inlet.broadcast) {
    for (std::size_t to = 0; to < group_.size(); ++to) {
      if (to != member_) send(to, records, count, inlet);
    }
    return node_.take(records, count, inlet);
  }
  if (!key_reader_.none()) {
    key_reader_.read(records, count,
                     [&](const weir_record& r, const std::string& why) { node_.refuse_keyless(r, why); });
    return take_keyed(key_reader_.records(), key_reader_.keys().data(), key_reader_.keys().size(), inlet);
  }
  if (member_ == 0) return node_.take(records, count, inlet);
  send(0, records, count, inlet);
}

void Exchange::take_keyed(const weir_record* records, const weir_slice* keys, std::size_t count,
                          Inlet inlet) {
  if (task_.failed() || count == 0) return;
  shares_.resize(group_.size());
  for (auto& share : shares_) {
    share.records.clear();
    share.keys.clear();
    share.ends.clear();
  }
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t to = KeyShare::owner(view(keys[i]), group_.size());
    Share& share = shares_[to];
    share.records.push_back(records[i]);
    share.keys.append(view(keys[i]));
    share.ends.push_back(share.keys.size());
  }
  for (std::size_t to = 0; to < shares_.size(); ++to) {
    const Share& share = shares_[to];
    if (to == member_ || share.records.empty()) continue;
    Parcel::Item& item = item_for(to, Work::Kind::kRecords, inlet);
    const std::size_t before = item.records.bytes() + item.keys.size();
    item.records.append(share.records.data(), share.records.size());
    for (const std::size_t end : share.ends) item.ends.push_back(item.keys.size() + end);
    item.keys += share.keys;
    grown(to, item.records.bytes() + item.keys.size() - before);
  }
  const Share& own = shares_[member_];
  if (own.records.empty()) return;
  keys_.clear();
  std::size_t start = 0;
  for (const std::size_t end : own.ends) {
    keys_.push_back({own.keys.data() + start, end - start});
    start = end;
  }
  node_.take_keyed(own.records.data(), keys_.data(), own.records.size(), inlet);
}

void Exchange::take(const weir_group& group, Inlet inlet) {
  if (task_.failed()) return;
  const auto send_to = [&](std::size_t to) {
    Parcel::Item& item = item_for(to, Work::Kind::kGroup, inlet);
    item.bounds = GroupBounds::of(group);
    item.records.append(group.records, group.count);
    grown(to, item.records.bytes());
  };
  if (inlet.broadcast) {
    for (std::size_t to = 0; to < group_.size(); ++to) {
      if (to != member_) send_to(to);
    }
    return node_.take(group, inlet);
  }
  const bool by_key = node_.stage().split == Split::kByKey && group.key.data != nullptr;
  const std::size_t to = by_key ? KeyShare::owner(view(group.key), group_.size()) : 0;
  if (to == member_) return node_.take(group, inlet);
  send_to(to);
}

void Exchange::take_watermark(std::size_t wire, std::int64_t time) {
  send_mark(Work::Kind::kWatermark, wire, time);
  node_.take_watermark(wire + member_, time);
}

void Exchange::take_idle(std::size_t wire, bool idle) {
  send_mark(Work::Kind::kIdle, wire, idle ? 1 : 0);
  node_.take_idle(wire + member_, idle);
}

void Exchange::send(std::size_t to, const weir_record* records, std::size_t count, Inlet inlet) {
  Parcel::Item& item = item_for(to, Work::Kind::kRecords, inlet);
  const std::size_t before = item.records.bytes();
  item.records.append(records, count);
  grown(to, item.records.bytes() - before);
}

void Exchange::send_mark(Work::Kind kind, std::size_t wire, std::int64_t mark) {
  for (std::size_t to = 0; to < group_.size(); ++to) {
    if (to == member_) continue;
    // Of two watermarks with nothing between them the second says it all.
    item_for(to, kind, {}, wire).mark = mark;
    grown(to, kMarkBytes);
  }
}

Parcel::Item& Exchange::item_for(std::size_t to, Work::Kind kind, Inlet inlet, std::size_t wire) {
  outgoing_.resize(group_.size());
  auto& parcel = outgoing_[to];
  if (parcel == nullptr) {
    parcel = std::make_unique<Parcel>();
    parcel->from = this;
    parcel->sender = member_;
    parcel->exchange = number_;
    gathered_ = true;
  }
  if (!parcel->items.empty() && kind != Work::Kind::kGroup && kind != Work::Kind::kIdle) {
    Parcel::Item& last = parcel->items.back();
    if (last.kind == kind && last.inlet == inlet && last.wire == wire) return last;
  }
  Parcel::Item& item = parcel->items.emplace_back();
  item.kind = kind;
  item.inlet = inlet;
  item.wire = wire;
  return item;
}

void Exchange::grown(std::size_t to, std::size_t bytes) {
  outgoing_[to]->bytes += bytes;
  under_way_.fetch_add(bytes, std::memory_order_relaxed);
  if (outgoing_[to]->bytes >= kParcelBytes) post_to(to);
}

void Exchange::post() {
  if (!gathered_) return;
  gathered_ = false;
  for (std::size_t to = 0; to < outgoing_.size(); ++to) {
    if (outgoing_[to] != nullptr) post_to(to);
  }
}

void Exchange::post_to(std::size_t to) {
  group_.send(to, std::move(outgoing_[to]));
}

void Exchange::hand_over() {
  while (!arrived_.empty() && !task_.failed() && !node_.full() && !node_.full_behind()) {
    const std::unique_ptr<Parcel> parcel = std::move(arrived_.front());
    arrived_.pop_front();
    open(*parcel);
    parcel->from->arrived_at_stage(parcel->bytes);
    group_.taken();
  }
}

void Exchange::open(const Parcel& parcel) {
  for (const auto& item : parcel.items) {
    switch (item.kind) {
      case Work::Kind::kWatermark:
        node_.take_watermark(item.wire + parcel.sender, item.mark);
        break;
      case Work::Kind::kIdle:
        node_.take_idle(item.wire + parcel.sender, item.mark != 0);
        break;
      case Work::Kind::kGroup: {
        weir_group group = item.bounds->with(item.records);
        group.input = item.inlet.input;
        node_.take(group, item.inlet);
        break;
      }
      default:
        if (item.ends.empty()) {
          node_.take(item.records.data(), item.records.size(), item.inlet);
          break;
        }
        keys_.clear();
        std::size_t start = 0;
        for (const std::size_t end : item.ends) {
          keys_.push_back({item.keys.data() + start, end - start});
          start = end;
        }
        node_.take_keyed(item.records.data(), keys_.data(), item.records.size(), item.inlet);
    }
  }
}

void Exchange::arrived_at_stage(std::size_t bytes) {
  const std::size_t before = under_way_.fetch_sub(bytes, std::memory_order_relaxed);
  if (before >= limit_ && before - bytes < limit_) group_.wake(member_);
}

}  // namespace weir
