// SPDX-License-Identifier: Apache-2.0
#include "testing/replaced_stages.h"

#include <weir/host_memory.h>
#include <weir/record.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include "plugin/host.h"

namespace weir {
namespace {

/// open() is handed its options and nothing else; within one process an address among them is enough.
constexpr char kAddress[] = "address";

const weir_option* const kNoOptions[] = {nullptr};
const weir_port* const kNoPorts[] = {nullptr};  // the graph has those of the stage that is replaced

weir_stage* open_part(const weir_host*, weir_context*, weir_slice options) {
  const auto address = nlohmann::json::parse(view(options)).at(kAddress).get<std::uintptr_t>();
  return reinterpret_cast<weir_stage*>(address);  // NOLINT(performance-no-int-to-ptr): it was one
}

/// The part is stage and instance in one.
weir_plugin stage_of(weir_kind kind) {
  weir_plugin p{};
  p.size = sizeof p;
  p.kind = kind;
  p.accepts = kind == WEIR_SOURCE ? 0 : WEIR_RECORDS | WEIR_GROUPS;
  p.name = "replaced";
  p.version = "";
  p.summary = "stands in for another stage";
  p.example = "";
  p.options = kNoOptions;
  p.ports = kNoPorts;
  p.open = open_part;
  p.close = [](weir_stage*) {};
  p.create = [](weir_stage* stage, weir_context*) { return reinterpret_cast<weir_instance*>(stage); };
  p.start = [](weir_instance*, weir_context*) { return WEIR_OK; };
  p.destroy = [](weir_instance*) {};
  return p;
}

template <class Part>
Part& part_of(weir_instance* instance) {
  return *reinterpret_cast<Part*>(instance);
}

template <class Part>
ReplacedStage opened(const weir_plugin& plugin, Part& part, const std::string& name, Log& log) {
  std::vector<OpenStage::Problem> none;
  const nlohmann::json options{{kAddress, reinterpret_cast<std::uintptr_t>(&part)}};
  return {&plugin, OpenStage::open(plugin, "test", name, options, log, none)};
}

/// Records that are given back when the call is over.
class Batch {
 public:
  Batch() = default;
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;
  ~Batch() { clear(); }

  void add(const SampleRecord& sample, weir_context* context) {
    const weir_origin* origin = sample.origin.empty()
                                    ? nullptr
                                    : host_table().origin(context, slice(sample.origin), sample.partition);
    records_.push_back(record_of(sample, origin));
  }
  void clear() {
    host_memory::release(records_.data(), records_.size());
    records_.clear();
  }
  const weir_record* data() const { return records_.data(); }
  std::size_t size() const { return records_.size(); }

 private:
  std::vector<weir_record> records_;
};

std::size_t task_of(weir_context* context) {
  return host_table().place(context)->task;
}

const weir_origin* origin_of(const SourceFeed::Origin& origin, weir_context* context) {
  return host_table().origin(context, slice(origin.first), origin.second);
}

/// Gives the next records of this task, at most at_once; returns whether there were any.
bool give_some(SourceFeed& feed, weir_context* context, std::size_t task) {
  std::size_t& next = feed.readers[task].next;
  while (next < feed.items.size() && feed.task_of(feed.items[next]) != task) ++next;
  if (next == feed.items.size()) return false;
  const std::uint32_t port = feed.items[next].port;
  if (const auto* mark = std::get_if<SourceFeed::TimeMark>(&feed.items[next].what)) {
    context->tell_event_time(origin_of(mark->origin, context), mark->watermark);
    return ++next, true;
  }
  Batch batch;
  if (const auto* group = std::get_if<SampleGroup>(&feed.items[next].what)) {
    for (const auto& record : group->records) batch.add(record, context);
    const weir_group g{sizeof(weir_group), 0,          group->key ? slice(*group->key) : kAbsent,
                       group->start,       group->end, batch.data(),
                       batch.size()};
    ++next;
    host_table().emit_group(context, port, &g);
    return true;
  }
  for (; next < feed.items.size() && feed.items[next].port == port; ++next) {
    if (feed.at_once != 0 && batch.size() == feed.at_once) break;
    const auto* record = std::get_if<SampleRecord>(&feed.items[next].what);
    if (record == nullptr) break;
    if (feed.task_of(feed.items[next]) == task) batch.add(*record, context);
  }
  host_table().emit(context, port, batch.data(), batch.size());
  return true;
}

weir_status give(weir_instance* instance, weir_context* context, std::size_t budget) {
  auto& feed = part_of<SourceFeed>(instance);
  if (budget == 0) return WEIR_IDLE;
  const std::size_t task = task_of(context);
  auto& reader = feed.readers[task];
  // As a file that another task reads.
  if (feed.in_first_task && task != 0) return reader.ended = true, WEIR_END;
  while (give_some(feed, context, task)) {
    // Event time moves when a poll is over: with each batch, as when records come one after the other.
    if (feed.at_once != 0) return WEIR_OK;
  }
  reader.ended = feed.ends;
  return reader.ended ? WEIR_END : WEIR_IDLE;
}

weir_status commit(weir_instance* instance, weir_context*, const weir_position* positions,
                   std::size_t count) {
  auto& feed = part_of<SourceFeed>(instance);
  const std::lock_guard lock(feed.mutex);
  for (std::size_t i = 0; i < count; ++i) {
    feed.committed[{std::string(view(positions[i].origin->name)), positions[i].origin->partition}] =
        positions[i].next;
  }
  return WEIR_OK;
}

weir_status fail_call(weir_context* context, const std::string& code, const std::string& message,
                      weir_status status) {
  host_table().set_error(context, slice(code), slice(message));
  return status;
}

weir_status send(const std::vector<Script::Output>& outputs, weir_context* context,
                 const weir_record* records, std::size_t count) {
  for (const auto& output : outputs) {
    if (output.input > count) {
      return fail_call(context, "no_input",
                       "the answer takes record " + std::to_string(output.input) + " of a call that has " +
                           std::to_string(count),
                       WEIR_STOP);
    }
    Batch batch;
    if (output.input == 0) {
      batch.add(output.record, context);
    } else {
      SampleRecord made = sample_of(records[output.input - 1]);
      if (output.own_value) made.value = output.record.value;
      batch.add(made, context);
    }
    if (output.port == WEIR_ERROR_PORT || !output.record.code.empty()) {
      host_table().fail(context, output.port, batch.data(), batch.size(), slice(output.record.code),
                        slice(output.record.message));
    } else {
      host_table().emit(context, output.port, batch.data(), batch.size());
    }
  }
  return WEIR_OK;
}

/// Both kinds of call; `keep` is what a sink does without an answer.
template <class Keep>
weir_status answer(Script& script, weir_context* context, const weir_record* records, std::size_t count,
                   Keep&& keep) {
  host_table().counter_add(host_table().counter(context, slice("calls")), 1);
  if (script.calls.empty()) {
    if (script.taken != nullptr) return keep(*script.taken), WEIR_OK;
    return fail_call(
        context, "no_answer",
        "was called with " + std::to_string(count) + (count == 1 ? " record" : " records") +
            ", and the test has no answer left for it; give one by a step 'answer' or 'fail' before",
        WEIR_STOP);
  }
  const Script::Call call = std::move(script.calls.front());
  script.calls.pop_front();
  if (const auto* failure = std::get_if<Script::Failure>(&call)) {
    return fail_call(context, failure->code, failure->message, failure->stop ? WEIR_STOP : WEIR_FAILED);
  }
  return send(std::get<std::vector<Script::Output>>(call), context, records, count);
}

void keep_records(Seen& seen, const weir_batch& batch) {
  for (std::size_t i = 0; i < batch.count; ++i) seen.add(sample_of(batch.records[i]));
}

weir_plugin scripted_plugin(weir_kind kind) {
  weir_plugin p = stage_of(kind);
  p.process = [](weir_instance* i, weir_context* context, const weir_batch* batch) {
    return answer(part_of<Script>(i), context, batch->records, batch->count,
                  [&](Seen& seen) { keep_records(seen, *batch); });
  };
  p.process_group = [](weir_instance* i, weir_context* context, const weir_group* group) {
    return answer(part_of<Script>(i), context, group->records, group->count,
                  [&](Seen& seen) { seen.add(sample_of(*group)); });
  };
  return p;
}

weir_plugin tap_plugin() {
  weir_plugin p = stage_of(WEIR_SINK);
  p.process = [](weir_instance* i, weir_context*, const weir_batch* batch) {
    return keep_records(part_of<Seen>(i), *batch), WEIR_OK;
  };
  p.process_group = [](weir_instance* i, weir_context*, const weir_group* group) {
    return part_of<Seen>(i).add(sample_of(*group)), WEIR_OK;
  };
  return p;
}

weir_plugin fed_plugin() {
  weir_plugin p = stage_of(WEIR_SOURCE);
  p.start = [](weir_instance* i, weir_context* context) {
    // As a source that is given its partitions: from then on they are expected to tell the time.
    const auto& feed = part_of<SourceFeed>(i);
    bool any = false;
    for (const auto& origin : feed.origins) {
      if (feed.task_of(origin) != task_of(context)) continue;
      origin_of(origin, context);
      any = true;
    }
    // A task without partitions holds event time back until the clock says otherwise; here at once.
    if (!any && !feed.in_first_task) context->tell_event_time(origin_of({"none", -1}, context), std::nullopt);
    return WEIR_OK;
  };
  p.poll = give;
  p.commit = commit;
  return p;
}

weir_plugin conducted_plugin() {
  weir_plugin p = stage_of(WEIR_SOURCE);
  p.poll = [](weir_instance* i, weir_context* context, std::size_t budget) {
    if (budget == 0) return WEIR_IDLE;
    switch (part_of<Conductor>(i).rest()) {
      case Conductor::Order::kEnd:
        return WEIR_END;
      case Conductor::Order::kCheckpoint:
        // A source that parts with nothing: what is left of that is the checkpoint.
        host_table().give_up(context, nullptr, 0, 0);
        break;
      case Conductor::Order::kGoOn:
        break;
    }
    return WEIR_OK;
  };
  p.interrupt = [](weir_instance* i) { part_of<Conductor>(i).release(); };
  return p;
}

}  // namespace

ReplacedStage fed_source(SourceFeed& feed, const std::string& name, Log& log) {
  static const weir_plugin plugin = fed_plugin();
  return opened(plugin, feed, name, log);
}

ReplacedStage scripted_stage(weir_kind kind, Script& script, const std::string& name, Log& log) {
  static const weir_plugin window = scripted_plugin(WEIR_WINDOW);
  static const weir_plugin process = scripted_plugin(WEIR_PROCESS);
  static const weir_plugin sink = scripted_plugin(WEIR_SINK);
  return opened(kind == WEIR_WINDOW ? window : kind == WEIR_PROCESS ? process : sink, script, name, log);
}

ReplacedStage tap(Seen& seen, const std::string& name, Log& log) {
  static const weir_plugin plugin = tap_plugin();
  return opened(plugin, seen, name, log);
}

ReplacedStage conducted_source(Conductor& conductor, const std::string& name, Log& log) {
  static const weir_plugin plugin = conducted_plugin();
  return opened(plugin, conductor, name, log);
}

}  // namespace weir
