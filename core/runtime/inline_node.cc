// SPDX-License-Identifier: Apache-2.0
#include "runtime/inline_node.h"

#include <utility>

namespace weir {

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
    node_.emitted(records, count);
    if (!node_.task_.failed()) node_.outlet(port).emit(records, count);
  }
  void emit_group(std::uint32_t port, const weir_group& group) override {
    (void)port_name(port);
    if (!node_.task_.failed()) node_.outlet(port).emit(group);
  }
  void fail(std::uint32_t port, const weir_record* records, std::size_t count, weir_slice code,
            weir_slice message) override {
    node_.emitted(records, count);
    node_.send_failed(port, port_name(port), records, count, view(code), view(message));
  }

  void timer_set(weir_time_domain domain, weir_slice key, std::int64_t time) override {
    check_domain(domain);
    if (node_.stage_.plugin->on_timer == nullptr)
      throw std::logic_error("the plugin sets a timer, but has no on_timer");
    node_.timers_.set(key, time);
  }
  void timer_delete(weir_time_domain domain, weir_slice key, std::int64_t time) override {
    check_domain(domain);
    node_.timers_.erase(key, time);
  }

  std::size_t list_append(weir_slice key, std::int64_t window, const weir_record* records,
                          std::size_t count) override {
    return node_.lists_.append(key, window, records, count);
  }
  void list_emit(std::uint32_t port, weir_slice key, std::int64_t window, std::int64_t start,
                 std::int64_t end) override {
    const OwnedRecords list = node_.lists_.take(key, window);
    if (list.empty()) return;
    emit_group(port, {sizeof(weir_group), 0, key, start, end, list.data(), list.size()});
  }
  void list_clear(weir_slice key, std::int64_t window) override { node_.lists_.take(key, window); }

  void wake() override { node_.task_.wake(); }
  void give_up(const weir_origin* const* origins, std::size_t count, bool lost) override {
    node_.task_.give_up(origins, count, lost);
  }

 private:
  static void check_domain(weir_time_domain domain) {
    if (domain != WEIR_PROCESSING_TIME)
      throw std::invalid_argument("only processing-time timers are offered");
  }
  InlineNode& node_;
};

InlineNode::InlineNode(Services& services, TaskControl& task, const PipelineGraph& graph, std::size_t stage,
                       int task_number)
    : StageNode(services, task, graph, stage, task_number),
      context_(std::make_unique<Context>(*this, services, graph, stage,
                                         InstanceContext::Position{task_number, graph.spec.tasks, 0, 1})) {
  if (stage_.spec.key) key_path_ = FieldPath::parse(*stage_.spec.key, "/key");
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
}

void InlineNode::take(const weir_record* records, std::size_t count) {
  if (task_.failed() || count == 0) return;
  counts_.in.add(count);
  if (key_path_) return take_keyed(records, count);
  hand_in(records, count, nullptr);
}

void InlineNode::hand_in(const weir_record* records, std::size_t count, const weir_slice* keys) {
  const weir_batch batch{sizeof(weir_batch), 0, records, count, keys};
  settle(stage_.plugin->process(instance_, context_.get(), &batch), records, count);
}

/// Finds each record's key; a record without one is a failed record.
void InlineNode::take_keyed(const weir_record* records, std::size_t count) {
  std::vector<std::string> texts(count);
  std::vector<weir_slice> keys;
  std::vector<weir_record> keyed;
  keys.reserve(count);
  keyed.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const Record record(records[i]);
    key_reader_.read(record);
    const JsonValue& value = key_reader_.find(*key_path_);
    if (value.kind != JsonValue::Kind::kString && !value.is_number() &&
        value.kind != JsonValue::Kind::kBool) {
      send_failed(WEIR_ERROR_PORT, stage_.error.name, records + i, 1, "no_key",
                  "the stage's key '" + *stage_.spec.key + "' is " + std::string(value.what()) +
                      "; expected a string, a number or a boolean");
      continue;
    }
    texts[i] = value.text;
    keys.push_back(slice(texts[i]));
    keyed.push_back(records[i]);
  }
  if (!keyed.empty()) hand_in(keyed.data(), keyed.size(), keys.data());
}

void InlineNode::take(const weir_group& group) {
  if (task_.failed()) return;
  counts_.in.add(group.count);
  settle(stage_.plugin->process_group(instance_, context_.get(), &group), group.records, group.count);
}

void InlineNode::settle(weir_status status, const weir_record* records, std::size_t count) {
  if (auto failure = context_->take_host_failure()) return task_.stop_for(*std::move(failure));
  if (status >= 0) return;
  StopReason reason = context_->take_error();
  if (status == WEIR_STOP || count == 0) return task_.stop_for(std::move(reason));
  send_failed(WEIR_ERROR_PORT, stage_.error.name, records, count, reason.code, reason.message);
}

void InlineNode::fire_timers(std::int64_t now) {
  while (!task_.failed()) {
    const auto timer = timers_.pop_due(now);
    if (!timer) return;
    const weir_timer c{sizeof(weir_timer), WEIR_PROCESSING_TIME, timer->has_key ? slice(timer->key) : kAbsent,
                       timer->time};
    settle(stage_.plugin->on_timer(instance_, context_.get(), &c), nullptr, 0);
  }
}

void InlineNode::finish() {
  if (stage_.plugin->finish != nullptr) settle(stage_.plugin->finish(instance_, context_.get()), nullptr, 0);
}

void InlineNode::flush() {
  if (stage_.plugin->flush != nullptr) settle(stage_.plugin->flush(instance_, context_.get()), nullptr, 0);
}

void InlineNode::interrupt() {
  weir_instance* instance = interruptible_;
  if (instance != nullptr && stage_.plugin->interrupt != nullptr) stage_.plugin->interrupt(instance);
}

void InlineNode::hold(HeldPositions& held) const {
  lists_.for_each([&](const OwnedRecords& list) { held.add(list.data(), list.size()); });
}

void InlineNode::forget(const std::function<bool(const weir_record&)>& gone) {
  lists_.remove_if(gone);
}

}  // namespace weir
