// SPDX-License-Identifier: Apache-2.0
//
// A record with everything that is known of it, as one line of JSON: what stands in side files and what
// `etl-run replay` reads back. README.md beside this file is the format's definition.
#pragma once

#include <weir/record.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::envelope {

/// The number under "weir" in each envelope.
inline constexpr int kVersion = 1;

/// Appends the record's envelope, without a newline at its end.
void encode(const weir_record& record, std::string& to);

struct Header {
  std::string_view name;
  std::optional<std::string_view> value;
};

/// What failed and how often, as it stood in an envelope.
struct Failure {
  std::string_view stage, port, code, message;
  std::uint32_t attempts = 0;
  std::int64_t first_time = 0, last_time = 0;  ///< milliseconds since 1970 UTC
};

/// The contents of an envelope. Where the record came from at first is not read back: a replayed record comes
/// from the side file.
struct Envelope {
  std::optional<std::string_view> value, key;
  std::vector<Header> headers;
  std::int64_t event_time = WEIR_NO_TIME;
  std::optional<Failure> failure;
};

/// Tells envelopes from plain lines and reads them. Used by one thread at a time.
class Decoder {
 public:
  enum class Line {
    kPlain,     ///< no envelope: the line itself is the value
    kEnvelope,  ///< read: see envelope()
    kBroken     ///< begins as an envelope but is none: see problem()
  };

  Decoder();
  ~Decoder();

  /// `line` is one line without its newline, with WEIR_PADDING readable bytes behind.
  Line decode(std::string_view line);

  /// Of the last kEnvelope; its bytes live until the next decode().
  const Envelope& envelope() const { return envelope_; }
  /// Of the last kBroken: what was found and what was expected.
  const std::string& problem() const { return problem_; }

 private:
  struct Reader;
  std::unique_ptr<Reader> reader_;
  Envelope envelope_;
  std::string problem_;
};

}  // namespace weir::envelope
