// SPDX-License-Identifier: Apache-2.0
//
// From C++ classes to the C boundary. Write, once in a library and outside of any namespace,
//
//     #include <weir/plugin.h>
//     WEIR_PLUGIN(Lookup)            // or several classes: WEIR_PLUGIN(Lookup, Cache)
//
// No exception leaves through these functions: it becomes a status with its text.
#pragma once

#include <weir/abi.h>
#include <weir/process.h>
#include <weir/sink.h>
#include <weir/source.h>
#include <weir/surroundings.h>
#include <weir/transactional_sink.h>
#include <weir/window.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::detail {

struct NoShared {
  explicit NoShared(const Options&) {}
};
template <class T>
struct SharedOf {
  using type = NoShared;
};
template <class T>
requires requires {
  typename T::Shared;
}
struct SharedOf<T> {
  using type = typename T::Shared;
};

template <class T>
concept HasDynamicPorts = requires(const Options& o) {
  { T::ports(o) } -> std::same_as<PortList>;
};

template <class T>
concept LooksAround = requires(const Options& o) {
  { T::misfits(o, Surroundings{}) } -> std::same_as<std::string>;
};

template <class T>
concept DeclaresWhatItTakes = requires(const Options& o, std::uint32_t input) {
  { T::takes(o, input) } -> std::same_as<std::string>;
};

template <class T>
concept MayRefuseTransactions = requires(const Options& o) {
  { T::refuses(o, Transactions{}, std::uint32_t{1}) } -> std::same_as<std::string>;
};

template <class T, class Shared>
concept RecoversWithShared = requires(const Options& o, Shared& s, Context& c) {
  T::recover(o, s, std::span<const std::string_view>{}, c);
};

template <class T, class Shared>
concept LoadsWithShared = requires(const Options& o, Shared& s, Context& c, const CheckpointSink::Visit& v) {
  T::load(o, s, c, v);
};

template <class T, class Shared>
concept KeepsUnits = requires(const Options& o, Shared& s, Context& c, std::string_view name,
                              const CheckpointSink::Visit& v) {
  { T::claim_unit(o, s, name, std::uint32_t{0}, c) } -> std::same_as<CheckpointSink::Claim>;
  T::look(o, s, std::optional(name), c, v);
};

/// The functions of one plugin class.
template <class T>
class Trampoline {
 public:
  static const weir_plugin* plugin() {
    static const weir_plugin table = [] {
      T::describe(descriptor());
      weir_plugin p = descriptor().freeze();
      p.kind = T::kKind;
      if constexpr (requires { T::kAccepts; }) p.accepts = T::kAccepts;
      p.open = open;
      p.close = [](weir_stage* s) { delete stage(s); };
      if constexpr (HasDynamicPorts<T>)
        p.stage_ports = [](weir_stage* s) { return stage(s)->ports.freeze(); };
      if constexpr (DeclaresWhatItTakes<T>) p.stage_takes = takes;
      if constexpr (MayRefuseTransactions<T>) p.stage_refuses = refuses;
      if constexpr (LooksAround<T>) p.stage_refuses = misfits;
      p.create = create;
      p.start = [](weir_instance* i, weir_context*) { return run(i, [&](auto& t, auto& c) { t.start(c); }); };
      p.destroy = [](weir_instance* i) { delete instance(i); };
      p.on_timer = [](weir_instance* i, weir_context*, const weir_timer* timer) {
        return run(i, [&](auto& t, auto& c) {
          c.enter(timer->key, timer->domain == WEIR_EVENT_TIME ? timer->time : WEIR_NO_TIME);
          t.on_timer(*timer, c);
        });
      };
      p.finish = [](weir_instance* i, weir_context*) {
        return run(i, [&](auto& t, auto& c) { t.finish(c); });
      };
      p.interrupt = [](weir_instance* i) {
        try {
          instance(i)->object.interrupt();
        } catch (...) {  // NOLINT(bugprone-empty-catch): the pipeline aborts anyway
        }
      };
      if constexpr (std::derived_from<T, Source>) add_source(p);
      if constexpr (std::derived_from<T, Process>) add_process(p);
      if constexpr (std::derived_from<T, Window>) p.process = process_batch;
      if constexpr (std::derived_from<T, Sink>) add_sink(p);
      if constexpr (std::derived_from<T, TransactionalSink>) add_transactions(p);
      if constexpr (std::derived_from<T, CheckpointSink>) add_checkpoints(p);
      if constexpr (KeepsUnits<T, Shared>) add_units(p);
      return p;
    }();
    return &table;
  }

 private:
  using Shared = typename SharedOf<T>::type;

  struct StageState {
    StageState(const weir_host* h, Options o) : host(h), options(std::move(o)), shared(options) {
      if constexpr (HasDynamicPorts<T>) ports = T::ports(options);
      if constexpr (DeclaresWhatItTakes<T>) {
        const auto* const* inputs = plugin()->inputs;
        do {
          taken.push_back(T::takes(options, static_cast<std::uint32_t>(taken.size())));
        } while (inputs != nullptr && inputs[taken.size()] != nullptr);
      }
    }
    std::size_t port_count() const { return HasDynamicPorts<T> ? ports.size() : descriptor().port_count(); }
    const weir_host* host;
    Options options;
    Shared shared;
    PortList ports;
    std::vector<std::string> taken;  // of each input a JSON Schema, or nothing
    std::string refusal;             // the last answer of stage_refuses
  };

  struct InstanceState {
    InstanceState(StageState& s, weir_context* c) : context(s.host, c), object(make(s)) {
      context.set_port_count(s.port_count());
      if constexpr (std::derived_from<T, Process>) {
        if (T::kAccepts == WEIR_GROUPS) context.set_takes_groups_alone();
      }
      if constexpr (std::derived_from<T, Process>) object.set_input_methods(descriptor().input_methods());
    }
    static T make(StageState& s) {
      if constexpr (std::constructible_from<T, const Options&, Shared&>) {
        return T(s.options, s.shared);
      } else {
        return T(s.options);
      }
    }
    Context context;
    T object;
    std::string answer;  // what the last call returned beside its status
  };

  static Descriptor& descriptor() {
    static Descriptor only;
    return only;
  }
  static StageState* stage(weir_stage* s) { return reinterpret_cast<StageState*>(s); }
  static InstanceState* instance(weir_instance* i) { return reinterpret_cast<InstanceState*>(i); }

  static weir_stage* open(const weir_host* host, weir_context* handle, weir_slice json) {
    std::unique_ptr<StageState> s;
    Context context(host, handle);
    const auto make = [&] {
      auto made = std::make_unique<StageState>(host, Options(nlohmann::json::parse(view(json))));
      InstanceState probe(*made, handle);  // its constructor checks the rest of the options
      s = std::move(made);
    };
    guarded(context, [&] {
      try {
        make();
      } catch (const OptionError& e) {
        host->problem(handle, slice(e.pointer()), slice(e.what()));
      }
    });
    return reinterpret_cast<weir_stage*>(s.release());
  }

  static const char* takes(weir_stage* s, std::uint32_t input) {
    const auto& taken = stage(s)->taken;
    return input >= taken.size() || taken[input].empty() ? nullptr : taken[input].c_str();
  }

  static const char* refuses(weir_stage* s, std::uint32_t transactions, std::uint32_t instances) {
    auto& why = stage(s)->refusal;
    why = T::refuses(stage(s)->options, Transactions::of(transactions), instances);
    return why.empty() ? nullptr : why.c_str();
  }

  static const char* misfits(weir_stage* s, std::uint32_t flags, std::uint32_t) {
    auto& why = stage(s)->refusal;
    why =
        T::misfits(stage(s)->options, {(flags & WEIR_WITHOUT_EVENT_TIME) == 0, (flags & WEIR_WITH_KEY) != 0});
    return why.empty() ? nullptr : why.c_str();
  }

  static weir_instance* create(weir_stage* s, weir_context* handle) {
    InstanceState* made = nullptr;
    Context context(stage(s)->host, handle);
    guarded(context, [&] { made = new InstanceState(*stage(s), handle); });
    return reinterpret_cast<weir_instance*>(made);
  }

  /// Calls; an exception becomes a status, with its text told.
  template <class F>
  static weir_status guarded(Context& context, F&& call) {
    try {
      call();
      return WEIR_OK;
    } catch (const Stop& e) {
      context.set_error(e.code(), e.what());
      return WEIR_STOP;
    } catch (const Failure& e) {
      context.set_error(e.code(), e.what());
    } catch (const std::bad_alloc&) {
      // No record of the call is to blame, and what stands in memory may be half done. The host says more.
      context.set_error("memory", "there is no memory left");
      return WEIR_STOP;
    } catch (const std::exception& e) {
      context.set_error("exception", e.what());
    } catch (...) {
      context.set_error("exception", "something that is no std::exception was thrown");
    }
    return WEIR_FAILED;
  }

  /// Calls with the stage alone; it can log, nothing else.
  template <class F>
  static weir_status run_stage(weir_stage* s, weir_context* handle, F&& call) {
    Context context(stage(s)->host, handle);
    return guarded(context, [&] { call(*stage(s), context); });
  }

  /// Calls and hands on what was emitted; after an exception nothing is handed on.
  template <class F>
  static weir_status run(weir_instance* i, F&& call) {
    Context& context = instance(i)->context;
    const weir_status status = guarded(context, [&] {
      call(instance(i)->object, context);
      context.hand_on();
    });
    if (status != WEIR_OK) context.discard();
    return status;
  }

  static weir_status process_batch(weir_instance* i, weir_context*, const weir_batch* batch) {
    return run(i, [&](T& t, auto& c) {
      c.enter(kAbsent, WEIR_NO_TIME, batch->broadcast != 0);
      using Base = std::conditional_t<std::derived_from<T, Window>, Window, Process>;
      static_cast<Base&>(t).process(*static_cast<const Batch*>(batch), c);
    });
  }

  static void add_source(weir_plugin& p) {
    p.poll = [](weir_instance* i, weir_context*, size_t budget) {
      auto result = Source::Poll::kIdle;
      const weir_status status = run(i, [&](auto& t, auto& c) { result = t.poll(c, budget); });
      if (status != WEIR_OK) return status;
      if (result == Source::Poll::kEnd) return WEIR_END;
      return result == Source::Poll::kIdle ? WEIR_IDLE : WEIR_OK;
    };
    p.commit = [](weir_instance* i, weir_context*, const weir_position* positions, size_t n) {
      return run(i, [&](auto& t, auto& c) { t.commit({positions, n}, c); });
    };
    p.restore = [](weir_instance* i, weir_context*, const weir_position* positions, size_t n) {
      return run(i, [&](auto& t, auto& c) { t.restore({positions, n}, c); });
    };
    p.progress = [](weir_instance* i) { return instance(i)->object.progress(); };
    p.claim = [](weir_instance* i, weir_context*) {
      auto& claim = instance(i)->answer;
      if (run(i, [&](auto& t, auto& c) { claim = t.claim(c); }) != WEIR_OK) claim.clear();
      return slice(claim);
    };
  }

  static void add_process(weir_plugin& p) {
    p.process = process_batch;
    p.process_group = [](weir_instance* i, weir_context*, const weir_group* group) {
      return run(i, [&](Process& t, auto& c) {
        const weir_input* const* const inputs = plugin()->inputs;
        const bool broadcast = inputs != nullptr && inputs[group->input]->broadcast != 0;
        // Flink's rules: what a window gives carries the last millisecond that belongs to it, and what all
        // tasks see has no key.
        c.enter(broadcast ? kAbsent : group->key, group->end == INT64_MIN ? WEIR_NO_TIME : group->end - 1,
                broadcast);
        c.enter_window({group->start, group->end});
        t.process(*static_cast<const Group*>(group), c);
      });
    };
  }

  static void add_sink(weir_plugin& p) {
    p.process = [](weir_instance* i, weir_context*, const weir_batch* batch) {
      return run(i, [&](auto& t, auto& c) { t.write(records_of(batch->records, batch->count), c); });
    };
    p.flush = [](weir_instance* i, weir_context*) { return run(i, [&](auto& t, auto& c) { t.flush(c); }); };
  }

  static void add_transactions(weir_plugin& p) {
    p.capabilities |= WEIR_TRANSACTIONAL;
    p.stage_recover = [](weir_stage* s, weir_context* handle, const weir_slice* saved, size_t n) {
      return run_stage(s, handle, [&](StageState& of, Context& c) {
        std::vector<std::string_view> all;
        for (size_t i = 0; i < n; ++i) all.push_back(view(saved[i]));
        if constexpr (RecoversWithShared<T, Shared>) {
          T::recover(of.options, of.shared, all, c);
        } else {
          T::recover(of.options, all, c);
        }
      });
    };
    p.prepare = [](weir_instance* i, weir_context*, uint64_t checkpoint, weir_slice* transaction) {
      auto& prepared = instance(i)->answer;
      prepared.clear();
      const weir_status status = run(i, [&](auto& t, auto& c) { prepared = t.prepare(checkpoint, c); });
      *transaction = slice(prepared);
      return status;
    };
    p.commit_prepared = [](weir_instance* i, weir_context*) {
      return run(i, [&](auto& t, auto& c) { t.commit_prepared(c); });
    };
  }

  static void add_checkpoints(weir_plugin& p) {
    p.stage_load = [](weir_stage* s, weir_context* handle, void* visitor, weir_visit visit) {
      return run_stage(s, handle, [&](StageState& of, Context& c) {
        const auto tell = [&](std::string_view name, std::string_view content) {
          visit(visitor, slice(name), slice(content));
        };
        if constexpr (LoadsWithShared<T, Shared>) {
          T::load(of.options, of.shared, c, tell);
        } else {
          T::load(of.options, c, tell);
        }
      });
    };
    p.save_checkpoint = [](weir_instance* i, weir_context*, const weir_checkpoint* checkpoint) {
      return run(i, [&](auto& t, auto& c) { t.save_checkpoint(*checkpoint, c); });
    };
  }

  static void add_units(weir_plugin& p) {
    p.stage_claim = [](weir_stage* s, weir_context* handle, weir_slice name, uint32_t task, uint64_t* term,
                       void* visitor, weir_visit visit) {
      return run_stage(s, handle, [&](StageState& of, Context& c) {
        const CheckpointSink::Claim claim = T::claim_unit(of.options, of.shared, view(name), task, c);
        *term = claim.term;
        if (claim.content) visit(visitor, name, slice(*claim.content));
      });
    };
    p.stage_look = [](weir_stage* s, weir_context* handle, weir_slice name, void* visitor, weir_visit visit) {
      return run_stage(s, handle, [&](StageState& of, Context& c) {
        T::look(of.options, of.shared, name.data == nullptr ? std::nullopt : std::optional(view(name)), c,
                [&](std::string_view found, std::string_view content) {
                  visit(visitor, slice(found), slice(content));
                });
      });
    };
    p.stage_save = [](weir_stage* s, weir_context* handle, const weir_checkpoint* checkpoint) {
      return run_stage(s, handle, [&](StageState& of, Context& c) {
        T::save_units(of.options, of.shared, *checkpoint, c);
      });
    };
  }
};

/// The library's table of plugins.
template <class... Plugins>
const weir_library_info* library() {
  static const weir_plugin* const plugins[] = {Trampoline<Plugins>::plugin()..., nullptr};
  static const weir_library_info info{sizeof(weir_library_info), WEIR_ABI_MAJOR, WEIR_ABI_MINOR, plugins};
  return &info;
}

}  // namespace weir::detail

#define WEIR_PLUGIN(...)                                                                          \
  extern "C" __attribute__((visibility("default"))) const weir_library_info* weir_library(void) { \
    return ::weir::detail::library<__VA_ARGS__>();                                                \
  }                                                                                               \
  static_assert(std::is_same_v<decltype(&weir_library), weir_library_fn>)
