// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/checkpoint_lines.h"

#include <weir/record.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <utility>

#include "checkpoint/json_bytes.h"
#include "checkpoint/snapshot_lines.h"

namespace weir {
namespace {

using nlohmann::json;

json position_to_json(const weir_position& p) {
  return {{"source", bytes_to_json(view(p.origin->source))},
          {"name", bytes_to_json(view(p.origin->name))},
          {"partition", p.origin->partition},
          {"next", p.next}};
}

/// Gathers what the lines tell; each belongs to the checkpoint and the stage named last.
class Lines {
 public:
  explicit Lines(Origins& origins) : origins_(origins) {}

  void take(const json& line) {
    if (ended_) throw std::invalid_argument("it stands behind the end");
    ++count_;
    if (!line.is_object() || line.size() != 1) throw std::invalid_argument("it is no object with one member");
    const std::string kind = line.begin().key();
    const json& what = line.begin().value();
    if (kind == "end") {
      ended_ = true;
      if (what.get<std::size_t>() != count_ - 1) throw std::invalid_argument("lines before it are missing");
    } else if (kind == "checkpoint") {
      end_stage();
      auto& checkpoint = checkpoints_.emplace_back();
      checkpoint.number = what.at("number").get<std::uint64_t>();
      checkpoint.group = what.at("group").get<int>();
      checkpoint.groups = what.at("groups").get<int>();
    } else if (kind == "position") {
      current().positions.push_back(
          {origins_.get(bytes_from_json(what.at("source")), bytes_from_json(what.at("name")),
                        what.at("partition").get<std::int32_t>()),
           what.at("next").get<std::int64_t>()});
    } else if (kind == "prepared") {
      current().prepared.push_back(
          {what.at("stage").get<std::string>(), bytes_from_json(what.at("transaction"))});
    } else if (kind == "tasks") {
      current().states.resize(what.get<std::size_t>());
    } else if (kind == "stage") {
      end_stage();
      snapshot_.emplace(what);
    } else if (snapshot_) {
      snapshot_->take(kind, what);
    } else {
      throw std::invalid_argument("'" + kind + "' stands before any stage");
    }
  }

  std::vector<Checkpoint> finish() {
    end_stage();
    if (!ended_ || checkpoints_.empty()) throw std::invalid_argument("it has no end, or nothing before that");
    return std::move(checkpoints_);
  }

 private:
  Checkpoint& current() {
    if (checkpoints_.empty()) throw std::invalid_argument("it stands before any checkpoint");
    return checkpoints_.back();
  }
  void end_stage() {
    if (!snapshot_) return;
    current().states.at(snapshot_->task()).push_back(snapshot_->finish());
    snapshot_.reset();
  }

  Origins& origins_;
  std::size_t count_ = 0;
  bool ended_ = false;
  std::vector<Checkpoint> checkpoints_;
  std::optional<SnapshotFromLines> snapshot_;
};

}  // namespace

void write_lines(const Checkpoint& checkpoint, const OpenStored& open,
                 const std::function<void(const std::string&)>& line) {
  const auto write = [&](const char* kind, json what) { line(json{{kind, std::move(what)}}.dump()); };
  write("checkpoint",
        {{"group", checkpoint.group}, {"groups", checkpoint.groups}, {"number", checkpoint.number}});
  for (const auto& p : checkpoint.positions) write("position", position_to_json(p));
  for (const auto& p : checkpoint.prepared)
    write("prepared", {{"stage", p.stage}, {"transaction", bytes_to_json(p.transaction)}});
  write("tasks", checkpoint.states.size());
  for (std::size_t task = 0; task < checkpoint.states.size(); ++task) {
    for (const auto& state : checkpoint.states[task]) snapshot_to_lines(task, state, open, write);
  }
}

std::string end_line(std::size_t lines) {
  return json{{"end", lines}}.dump();
}

std::variant<std::vector<Checkpoint>, std::string> read_lines(std::istream& from, Origins& origins) {
  Lines lines(origins);
  std::string text;
  for (std::size_t number = 1; std::getline(from, text); ++number) {
    try {
      lines.take(json::parse(text));
    } catch (const std::exception& e) {
      return "line " + std::to_string(number) + " is no line of an exported checkpoint: " + e.what();
    }
  }
  try {
    return lines.finish();
  } catch (const std::exception& e) {
    return std::string("it is no exported checkpoint: ") + e.what();
  }
}

}  // namespace weir
