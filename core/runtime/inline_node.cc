// SPDX-License-Identifier: Apache-2.0
#include "runtime/inline_node.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "runtime/crash_notes.h"

namespace weir {

namespace {

constexpr std::size_t kKeysAtOnce = 256;
/// Records that get their time, and then go on, while they are still in the processor's cache.
constexpr std::size_t kTimedAtOnce = 256;

/// Timers whose keys are looked ahead for.
constexpr std::size_t kTimersAtOnce = 32;

/// Whether no other stage works on this thread on what leaves there.
bool leads_to_ends(const Outlet& outlet) {
  return std::all_of(outlet.consumers().begin(), outlet.consumers().end(), [](const Outlet::Consumer& to) {
    return to.node->stage().spec.kind == StageKind::kSink || to.node->stage().has_workers();
  });
}

}  // namespace

/// The door of an instance on the task's thread: what it emits goes straight into the next stages.
class InlineNode::Context final : public InstanceContext {
 public:
  Context(InlineNode& node, Services& services, const PipelineGraph& graph, std::size_t stage,
          Position position)
      : InstanceContext(services, graph, stage, position), node_(node) {}

  void emit(std::uint32_t port, const weir_record* records, std::size_t count) override {
    if (port == WEIR_ERROR_PORT)
      throw std::logic_error("records leave by the error port with fail(), not emit()");
    (void)port_name(port);
    if (host_has_failed()) return;
    node_.emitted(records, count);
    node_.emit(port, records, count);
  }
  void emit_group(std::uint32_t port, const weir_group& group) override {
    (void)port_name(port);
    if (host_has_failed()) return;
    node_.emit_gathered();
    if (!node_.task_.failed()) node_.outlet(port).emit(group);
  }
  void fail(std::uint32_t port, const weir_record* records, std::size_t count, weir_slice code,
            weir_slice message) override {
    if (host_has_failed()) return;
    node_.emitted(records, count);
    node_.emit_gathered();
    node_.send_failed(port, port_name(port), records, count, view(code), view(message));
  }

  void timer_set(weir_time_domain domain, weir_slice key, std::int64_t time) override {
    if (node_.stage_.plugin->on_timer == nullptr)
      throw std::logic_error("the plugin sets a timer, but has no on_timer");
    timers(domain).set(key, time);
  }
  void timer_delete(weir_time_domain domain, weir_slice key, std::int64_t time) override {
    timers(domain).erase(key, time);
  }
  std::int64_t watermark() override { return node_.watermarks().now(); }

  weir_state* state_open(weir_slice name, const weir_state_options& options) override {
    NamedState& state = node_.kept_.states.open(
        std::string(view(name)),
        {static_cast<weir_state_kind>(options.kind), options.time_to_live, options.ttl_on_read != 0});
    return reinterpret_cast<weir_state*>(&state);
  }
  weir_slice state_get(weir_state* state, weir_slice key, std::int64_t window) override {
    return of(state).with_values(
        [&](auto& values) { return values.get(view(key), window, now_for(of(state))); });
  }
  char* state_room(weir_state* state, weir_slice key, std::int64_t window, std::size_t bytes,
                   std::size_t& held) override {
    of(state).note(key);
    return of(state).with_values(
        [&](auto& values) { return values.room(view(key), window, bytes, held, now_for(of(state))); });
  }
  void state_erase(weir_state* state, weir_slice key, std::int64_t window) override {
    std::visit([&](auto& kept) { kept.erase(view(key), window); }, of(state).kept);
  }
  void state_each(weir_state* state, std::int64_t window, bool erase, void* visitor,
                  weir_visit visit) override {
    of(state).each(window, erase, now(),
                   [&](weir_slice key, weir_slice value) { visit(visitor, key, value); });
  }
  void state_forget_at(weir_state* state, std::int64_t window, std::int64_t at) override {
    of(state).ends.set(window, at);
  }
  weir_slice map_get(weir_state* state, weir_slice key, std::int64_t window, weir_slice field) override {
    return of(state).with_maps([&](auto& maps) { return maps.get(view(key), window, view(field), now()); });
  }
  void map_put(weir_state* state, weir_slice key, std::int64_t window, weir_slice field,
               weir_slice value) override {
    of(state).note(key);
    of(state).with_maps([&](auto& maps) { maps.put(view(key), window, view(field), view(value), now()); });
  }
  void map_erase(weir_state* state, weir_slice key, std::int64_t window, weir_slice field) override {
    of(state).with_maps([&](auto& maps) { maps.erase(view(key), window, view(field)); });
  }
  void map_each(weir_state* state, weir_slice key, std::int64_t window, void* visitor,
                weir_visit visit) override {
    of(state).with_maps([&](auto& maps) {
      maps.each(view(key), window, now(),
                [&](weir_slice field, weir_slice value) { visit(visitor, field, value); });
    });
  }

  std::size_t list_append(weir_slice key, std::int64_t window, const weir_record* records,
                          std::size_t count) override {
    return node_.with_lists([&](auto& lists) { return lists.append(key, window, records, count); });
  }
  void list_emit(std::uint32_t port, weir_slice key, std::int64_t window, std::int64_t start,
                 std::int64_t end) override {
    const OwnedRecords list = node_.with_lists([&](auto& lists) { return lists.take(key, window); });
    if (list.empty()) return;
    emit_group(port, {sizeof(weir_group), 0, key, start, end, list.data(), list.size()});
  }
  void list_show(std::uint32_t port, weir_slice key, std::int64_t window, std::int64_t start,
                 std::int64_t end) override {
    const OwnedRecords* const list = find_list(key, window);
    if (list == nullptr || list->empty()) return;
    emit_group(port, {sizeof(weir_group), 0, key, start, end, list->data(), list->size()});
  }
  void list_clear(weir_slice key, std::int64_t window) override {
    node_.with_lists([&](auto& lists) { lists.clear(key, window); });
  }
  void list_drop_front(weir_slice key, std::int64_t window, std::size_t count) override {
    node_.with_lists([&](auto& lists) { lists.drop_front(key, window, count); });
  }
  std::size_t list_move(weir_slice key, std::int64_t from, std::int64_t into) override {
    return node_.with_lists([&](auto& lists) { return lists.move(key, from, into); });
  }
  const weir_record* list_records(weir_slice key, std::int64_t window, std::size_t& count) override {
    const OwnedRecords* const list = find_list(key, window);
    if (list == nullptr) return nullptr;
    count = list->size();
    return list->data();
  }

  const weir_origin* origin(weir_slice name, std::int32_t partition) override {
    const weir_origin* const found = InstanceContext::origin(name, partition);
    if (node_.event_times_) node_.event_times_->expect(found, now());
    if (node_.stage_.spec.kind == StageKind::kSource) node_.pass_origin(found, true);
    return found;
  }
  std::int64_t saved_position(const weir_origin* origin) override {
    const auto own = node_.goes_on_at(origin);
    return own ? *own : InstanceContext::saved_position(origin);
  }
  void origin_done(const weir_origin* origin) override {
    if (node_.event_times_) node_.event_times_->forget(origin);
    node_.pass_origin(origin, false);
  }

  void tell_event_time(const weir_origin* origin, std::optional<std::int64_t> watermark) override {
    node_.emit_gathered();
    if (node_.event_times_) {
      node_.event_times_->tell(origin, watermark, now());
      return node_.tell_time();
    }
    node_.tell_idle(!watermark);
    if (watermark) node_.tell_watermark(*watermark);
  }

  void wake() override { node_.task_.wake(); }
  void give_up(const weir_origin* const* origins, std::size_t count, bool lost) override {
    node_.task_.give_up(origins, count, lost);
  }
  bool take_over(const weir_origin* const* origins, std::size_t count, std::uint32_t partitions) override {
    return node_.task_.take_over(origins, count, partitions);
  }

 private:
  static NamedState& of(weir_state* state) { return *reinterpret_cast<NamedState*>(state); }
  const OwnedRecords* find_list(weir_slice key, std::int64_t window) {
    return node_.with_lists([&](auto& lists) -> const OwnedRecords* { return lists.find(key, window); });
  }
  /// The clock is asked only where values expire.
  std::int64_t now_for(const NamedState& state) { return state.options.time_to_live == 0 ? 0 : now(); }
  Timers& timers(weir_time_domain domain) {
    if (domain == WEIR_PROCESSING_TIME) return node_.kept_.timers;
    if (!node_.stage_.has_event_time) {
      throw std::logic_error(
          "the stage works in event time, but neither it nor a stage before it has `event_time:`");
    }
    return node_.kept_.event_timers;
  }

  InlineNode& node_;
};

InlineNode::InlineNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
                       int task_number)
    : StageNode(services, task, graph, stage, task_number),
      context_(std::make_unique<Context>(*this, services, graph, stage,
                                         InstanceContext::Position{task_number, graph.spec.tasks, 0, 1})),
      share_(graph.spec.by_partition
                 ? KeyShare{}
                 : KeyShare{static_cast<std::size_t>(task_number), static_cast<std::size_t>(graph.spec.tasks),
                            stage_.split == Split::kWhole}),
      key_reader_(stage_.spec.key) {
  if (stage_.spec.event_time) event_times_.emplace(*stage_.spec.event_time, graph.has_exchange());
  if (!graph.spec.state.on_disk || services.stores == nullptr || !is_stateful()) return;
  store_ = std::make_unique<StageStore>(
      *services.stores, [&](std::string_view source, std::string_view name, std::int32_t partition) {
        return services.origins.get(source, name, partition);
      });
  kept_.states.keep_in(*store_);
}

InlineNode::~InlineNode() {
  if (instance_ != nullptr) stage_.plugin->destroy(instance_);
}

weir_context* InlineNode::context() {
  return context_.get();
}

StopReason InlineNode::take_error() {
  return context_->take_error();
}

bool InlineNode::create() {
  instance_ = stage_.plugin->create(stage_.open->get(), context_.get());
  if (instance_ == nullptr) task_.stop_for(context_->take_error());
  interruptible_ = instance_;
  return instance_ != nullptr;
}

void InlineNode::start() {
  if (create()) settle(stage_.plugin->start(instance_, context_.get()), nullptr, 0);
  if (task_.failed()) return;
  if (standstill_.on()) return end_standstill();
  tell_restored();
}

/// Before any record: one that was late before is late again.
void InlineNode::tell_restored() {
  if (event_times_) return tell_time();
  if (watermarks().now() != Watermarks::kStart) tell_watermark(watermarks().now());
}

void InlineNode::end_standstill() {
  Standstill::Works waited = standstill_.end();
  const std::int64_t time = watermarks().now(), clock = services_.clock.now();
  if (!fire(kept_.event_timers, WEIR_EVENT_TIME, time) || !fire(kept_.timers, WEIR_PROCESSING_TIME, clock))
    return standstill_.begin(std::move(waited));
  forget_over();
  tell_restored();
  for (const auto& work : waited) {
    const Inlet inlet{work->input, work->broadcast};
    if (task_.failed()) return;
    if (work->kind == Work::Kind::kGroup) {
      process(work->bounds.with(work->records), inlet);
    } else {
      const weir_slice key = work->bounds.key ? slice(*work->bounds.key) : kAbsent;
      hand_in(work->records.data(), work->records.size(), work->bounds.key ? &key : nullptr, inlet);
    }
  }
}

void InlineNode::take(const weir_record* records, std::size_t count, Inlet inlet) {
  if (task_.failed() || count == 0) return;
  // What all tasks see belongs to no key (Flink's rule for the broadcast side).
  if (key_reader_.none() || inlet.broadcast) {
    counts_.in.add(count);
    return hand_in(records, count, nullptr, inlet);
  }
  key_reader_.read(records, count,
                   [&](const weir_record& r, const std::string& why) { refuse_keyless(r, why); });
  take_keyed(key_reader_.records(), key_reader_.keys().data(), key_reader_.keys().size(), inlet);
}

void InlineNode::take_keyed(const weir_record* records, const weir_slice* keys, std::size_t count,
                            Inlet inlet) {
  if (task_.failed() || count == 0) return;
  if (key_rule_ != nullptr) {
    if (auto problem = key_rule_->problem_of(keys, count); !problem.empty())
      return task_.stop_for({name(), "other_partition", std::move(problem)});
  }
  counts_.in.add(count);
  hand_in(records, count, keys, inlet);
}

void InlineNode::hand_in(const weir_record* records, std::size_t count, const weir_slice* keys, Inlet inlet) {
  if (standstill_.on()) return standstill_.put(records, keys, count, inlet);
  if (services_.suspects.none()) return process(records, count, keys, inlet);
  hand_in_carefully(records, count, keys, inlet);
}

void InlineNode::hand_in_carefully(const weir_record* records, std::size_t count, const weir_slice* keys,
                                   Inlet inlet) {
  for_each_part(records, count, [&](std::size_t first, std::size_t n) {
    process(records + first, n, keys == nullptr ? nullptr : keys + first, inlet);
  });
}

void InlineNode::process(const weir_record* records, std::size_t count, const weir_slice* keys, Inlet inlet) {
  // With state for each key in pieces whose entries fit the processor's cache together.
  const std::size_t most = keys != nullptr && !kept_.states.empty() ? kKeysAtOnce : count;
  for (std::size_t done = 0; done < count && !task_.failed(); done += most) {
    const std::size_t n = std::min(most, count - done);
    const weir_slice* const some = keys == nullptr ? nullptr : keys + done;
    if (some != nullptr) kept_.states.prefetch(some, n);
    const weir_batch batch{
        sizeof(weir_batch), inlet.input, records + done, n, some, inlet.broadcast ? 1u : 0u, 0};
    const OnHand on_hand(name(), records + done, n);
    settle(stage_.plugin->process(instance_, context_.get(), &batch), records + done, n, &on_hand);
  }
  forget_over();
  if (event_times_) tell_time();
}

void InlineNode::emit(std::uint32_t port, const weir_record* records, std::size_t count) {
  // Stages that work on it get it at once: a stop, which is looked for between timers, waits for no more.
  if (!firing_ || !leads_to_ends(outlet(port))) return emit_at_once(port, records, count);
  if (!gathered_.has_room(port, count)) emit_gathered();
  if (!gathered_.has_room(port, count)) return emit_at_once(port, records, count);
  gathered_.add(port, records, count);
}

void InlineNode::emit_gathered() {
  gathered_.leave([this](std::uint32_t port, const weir_record* records, std::size_t count) {
    emit_at_once(port, records, count);
  });
}

void InlineNode::emit_at_once(std::uint32_t port, const weir_record* records, std::size_t count) {
  if (task_.failed()) return;
  if (port == 0 && event_times_) return emit_timed(records, count);
  outlet(port).emit(records, count);
}

void InlineNode::emit_timed(const weir_record* records, std::size_t count) {
  const std::int64_t now = services_.clock.now();
  KeyReader* const keys = outlet(0).key_reader();
  for (std::size_t done = 0; done < count && !task_.failed(); done += kTimedAtOnce) {
    const Records some = records_of(records + done, std::min(kTimedAtOnce, count - done));
    if (keys == nullptr) {
      emit_timed(some, now);
    } else {
      emit_timed_and_keyed(some, now, *keys);
    }
  }
}

void InlineNode::emit_timed(Records records, std::int64_t now) {
  timed_.clear();
  for (const Record& record : records) {
    const auto time = event_times_->take(record, now);
    if (!time) {
      fail_without_time(record, event_times_->problem());
      continue;
    }
    timed_.push_back(record);
    timed_.back().event_time = *time;
  }
  if (!timed_.empty() && !task_.failed()) outlet(0).emit(timed_.data(), timed_.size());
}

void InlineNode::emit_timed_and_keyed(Records records, std::int64_t now, KeyReader& keys) {
  std::size_t refused = 0;
  // They may leave to the same stage, which uses the reader of keys then.
  std::vector<std::pair<const Record*, std::string>> without_time;
  keys.begin(records.size());
  for (const Record& record : records) {
    const auto time = event_times_->take(record, now);
    if (!time) {
      without_time.emplace_back(&record, event_times_->problem());
      continue;
    }
    Record timed = record;
    timed.event_time = *time;
    if (keys.add(timed, event_times_->reader())) continue;
    outlet(0).refuse(timed, keys.problem());
    ++refused;
  }
  keys.finish();
  if (!task_.failed()) outlet(0).emit_keyed(keys, refused);
  for (const auto& [record, problem] : without_time) fail_without_time(*record, problem);
}

void InlineNode::fail_without_time(const Record& record, const std::string& problem) {
  send_failed(WEIR_ERROR_PORT, stage_.error.name, &record, 1, "no_time", problem);
}

void InlineNode::tell_time() {
  const std::int64_t time = event_times_->watermark();
  if (told_idle_ && !event_times_->idle()) {
    told_idle_ = false;
    tell_idle(false);
  }
  if (time > told_) {
    told_ = time;
    tell_watermark(time);
  }
  if (!told_idle_ && event_times_->idle()) {
    told_idle_ = true;
    tell_idle(true);
  }
}

void InlineNode::on_watermark(std::int64_t time) {
  const bool last = time == Watermarks::kEnd;
  if (last) kept_.event_timers.close();
  // Nobody behind is told of the time before all that it brings about has left.
  if (!fire(kept_.event_timers, WEIR_EVENT_TIME, time)) return;
  forget_windows(WEIR_EVENT_TIME, time);
  if (last && kept_.event_timers.refused() != 0) {
    services_.log.write(LogLevel::kInfo, name(),
                        "at the end of the input " + std::to_string(kept_.event_timers.refused()) +
                            " timers were set for later than all that were set before; they do not fire");
  }
  // A stage that gives records their time anew tells its own; only the end of the input is the same.
  if (!event_times_ || last) tell_watermark(time);
}

void InlineNode::take_origin(const weir_origin* origin, bool here) {
  if (event_times_ && here) event_times_->take_up(origin, services_.clock.now());
  if (event_times_ && !here) event_times_->forget(origin);
  if (here || (stage_.spec.kind == StageKind::kProcess && !is_stateful())) pass_origin(origin, here);
}

void InlineNode::on_idle(bool idle) {
  if (!event_times_) tell_idle(idle);
}

void InlineNode::take(const weir_group& group, Inlet inlet) {
  if (task_.failed()) return;
  counts_.in.add(group.count);
  if (standstill_.on()) return standstill_.put(group, inlet);
  process(group, inlet);
}

void InlineNode::process(const weir_group& group, Inlet inlet) {
  if (set_aside(group)) return;
  const OnHand on_hand(name(), group);
  weir_group taken = group;
  taken.input = inlet.input;
  settle(stage_.plugin->process_group(instance_, context_.get(), &taken), group.records, group.count,
         &on_hand);
  forget_over();
}

void InlineNode::forget_windows(weir_time_domain domain, std::int64_t now) {
  if ((domain == WEIR_EVENT_TIME) == stage_.has_event_time) kept_.states.forget_windows(now);
}

/// After a call that may have written of a window which is over. Timers that are due and have not fired yet
/// still find the windows that were there at their time.
void InlineNode::forget_over() {
  if (kept_.states.next_end() == WindowEnds::kNever) return;
  if (stage_.has_event_time) return kept_.states.forget_windows(watermarks().now());
  const std::int64_t due = kept_.timers.next();
  kept_.states.forget_windows(due == INT64_MIN ? due : std::min(services_.clock.now(), due - 1));
}

void InlineNode::stop_for(StopReason reason, const OnHand* on_hand) {
  // What the host itself failed at ("host": a disk, a call that makes no sense) has nothing to do with
  // records, and memory runs out at whichever record comes then.
  const bool to_blame =
      on_hand != nullptr && reason.code != "host" && reason.code != "memory" && blames_records(stage_);
  if (to_blame && !task_.failed()) CrashNotes::note_stop(*on_hand);
  task_.stop_for(std::move(reason));
}

void InlineNode::settle(weir_status status, const weir_record* records, std::size_t count,
                        const OnHand* on_hand) {
  if (store_ != nullptr) {
    kept_.states.relieve();
    store_->lists().relieve();
  }
  if (auto failure = context_->take_host_failure()) return stop_for(*std::move(failure), on_hand);
  if (status >= 0) return;
  StopReason reason = context_->take_error();
  if (status == WEIR_STOP || count == 0) return stop_for(std::move(reason), on_hand);
  send_failed(WEIR_ERROR_PORT, stage_.error.name, records, count, reason.code, reason.message);
}

std::int64_t InlineNode::next_timer() {
  std::int64_t next = kept_.timers.next();
  if (!stage_.has_event_time) next = std::min(next, kept_.states.next_end());
  return event_times_ ? std::min(next, event_times_->next_idle()) : next;
}

void InlineNode::fire_timers(std::int64_t now) {
  if (standstill_.on() || !fire(kept_.timers, WEIR_PROCESSING_TIME, now)) return;
  forget_windows(WEIR_PROCESSING_TIME, now);
  if (event_times_ && event_times_->find_idle(now)) tell_time();
}

bool InlineNode::fire(Timers& timers, weir_time_domain domain, std::int64_t now) {
  firing_ = true;
  const bool all = fire_due(timers, domain, now);
  firing_ = false;
  emit_gathered();
  return all;
}

bool InlineNode::fire_due(Timers& timers, weir_time_domain domain, std::int64_t now) {
  std::array<weir_slice, kTimersAtOnce> keys;
  std::size_t prefetched = 0;
  while (!task_.failed()) {
    if (task_.stopping() && timers.next() <= now &&
        task_.leave_timers(*this, is_stateful(), [&] { return timers.count_due(now); })) {
      standstill_.begin();
      return false;
    }
    const auto timer = timers.pop_due(now);
    if (!timer) return true;
    if (timer->time != INT64_MIN) forget_windows(domain, timer->time - 1);
    if (prefetched == 0 && !kept_.states.empty()) {
      prefetched = timers.peek_keys(keys);
      kept_.states.prefetch(keys.data(), prefetched);
    } else if (prefetched > 0) {
      --prefetched;
    }
    const OnHand nothing(name());
    const weir_timer c{sizeof(weir_timer), domain, timer->has_key ? slice(timer->key) : kAbsent, timer->time};
    settle(stage_.plugin->on_timer(instance_, context_.get(), &c), nullptr, 0);
  }
  return true;
}

void InlineNode::finish(bool ended) {
  if (!ended && is_stateful()) return;
  if (stage_.plugin->finish != nullptr) settle(stage_.plugin->finish(instance_, context_.get()), nullptr, 0);
}

void InlineNode::flush() {
  if (stage_.plugin->flush != nullptr) settle(stage_.plugin->flush(instance_, context_.get()), nullptr, 0);
}

void InlineNode::prepare(std::uint64_t checkpoint, bool saver) {
  if (saver || (stage_.transactions & WEIR_IN_TRANSACTIONS) == 0) return;
  weir_slice transaction{};
  settle(stage_.plugin->prepare(instance_, context_.get(), checkpoint, &transaction), nullptr, 0);
  prepared_ = view(transaction);
}

void InlineNode::save_checkpoint(SinkCheckpoint&& checkpoint) {
  settle(checkpoint.as_c([&](const weir_checkpoint* c) {
    return stage_.plugin->save_checkpoint(instance_, context_.get(), c);
  }),
         nullptr, 0);
}

void InlineNode::commit_prepared() {
  if (std::exchange(prepared_, {}).empty()) return;
  settle(stage_.plugin->commit_prepared(instance_, context_.get()), nullptr, 0);
}

void InlineNode::append_prepared(std::vector<Checkpoint::Prepared>& prepared) const {
  if (!prepared_.empty()) prepared.push_back({name(), prepared_});
}

void InlineNode::interrupt() {
  weir_instance* instance = interruptible_;
  if (instance != nullptr && stage_.plugin->interrupt != nullptr) stage_.plugin->interrupt(instance);
}

}  // namespace weir
