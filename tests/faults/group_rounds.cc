// SPDX-License-Identifier: Apache-2.0
#include "group_rounds.h"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <map>
#include <sstream>
#include <utility>

#include "support/wait_until.h"

namespace weir::faults {
namespace {

constexpr std::size_t kMostMembers = 4;
/// After so many rounds all that went in must be done.
constexpr int kDoneEach = 8;
/// A round lasts up to this, in which one thing happens.
constexpr std::uint64_t kMostMilliseconds = 500;
/// Longer than the session time-out that the pipelines choose.
constexpr std::chrono::milliseconds kFrozenFor{2500};
constexpr int kMostRounds = 10;
/// Milliseconds by which the clock is stepped.
constexpr std::int64_t kMostForward = 3600 * 1000;
constexpr std::int64_t kMostBack = 20 * 1000;

/// The last lines of its log that do not only tell how far it is.
std::string last_events(const support::ChildProcess& process) {
  std::istringstream in(process.err());
  std::string text;
  for (std::string line; std::getline(in, line);) {
    if (line.find(" INFO etl-run: ") == line.npos) text += line + "\n";
  }
  return support::last_lines(text, 20);
}

}  // namespace

GroupRounds::GroupRounds(Pipeline& pipeline, std::uint64_t seed, bool verbose)
    : pipeline_(pipeline), random_(seed), verbose_(verbose), points_(points_of(pipeline)) {
  outcome_.pipeline = pipeline.name();
  outcome_.delivery = pipeline.delivery();
  std::filesystem::create_directories(folder_ / "disk");
  pipeline_.prepare(folder_.path());
  outages_ = pipeline_.outages();
  folder_.write("p.yaml", pipeline_.yaml());
}

Outcome GroupRounds::run(int kills) {
  start_member();
  start_member();
  while (outcome_.kills < kills && outcome_.problems.empty() && rounds_ < kMostRounds * kills) round();
  if (outcome_.problems.empty()) await_all_done();
  end_all();
  outcome_.take_account(pipeline_);
  return outcome_;
}

void GroupRounds::round() {
  ++rounds_;
  more_input();
  pause(Milliseconds(random_() % kMostMilliseconds));
  const auto able = active();
  if (able.size() < 2 || (members_.size() < kMostMembers && random_() % 3 == 0)) {
    start_member();
  } else {
    Member& one = *able[random_() % able.size()];
    const auto what = random_() % 8;
    if (what < 3) {
      kill(one);
    } else if (what < 5) {
      stop(one);
    } else if (what < 7) {
      freeze(one);
    } else if (random_() % 4 == 0) {
      step_clock();
    } else {
      take_away();
    }
  }
  if (rounds_ % kDoneEach == 0) await_all_done();
}

std::vector<GroupRounds::Member*> GroupRounds::active() {
  std::vector<Member*> all;
  for (auto& member : members_) {
    if (!member.stopping && !member.thaw_at && member.process->running()) all.push_back(&member);
  }
  return all;
}

/// Most of them are to die at a point, at those of a rebalance when others come and go.
void GroupRounds::start_member() {
  auto environment = pipeline_.environment();
  environment.merge(clock_.environment());
  const std::string at = started_ > 1 && random_() % 4 != 0 ? choose_point() : "";
  if (!at.empty()) environment["WEIR_FAIL_AT"] = at;
  ++outcome_.runs;
  std::vector<std::string> command = pipeline_.inside();
  command.insert(command.end(), {WEIR_ETL_RUN, "p.yaml"});
  members_.push_back({++started_,
                      std::make_unique<support::ChildProcess>(
                          std::move(command), support::ChildOptions{.environment = std::move(environment),
                                                                    .working_dir = folder_.path()}),
                      at});
  say("process " + std::to_string(started_) + " started" + (at.empty() ? "" : ", to die at " + at));
}

/// Each once, then those that have not struck yet as often as any other.
std::string GroupRounds::choose_point() {
  if (next_point_ < points_.size()) return std::string(points_[next_point_++]) + ":1";
  std::vector<std::string_view> left;
  for (const auto point : points_) {
    if (outcome_.fail_points.count(std::string(point)) == 0) left.push_back(point);
  }
  const auto& from = !left.empty() && random_() % 2 == 0 ? left : points_;
  return std::string(from[random_() % from.size()]) + ":" + std::to_string(1 + random_() % 3);
}

void GroupRounds::stop(Member& member) {
  member.process->signal(SIGTERM);
  member.stopping = true;
  ++outcome_.outages["stopped"];
  say("process " + std::to_string(member.number) + " told to stop");
}

void GroupRounds::kill(Member& member) {
  member.process->signal(SIGKILL);
  const auto end = member.process->wait();
  if (end && end->signal == SIGKILL) ++outcome_.kills;
  member.fail_at.clear();
  member.stopping = true;
  say("process " + std::to_string(member.number) + " killed");
}

void GroupRounds::freeze(Member& member) {
  member.process->signal(SIGSTOP);
  member.thaw_at = Clock::now() + kFrozenFor;
  ++outcome_.outages["frozen"];
  say("process " + std::to_string(member.number) + " frozen");
}

void GroupRounds::take_away() {
  if (outages_.empty()) return;
  const auto& outage = outages_[next_outage_++ % outages_.size()];
  ++outcome_.outages[outage.name];
  outage.begin();
  pause(Milliseconds(random_() % (2 * kMostMilliseconds)));
  outage.end();
  say(outage.name);
}

/// Back by no more than a window may wait for: its list leaves when the clock is there again.
void GroupRounds::step_clock() {
  const auto step =
      Milliseconds(static_cast<std::int64_t>(random_() % (kMostForward + kMostBack)) - kMostBack);
  clock_.set(clock_.ahead() + step);
  ++outcome_.outages["clock stepped"];
  say("clock stepped by " + std::to_string(step.count()) + " ms");
}

void GroupRounds::look_after_members() {
  for (auto i = members_.begin(); i != members_.end();) {
    if (i->thaw_at && Clock::now() >= *i->thaw_at) {
      i->process->signal(SIGCONT);
      i->thaw_at.reset();
    }
    if (i->process->running()) {
      ++i;
      continue;
    }
    const auto end = i->process->wait();
    const std::string name = "process " + std::to_string(i->number);
    if (end->signal == SIGKILL && !i->fail_at.empty()) {
      outcome_.killed_at(i->fail_at);
      say(name + " died at " + i->fail_at);
    } else if (!i->stopping || !(end->ok() || end->signal == SIGKILL)) {
      problem(name + " ended with " + to_string(*end) + "; it says:\n" + last_events(*i->process));
    }
    i = members_.erase(i);
  }
}

void GroupRounds::pause(Milliseconds time) {
  static_cast<void>(support::wait_until(time, [this] {
    look_after_members();
    return false;
  }));
}

void GroupRounds::more_input() {
  const auto to = outcome_.records + pipeline_.records_a_round();
  pipeline_.add_input(outcome_.records, to);
  outcome_.records = to;
}

void GroupRounds::await_all_done() {
  const auto begin = Clock::now();
  std::string left;
  const bool done = support::wait_until(2 * support::kLongWait, [&] {
    look_after_members();
    if (active().empty()) start_member();
    left = pipeline_.left_to_do();
    return !outcome_.problems.empty() || left.empty();
  });
  say("all done after " +
      std::to_string(std::chrono::duration_cast<Milliseconds>(Clock::now() - begin).count()) + " ms");
  if (done) return;
  std::string text = "not all that went in gets done, " + left + "; the processes say:\n";
  for (auto& member : members_)
    text += "process " + std::to_string(member.number) + (member.thaw_at ? ", frozen" : "") + ":\n" +
            last_events(*member.process);
  problem(text);
}

void GroupRounds::end_all() {
  for (auto& member : members_) {
    member.process->signal(SIGCONT);
    member.thaw_at.reset();
    member.process->signal(SIGTERM);
    member.stopping = true;
  }
  const bool ended = support::wait_until(support::kLongWait, [this] {
    look_after_members();
    return members_.empty();
  });
  if (ended) return;
  for (auto& member : members_)
    problem("process " + std::to_string(member.number) + " does not end; it says:\n" +
            last_events(*member.process));
  members_.clear();
}

void GroupRounds::problem(const std::string& what) {
  std::cout << pipeline_.name() << ": PROBLEM: " << what << std::endl;
  outcome_.problems.push_back(what);
}

void GroupRounds::say(const std::string& what) const {
  if (verbose_) std::cout << pipeline_.name() << " " << rounds_ << ": " << what << std::endl;
}

}  // namespace weir::faults
