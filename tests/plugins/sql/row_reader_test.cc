// SPDX-License-Identifier: Apache-2.0
#include "row_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A record over bytes with the padding that records have; the bytes behind the value are hostile.
class Padded {
 public:
  explicit Padded(std::string_view text) : bytes_(text.size() + WEIR_PADDING, '"') {
    std::memcpy(bytes_.data(), text.data(), text.size());
    record_.value = {bytes_.data(), text.size()};
  }
  const Record& record() const { return record_; }

 private:
  std::vector<char> bytes_;
  Record record_;
};

Column column(const std::string& name, ColumnClass of) {
  return {name, "type", of};
}

std::vector<Source> sources() {
  return {{column("i", ColumnClass::kInteger), {}, "i", false},
          {column("r", ColumnClass::kReal), {}, "r", false},
          {column("d", ColumnClass::kDecimal), {}, "d", false},
          {column("t", ColumnClass::kText), {}, "t", false},
          {column("j", ColumnClass::kJson), {}, "j", false},
          {column("b", ColumnClass::kBool), {}, "b", false}};
}

std::string shown(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::kNull:
      return "null";
    case Cell::Kind::kInteger:
      return "i" + std::to_string(cell.integer);
    case Cell::Kind::kNatural:
      return "u" + std::to_string(cell.natural);
    case Cell::Kind::kReal:
      return "r" + std::to_string(cell.real);
    case Cell::Kind::kText:
      return "'" + cell.text + "'";
  }
  return "?";
}

/// The cells of one record, or the code of its refusal.
std::vector<std::string> read(Database database, std::string_view text) {
  RowReader reader(database, sources(), RowReader::Others::kCount);
  RowTable table(6);
  table.reset(1);
  const Padded padded(text);
  if (!reader.read(padded.record(), table)) return {reader.problem().code};
  std::vector<std::string> cells;
  for (const Cell& cell : table.row(0)) cells.push_back(shown(cell));
  return cells;
}

TEST(RowReader, GivesNumbersToMySqlAsTheColumnsTakeThemExactly) {
  EXPECT_THAT(read(Database::kMySql, R"({"i":-3,"r":0.5,"d":0.10,"t":1.50,"j":1e1,"b":true})"),
              ElementsAre("i-3", "r0.500000", "'0.10'", "'1.50'", "'1e1'", "'true'"));
  EXPECT_THAT(
      read(Database::kMySql, R"({"i":18446744073709551615,"r":3,"d":123456789012345678901})"),
      ElementsAre("u18446744073709551615", "r3.000000", "'123456789012345678901'", "null", "null", "null"));
  EXPECT_THAT(read(Database::kMySql, R"({"i":99999999999999999999})"),
              ElementsAre("'99999999999999999999'", "null", "null", "null", "null", "null"));
  EXPECT_THAT(read(Database::kMySql, R"({"i":2.50e1})"),
              ElementsAre("i25", "null", "null", "null", "null", "null"));
}

TEST(RowReader, GivesEverythingToPostgresqlAsText) {
  EXPECT_THAT(read(Database::kPostgreSql, R"({"i":1e2,"r":0.1,"d":true,"t":false,"j":"a\"b","b":false})"),
              ElementsAre("'100'", "'0.1'", "'1'", "'false'", "'\"a\\\"b\"'", "'false'"));
  EXPECT_THAT(read(Database::kPostgreSql, R"({"t":"a\u0000b"})"), ElementsAre("does_not_fit"));
}

TEST(RowReader, RefusesNumbersThatWouldLoseDigitsInSilence) {
  EXPECT_THAT(read(Database::kMySql, R"({"i":1.5})"), ElementsAre("does_not_fit"));
  EXPECT_THAT(read(Database::kMySql, R"({"r":1e999})"), ElementsAre("does_not_fit"));
  EXPECT_THAT(read(Database::kSqlite, R"({"i":9223372036854775808})"), ElementsAre("does_not_fit"));
  EXPECT_THAT(read(Database::kMySql, R"({"i":90071992547409930.0})"), ElementsAre("does_not_fit"));
}

TEST(RowReader, TheLastOfTwoFieldsWithOneNameCounts) {
  EXPECT_THAT(read(Database::kMySql, R"({"i":1,"t":"x","i":null})"),
              ElementsAre("null", "null", "null", "'x'", "null", "null"));
}

TEST(RowReader, FindsFieldsInAnyOrderAndWithEscapedNames) {
  RowReader reader(Database::kMySql, sources(), RowReader::Others::kCount);
  RowTable table(6);
  table.reset(4);
  for (const std::string_view text : {R"({"i":1,"t":"a"})", R"({"t":"b","i":2})",
                                      R"({"\u0069":3,"\u0074":"c"})", R"({"i":4,"i2":0,"t":"d"})"}) {
    const Padded padded(text);
    ASSERT_TRUE(reader.read(padded.record(), table)) << reader.problem().message;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(shown(table.row(i)[0]), "i" + std::to_string(i + 1));
    EXPECT_EQ(shown(table.row(i)[3]), "'" + std::string(1, static_cast<char>('a' + i)) + "'");
  }
  EXPECT_THAT(reader.active(), ElementsAre(0, 3));
  EXPECT_EQ(reader.take_unknown(), 1u);
}

TEST(RowReader, RefusesWhatIsNoJsonObject) {
  for (const std::string_view text : {"",
                                      " \n",
                                      "null",
                                      "[]",
                                      "\"i\"",
                                      "{",
                                      R"({"i")",
                                      R"({"i":})",
                                      R"({"i":1,})",
                                      R"({"i":1 2})",
                                      R"({"i":01})",
                                      R"({"i":tru})",
                                      R"({"t":"\x"})",
                                      R"({"t":"\ud800"})",
                                      R"({"t":"a)",
                                      R"({"i":1}})",
                                      R"({"i":1} {"i":2})",
                                      R"({"t":"x":"y"})",
                                      R"({"j":{"a":}})",
                                      R"({"j":[1,]})",
                                      R"({"j":[nope]})",
                                      R"({"j":["\x"]})",
                                      "{\"t\":\"\xff\"}",
                                      "{\"t\":\"a\nb\"}",
                                      R"({i:1})",
                                      R"({"i":-})",
                                      R"({"i":+1})",
                                      R"({"other":"x":1})"}) {
    EXPECT_THAT(read(Database::kMySql, text), ElementsAre("bad_json")) << text;
  }
}

TEST(RowReader, RefusesARecordWithoutItsKey) {
  auto all = sources();
  all[3].in_key = true;
  RowReader reader(Database::kMySql, all, RowReader::Others::kCount);
  RowTable table(6);
  table.reset(2);
  EXPECT_FALSE(reader.read(Padded(R"({"i":1})").record(), table));
  EXPECT_EQ(reader.problem().code, "missing_key");
  EXPECT_THAT(reader.problem().message, HasSubstr("'t'"));
  EXPECT_TRUE(reader.read(Padded(R"({"t":""})").record(), table));
  EXPECT_EQ(table.size(), 1u);
}

TEST(RowReader, RefusesARecordNoneOfWhoseFieldsIsAColumn) {
  EXPECT_THAT(read(Database::kMySql, R"({"x":1})"), ElementsAre("no_columns"));
  EXPECT_THAT(read(Database::kMySql, "{}"), ElementsAre("no_columns"));
}

TEST(RowReader, SurvivesEveryTruncationAndManyMutations) {
  const std::string text = R"({"i":-12.5e1,"r":0.25,"d":1,"t":"a\u00e9\\\" \ud83d\ude00",)"
                           R"("j":{"a":[1,{"b":null}],"c":"x"},"b":true,"z":[[]]})";
  RowReader reader(Database::kMySql, sources(), RowReader::Others::kCount);
  RowTable table(6);
  for (std::size_t length = 0; length < text.size(); ++length) {
    table.reset(1);
    const Padded padded(std::string_view(text).substr(0, length));
    EXPECT_FALSE(reader.read(padded.record(), table)) << length;
  }
  std::minstd_rand random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string mutated = text;
    for (int change = 0; change < 3; ++change) {
      mutated[random() % mutated.size()] = "{}[]\",:\\ 0eE-.tn\x01\xF0"[random() % 19];
    }
    table.reset(1);
    const Padded padded(mutated);
    reader.read(padded.record(), table);
  }
  const std::string deep = R"({"j":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  table.reset(1);
  EXPECT_FALSE(reader.read(Padded(deep).record(), table));
}

}  // namespace
}  // namespace weir::sql
