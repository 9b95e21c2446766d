// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/client.h"

#include <weir/stage.h>

#include <array>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "kafka_client/errors.h"

namespace weir::kafka {
namespace {

constexpr std::string_view kUnnamed = "rdkafka";  // librdkafka's default for client.id

// Syslog's levels: lower ones are worse.
constexpr int kWarning = 4, kInformation = 6, kForDebugging = 7;

void log_line(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  const auto* target = static_cast<const CallbackTarget*>(rd_kafka_opaque(client));
  // A connection that fails is told as an error as well, with the same text: see report_client_error.
  if (std::string_view(facility) == "FAIL") level = kForDebugging;
  target->log(level, std::string("librdkafka ") + facility + ": " + text);
}

std::string value_of(const rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 256> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf, name, text.data(), &size) != RD_KAFKA_CONF_OK) return {};
  return text.data();
}

}  // namespace

void CallbackTarget::log(int syslog_level, const std::string& line) const {
  const std::lock_guard lock(mutex_);
  if (context_ == nullptr) return;
  if (syslog_level <= kWarning) {
    context_->warn(line);
  } else if (syslog_level <= kInformation) {
    context_->info(line);
  } else {
    context_->debug(line);
  }
}

void CallbackTarget::talk_to(const Context& context) {
  const std::lock_guard lock(mutex_);
  context_ = &context;
}

void CallbackTarget::go_quiet() {
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
}

bool CallbackTarget::is_quiet() const {
  const std::lock_guard lock(mutex_);
  return context_ == nullptr;
}

Client new_client(rd_kafka_type_t type, const rd_kafka_conf_t* configuration, CallbackTarget& target) {
  Configuration conf(rd_kafka_conf_dup(configuration));
  std::array<char, 512> text{};
  if (value_of(conf.get(), "client.id") == kUnnamed) {
    const weir_place& place = target.context().place();
    const std::string id = std::string(view(place.pipeline)) + "." + std::string(view(place.stage)) + "." +
                           std::to_string(place.task);
    rd_kafka_conf_set(conf.get(), "client.id", id.c_str(), text.data(), text.size());
  }
  rd_kafka_conf_set(conf.get(), "log.thread.name", "false", text.data(), text.size());
  rd_kafka_conf_set_opaque(conf.get(), &target);
  rd_kafka_conf_set_log_cb(conf.get(), log_line);
  Client client(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (client == nullptr) throw Stop("kafka_client", std::string("no Kafka client: ") + text.data());
  static_cast<void>(conf.release());  // the client's now
  return client;
}

void destroy_in_background(Client client, std::shared_ptr<CallbackTarget> target) {
  target->go_quiet();
  std::thread([c = std::move(client), t = std::move(target)]() mutable { c.reset(); }).detach();
}

void keep_for_ever(Client client, std::shared_ptr<CallbackTarget> target) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::pair<Client, std::shared_ptr<CallbackTarget>>>;
  target->go_quiet();
  const std::lock_guard lock(mutex);
  kept.emplace_back(std::move(client), std::move(target));
}

void report_client_error(rd_kafka_t* client, rd_kafka_resp_err_t error, const std::string& detail,
                         const std::string& brokers, const Context& context) {
  if (error == RD_KAFKA_RESP_ERR__FATAL) {
    std::array<char, 512> text{};
    error = rd_kafka_fatal_error(client, text.data(), text.size());
    throw Stop(code_of(error), "Kafka at " + brokers + ": " + text_of(error, text.data()));
  }
  const std::string line = "Kafka at " + brokers + ": " + text_of(error, detail);
  if (is_hopeless(error)) throw Stop(code_of(error), line);
  context.warn(is_unreachable(error) ? line + "; trying again" : line);
}

}  // namespace weir::kafka
