// SPDX-License-Identifier: Apache-2.0
#include "cli/account.h"

#include <algorithm>
#include <chrono>
#include <sstream>

#include "base/units.h"

namespace weir {
namespace {

/// Calls f(port, count) for every port of a stage, `error` last.
template <class F>
void each_port(const GraphStage& stage, const StageTotals& total, F&& f) {
  for (std::size_t p = 0; p < stage.ports.size(); ++p) f(stage.ports[p], total.ports[p]);
  f(stage.error, total.error);
}

std::uint64_t left(const GraphStage& stage, const StageTotals& total) {
  std::uint64_t sum = 0;
  each_port(stage, total, [&](const GraphPort&, std::uint64_t n) { sum += n; });
  return sum;
}

std::string parts_text(const Account::Parts& parts) {
  std::string text;
  for (const auto& [name, n] : parts) text += (text.empty() ? "" : ", ") + name + " " + format_count(n);
  return text;
}

/// Columns of a table, as wide as their widest cell; numbers to the right.
class Table {
 public:
  explicit Table(std::vector<bool> to_the_right) : to_the_right_(std::move(to_the_right)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::string text() const {
    std::vector<std::size_t> widths(to_the_right_.size(), 0);
    for (const auto& row : rows_) {
      for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    }
    std::string text;
    for (const auto& row : rows_) {
      std::string line;
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string space(widths[c] - row[c].size(), ' ');
        line += (c == 0 ? "" : "  ") + (to_the_right_[c] ? space + row[c] : row[c] + space);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    return text;
  }

 private:
  std::vector<bool> to_the_right_;
  std::vector<std::vector<std::string>> rows_;
};

std::string where_to(const PipelineGraph& graph, const GraphPort& port) {
  if (port.discarded) return "discarded";
  std::string names;
  for (const auto& to : port.consumers) {
    names += (names.empty() ? "-> " : ", ") + graph.stages[to.stage].spec.name;
  }
  return names;
}

/// How often each record that leaves by the port is taken: by a broadcast input in every task.
std::uint64_t copies_of(const PipelineGraph& graph, const GraphPort& port) {
  std::uint64_t copies = 0;
  for (const auto& to : port.consumers)
    copies += to.broadcast ? static_cast<std::uint64_t>(graph.spec.tasks) : 1;
  return copies;
}

}  // namespace

std::uint64_t Account::sum(const Parts& parts) {
  std::uint64_t total = 0;
  for (const auto& [name, n] : parts) total += n;
  return total;
}

Account make_account(const PipelineGraph& graph, const std::vector<StageTotals>& totals) {
  Account account;
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const auto& stage = graph.stages[i];
    const auto& total = totals[i];
    const std::string& name = stage.spec.name;
    if (stage.spec.kind == StageKind::kSource) {
      account.read += left(stage, total);
    } else if (stage.spec.kind == StageKind::kSink) {
      account.written.emplace_back(name, total.in - std::min(total.in, left(stage, total)));
    } else if (const std::uint64_t out = left(stage, total) + total.given_up; out > total.in) {
      account.made.emplace_back(name, out - total.in);
    } else if (out < total.in) {
      account.dropped.emplace_back(name, total.in - out);
    }
    if (total.given_up > 0) account.given_up.emplace_back(name, total.given_up);
    each_port(stage, total, [&](const GraphPort& port, std::uint64_t n) {
      if (port.discarded && n > 0) account.discarded.emplace_back(name + "." + port.name, n);
      if (const std::uint64_t copies = copies_of(graph, port); copies > 1 && n > 0)
        account.copied.emplace_back(name + "." + port.name, n * (copies - 1));
    });
  }
  return account;
}

std::string summary_text(const PipelineGraph& graph, const std::vector<StageTotals>& totals,
                         bool ended_well) {
  Table table({false, false, false, true, true, false});
  table.row({"stage", "kind", "plugin", "in", "out", "side ports"});
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const auto& stage = graph.stages[i];
    std::string out = "-";
    std::string side;
    each_port(stage, totals[i], [&](const GraphPort& port, std::uint64_t n) {
      if (port.name == "out") {
        out = format_count(n);
      } else if (n > 0 || &port != &stage.error) {
        side += (side.empty() ? "" : ", ") + port.name + " " + format_count(n) + " " + where_to(graph, port);
      }
    });
    const bool source = stage.spec.kind == StageKind::kSource;
    table.row({stage.spec.name, to_string(stage.spec.kind), stage.spec.plugin,
               source ? "-" : format_count(totals[i].in), out, side});
  }
  std::ostringstream text;
  text << table.text();
  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    if (totals[i].named.empty()) continue;
    const Account::Parts parts(totals[i].named.begin(), totals[i].named.end());
    text << graph.stages[i].spec.name << ": " << parts_text(parts) << "\n";
  }

  for (std::size_t i = 0; i < graph.stages.size(); ++i) {
    const auto held =
        std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds(totals[i].held_back));
    if (held.count() == 0) continue;
    text << graph.stages[i].spec.name << ": held the stream back for " << format_duration(held) << "\n";
  }

  const Account account = make_account(graph, totals);
  text << "account: read " << format_count(account.read);
  const auto term = [&](const char* sign, const char* what, const Account::Parts& parts) {
    if (!parts.empty())
      text << sign << what << " " << format_count(Account::sum(parts)) << " (" << parts_text(parts) << ")";
  };
  term(" + ", "made", account.made);
  term(" + ", "copied", account.copied);
  if (account.written.empty()) text << " = written 0";
  term(" = ", ended_well ? "written" : "taken by sinks", account.written);
  term(" + ", "discarded", account.discarded);
  term(" + ", "left to the next owner of their partitions", account.given_up);
  term(" + ", ended_well ? "merged or dropped" : "undelivered", account.dropped);
  text << "\n";
  return text.str();
}

}  // namespace weir
