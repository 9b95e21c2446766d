// SPDX-License-Identifier: Apache-2.0
#include "filter.h"

#include <weir/plugin.h>

#include <string>

namespace weir::filter {

using conditions::Verdict;

void Filter::describe(Descriptor& d) {
  d.name("filter")
      .summary("Lets records pass that meet a condition; the others leave by `unmatched`.")
      .example("adults: {plugin: filter, from: users, where: {field: user.age, greater_than: 17}}");
  d.option(
       "where", Type::kAny,
       "The condition: `not blank`, `exists`, or a map of tests (blank, exists, equals, in, matches, "
       "greater_than, less_than) on a `field` or, without one, on the whole value as text; combined by all, "
       "any and not.")
      .required();
  d.port("out", Item::kRecords, "Records that meet the condition, unchanged.");
  d.port("unmatched", Item::kRecords, "Records that do not meet it, unchanged.");
}

Filter::Filter(const Options& options) : where_(options.tree("where"), "/where") {}

void Filter::process(const Batch& batch, Context& out) {
  const Records records = batch.items();
  std::size_t begin = 0;  // of the records in a row with the same verdict
  Verdict verdict = Verdict::kYes;
  const auto hand_on = [&](std::size_t end) {
    if (begin != end)
      out.emit(verdict == Verdict::kYes ? kOut : kUnmatched, records.subspan(begin, end - begin));
    begin = end;
  };
  for (std::size_t i = 0; i < records.size(); ++i) {
    reader_.read(records[i]);
    const Verdict next = where_.test(records[i], reader_);
    if (next == Verdict::kNotJson) {
      hand_on(i);
      out.fail(Port::kError, records[i], "bad_json",
               "the condition asks for a field, but the value is not JSON: " + std::string(reader_.error()));
      begin = i + 1;
    } else if (next != verdict) {
      hand_on(i);
      verdict = next;
    }
  }
  hand_on(records.size());
}

}  // namespace weir::filter

WEIR_PLUGIN(weir::filter::Filter);
