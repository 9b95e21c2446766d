// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "asker.h"
#include "lookup/bisect.h"
#include "lookup/joined.h"
#include "lookup/keyed_batch.h"
#include "record_key.h"
#include "row_cache.h"

namespace weir::sql_lookup {

/// Looks records up by a SQL query, many keys in one, and joins its rows to them.
class SqlLookup final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static constexpr Port kOut{0}, kNotFound{1};

  /// What the workers of a stage have in common.
  struct Shared {
    explicit Shared(const Options& options);
    RowCache cache;
  };

  static void describe(Descriptor& d);

  SqlLookup(const Options& options, Shared& shared);

  void start(Context& context) override;
  using Process::process;
  void process(const Batch& batch, Context& out) override { look_up(batch.items(), out); }
  void process(const Group& group, Context& out) override { look_up(group.items(), out); }
  void interrupt() override { asker_.interrupt(); }

 private:
  enum class Several : std::uint8_t { kError, kFirst, kList };
  /// What a key of the batch stands at: its values, and its rows once they are known.
  struct Asked {
    Key values;
    std::shared_ptr<const Rows> rows;
  };

  void look_up(Records records, Context& out);
  void add(std::size_t record, const Record& from, std::chrono::milliseconds now);
  /// For asking_[begin, end).
  lookup::Asked ask(std::size_t begin, std::size_t end, Context& out);
  void take(std::size_t key, Context& out);

  const sql::Database database_;
  const QueryTemplate query_;
  const std::vector<FieldPath> match_;
  const Several several_;
  lookup::Joined joined_;
  Asker asker_;
  RowCache& cache_;

  JsonReader reader_;
  lookup::KeyedBatch batch_;
  RecordKey key_;
  std::vector<Asked> keys_;             // of each key of the batch
  std::vector<std::size_t> asking_;     // the keys that the cache does not know
  std::vector<Key> values_;             // of those that one query asks for
  std::string refusal_code_, refusal_;  // the latest of a query that was refused
  std::string joined_text_;
  Counter hits_;
};

}  // namespace weir::sql_lookup
