// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

class Context;
class Process;
struct Group;
struct Record;

enum class Item : std::uint32_t { kRecords = WEIR_RECORDS, kGroups = WEIR_GROUPS };

enum class Type : std::uint32_t {
  kString = WEIR_STRING,
  kBool = WEIR_BOOL,
  kInteger = WEIR_INTEGER,
  kNumber = WEIR_NUMBER,
  kDuration = WEIR_DURATION,
  kSize = WEIR_SIZE,
  kChoice = WEIR_CHOICE,
  kStringList = WEIR_STRING_LIST,
  kStringMap = WEIR_STRING_MAP,
  kObject = WEIR_OBJECT,
  kObjectList = WEIR_OBJECT_LIST,
  kAny = WEIR_ANY
};

/// The number of a named output, in the order of declaration. Ports of a class are its constants:
/// `static constexpr weir::Port kOut{0}, kRejected{1};`
enum class Port : std::uint32_t { kError = WEIR_ERROR_PORT };

/// The declaration of one option; see weir_option for what each part means. Chained:
/// `d.option("time", Type::kDuration, "How long a list is gathered.").default_value("5s").at_least(1);`
class OptionDeclaration {
 public:
  OptionDeclaration(std::string_view name, Type type, std::string_view help) : name_(name), help_(help) {
    c_.size = sizeof c_;
    c_.type = static_cast<std::uint32_t>(type);
    c_.minimum = -std::numeric_limits<double>::infinity();
    c_.maximum = std::numeric_limits<double>::infinity();
  }

  OptionDeclaration& required() { return c_.required = 1, *this; }
  /// State that was saved with another value cannot be taken up: see weir_option.
  OptionDeclaration& shapes_state() { return c_.shapes_state = 1, *this; }
  OptionDeclaration& secret() { return c_.secret = 1, *this; }
  /// As it would stand in the file: "5s", "64MiB", "true".
  OptionDeclaration& default_value(std::string_view text) {
    default_ = text;
    has_default_ = true;
    return *this;
  }
  OptionDeclaration& choices(std::vector<std::string> names) { return choices_ = std::move(names), *this; }
  OptionDeclaration& at_least(double minimum) { return c_.minimum = minimum, *this; }
  OptionDeclaration& at_most(double maximum) { return c_.maximum = maximum, *this; }

  /// An option inside this one, which is kObject or kObjectList.
  OptionDeclaration& field(std::string_view name, Type type, std::string_view help) {
    fields_.emplace_back(name, type, help);
    return fields_.back();
  }

  /// The C form, valid as long as this object and no longer changed.
  const weir_option* freeze() {
    c_.name = name_.c_str();
    c_.help = help_.c_str();
    c_.default_value = has_default_ ? default_.c_str() : nullptr;
    if (!choices_.empty()) {
      for (const auto& choice : choices_) choice_pointers_.push_back(choice.c_str());
      choice_pointers_.push_back(nullptr);
      c_.choices = choice_pointers_.data();
    }
    if (!fields_.empty()) {
      for (auto& field : fields_) field_pointers_.push_back(field.freeze());
      field_pointers_.push_back(nullptr);
      c_.fields = field_pointers_.data();
    }
    return &c_;
  }

 private:
  weir_option c_{};
  std::string name_, help_, default_;
  bool has_default_ = false;
  std::vector<std::string> choices_;
  std::deque<OptionDeclaration> fields_;
  std::vector<const char*> choice_pointers_;
  std::vector<const weir_option*> field_pointers_;
};

/// A list of ports in the C form. Add ports in the order of their numbers.
class PortList {
 public:
  PortList& add(std::string_view name, Item item, std::string_view help, std::string_view schema = {}) {
    auto& e =
        entries_.emplace_back(Entry{std::string(name), std::string(help), std::string(schema), weir_port{}});
    e.c.size = sizeof e.c;
    e.c.item = static_cast<std::uint32_t>(item);
    return *this;
  }

  std::size_t size() const { return entries_.size(); }

  /// Ended by NULL; valid as long as this object and no longer changed.
  const weir_port* const* freeze() {
    pointers_.clear();
    for (auto& e : entries_) {
      e.c.name = e.name.c_str();
      e.c.help = e.help.c_str();
      e.c.schema = e.schema.empty() ? nullptr : e.schema.c_str();
      pointers_.push_back(&e.c);
    }
    pointers_.push_back(nullptr);
    return pointers_.data();
  }

 private:
  struct Entry {
    std::string name, help, schema;
    weir_port c;
  };
  std::deque<Entry> entries_;
  std::vector<const weir_port*> pointers_;
};

/// The member function that takes what comes by a named input: for records or for groups; neither where
/// Descriptor::input() was given none.
struct InputMethod {
  std::function<void(Process&, const Record&, Context&)> record;
  std::function<void(Process&, const Group&, Context&)> group;
};

/// What a plugin says of itself, filled by its `static void describe(weir::Descriptor&)`.
class Descriptor {
 public:
  Descriptor& name(std::string_view name) { return name_ = name, *this; }
  Descriptor& version(std::string_view version) { return version_ = version, *this; }
  /// One line.
  Descriptor& summary(std::string_view summary) { return summary_ = summary, *this; }
  /// YAML of one stage that uses the plugin.
  Descriptor& example(std::string_view yaml) { return example_ = yaml, *this; }

  OptionDeclaration& option(std::string_view name, Type type, std::string_view help) {
    return options_.emplace_back(name, type, help);
  }

  /// Declares the next port; ports are numbered from 0 in this order. Name the main one "out".
  Descriptor& port(std::string_view name, Item item, std::string_view help, std::string_view schema = {}) {
    ports_.add(name, item, help, schema);
    return *this;
  }

  /// Declares the next named input, for a stage that has several; numbered from 0 in this order. Its file
  /// says `from: {NAME: stage, ...}`. With `broadcast` each record goes to all tasks.
  Descriptor& input(std::string_view name, std::string_view help, Item item = Item::kRecords,
                    bool broadcast = false) {
    auto& e = inputs_.emplace_back(Input{std::string(name), std::string(help), weir_input{}});
    e.c.size = sizeof e.c;
    e.c.accepts = static_cast<std::uint32_t>(item);
    e.c.broadcast = broadcast ? 1 : 0;
    input_methods_.emplace_back();
    return *this;
  }
  /// The same with the member function that is called for each record, or group, of the input, instead of
  /// Process::process_input(): d.input("left", "Orders.", &Join::left). What it throws fails that record.
  template <class T>
  Descriptor& input(std::string_view name, std::string_view help, void (T::*method)(const Record&, Context&),
                    bool broadcast = false) {
    input(name, help, Item::kRecords, broadcast);
    input_methods_.back().record = [method](Process& process, const Record& record, Context& out) {
      (static_cast<T&>(process).*method)(record, out);
    };
    return *this;
  }
  template <class T>
  Descriptor& input(std::string_view name, std::string_view help, void (T::*method)(const Group&, Context&),
                    bool broadcast = false) {
    input(name, help, Item::kGroups, broadcast);
    input_methods_.back().group = [method](Process& process, const Group& group, Context& out) {
      (static_cast<T&>(process).*method)(group, out);
    };
    return *this;
  }
  /// By the inputs' numbers.
  const std::vector<InputMethod>& input_methods() const { return input_methods_; }

  std::size_t port_count() const { return ports_.size(); }

  /// All that it holds between calls stands in the host's state, lists and timers: see WEIR_STATEFUL.
  Descriptor& stateful() { return c_.capabilities |= WEIR_STATEFUL, *this; }
  /// Processes: its work is for each key, so that a file without `key:` is refused: see WEIR_KEYED.
  Descriptor& keyed() { return c_.capabilities |= WEIR_KEYED, *this; }
  /// The stage waits for I/O: it runs on threads of its own, one unless the file says `concurrency`.
  Descriptor& blocks() { return c_.capabilities |= WEIR_BLOCKS, *this; }
  /// Several workers may share the stage's input (`concurrency: n`).
  Descriptor& concurrent() { return c_.capabilities |= WEIR_CONCURRENT, *this; }
  /// Sources: it goes on with exactly the record behind a restored or saved position: see WEIR_REWINDS.
  Descriptor& rewinds() { return c_.capabilities |= WEIR_REWINDS, *this; }
  /// Sources: processes share what it reads, by partitions: see WEIR_SHARES_PARTITIONS.
  Descriptor& shares_partitions() { return c_.capabilities |= WEIR_SHARES_PARTITIONS, *this; }
  /// Sources: it comes to an end by itself.
  Descriptor& ends() { return c_.capabilities |= WEIR_ENDS, *this; }

  /// The C form with everything but the functions; valid as long as this object and no longer changed.
  weir_plugin freeze() {
    c_.size = sizeof c_;
    c_.name = name_.c_str();
    c_.version = version_.c_str();
    c_.summary = summary_.c_str();
    c_.example = example_.c_str();
    for (auto& option : options_) option_pointers_.push_back(option.freeze());
    option_pointers_.push_back(nullptr);
    c_.options = option_pointers_.data();
    c_.ports = ports_.freeze();
    if (!inputs_.empty()) {
      for (auto& input : inputs_) {
        input.c.name = input.name.c_str();
        input.c.help = input.help.c_str();
        input_pointers_.push_back(&input.c);
      }
      input_pointers_.push_back(nullptr);
      c_.inputs = input_pointers_.data();
    }
    return c_;
  }

 private:
  struct Input {
    std::string name, help;
    weir_input c;
  };

  weir_plugin c_{};
  std::string name_, version_ = "1.0", summary_, example_;
  std::deque<OptionDeclaration> options_;
  std::vector<const weir_option*> option_pointers_;
  PortList ports_;
  std::deque<Input> inputs_;
  std::vector<const weir_input*> input_pointers_;
  std::vector<InputMethod> input_methods_;
};

}  // namespace weir
