// SPDX-License-Identifier: Apache-2.0
#include "lookup/keyed_batch.h"

namespace weir::lookup {

void KeyedBatch::start(Records records) {
  records_ = records;
  outcomes_.assign(records.size(), Outcome());
  numbers_.clear();
  keys_.clear();
  keys_.reserve(records.size());  // their texts are referred to where they stand
  reasons_.clear();
  expected_ = 0;
}

bool KeyedBatch::add(std::size_t record, std::string_view key) {
  const auto number = static_cast<std::uint32_t>(record);
  if (const auto known = numbers_.find(key); known != numbers_.end()) {
    Key& k = keys_[known->second];
    outcomes_[k.last_record].next = number;
    k.last_record = number;
    return false;
  }
  keys_.push_back({std::string(key), number, number});
  numbers_.emplace(keys_.back().text, keys_.size() - 1);
  return true;
}

std::size_t KeyedBatch::find(std::size_t begin, std::size_t end, std::string_view key) {
  if (expected_ >= begin && expected_ < end && keys_[expected_].text == key) return expected_++;
  const auto known = numbers_.find(key);
  if (known == numbers_.end() || known->second < begin || known->second >= end) return end;
  expected_ = known->second + 1;
  return known->second;
}

void KeyedBatch::answer(std::size_t record, Port port, const Record& result) {
  Outcome& outcome = outcomes_[record];
  outcome.state = State::kAnswered;
  outcome.port = port;
  outcome.result = result;
}

void KeyedBatch::fail(std::size_t record, Port port, std::string_view code, std::string_view message) {
  set_failed(record, add_reason(port, code, message));
}

void KeyedBatch::fail_keys(std::size_t begin, std::size_t end, Port port, std::string_view code,
                           std::string_view message) {
  const std::uint32_t reason = add_reason(port, code, message);
  for (std::size_t key = begin; key < end; ++key) {
    each_record(key, [&](std::size_t record, const Record&) { set_failed(record, reason); });
  }
}

void KeyedBatch::forget_keys(std::size_t begin, std::size_t end) {
  for (std::size_t key = begin; key < end; ++key) {
    each_record(key, [&](std::size_t record, const Record&) { outcomes_[record].state = State::kUnknown; });
  }
  expected_ = begin;
}

void KeyedBatch::emit(Context& out, Port unanswered, std::string_view code, std::string_view message) const {
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const Outcome& outcome = outcomes_[i];
    switch (outcome.state) {
      case State::kAnswered:
        out.emit(outcome.port, outcome.result);
        break;
      case State::kUnknown:
        out.fail(unanswered, records_[i], code, message);
        break;
      case State::kFailed: {
        const Reason& reason = reasons_[outcome.reason];
        out.fail(reason.port, records_[i], reason.code, reason.message);
        break;
      }
    }
  }
}

std::uint32_t KeyedBatch::add_reason(Port port, std::string_view code, std::string_view message) {
  reasons_.push_back({port, std::string(code), std::string(message)});
  return static_cast<std::uint32_t>(reasons_.size() - 1);
}

void KeyedBatch::set_failed(std::size_t record, std::uint32_t reason) {
  outcomes_[record].state = State::kFailed;
  outcomes_[record].reason = reason;
}

}  // namespace weir::lookup
