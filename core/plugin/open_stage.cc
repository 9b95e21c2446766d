// SPDX-License-Identifier: Apache-2.0
#include "plugin/open_stage.h"

#include <weir/record.h>

#include <utility>

#include "base/clock.h"
#include "plugin/host.h"
#include "plugin/library.h"

namespace weir {

/// The context of the stage's own functions: it can log and take problems, nothing else.
class OpenStage::OpenContext final : public weir_context {
 public:
  OpenContext(std::string pipeline, std::string stage, Log& log, std::vector<Problem>& problems)
      : pipeline_(std::move(pipeline)), stage_(std::move(stage)), log_(log), problems_(&problems) {
    place_ = {sizeof(weir_place), 0, 1, 0, 1, slice(pipeline_), slice(stage_), 0, 0};
  }

  void log(weir_log_level level, weir_slice line) override {
    log_.write(log_level(level), stage_, view(line));
  }
  void set_error(weir_slice, weir_slice message) override { add({}, std::string(view(message))); }
  void problem(weir_slice pointer, weir_slice message) override {
    add(std::string(view(pointer)), std::string(view(message)));
  }
  const weir_place* place() override { return &place_; }
  std::int64_t now() override { return SystemClock().now(); }
  weir_counter* counter(weir_slice) override { return nullptr; }
  void host_failed(const char* what) noexcept override { add({}, what); }

  /// From now on what is reported goes there, or with null nowhere.
  void report_to(std::vector<Problem>* problems) { problems_ = problems; }

 private:
  void add(std::string pointer, std::string message) {
    if (problems_ != nullptr) problems_->push_back({std::move(pointer), std::move(message)});
  }

  const std::string pipeline_, stage_;
  Log& log_;
  std::vector<Problem>* problems_;
  weir_place place_{};
};

namespace {

void add_saved(void* to, weir_slice name, weir_slice content) {
  (*static_cast<std::map<std::string, std::string>*>(to))[std::string(view(name))] = view(content);
}

}  // namespace

OpenStage::OpenStage(const weir_plugin& plugin) : plugin_(plugin) {}

OpenStage::~OpenStage() {
  if (stage_ != nullptr) plugin_.close(stage_);
}

std::unique_ptr<OpenStage> OpenStage::open(const weir_plugin& plugin, std::string pipeline, std::string stage,
                                           const nlohmann::json& options, Log& log,
                                           std::vector<Problem>& problems) {
  std::unique_ptr<OpenStage> opened(new OpenStage(plugin));
  opened->context_ = std::make_unique<OpenContext>(std::move(pipeline), std::move(stage), log, problems);
  const std::string text = options.dump();
  const std::size_t before = problems.size();
  opened->stage_ = plugin.open(&host_table(), opened->context_.get(), slice(text));
  opened->context_->report_to(nullptr);
  if (opened->stage_ != nullptr) {
    const auto why = ports_problem(opened->port_list());
    if (why.empty()) return opened;
    problems.push_back({{}, std::string("the plugin '") + plugin.name + "' opens a stage " + why});
    return nullptr;
  }
  if (problems.size() == before)
    problems.push_back({{}, "the plugin refuses its options without saying why"});
  return nullptr;
}

const weir_port* const* OpenStage::port_list() const {
  return plugin_.stage_ports != nullptr ? plugin_.stage_ports(stage_) : plugin_.ports;
}

std::string OpenStage::takes(std::uint32_t input) const {
  const char* const schema = plugin_.stage_takes == nullptr ? nullptr : plugin_.stage_takes(stage_, input);
  return schema == nullptr ? std::string() : schema;
}

std::string OpenStage::refuses(std::uint32_t transactions, std::uint32_t instances) const {
  const char* const why =
      plugin_.stage_refuses == nullptr ? nullptr : plugin_.stage_refuses(stage_, transactions, instances);
  return why == nullptr ? std::string() : why;
}

std::string OpenStage::load(std::map<std::string, std::string>& saved) const {
  return reported([&] { return plugin_.stage_load(stage_, context_.get(), &saved, add_saved); });
}

std::string OpenStage::claim(const std::string& name, int task, std::uint64_t& term,
                             std::map<std::string, std::string>& saved) const {
  return reported([&] {
    return plugin_.stage_claim(stage_, context_.get(), slice(name), static_cast<std::uint32_t>(task), &term,
                               &saved, add_saved);
  });
}

std::string OpenStage::look(const std::string* name, std::map<std::string, std::string>& saved) const {
  return reported([&] {
    return plugin_.stage_look(stage_, context_.get(), name == nullptr ? kAbsent : slice(*name), &saved,
                              add_saved);
  });
}

std::string OpenStage::save(const weir_checkpoint& units) const {
  return reported([&] { return plugin_.stage_save(stage_, context_.get(), &units); });
}

std::string OpenStage::recover(const std::vector<std::string>& transactions) const {
  std::vector<weir_slice> slices;
  slices.reserve(transactions.size());
  for (const auto& one : transactions) slices.push_back(slice(one));
  return reported(
      [&] { return plugin_.stage_recover(stage_, context_.get(), slices.data(), slices.size()); });
}

/// What a function of the plugin gave as the reason when it failed; empty when it did not.
template <class Call>
std::string OpenStage::reported(Call&& call) const {
  std::vector<Problem> problems;
  context_->report_to(&problems);
  const weir_status status = call();
  context_->report_to(nullptr);
  if (status == WEIR_OK) return {};
  return problems.empty() ? "the plugin gave no reason" : problems.front().message;
}

std::vector<const weir_port*> OpenStage::ports() const {
  std::vector<const weir_port*> all;
  for (const auto* const* port = port_list(); *port != nullptr; ++port) all.push_back(*port);
  return all;
}

}  // namespace weir
