// SPDX-License-Identifier: Apache-2.0
#include <simdjson.h>

#include <stdexcept>
#include <utility>

#include "envelope/base64.h"
#include "envelope/envelope.h"
#include "envelope/timestamp.h"

namespace weir::envelope {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

static_assert(WEIR_PADDING >= simdjson::SIMDJSON_PADDING, "lines are parsed in place");

/// How encode() begins each line; what begins so was meant to be an envelope, even if its end is missing.
constexpr std::string_view kBeginning = "{\"weir\":";

bool meant_as_envelope(std::string_view line) {
  return !line.empty() && line.substr(0, kBeginning.size()) == kBeginning.substr(0, line.size());
}

/// What makes a line a broken envelope.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

struct Decoder::Reader {
  /// The field, or nothing when it is missing.
  static std::optional<element> find(const object& in, std::string_view name) {
    element found;
    if (in.at_key(name).get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
  }

  static std::string_view text(const element& e, std::string_view name) {
    std::string_view s;
    if (e.get(s) != simdjson::SUCCESS) throw Broken("\"" + std::string(name) + "\" is not a string");
    return s;
  }

  static std::string_view required_text(const object& in, std::string_view name) {
    const auto found = find(in, name);
    if (!found) throw Broken("\"" + std::string(name) + "\" is missing beside \"attempts\"");
    return text(*found, name);
  }

  static std::int64_t integer(const element& e, std::string_view name) {
    std::int64_t n = 0;
    if (e.get(n) != simdjson::SUCCESS) throw Broken("\"" + std::string(name) + "\" is not an integer");
    return n;
  }

  static std::int64_t time(const object& in, std::string_view name) {
    const auto ms = parse_timestamp(required_text(in, name));
    if (!ms) throw Broken("\"" + std::string(name) + "\" is not a time such as 2026-01-02T03:04:05.678Z");
    return *ms;
  }

  std::string_view base64(const element& e, std::string_view name) {
    if (!parse_base64(text(e, name), decoded.emplace_back())) {
      throw Broken("\"" + std::string(name) + "\" is not base64");
    }
    return decoded.back();
  }

  /// The bytes under `name` (null: absent) or `name`_base64; nullopt when neither is there.
  std::optional<std::optional<std::string_view>> bytes(const object& in, std::string_view name) {
    const auto encoded_name = std::string(name) + "_base64";
    const auto plain = find(in, name);
    const auto encoded = find(in, encoded_name);
    if (plain && encoded)
      throw Broken("\"" + std::string(name) + "\" and \"" + encoded_name + "\" are both there");
    if (encoded) return std::optional(base64(*encoded, encoded_name));
    if (!plain) return std::nullopt;
    if (plain->is_null()) return std::optional<std::string_view>();
    return std::optional(text(*plain, name));
  }

  std::string_view header_part(const element& e) {
    object wrapped;
    if (e.get(wrapped) != simdjson::SUCCESS) return text(e, "headers");
    const auto encoded = find(wrapped, "base64");
    if (!encoded) throw Broken("an object in \"headers\" has no \"base64\"");
    return base64(*encoded, "base64");
  }

  void headers(const element& e, std::vector<Header>& to) {
    simdjson::dom::array list;
    if (e.get(list) != simdjson::SUCCESS) throw Broken("\"headers\" is not a list");
    for (const element item : list) {
      simdjson::dom::array pair;
      if (item.get(pair) != simdjson::SUCCESS || pair.size() != 2) {
        throw Broken("\"headers\" holds something else than pairs of a name and a value");
      }
      const element value = pair.at(1);
      Header header{header_part(pair.at(0)), std::nullopt};
      if (!value.is_null()) header.value = header_part(value);
      to.push_back(header);
    }
  }

  Failure failure(const object& in, std::int64_t attempts) {
    if (attempts < 1 || attempts > UINT32_MAX) throw Broken("\"attempts\" is out of range");
    return {required_text(in, "stage"),
            required_text(in, "port"),
            required_text(in, "code"),
            required_text(in, "message"),
            static_cast<std::uint32_t>(attempts),
            time(in, "first_time"),
            time(in, "last_time")};
  }

  Envelope read(const object& in, const element& version) {
    if (integer(version, "weir") != kVersion) {
      throw Broken("its format version is " + std::to_string(integer(version, "weir")) +
                   "; this program knows version " + std::to_string(kVersion));
    }
    Envelope e;
    const auto value = bytes(in, "value");
    if (!value) throw Broken("neither \"value\" nor \"value_base64\" is there");
    e.value = *value;
    if (const auto key = bytes(in, "key")) e.key = *key;
    if (const auto list = find(in, "headers")) headers(*list, e.headers);
    if (const auto ms = find(in, "event_time")) e.event_time = integer(*ms, "event_time");
    if (const auto attempts = find(in, "attempts")) e.failure = failure(in, integer(*attempts, "attempts"));
    return e;
  }

  simdjson::dom::parser parser;
  std::deque<std::string> decoded;  // bytes that stood in base64; a deque, so that views stay
};

Decoder::Decoder() : reader_(std::make_unique<Reader>()) {}
Decoder::~Decoder() = default;

Decoder::Line Decoder::decode(std::string_view line) {
  const bool meant = meant_as_envelope(line);
  if (!meant) {
    const auto first = line.find_first_not_of(" \t");
    if (first == line.npos || line[first] != '{' || line.find("\"weir\"") == line.npos) return Line::kPlain;
  }
  reader_->decoded.clear();
  object in;
  const auto error = reader_->parser.parse(line.data(), line.size(), false).get(in);
  const auto version = error == simdjson::SUCCESS ? Reader::find(in, "weir") : std::nullopt;
  if (error != simdjson::SUCCESS) {
    if (!meant) return Line::kPlain;
    problem_ = std::string("the line begins as an envelope but is no complete JSON object (") +
               simdjson::error_message(error) + ")";
    return Line::kBroken;
  }
  if (!version || !version->is_int64()) return Line::kPlain;
  try {
    envelope_ = reader_->read(in, *version);
    return Line::kEnvelope;
  } catch (const Broken& e) {
    problem_ = e.what();
  } catch (const simdjson::simdjson_error& e) {
    problem_ = e.what();
  }
  return Line::kBroken;
}

}  // namespace weir::envelope
