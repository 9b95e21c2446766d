// SPDX-License-Identifier: Apache-2.0
#include "unit_table.h"

#include "checkpoint_rows.h"
#include "sql_client/statement.h"

#include <cstdio>
#include <vector>

namespace weir::sql {
namespace {

/// What MySQL's column takes.
constexpr std::size_t kMostName = 90;

/// A long name is cut, with a sum of all of it behind.
std::string short_name(std::string_view name) {
  if (name.size() <= kMostName) return std::string(name);
  std::uint64_t sum = 0xcbf29ce484222325u;
  for (const char c : name) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(sum));
  return std::string(name.substr(0, kMostName - 17)) + "-" + digits;
}

constexpr const char* kOwnerRow = " WHERE pipeline = ? AND name = ? AND part = -1";

}  // namespace

void UnitTable::add(std::string_view name) {
  execute(
      connection(), insert(connection().dialect(), Mode::kIgnore),
      std::vector{text(pipeline()), text(short_name(name)), Parameter{Parameter::Kind::kInteger, "-1", -1},
                  number(0), number(0), number(0), bytes("")});
}

std::string UnitTable::owner(std::string_view name) {
  const auto rows = read_rows(
      connection(),
      connection().dialect().with_parameters("SELECT content FROM weir_checkpoint" + std::string(kOwnerRow)),
      std::vector{text(pipeline()), text(short_name(name))});
  return rows.empty() ? std::string() : rows.front().at(0);
}

std::uint64_t UnitTable::term(const std::string& name) {
  const auto rows = read_rows(connection(),
                              connection().dialect().with_parameters("SELECT epoch FROM weir_checkpoint" +
                                                                     std::string(kOwnerRow) + " FOR UPDATE"),
                              std::vector{text(pipeline()), text(name)});
  return rows.empty() ? 0 : number_of(rows.front().at(0));
}

std::uint64_t UnitTable::claim(std::string_view unit, std::string_view owner) {
  const std::string name = short_name(unit);
  execute(connection(), "BEGIN");
  const std::uint64_t mine = term(name) + 1;
  execute(connection(),
          connection().dialect().with_parameters("UPDATE weir_checkpoint SET epoch = ?, content = ?" +
                                                 std::string(kOwnerRow)),
          std::vector{number(mine), bytes(owner), text(pipeline()), text(name)});
  execute(connection(), "COMMIT");
  return mine;
}

std::optional<std::string> UnitTable::content(std::string_view name) {
  return read(short_name(name));
}

bool UnitTable::hold(std::string_view name, std::uint64_t of_claim) {
  return term(short_name(name)) == of_claim;
}

void UnitTable::save(std::string_view unit, std::uint64_t checkpoint, std::string_view content,
                     std::uint64_t of_claim) {
  const std::string name = short_name(unit);
  const auto& dialect = connection().dialect();
  const auto before = read_rows(
      connection(),
      dialect.with_parameters(
          "SELECT parts FROM weir_checkpoint WHERE pipeline = ? AND name = ? AND part = 0 FOR UPDATE"),
      std::vector{text(pipeline()), text(name)});
  const std::uint64_t parts = put(name, checkpoint, content, of_claim);
  for (std::uint64_t part = parts; !before.empty() && part < number_of(before.front().at(0)); ++part) {
    execute(
        connection(),
        dialect.with_parameters("DELETE FROM weir_checkpoint WHERE pipeline = ? AND name = ? AND part = ?"),
        std::vector{text(pipeline()), text(name), number(part)});
  }
}

void UnitTable::release(std::string_view name) {
  execute(connection(),
          connection().dialect().with_parameters("UPDATE weir_checkpoint SET content = ?" +
                                                 std::string(kOwnerRow)),
          std::vector{bytes(""), text(pipeline()), text(short_name(name))});
}

}  // namespace weir::sql
