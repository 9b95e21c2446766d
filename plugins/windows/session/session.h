// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/window.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "windowing/contents.h"
#include "windowing/times.h"
#include "windowing/window_options.h"

namespace weir::session {

/// Windows that last as long as no gap between a key's records is too long. A record opens a window from its
/// time to a gap later; windows of a key that touch become one (Flink's rules).
///
/// All that is held stands in the host. A session has one timer in its time, which is not moved when the
/// session grows: it looks when it comes, and is set anew.
class Session final : public Window {
 public:
  static constexpr Port kLate{1};

  static void describe(Descriptor& d);
  static PortList ports(const Options& options);
  static std::string misfits(const Options& options, Surroundings around) {
    return windowing::misfits_in_time(options, around);
  }
  explicit Session(const Options& options);

  void start(Context& context) override;
  void process(const Batch& batch, Context& out) override;
  void on_timer(const weir_timer& timer, Context& out) override;
  void finish(Context& out) override;

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// A session of a key that is open, as its bytes stand in the state.
  struct Open {
    windowing::Bounds bounds;
    std::int64_t timer = kNever;  ///< when a timer looks at it
    std::int64_t since = 0;       ///< records since the last result
    std::int64_t next = kNever;   ///< when `trigger.every` comes next
    std::int32_t number = 0;      ///< of its contents, within the key
    std::uint32_t held = 0;       ///< not 0: there are accumulators beside it
  };
  using Sessions = std::vector<Open>;

  void add(weir_slice key, const Record& record, Context& out);
  /// Nothing when the record has left by the error port.
  std::optional<std::int64_t> gap_of(const Record& record, Context& out);
  /// Whether there is room for one more record in it, and for itself.
  bool has_room(weir_slice key, const Open& session, bool is_new, const Record& record, Context& out);
  /// What a session takes beside its contents.
  std::int64_t session_bytes(weir_slice key) const;
  void put(weir_slice key, Open& session, const Record& record, Context& out);
  /// Joins those that touch into the first of them and adds the record; which that is.
  Open& join(weir_slice key, std::size_t first, std::size_t last, const Open& joined, Context& out);
  void load(weir_slice key, const Context& out);
  void read(weir_slice bytes);
  void store(weir_slice key, const Context& out);
  /// The lowest that no open session of the key at hand has.
  std::int32_t free_number();
  /// The accumulators of a session of the key at hand, where they stand beside it.
  char* cells(const Open& session) {
    return cells_.data() + static_cast<std::size_t>(session.number) * beside_;
  }
  std::size_t stride() const { return sizeof(Open) + beside_; }
  void forget(weir_slice key, Open& session, Context& out);
  void arm(weir_slice key, Open& session, std::int64_t after, Context& out);
  void look(weir_slice key, Open& session, std::int64_t time, Context& out);
  /// Results of sessions that have records since their last one and are not over.
  void fire_by_clock(weir_slice key, Context& out);
  /// Emits what has to leave before it is forgotten, and forgets it.
  void close(weir_slice key, Open& session, Context& out);
  void emit(weir_slice key, Open& session, Context& out);
  std::int64_t cleanup(const Open& session) const {
    return windowing::add_saturated(session.bounds.last(), time_.lateness);
  }

  const std::optional<std::int64_t> gap_;
  std::optional<FieldPath> gap_field_;
  JsonReader reader_;
  windowing::Contents contents_;
  const std::size_t beside_;  ///< bytes of the accumulators that stand behind each session
  const windowing::TimeOptions time_;
  const windowing::TriggerOptions trigger_;
  weir_state* open_ = nullptr;  ///< the sessions of a key, in the order of time
  Counter late_;
  std::int64_t watermark_ = 0, now_ = 0;
  Sessions sessions_;       ///< of the key at hand
  std::string cells_;       ///< their accumulators, by number
  std::vector<bool> used_;  ///< scratch of free_number()
};

}  // namespace weir::session
