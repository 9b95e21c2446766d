// SPDX-License-Identifier: Apache-2.0
#include "rounds.h"

#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <thread>
#include <utility>

#include "damage.h"
#include "support/wait_until.h"

namespace weir::faults {
namespace {

using Clock = std::chrono::steady_clock;

/// One round in so many has an outage instead of a kill.
constexpr int kOutageEach = 6;
/// Rounds that ended by themselves do not count as kills; so many for each kill are enough.
constexpr int kMostRounds = 5;
/// The N of a fail point is drawn up to this, small ones more often: not every run passes a point so often.
constexpr std::uint64_t kMostPassings = 6;
/// How many milliseconds the clock may be off by: a day.
constexpr std::int64_t kMostAhead = 24LL * 3600 * 1000;

}  // namespace

Rounds::Rounds(Pipeline& pipeline, std::uint64_t seed, bool verbose)
    : pipeline_(pipeline), random_(seed), verbose_(verbose) {
  outcome_.pipeline = pipeline.name();
  outcome_.delivery = pipeline.delivery();
  std::filesystem::create_directories(folder_ / "disk");
  if (!support::SmallDisk::why_unavailable()) disk_.emplace(folder_ / "disk", std::string("size=") + kRoom);
  pipeline_.prepare(folder_.path());
  pipeline_outages_ = pipeline_.outages();
  commands_ = pipeline_.commands();
  points_ = points_of(pipeline);
  folder_.write("p.yaml", pipeline_.yaml());
}

Outcome Rounds::run(int kills) {
  while (outcome_.kills < kills && outcome_.problems.empty() && rounds_ < kMostRounds * kills) round();
  more_input();
  for (command_ = 0; command_ < commands_.size(); ++command_) await_end(*start());
  outcome_.take_account(pipeline_);
  return outcome_;
}

void Rounds::round() {
  command_ = static_cast<std::size_t>(++rounds_) % commands_.size();
  if (rounds_ % kOutageEach == 0) return outage();
  more_input();
  next_point_ < points_.size() || random_() % 5 < 3 ? kill_at_point() : kill_at_time();
}

void Rounds::outage() {
  std::vector<std::function<void()>> kinds{[this] { freeze(); }, [this] { damage_checkpoint(); },
                                           [this] { step_clock(); }};
  if (disk_) kinds.emplace_back([this] { fill_disk(); });
  for (const auto& outage : pipeline_outages_) kinds.emplace_back([&] { take_away(outage); });
  kinds[outages_++ % kinds.size()]();
}

void Rounds::more_input() {
  const auto to = outcome_.records + pipeline_.records_a_round();
  pipeline_.add_input(outcome_.records, to);
  outcome_.records = to;
}

/// Each point once at its first passing; then any of them at any, and now and then one that has never struck.
std::string Rounds::choose_point() {
  if (next_point_ < points_.size()) return std::string(points_[next_point_++]) + ":1";
  if (random_() % 4 == 0) {
    std::vector<std::string_view> left;
    for (const auto point : points_) {
      if (outcome_.fail_points.count(std::string(point)) == 0) left.push_back(point);
    }
    if (!left.empty()) return std::string(left[random_() % left.size()]) + ":1";
  }
  const std::string name(points_[random_() % points_.size()]);
  return name + ":" + std::to_string(1 + random_() % (1 + random_() % kMostPassings));
}

void Rounds::kill_at_point() {
  const std::string at = choose_point();
  if (at.starts_with("replay.")) command_ = commands_.size() - 1;
  // Only behind a run that left something is there something to undo.
  if (at.starts_with("journal.und") || at.starts_with("journal.over")) kill_at("file.written:2");
  kill_at(at);
}

void Rounds::kill_at(const std::string& at) {
  const auto run = start({{"WEIR_FAIL_AT", at}});
  const auto end = run->wait();
  if (end && end->signal == SIGKILL) {
    outcome_.killed_at(at);
    say("killed at " + at);
  } else if (!end || !end->ok()) {
    problem("with WEIR_FAIL_AT=" + at + ": " + (end ? to_string(*end) : "it does not end"), run.get());
  } else {
    say("did not come to " + at);
  }
}

void Rounds::kill_at_time() {
  const auto time = some_time();
  const auto run = start();
  if (ended_within(*run, time)) return await_end(*run);
  kill(*run);
  say("killed after " + std::to_string(time.count()) + " ms");
}

void Rounds::freeze() {
  more_input();
  const auto run = start();
  static_cast<void>(ended_within(*run, some_time()));
  ++outcome_.outages["frozen"];
  run->signal(SIGSTOP);
  std::this_thread::sleep_for(some_time());
  run->signal(SIGCONT);
  say("frozen");
  await_end(*run);
}

/// The clock stays there: the next run begins by it.
void Rounds::step_clock() {
  more_input();
  const auto run = start();
  static_cast<void>(ended_within(*run, some_time()));
  ++outcome_.outages["clock stepped"];
  const auto ahead = Milliseconds(static_cast<std::int64_t>(random_() % (2 * kMostAhead)) - kMostAhead);
  clock_.set(ahead);
  say("clock set to " + std::to_string(ahead.count()) + " ms ahead");
  await_end(*run);
}

void Rounds::fill_disk() {
  more_input();
  const auto run = start();
  static_cast<void>(ended_within(*run, some_time()));
  {
    const FullDisk full(*disk_, folder_ / "disk");
    ++outcome_.outages["full disk"];
    static_cast<void>(ended_within(*run, usual_));
  }
  say("disk full");
  await_end(*run, true);
}

void Rounds::damage_checkpoint() {
  command_ = 0;
  const auto damaged = DamagedCheckpoint::make(folder_ / "disk" / "store", random_);
  if (!damaged) return;
  ++outcome_.outages["damaged checkpoint"];
  const auto run = start();
  const auto end = run->wait();
  const bool named = run->err().find(damaged->path().filename().string()) != std::string::npos;
  const std::string what = damaged->path().filename().string() + ", " + damaged->what() + ": ";
  say(what + (end ? to_string(*end) : "no end"));
  if (!named) problem(what + "the file is not named", run.get());
  const bool refused = end && *end == support::ExitStatus{.code = 1};
  if (refused) damaged->repair();
  if (pipeline_.delivery() == Delivery::kExactlyOnce) {
    if (!refused) problem(what + "the start is not refused", run.get());
  } else if (!(end && end->ok()) && (damaged->is_newest() || !refused)) {
    problem(what + "the one before is not used", run.get());
  }
}

/// Now and then the run is killed while it lasts.
void Rounds::take_away(const Outage& outage) {
  more_input();
  const auto run = start();
  static_cast<void>(ended_within(*run, some_time()));
  ++outcome_.outages[outage.name];
  outage.begin();
  static_cast<void>(ended_within(*run, some_time()));
  const bool killed = random_() % 3 == 0 && run->running();
  if (killed) kill(*run);
  outage.end();
  say(outage.name + (killed ? ", and killed meanwhile" : ""));
  if (!killed) await_end(*run, true);
}

std::unique_ptr<support::ChildProcess> Rounds::start(std::map<std::string, std::string> environment) {
  ++outcome_.runs;
  environment.merge(pipeline_.environment());
  environment.merge(clock_.environment());
  std::vector<std::string> command = pipeline_.inside();
  command.emplace_back(WEIR_ETL_RUN);
  command.insert(command.end(), commands_[command_].begin(), commands_[command_].end());
  return std::make_unique<support::ChildProcess>(
      std::move(command),
      support::ChildOptions{.environment = std::move(environment), .working_dir = folder_.path()});
}

Rounds::Milliseconds Rounds::some_time() {
  return Milliseconds(random_() % static_cast<std::uint64_t>(usual_.count() + 1));
}

bool Rounds::ended_within(support::ChildProcess& run, Milliseconds time) {
  return support::wait_until(time, [&] { return !run.running(); });
}

void Rounds::kill(support::ChildProcess& run) {
  run.signal(SIGKILL);
  const auto end = run.wait();
  if (end && end->signal == SIGKILL) ++outcome_.kills;
}

void Rounds::await_end(support::ChildProcess& run, bool allowed_to_fail) {
  const auto begin = Clock::now();
  const auto end = run.wait();
  if (!end) {
    problem("it does not end", &run);
    run.kill();
  } else if (!end->ok() && !(allowed_to_fail && end->code == 1)) {
    problem(to_string(*end), &run);
  } else if (const auto time = std::chrono::duration_cast<Milliseconds>(Clock::now() - begin);
             end->ok() && !allowed_to_fail && time > Milliseconds(0)) {
    usual_ = std::clamp((usual_ + time) / 2, Milliseconds(50), Milliseconds(3000));
  }
}

void Rounds::problem(const std::string& what, const support::ChildProcess* run) {
  std::string text = what;
  if (run != nullptr) text += "; it says:\n" + support::last_lines(run->err(), 8);
  std::cout << pipeline_.name() << ": PROBLEM: " << text << std::endl;
  outcome_.problems.push_back(std::move(text));
}

void Rounds::say(const std::string& what) const {
  if (verbose_) std::cout << pipeline_.name() << " " << rounds_ << ": " << what << std::endl;
}

}  // namespace weir::faults
