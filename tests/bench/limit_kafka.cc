// SPDX-License-Identifier: Apache-2.0
// weir-limit-kafka BROKERS FROM_TOPIC TO_TOPIC GROUP: what pipelines/kafka.yaml does, written by hand.
#include <librdkafka/rdkafka.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limit_main.h"

namespace weir::bench {
namespace {

constexpr int kAnswerMs = 30'000;
constexpr std::size_t kBatch = 1000;

using Properties = std::vector<std::pair<const char*, std::string>>;

void check(rd_kafka_resp_err_t error, const char* what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error(std::string(what) + ": " + rd_kafka_err2str(error));
  }
}

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* failed) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) *static_cast<bool*>(failed) = true;
}

rd_kafka_t* make_client(rd_kafka_type_t type, const Properties& properties, bool* failed) {
  char text[512];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK) {
      throw std::runtime_error(text);
    }
  }
  if (type == RD_KAFKA_PRODUCER) {
    rd_kafka_conf_set_opaque(conf, failed);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  }
  rd_kafka_t* client = rd_kafka_new(type, conf, text, sizeof text);
  if (client == nullptr) throw std::runtime_error(text);
  return client;
}

class Copier {
 public:
  Copier(const std::string& brokers, const std::string& to, const std::string& group)
      : consumer_(make_client(RD_KAFKA_CONSUMER,
                              {{"bootstrap.servers", brokers},
                               {"group.id", group},
                               {"auto.offset.reset", "earliest"},
                               {"enable.auto.commit", "false"},
                               {"enable.auto.offset.store", "false"},
                               {"enable.partition.eof", "true"}},
                              nullptr)),
        producer_(make_client(RD_KAFKA_PRODUCER,
                              {{"bootstrap.servers", brokers},
                               {"acks", "all"},
                               {"enable.idempotence", "true"},
                               {"linger.ms", "5"}},
                              &failed_)),
        topic_(rd_kafka_topic_new(producer_, to.c_str(), nullptr)) {
    rd_kafka_poll_set_consumer(consumer_);
  }
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;
  ~Copier() {
    rd_kafka_topic_destroy(topic_);
    rd_kafka_destroy(producer_);
    rd_kafka_consumer_close(consumer_);
    rd_kafka_destroy(consumer_);
  }

  void run(const std::string& from) {
    auto* const positions = assign(from);
    rd_kafka_queue_t* const queue = rd_kafka_queue_get_consumer(consumer_);
    std::array<rd_kafka_message_t*, kBatch> batch{};
    int at_end = 0;
    while (at_end < positions->cnt) {
      const ssize_t n = rd_kafka_consume_batch_queue(queue, 100, batch.data(), batch.size());
      for (ssize_t i = 0; i < n; ++i) {
        rd_kafka_message_t* const message = batch[static_cast<std::size_t>(i)];
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
          ++at_end;
        } else {
          check(message->err, "consume");
          take(*message);
          positions->elems[message->partition].offset = message->offset + 1;
        }
        rd_kafka_message_destroy(message);
      }
      rd_kafka_poll(producer_, 0);
    }
    check(rd_kafka_flush(producer_, kAnswerMs), "flush");
    if (failed_) throw std::runtime_error("a record was not acknowledged");
    check(rd_kafka_commit(consumer_, positions, 0), "commit");
    rd_kafka_queue_destroy(queue);
    rd_kafka_topic_partition_list_destroy(positions);
  }

 private:
  /// All partitions from the group's positions; in the list they stand by their numbers.
  rd_kafka_topic_partition_list_t* assign(const std::string& from) {
    rd_kafka_topic_t* const topic = rd_kafka_topic_new(consumer_, from.c_str(), nullptr);
    const rd_kafka_metadata_t* metadata = nullptr;
    check(rd_kafka_metadata(consumer_, 0, topic, &metadata, kAnswerMs), "metadata");
    auto* const list = rd_kafka_topic_partition_list_new(metadata->topics[0].partition_cnt);
    for (int p = 0; p < metadata->topics[0].partition_cnt; ++p) {
      rd_kafka_topic_partition_list_add(list, from.c_str(), p)->offset = RD_KAFKA_OFFSET_STORED;
    }
    rd_kafka_metadata_destroy(metadata);
    rd_kafka_topic_destroy(topic);
    check(rd_kafka_assign(consumer_, list), "assign");
    return list;
  }

  void take(const rd_kafka_message_t& message) {
    // simdjson reads beyond a value's end, which librdkafka's buffer does not allow.
    padded_.resize(std::max(padded_.size(), message.len + simdjson::SIMDJSON_PADDING));
    std::memcpy(padded_.data(), message.payload, message.len);
    std::string_view status;
    auto document = parser_.iterate(padded_.data(), message.len, padded_.size());
    const auto error = document["status"].get_string().get(status);
    if (error != simdjson::SUCCESS && error != simdjson::NO_SUCH_FIELD) throw std::runtime_error("not JSON");
    if (error != simdjson::SUCCESS || status != "paid") return;
    while (rd_kafka_produce(topic_, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, message.payload, message.len,
                            message.key, message.key_len, nullptr) != 0) {
      if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) check(rd_kafka_last_error(), "produce");
      rd_kafka_poll(producer_, 100);
    }
  }

  bool failed_ = false;
  rd_kafka_t* consumer_;
  rd_kafka_t* producer_;
  rd_kafka_topic_t* topic_;
  simdjson::ondemand::parser parser_;
  std::vector<char> padded_;
};

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  if (argc != 5) return std::cerr << "usage: weir-limit-kafka BROKERS FROM_TOPIC TO_TOPIC GROUP\n", 2;
  return weir::bench::exit_code_of(argv[0],
                                   [&] { weir::bench::Copier(argv[1], argv[3], argv[4]).run(argv[2]); });
}
