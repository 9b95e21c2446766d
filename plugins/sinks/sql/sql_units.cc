// SPDX-License-Identifier: Apache-2.0
//
// The sink's part in state by partition, which several processes keep in the database at once.
#include "sql_client/error_class.h"
#include "sql_client/statement.h"
#include "sql_sink.h"
#include "stage_work.h"

#include <algorithm>
#include <vector>

namespace weir::sql {
namespace {

/// A unit that somebody else saves meanwhile is read again so often.
constexpr int kLooks = 5;

std::vector<weir_unit> in_order(const weir_checkpoint& checkpoint) {
  std::vector<weir_unit> units(checkpoint.units, checkpoint.units + checkpoint.unit_count);
  std::sort(units.begin(), units.end(),
            [](const weir_unit& a, const weir_unit& b) { return view(a.name) < view(b.name); });
  return units;
}

/// In the transaction that is open. Returns the name of one that somebody else has claimed since; empty: all
/// are saved.
std::string save_all(UnitTable& table, const weir_checkpoint& checkpoint) {
  const auto units = in_order(checkpoint);
  for (const auto& unit : units) {
    if (!table.hold(view(unit.name), unit.term)) return std::string(view(unit.name));
  }
  for (const auto& unit : units) {
    if (unit.content.data != nullptr) table.save(view(unit.name), unit.number, view(unit.content), unit.term);
    if (unit.leaves != 0) table.release(view(unit.name));
  }
  return {};
}

Stop taken_over(const Settings& settings, const std::string& unit) {
  return {"taken_over", settings.url.label() + ": another process of the group has taken over '" + unit +
                            "', so that this one can commit nothing of it more; what it has written since "
                            "the last checkpoint is taken back, and read again by those that have the "
                            "partitions now"};
}

}  // namespace

CheckpointSink::Claim SqlSink::claim_unit(const Options& options, Shared& shared, std::string_view name,
                                          std::uint32_t task, Context& context) {
  StageWork stage(options, context);
  UnitTable table(stage.connection(), std::string(view(context.place().pipeline)));
  const std::string mine = shared.owners.of(task);
  Claim claim;
  stage.run([&] {
    if (claim.term == 0) {
      table.create();
      table.add(name);
      // Its locks would be in the way, of rows too; what it has not committed counts no more in any case.
      const std::string before = table.owner(name);
      if (!before.empty() && before != mine)
        stage.end_others(TransactionNames(context.place(), stage.settings().url, before));
      claim.term = table.claim(name, mine);
    }
    claim.content = table.content(name);
  });
  return claim;
}

void SqlSink::look(const Options& options, Shared& /*shared*/, std::optional<std::string_view> name,
                   Context& context, const Visit& visit) {
  StageWork stage(options, context);
  UnitTable table(stage.connection(), std::string(view(context.place().pipeline)));
  std::vector<std::string> names;
  std::optional<std::string> content;
  stage.run([&] {
    table.create();
    if (!name) {
      names = table.names();
      return;
    }
    for (int looks = 1;; ++looks) {
      try {
        content = table.content(*name);
        return;
      } catch (const SqlError& e) {
        if (e.code() != "damaged" || looks == kLooks) throw;
      }
    }
  });
  for (const auto& found : names) visit(found, {});
  if (content) visit(*name, *content);
}

void SqlSink::save_units(const Options& options, Shared& /*shared*/, const weir_checkpoint& checkpoint,
                         Context& context) {
  StageWork stage(options, context);
  UnitTable table(stage.connection(), std::string(view(context.place().pipeline)));
  std::string taken;
  stage.run([&] {
    execute(stage.connection(), "BEGIN");
    taken = save_all(table, checkpoint);
    execute(stage.connection(), taken.empty() ? "COMMIT" : "ROLLBACK");
  });
  if (!taken.empty()) throw taken_over(stage.settings(), taken);
}

void SqlSink::save_units(const weir_checkpoint& checkpoint) {
  const std::string taken = save_all(role_->units, checkpoint);
  if (taken.empty()) return;
  writer_.forget();
  role_->transaction.roll_back();
  throw taken_over(settings_, taken);
}

}  // namespace weir::sql
