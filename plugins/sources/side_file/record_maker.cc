// SPDX-License-Identifier: Apache-2.0
#include "sources/side_file/record_maker.h"

#include <cstring>
#include <new>
#include <optional>
#include <string_view>

namespace weir::side_file {
namespace {

using envelope::Envelope;

std::size_t size_of(const std::optional<std::string_view>& text) {
  return text ? text->size() : 0;
}

/// What copy() needs, without alignment, which the arena's start and the order of the parts give.
std::size_t size_of(const Envelope& e) {
  std::size_t size = size_of(e.value) + size_of(e.key) + e.headers.size() * sizeof(weir_header);
  for (const auto& header : e.headers) size += header.name.size() + size_of(header.value);
  if (e.failure) {
    const auto& f = *e.failure;
    size += sizeof(weir_failure) + f.stage.size() + f.port.size() + f.code.size() + f.message.size();
  }
  return size;
}

weir_slice put(const std::optional<std::string_view>& text, char*& to) {
  if (!text) return kAbsent;
  const weir_slice copied{to, text->size()};
  if (!text->empty()) std::memcpy(to, text->data(), text->size());
  to += text->size();
  return copied;
}

}  // namespace

bool RecordMaker::make(const Context& context, const Line& line, Record& record) {
  record.value = {line.text.data(), line.text.size()};
  record.block = line.block;
  record.key = kAbsent;
  record.headers = nullptr;
  record.header_count = 0;
  record.event_time = WEIR_NO_TIME;
  record.failure = nullptr;
  switch (decoder_.decode(line.text)) {
    case envelope::Decoder::Line::kPlain:
      return true;
    case envelope::Decoder::Line::kBroken:
      return false;
    case envelope::Decoder::Line::kEnvelope:
      break;
  }
  copy(context, decoder_.envelope(), record);
  return true;
}

void RecordMaker::copy(const Context& context, const Envelope& from, Record& to) {
  const std::size_t size = size_of(from);
  char* p = arena_.room(context, size);
  arena_.use(size);
  to.block = arena_.block();
  to.event_time = from.event_time;
  // Structures first, where the room is aligned.
  weir_failure* failure = nullptr;
  if (from.failure) {
    failure = new (p) weir_failure{};
    p += sizeof *failure;
  }
  static_assert(sizeof(weir_failure) % alignof(weir_header) == 0);
  to.headers = reinterpret_cast<weir_header*>(p);
  to.header_count = static_cast<std::uint32_t>(from.headers.size());
  char* bytes = p + from.headers.size() * sizeof(weir_header);
  for (const auto& header : from.headers) {
    new (p) weir_header{put(header.name, bytes), put(header.value, bytes)};
    p += sizeof(weir_header);
  }
  to.key = put(from.key, bytes);
  to.value = put(from.value, bytes);
  if (failure == nullptr) return;
  failure->size = sizeof *failure;
  failure->attempts = from.failure->attempts;
  failure->stage = put(from.failure->stage, bytes);
  failure->port = put(from.failure->port, bytes);
  failure->code = put(from.failure->code, bytes);
  failure->message = put(from.failure->message, bytes);
  failure->first_time = from.failure->first_time;
  failure->last_time = from.failure->last_time;
  to.failure = failure;
}

}  // namespace weir::side_file
