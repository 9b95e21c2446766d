// SPDX-License-Identifier: Apache-2.0
#include "support/kafka_cluster.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <set>
#include <stdexcept>

#include "support/unique_name.h"

namespace weir::support {

namespace {

using Clock = std::chrono::steady_clock;
using Settings = std::map<std::string, std::string>;

constexpr int kRequestTimeoutMs = 30'000;

template <auto function>
struct Call {
  template <typename T>
  void operator()(T* object) const {
    function(object);
  }
};

using Client = std::unique_ptr<rd_kafka_t, Call<rd_kafka_destroy>>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Call<rd_kafka_topic_partition_list_destroy>>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, Call<rd_kafka_metadata_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Call<rd_kafka_message_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Call<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Call<rd_kafka_event_destroy>>;
using NewTopic = std::unique_ptr<rd_kafka_NewTopic_t, Call<rd_kafka_NewTopic_destroy>>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, Call<rd_kafka_AdminOptions_destroy>>;
using Headers = std::unique_ptr<rd_kafka_headers_t, Call<rd_kafka_headers_destroy>>;
using Error = std::unique_ptr<rd_kafka_error_t, Call<rd_kafka_error_destroy>>;

[[noreturn]] void fail(const std::string& what, const std::string& cause) {
  throw std::runtime_error("cannot " + what + ": " + cause);
}

void check(rd_kafka_resp_err_t error, const std::string& what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) fail(what, rd_kafka_err2str(error));
}

int remaining_ms(Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

// What became of the records of one produce() call; the client's callback fills it.
struct Deliveries {
  std::size_t acknowledged = 0;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& deliveries = *static_cast<Deliveries*>(opaque);
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++deliveries.acknowledged;
  } else {
    deliveries.error = message->err;
  }
}

Client make_client(rd_kafka_type_t type, const std::string& bootstrap, Settings settings,
                   Deliveries* deliveries = nullptr) {
  settings["bootstrap.servers"] = bootstrap;
  // A broker that is just being started is found as soon as it is there.
  settings["reconnect.backoff.ms"] = "20";
  settings["reconnect.backoff.max.ms"] = "100";
  char text[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK) {
      rd_kafka_conf_destroy(conf);
      fail("set up a Kafka client", text);
    }
  }
  rd_kafka_conf_set_log_cb(conf, nullptr);  // errors are thrown, with the cause
  if (deliveries != nullptr) {
    rd_kafka_conf_set_opaque(conf, deliveries);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  }
  Client client(rd_kafka_new(type, conf, text, sizeof text));
  if (!client) {
    rd_kafka_conf_destroy(conf);
    fail("set up a Kafka client", text);
  }
  return client;
}

Settings group_settings(const std::string& group) {
  return {{"group.id", group},
          {"enable.auto.commit", "false"},
          {"enable.partition.eof", "true"},
          {"fetch.wait.max.ms", "50"}};
}

// The number of partitions that have a leader; 0 for an unknown topic.
int led_partitions(rd_kafka_t* client, const std::string& topic) {
  const std::unique_ptr<rd_kafka_topic_t, Call<rd_kafka_topic_destroy>> handle(
      rd_kafka_topic_new(client, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* raw = nullptr;
  check(rd_kafka_metadata(client, 0, handle.get(), &raw, kRequestTimeoutMs),
        "ask for the partitions of " + topic);
  const Metadata metadata(raw);
  int led = 0;
  for (int i = 0; i < metadata->topics[0].partition_cnt; ++i) {
    if (metadata->topics[0].partitions[i].leader >= 0) ++led;
  }
  return led;
}

KafkaRecord to_record(const rd_kafka_message_t& message) {
  KafkaRecord record;
  if (message.payload != nullptr) {
    record.value.emplace(static_cast<const char*>(message.payload), message.len);
  }
  if (message.key != nullptr) {
    record.key.emplace(static_cast<const char*>(message.key), message.key_len);
  }
  record.partition = message.partition;
  record.offset = message.offset;
  record.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    record.headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
  }
  return record;
}

// Puts one record into the producer's queue, which copies it.
Error enqueue(rd_kafka_t* producer, const std::string& topic, const KafkaRecord& record) {
  Headers headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  }
  const auto data = [](const std::optional<std::string>& bytes) {
    return bytes ? const_cast<char*>(bytes->data()) : nullptr;
  };
  rd_kafka_vu_t fields[7] = {};
  fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  fields[0].u.cstr = topic.c_str();
  fields[1].vtype = RD_KAFKA_VTYPE_PARTITION;
  fields[1].u.i32 = record.partition.value_or(RD_KAFKA_PARTITION_UA);
  fields[2].vtype = RD_KAFKA_VTYPE_VALUE;
  fields[2].u.mem.ptr = data(record.value);
  fields[2].u.mem.size = record.value ? record.value->size() : 0;
  fields[3].vtype = RD_KAFKA_VTYPE_KEY;
  fields[3].u.mem.ptr = data(record.key);
  fields[3].u.mem.size = record.key ? record.key->size() : 0;
  fields[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
  fields[4].u.i64 = record.timestamp_ms.value_or(0);  // 0: librdkafka takes the time of now
  fields[5].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  fields[5].u.i = RD_KAFKA_MSG_F_COPY;
  fields[6].vtype = RD_KAFKA_VTYPE_HEADERS;
  fields[6].u.headers = headers.get();
  Error error(rd_kafka_produceva(producer, fields, std::size(fields)));
  if (!error) (void)headers.release();  // the message owns them now
  return error;
}

}  // namespace

bool KafkaCluster::answers(std::chrono::milliseconds within) const {
  const Client client = make_client(RD_KAFKA_PRODUCER, bootstrap_, {});
  const rd_kafka_metadata_t* raw = nullptr;
  if (rd_kafka_metadata(client.get(), 0, nullptr, &raw, static_cast<int>(within.count())) !=
      RD_KAFKA_RESP_ERR_NO_ERROR) {
    return false;
  }
  return Metadata(raw)->broker_cnt > 0;
}

void KafkaCluster::create_topic(const std::string& topic, int partitions, const Settings& config) const {
  const std::string what = "create the topic " + topic;
  const Client client = make_client(RD_KAFKA_PRODUCER, bootstrap_, {});
  char text[512];
  const NewTopic request(rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, text, sizeof text));
  if (!request) fail(what, text);
  for (const auto& [name, value] : config) {
    check(rd_kafka_NewTopic_set_config(request.get(), name.c_str(), value.c_str()), what);
  }
  const AdminOptions options(rd_kafka_AdminOptions_new(client.get(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  check(rd_kafka_AdminOptions_set_operation_timeout(options.get(), kRequestTimeoutMs, text, sizeof text),
        what);
  const Queue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_NewTopic_t* requests[] = {request.get()};
  rd_kafka_CreateTopics(client.get(), requests, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), 2 * kRequestTimeoutMs));
  if (!event) fail(what, "no answer");
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail(what, rd_kafka_event_error_string(event.get()));
  }
  std::size_t count = 0;
  const auto* const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  if (rd_kafka_topic_result_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail(what, rd_kafka_topic_result_error_string(results[0]));
  }
  if (!wait_until(kLongWait, [&] { return led_partitions(client.get(), topic) == partitions; })) {
    fail(what, "not every partition has a leader");
  }
}

void KafkaCluster::produce(const std::string& topic, const std::vector<KafkaRecord>& records) const {
  const std::string what = "produce to " + topic;
  Deliveries deliveries;
  const Client client = make_client(RD_KAFKA_PRODUCER, bootstrap_,
                                    {{"enable.idempotence", "true"},
                                     {"linger.ms", "2"},
                                     {"message.timeout.ms", std::to_string(kRequestTimeoutMs)}},
                                    &deliveries);
  for (const KafkaRecord& record : records) {
    Error error = enqueue(client.get(), topic, record);
    while (error && rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(client.get(), 100);
      error = enqueue(client.get(), topic, record);
    }
    if (error) fail(what, rd_kafka_error_string(error.get()));
  }
  check(rd_kafka_flush(client.get(), 2 * kRequestTimeoutMs), what);
  check(deliveries.error, what);
  if (deliveries.acknowledged != records.size()) {
    fail(what, std::to_string(deliveries.acknowledged) + " of " + std::to_string(records.size()) +
                   " records were acknowledged");
  }
}

std::vector<KafkaRecord> KafkaCluster::consume_all(const std::string& topic, std::size_t at_least,
                                                   Isolation isolation,
                                                   std::chrono::milliseconds within) const {
  const auto deadline = Clock::now() + within;
  Settings settings = group_settings(unique_name("weir_support_reader"));
  settings["isolation.level"] =
      isolation == Isolation::kReadCommitted ? "read_committed" : "read_uncommitted";
  const Client client = make_client(RD_KAFKA_CONSUMER, bootstrap_, std::move(settings));
  rd_kafka_poll_set_consumer(client.get());

  const int partitions = led_partitions(client.get(), topic);
  if (partitions == 0) fail("consume " + topic, "there is no such topic");
  const Partitions assignment(rd_kafka_topic_partition_list_new(partitions));
  for (int partition = 0; partition < partitions; ++partition) {
    rd_kafka_topic_partition_list_add(assignment.get(), topic.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_BEGINNING;
  }
  check(rd_kafka_assign(client.get(), assignment.get()), "consume " + topic);

  std::vector<KafkaRecord> records;
  std::set<std::int32_t> at_end;
  while (records.size() < at_least || at_end.size() < static_cast<std::size_t>(partitions)) {
    const Message message(rd_kafka_consumer_poll(client.get(), remaining_ms(deadline)));
    if (!message) {
      fail("consume " + topic, "had " + std::to_string(records.size()) + " records (at least " +
                                   std::to_string(at_least) + " were expected) and the end of " +
                                   std::to_string(at_end.size()) + " of " + std::to_string(partitions) +
                                   " partitions when the time was up");
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      at_end.insert(message->partition);
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      at_end.erase(message->partition);
      records.push_back(to_record(*message));
    } else if (rd_kafka_fatal_error(client.get(), nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR ||
               message->rkt != nullptr) {
      fail("consume " + topic, rd_kafka_message_errstr(message.get()));
    }  // else a broker is out of reach for now: the client connects again by itself
  }
  rd_kafka_consumer_close(client.get());
  return records;
}

std::optional<std::int64_t> KafkaCluster::committed(const std::string& group, const std::string& topic,
                                                    std::int32_t partition) const {
  const std::string what = "ask for the committed offset of " + topic + " in group " + group;
  const Client client = make_client(RD_KAFKA_CONSUMER, bootstrap_, group_settings(group));
  const Partitions list(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  check(rd_kafka_committed(client.get(), list.get(), kRequestTimeoutMs), what);
  check(list->elems[0].err, what);
  if (list->elems[0].offset < 0) return std::nullopt;
  return list->elems[0].offset;
}

}  // namespace weir::support
