// SPDX-License-Identifier: Apache-2.0
#include <weir/json_field.h>
#include <weir/plugin.h>
#include <weir/state.h>

#include <string>

namespace weir::bench {

// Sets a timer in event time at each record's `at`, and emits "KEY TIME" when it fires.
class Remind final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("remind")
        .summary("Sets a timer for each record: for measuring timers.")
        .example("reminders: {plugin: remind, from: orders, key: id}")
        .stateful()
        .port("out", Item::kRecords, "Timers that fired.");
  }
  explicit Remind(const Options&) : at_(FieldPath::parse("at", "")) {}

  using Process::process;
  void process(const Record& record, Context& out) override {
    reader_.read(record);
    const JsonValue& at = reader_.find(at_);
    if (at.kind != JsonValue::Kind::kInteger) throw Failure("no_time", "'at' is no integer");
    out.set_event_timer(at.integer);
  }
  void on_timer(const weir_timer& timer, Context& out) override {
    text_ = view(timer.key);
    text_ += ' ';
    text_ += std::to_string(timer.time);
    out.emit(out.make(text_));
  }

 private:
  const FieldPath at_;
  JsonReader reader_;
  std::string text_;
};

}  // namespace weir::bench

WEIR_PLUGIN(weir::bench::Remind);
