// SPDX-License-Identifier: Apache-2.0
#include "sample_stages.h"

#include <weir/plugin.h>
#include <weir/suggestion.h>

#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "plugin/library.h"
#include "spec/pipeline_reader.h"

namespace weir::test {
namespace {

class Numbers : public Source {
 public:
  static void describe(Descriptor& d) {
    d.name("numbers").summary("Numbers.").port("out", Item::kRecords, "Numbers.");
    d.option("count", Type::kInteger, "How many.").default_value("3").at_least(1).at_most(9);
  }
  explicit Numbers(const Options&) {}
  Poll poll(Context&, std::size_t) override { return Poll::kEnd; }
};

class Tally final : public Numbers {
 public:
  static void describe(Descriptor& d) {
    Numbers::describe(d);
    d.name("tally").port("checks", Item::kRecords, "Sums.");
  }
  using Numbers::Numbers;
};

class Tape final : public Numbers {
 public:
  static void describe(Descriptor& d) {
    Numbers::describe(d);
    d.name("tape").rewinds();
    d.option("worn", Type::kBool, "Whether it does not go back.").default_value("false");
  }
  static std::string refuses(const Options& options, Transactions, std::uint32_t) {
    return options.boolean("worn") ? "the tape is worn" : "";
  }
  using Numbers::Numbers;
};

class Share final : public Numbers {
 public:
  static void describe(Descriptor& d) {
    Numbers::describe(d);
    d.name("share").rewinds().shares_partitions();
  }
  using Numbers::Numbers;
};

class Pairs final : public Window {
 public:
  static void describe(Descriptor& d) {
    d.name("pairs").summary("Pairs.").port("out", Item::kGroups, "Pairs.");
  }
  explicit Pairs(const Options&) {}
  void process(const Batch&, Context&) override {}
};

class KeepSome final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("keep").summary("Keeps some.").port("out", Item::kRecords, "Kept.");
    d.port("rest", Item::kRecords, "Others.");
    d.option("rules", Type::kAny, "Which.");
  }
  explicit KeepSome(const Options& options) {
    if (options.has("rules")) look(options.tree("rules"), "/rules");
  }

 private:
  static void look(const nlohmann::json& tree, const std::string& at) {
    if (tree == "bad") throw OptionError(at, "'bad' is no rule");
    if (!tree.is_structured()) return;
    for (const auto& [name, part] : tree.items()) look(part, at + "/" + name);
  }
};

class Ask final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("ask").summary("Asks.").port("out", Item::kRecords, "Answers.").blocks().concurrent();
  }
  explicit Ask(const Options&) {}
};

class PortsAsGiven final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("same").summary("Ports as given.");
    d.option("ports", Type::kStringList, "The ports.").required();
  }
  static PortList ports(const Options& options) {
    PortList list;
    for (const auto& name : options.strings("ports")) list.add(name, Item::kRecords, "Given.");
    return list;
  }
  explicit PortsAsGiven(const Options&) {}
};

class Typed final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("typed").summary("Ports with schemas.");
    d.option("schema", Type::kString, "Of its port.").required();
  }
  static PortList ports(const Options& options) {
    return PortList().add("out", Item::kRecords, "Typed.", options.string("schema"));
  }
  explicit Typed(const Options&) {}
};

class Collect final : public Sink {
 public:
  static void describe(Descriptor& d) { d.name("collect").summary("Collects."); }
  explicit Collect(const Options&) {}
  void write(Records, Context&) override {}
};

class Paper final : public TransactionalSink {
 public:
  static void describe(Descriptor& d) { d.name("paper").summary("Takes back what was written."); }
  static void recover(const Options&, std::span<const std::string_view>, Context&) {}
  explicit Paper(const Options&) {}
  void write(Records, Context&) override {}
  std::string prepare(std::uint64_t, Context&) override { return {}; }
  void commit_prepared(Context&) override {}
};

class Ledger : public CheckpointSink {
 public:
  static void describe(Descriptor& d) { d.name("ledger").summary("Keeps books, and checkpoints."); }
  static std::string refuses(const Options&, Transactions, std::uint32_t) { return {}; }
  static void load(const Options&, Context&, const Visit&) {}
  static void recover(const Options&, std::span<const std::string_view>, Context&) {}
  explicit Ledger(const Options&) {}
  void write(Records, Context&) override {}
  std::string prepare(std::uint64_t, Context&) override { return {}; }
  void commit_prepared(Context&) override {}
  void save_checkpoint(const weir_checkpoint&, Context&) override {}
};

/// Keeps them for several processes.
class Annals final : public Ledger {
 public:
  struct Shared {
    explicit Shared(const Options&) {}
  };
  static void describe(Descriptor& d) { d.name("annals").summary("Keeps checkpoints by partition."); }
  static Claim claim_unit(const Options&, Shared&, std::string_view, std::uint32_t, Context&) { return {}; }
  static void look(const Options&, Shared&, std::optional<std::string_view>, Context&, const Visit&) {}
  static void save_units(const Options&, Shared&, const weir_checkpoint&, Context&) {}
  static std::string refuses(const Options&, Transactions how, std::uint32_t instances) {
    return how.by_partition && instances > 1 ? "it has one pen" : "";
  }
  Annals(const Options& options, Shared&) : Ledger(options) {}
};

/// As a database that cannot prepare.
class Diary final : public Ledger {
 public:
  static void describe(Descriptor& d) { d.name("diary").summary("Keeps checkpoints, or nothing."); }
  static std::string refuses(const Options&, Transactions how, std::uint32_t instances) {
    if (instances > 1) return "it is written by one task";
    return how.keeps_checkpoints ? "" : "it cannot prepare";
  }
  using Ledger::Ledger;
};

/// Process `both`: the inputs left and right.
class Both final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("both").summary("Two inputs.").input("left", "One.").input("right", "The other.");
    d.port("out", Item::kRecords, "Both.");
  }
  explicit Both(const Options&) {}
};

class Strict final : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("strict").summary("Collects what fits.");
    d.option("takes", Type::kString, "A JSON Schema.").required();
  }
  static std::string takes(const Options& options, std::uint32_t) { return options.string("takes"); }
  explicit Strict(const Options&) {}
  void write(Records, Context&) override {}
};

/// Process `fussy`: what its inputs take.
class Fussy final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("fussy").summary("Two inputs.").input("left", "One.").input("right", "The other.");
    d.option("left", Type::kString, "A JSON Schema.").default_value("");
    d.option("right", Type::kString, "A JSON Schema.").default_value("");
    d.port("out", Item::kRecords, "Both.");
  }
  static std::string takes(const Options& options, std::uint32_t input) {
    return options.string(input == 0 ? "left" : "right");
  }
  explicit Fussy(const Options&) {}
};

class Either final : public Process {
 public:
  static constexpr weir_kind kKind = WEIR_SINK;
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d) { d.name("either").summary("Takes both."); }
  explicit Either(const Options&) {}
};

class Remember final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("remember").summary("Keeps state.").stateful().port("out", Item::kRecords, "What it knows.");
  }
  explicit Remember(const Options&) {}
};

/// Process `pairing`: works by key, with the inputs left and right.
class Pairing final : public Process {
 public:
  static void describe(Descriptor& d) {
    d.name("pairing").summary("Pairs.").stateful().keyed().port("out", Item::kRecords, "Pairs.");
    d.input("left", "One.").input("right", "The other.");
  }
  explicit Pairing(const Options&) {}
};

/// Process `tally_groups`: works by key, on groups.
class TallyGroups final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_GROUPS;
  static void describe(Descriptor& d) {
    d.name("tally_groups").summary("Counts.").stateful().keyed().port("out", Item::kRecords, "Counts.");
  }
  explicit TallyGroups(const Options&) {}
};

class Silent final : public Process {
 public:
  static void describe(Descriptor& d) { d.name("silent").summary("Says nothing."); }
  explicit Silent(const Options&) {}
};

const weir_plugin* silent() {
  static const weir_plugin plugin = [] {
    weir_plugin p = *detail::Trampoline<Silent>::plugin();
    p.open = [](const weir_host*, weir_context*, weir_slice) { return static_cast<weir_stage*>(nullptr); };
    return p;
  }();
  return &plugin;
}

class SampleCatalog final : public PluginCatalog {
 public:
  std::variant<const weir_plugin*, std::string> find(weir_kind kind, const std::string& name) override {
    std::vector<std::string> known;
    for (const auto* plugin :
         {detail::Trampoline<Numbers>::plugin(),     detail::Trampoline<Tally>::plugin(),
          detail::Trampoline<Pairs>::plugin(),       detail::Trampoline<KeepSome>::plugin(),
          detail::Trampoline<Ask>::plugin(),         detail::Trampoline<PortsAsGiven>::plugin(),
          detail::Trampoline<Typed>::plugin(),       detail::Trampoline<Collect>::plugin(),
          detail::Trampoline<Either>::plugin(),      detail::Trampoline<Both>::plugin(),
          detail::Trampoline<Fussy>::plugin(),       detail::Trampoline<Strict>::plugin(),
          detail::Trampoline<Remember>::plugin(),    detail::Trampoline<Pairing>::plugin(),
          detail::Trampoline<TallyGroups>::plugin(), detail::Trampoline<Tape>::plugin(),
          detail::Trampoline<Share>::plugin(),       detail::Trampoline<Paper>::plugin(),
          detail::Trampoline<Ledger>::plugin(),      detail::Trampoline<Diary>::plugin(),
          detail::Trampoline<Annals>::plugin(),      silent()}) {
      if (plugin->kind != static_cast<std::uint32_t>(kind)) continue;
      if (name == plugin->name) return plugin;
      known.emplace_back(plugin->name);
    }
    return "there is no " + std::string(kind_name(kind)) + " plugin '" + name + "'" + suggestion(name, known);
  }
};

}  // namespace

std::optional<PipelineGraph> check(const std::string& yaml, Diagnostics& diagnostics) {
  static const SystemClock clock;
  static Log log(clock, LogLevel::kError);
  SampleCatalog catalog;
  auto spec = parse_pipeline(
      yaml, "p.yaml", [](const std::string&) { return std::nullopt; }, diagnostics);
  if (!spec) return std::nullopt;
  return build_graph(*std::move(spec), catalog, log, diagnostics);
}

}  // namespace weir::test
