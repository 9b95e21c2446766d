// SPDX-License-Identifier: Apache-2.0
#include "envelope/envelope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace weir::envelope {
namespace {

using ::testing::HasSubstr;

/// Decodes with the padding that a line of a block has.
class Lines {
 public:
  Decoder::Line decode(std::string_view line) {
    padded_ = line;
    padded_.resize(line.size() + WEIR_PADDING, '"');
    return decoder_.decode(std::string_view(padded_).substr(0, line.size()));
  }
  const Envelope& envelope() const { return decoder_.envelope(); }
  const std::string& problem() const { return decoder_.problem(); }

 private:
  Decoder decoder_;
  std::string padded_;
};

std::string encoded(const Record& record) {
  std::string line;
  encode(record, line);
  return line;
}

Record record_of(std::string_view value) {
  Record record;
  record.value = slice(value);
  return record;
}

/// The value that comes back from an envelope with this value.
std::optional<std::string> round_trip(std::string_view value) {
  Lines lines;
  EXPECT_EQ(lines.decode(encoded(record_of(value))), Decoder::Line::kEnvelope) << lines.problem();
  const auto& back = lines.envelope().value;
  return back ? std::optional(std::string(*back)) : std::nullopt;
}

TEST(Envelope, AValueOfAnyBytesComesBack) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = {'a', static_cast<char>(byte), 'b'};
    EXPECT_EQ(round_trip(value), value);
  }
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const std::string& value :
       {all, std::string(), std::string("\0", 1), std::string("\"\\\n\r\t/"), std::string("😀𠀀ä"),
        std::string("{\"weir\":1}"), std::string(100'000, '"')}) {
    EXPECT_EQ(round_trip(value), value);
  }
}

TEST(Envelope, NoValueIsNotAnEmptyOne) {
  EXPECT_EQ(encoded(Record()), R"({"weir":1,"value":null})");
  Lines lines;
  ASSERT_EQ(lines.decode(encoded(Record())), Decoder::Line::kEnvelope);
  EXPECT_EQ(lines.envelope().value, std::nullopt);
  EXPECT_EQ(lines.envelope().key, std::nullopt);
  EXPECT_EQ(round_trip(""), "");
}

TEST(Envelope, TextStandsReadableAndOtherBytesInBase64) {
  EXPECT_EQ(encoded(record_of("o1 ä")), R"({"weir":1,"value":"o1 ä"})");
  EXPECT_EQ(encoded(record_of("\xff")), R"({"weir":1,"value_base64":"/w=="})");
}

TEST(Envelope, EverythingOfARecordStandsInIt) {
  const weir_origin origin{sizeof origin, 3, slice("ids"), slice("topic\xff")};
  weir_failure failure{};
  failure.size = sizeof failure;
  failure.attempts = 2;
  failure.stage = slice("lookup");
  failure.port = slice("rejected");
  failure.code = slice("40003");
  failure.message = slice("invalid \"openid\"");
  failure.first_time = 1'709'208'000'007;
  failure.last_time = 1'709'208'060'000;
  const weir_header headers[] = {{slice("trace"), slice("a\nb")},
                                 {slice("raw"), slice(std::string_view("\x00\xff", 2))},
                                 {slice("none"), kAbsent},
                                 {slice("\xfe"), slice("")}};
  Record record = record_of("o1");
  record.key = slice("\x80");
  record.headers = headers;
  record.header_count = 4;
  record.event_time = -5;
  record.origin = &origin;
  record.position = 42;
  record.failure = &failure;

  const auto json = nlohmann::json::parse(encoded(record));
  EXPECT_EQ(
      json["origin"],
      nlohmann::json::parse(R"({"source": "ids", "name": "topic\ufffd", "partition": 3, "position": 42})"));
  EXPECT_EQ(json["first_time"], "2024-02-29T12:00:00.007Z");

  Lines lines;
  ASSERT_EQ(lines.decode(encoded(record)), Decoder::Line::kEnvelope) << lines.problem();
  const Envelope& e = lines.envelope();
  EXPECT_EQ(e.value, "o1");
  EXPECT_EQ(e.key, "\x80");
  EXPECT_EQ(e.event_time, -5);
  ASSERT_EQ(e.headers.size(), 4u);
  EXPECT_EQ(e.headers[0].name, "trace");
  EXPECT_EQ(e.headers[0].value, "a\nb");
  EXPECT_EQ(e.headers[1].value, std::string_view("\x00\xff", 2));
  EXPECT_EQ(e.headers[2].value, std::nullopt);
  EXPECT_EQ(e.headers[3].name, "\xfe");
  EXPECT_EQ(e.headers[3].value, "");
  ASSERT_TRUE(e.failure.has_value());
  EXPECT_EQ(e.failure->stage, "lookup");
  EXPECT_EQ(e.failure->port, "rejected");
  EXPECT_EQ(e.failure->code, "40003");
  EXPECT_EQ(e.failure->message, "invalid \"openid\"");
  EXPECT_EQ(e.failure->attempts, 2u);
  EXPECT_EQ(e.failure->first_time, failure.first_time);
  EXPECT_EQ(e.failure->last_time, failure.last_time);
}

TEST(Envelope, ARecordThatHasNotFailedHasNoFailure) {
  Lines lines;
  ASSERT_EQ(lines.decode(encoded(record_of("x"))), Decoder::Line::kEnvelope);
  EXPECT_FALSE(lines.envelope().failure.has_value());
}

TEST(Envelope, AnOrderOrSpacesOfAnEditorAreUnderstood) {
  Lines lines;
  ASSERT_EQ(lines.decode(R"(  { "value" : "o1", "note": [1, 2], "weir" : 1 } )"), Decoder::Line::kEnvelope);
  EXPECT_EQ(lines.envelope().value, "o1");
}

TEST(Envelope, OtherLinesArePlain) {
  Lines lines;
  for (const char* line :
       {"", "o1", " ", "[1]", "{\"id\": 1}", "{\"weird\": 1}", "{\"id\": \"weir\"}", "{broken",
        "{\"note\": \"weir\", broken", "{\"weir\": \"a river\"}", "{}", "\xff\xfe"}) {
    EXPECT_EQ(lines.decode(line), Decoder::Line::kPlain) << line;
  }
}

TEST(Envelope, EachCutOffEnvelopeIsBroken) {
  const std::string whole = encoded(record_of("some value"));
  Lines lines;
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_EQ(lines.decode(whole.substr(0, size)), Decoder::Line::kBroken) << whole.substr(0, size);
  }
}

TEST(Envelope, ABrokenOneSaysWhatIsWrong) {
  const auto problem = [](std::string_view line) {
    Lines lines;
    EXPECT_EQ(lines.decode(line), Decoder::Line::kBroken) << line;
    return lines.problem();
  };
  EXPECT_THAT(problem(R"({"weir":1})"), HasSubstr("neither \"value\" nor \"value_base64\""));
  EXPECT_THAT(problem(R"({"weir":2,"value":"x"})"), HasSubstr("format version is 2"));
  EXPECT_THAT(problem(R"({"weir":1,"value":{"id":1}})"), HasSubstr("\"value\" is not a string"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","value_base64":""})"), HasSubstr("both there"));
  EXPECT_THAT(problem(R"({"weir":1,"value_base64":"?"})"), HasSubstr("not base64"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","headers":["a"]})"), HasSubstr("pairs"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","headers":[[1,"b"]]})"), HasSubstr("headers"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","event_time":"now"})"), HasSubstr("event_time"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","attempts":1})"), HasSubstr("\"stage\" is missing"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","attempts":0})"), HasSubstr("out of range"));
  EXPECT_THAT(problem(R"({"weir":1,"value":"x","attempts":1,"stage":"s","port":"p","code":"c","message":"m",)"
                      R"("first_time":"today","last_time":"today"})"),
              HasSubstr("\"first_time\" is not a time"));
}

}  // namespace
}  // namespace weir::envelope
