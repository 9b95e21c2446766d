// SPDX-License-Identifier: Apache-2.0
#include "sources/kafka/kafka_source.h"

#include <algorithm>

#include "kafka_client/client_properties.h"
#include "kafka_client/group_claim.h"
#include "sources/kafka/group_positions.h"

namespace weir::kafka {
namespace {

constexpr std::size_t kBatchRecords = 512;
constexpr auto kLookEvery = std::chrono::seconds(1);
constexpr auto kShortLook = std::chrono::milliseconds(100);
constexpr int kClusterWithinMilliseconds = 1000;

const std::vector<Reserved> kReserved{
    {"bootstrap.servers", "use the option 'brokers'"},
    {"metadata.broker.list", "use the option 'brokers'"},
    {"group.id", "use the option 'group'"},
    {"auto.offset.reset", "use the option 'start'"},
    {"enable.auto.commit", "positions are committed by the checkpoint only"},
    {"auto.commit.enable", "positions are committed by the checkpoint only"},
    {"enable.auto.offset.store", "positions are committed by the checkpoint only"},
    {"enable.partition.eof", "use the option 'stop_at_end'"},
};

Configuration configure(const Options& options) {
  auto conf = make_configuration(
      {
          {"bootstrap.servers", broker_list(options)},
          {"group.id", options.string("group")},
          {"auto.offset.reset", options.string("start")},
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          {"enable.partition.eof", options.boolean("stop_at_end") ? "true" : "false"},
          {"partition.assignment.strategy", "cooperative-sticky"},
          // Little is read ahead, so that memory stays low; see ReadAhead for why this costs no speed.
          {"queued.min.messages", "10000"},
          {"queued.max.messages.kbytes", "2048"},
          {"fetch.max.bytes", "1048576"},
          // A partition that comes to us is first asked for when the request that is under way returns.
          {"fetch.wait.max.ms", "100"},
      },
      options, kReserved);
  // Of librdkafka 2.2 and later; earlier ones do not know it.
  rd_kafka_conf_set(conf.get(), "fetch.queue.backoff.ms", "5", nullptr, 0);
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR);
  return conf;
}

/// Messages of librdkafka on their way through our hands.
struct MessageBatch {
  MessageBatch(rd_kafka_message_t** m, std::size_t n) : messages(m), count(n) {}
  MessageBatch(const MessageBatch&) = delete;
  MessageBatch& operator=(const MessageBatch&) = delete;
  ~MessageBatch() {
    for (std::size_t i = 0; i < count; ++i) rd_kafka_message_destroy(messages[i]);
  }
  rd_kafka_message_t** messages;
  std::size_t count;
};

}  // namespace

void KafkaSource::describe(Descriptor& d) {
  d.name("kafka")
      .summary("Reads topics of Apache Kafka as a member of a consumer group.")
      .example("ids: {plugin: kafka, brokers: \"${KAFKA_BROKERS}\", topic: wechat-ids, group: wechat-users}")
      .rewinds()
      .shares_partitions()
      .ends();
  d.option("brokers", Type::kStringList,
           "Brokers to ask first, as host:port; a list, or one text with commas.")
      .required();
  d.option("topic", Type::kStringList,
           "The topic to read, or a list of topics. A name that begins with ^ is a regular expression.")
      .required();
  d.option("group", Type::kString,
           "The consumer group. Its members share the partitions; it keeps the positions.")
      .required();
  d.option("start", Type::kChoice,
           "Where to begin with a partition of which the group has no position: at its first record "
           "(earliest), or with what comes from now on (latest).")
      .choices({"earliest", "latest"})
      .default_value("earliest");
  d.option(
       "stop_at_end", Type::kBool,
       "End when every partition is read to where it ended when reading it began. The partitions are then "
       "divided among this process's tasks, and the group only keeps the positions: run one such process "
       "at a time.")
      .default_value("false");
  d.option("properties", Type::kStringMap,
           "Any property of librdkafka by its name, for instance security.protocol, sasl.username, "
           "ssl.ca.location.")
      .secret();
  d.port(
      "out", Item::kRecords,
      "The records, with key, headers and timestamp as they stand in the topic. A tombstone has no value.");
}

KafkaSource::KafkaSource(const Options& options)
    : topics_(options.strings("topic")),
      group_(options.string("group")),
      brokers_(broker_list(options)),
      stop_at_end_(options.boolean("stop_at_end")),
      begin_(options.string("start") == "latest" ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING),
      configuration_(configure(options)),
      read_ahead_(configuration_.get()),
      batch_(kBatchRecords) {
  if (topics_.empty()) throw OptionError("/topic", "no topic is given");
  for (const auto& topic : topics_) {
    if (topic.empty()) throw OptionError("/topic", "the name of a topic is empty");
    if (stop_at_end_ && topic.front() == '^') {
      throw OptionError("/topic",
                        "'" + topic + "' is a regular expression; with stop_at_end, name each topic");
    }
  }
  if (group_.empty()) throw OptionError("/group", "the name of the consumer group is empty");
}

std::string KafkaSource::refuses(const Options& options, Transactions how, std::uint32_t) {
  if (!how.by_partition) return {};
  const auto topics = options.strings("topic");
  if (topics.size() != 1 || topics.front().starts_with('^')) {
    return "it reads several topics, and the group does not give partitions of the same number to the same "
           "process; expected one topic";
  }
  if (options.boolean("stop_at_end"))
    return "with stop_at_end it is no member of its group, which shares the partitions out";
  return {};
}

Source::Poll KafkaSource::poll(Context& out, std::size_t budget) {
  last_topic_ = nullptr;  // handles and partitions may change between calls
  serve_events(out);
  if (stop_at_end_ && !shared_out_) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_look_ || !share_out_partitions(out, kShortLook)) {
      if (now >= next_look_) next_look_ = now + kLookEvery;
      return Poll::kIdle;
    }
  }
  if (budget == 0) return Poll::kIdle;
  std::size_t bytes = 0;
  bool more = true;
  while (more && bytes < budget) {
    more = take_batch(out, std::min(kBatchRecords, read_ahead_.records_in(budget - bytes)), bytes);
  }
  if (stop_at_end_) {
    for (auto& [name, partition] : partitions_) {
      if (!partition.done || partition.told_done) continue;
      partition.told_done = true;
      out.origin_done(partition.origin);
    }
    progress_ = partitions_.progress();
    if (partitions_.all_done()) return Poll::kEnd;
  }
  return more ? Poll::kMore : Poll::kIdle;
}

/// Takes up to `most` records that wait; false when there were fewer.
bool KafkaSource::take_batch(Context& out, std::size_t most, std::size_t& bytes) {
  const ssize_t got = rd_kafka_consume_batch_queue(records_.get(), 0, batch_.data(), most);
  const MessageBatch batch(batch_.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < batch.count; ++i) {
    const rd_kafka_message_t& message = *batch.messages[i];
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      sum += message.len + message.key_len;
      take(message, out);
    } else {
      on_error(message, out);
    }
  }
  bytes += sum + batch.count * sizeof(weir_record);
  if (read_ahead_.taken(batch.count, sum, rd_kafka_queue_length(records_.get()))) {
    ReadAhead::wake_fetching(client_.get(), partitions_);
  }
  return batch.count == most;
}

void KafkaSource::take(const rd_kafka_message_t& message, Context& out) {
  Partition* const partition = partition_of(message);
  if (partition == nullptr || !is_wanted(*partition, message)) return;
  Record view_of;
  view_of.origin = partition->origin;
  view_of.position = message.offset;
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t time = rd_kafka_message_timestamp(&message, &kind);
  if (kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE) view_of.event_time = time;
  view_of.key = {static_cast<const char*>(message.key), message.key_len};
  rd_kafka_headers_t* all = nullptr;
  if (rd_kafka_message_headers(&message, &all) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    headers_.clear();
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(all, i, &name, &value, &size) == 0; ++i) {
      headers_.push_back({slice(name), {static_cast<const char*>(value), size}});
    }
    view_of.headers = headers_.data();
    view_of.header_count = static_cast<std::uint32_t>(headers_.size());
  }
  // The only copy: out of librdkafka's buffer into a block that may live longer.
  Record record = out.with_value(view_of, {static_cast<const char*>(message.payload), message.len});
  if (message.payload == nullptr) record.value = kAbsent;
  out.emit(record);
}

/// Keeps account of where a source that stops at the end is; whether the record belongs to it.
bool KafkaSource::is_wanted(Partition& partition, const rd_kafka_message_t& message) const {
  if (!stop_at_end_) return true;
  if (partition.done) return false;
  if (partition.first < 0) {
    partition.first = message.offset;
    std::int64_t low = 0;
    // As the broker's last answer told it; what control records or compaction have left behind the last
    // record is found by the end-of-partition event.
    rd_kafka_get_watermark_offsets(client_.get(), rd_kafka_topic_name(message.rkt), message.partition, &low,
                                   &partition.end);
  }
  partition.next = message.offset + 1;
  partition.done = partition.end > 0 && partition.next >= partition.end;
  return true;
}

/// NULL when the partition is not ours (any more).
Partition* KafkaSource::partition_of(const rd_kafka_message_t& message) {
  if (message.rkt == nullptr) return nullptr;
  if (message.rkt != last_topic_ || message.partition != last_number_) {
    last_topic_ = message.rkt;
    last_number_ = message.partition;
    last_ = partitions_.find(rd_kafka_topic_name(message.rkt), message.partition);
  }
  return last_;
}

void KafkaSource::commit(std::span<const weir_position> positions, Context& out) {
  if (client_ == nullptr) return;
  commit_positions(client_.get(), positions, partitions_, "'" + group_ + "' at " + brokers_, !stop_at_end_,
                   interrupted_, out);
}

/// A source that stops at the end is no member of the group, and says so.
std::string KafkaSource::claim(Context&) {
  if (client_ == nullptr) return {};
  if (cluster_.empty()) cluster_ = cluster_id(client_.get(), kClusterWithinMilliseconds);
  if (cluster_.empty()) return {};
  const GroupMetadata metadata(stop_at_end_ ? rd_kafka_consumer_group_metadata_new(group_.c_str())
                                            : rd_kafka_consumer_group_metadata(client_.get()));
  if (metadata == nullptr) return {};
  return GroupClaim{cluster_, group_, written(metadata.get())}.write();
}

}  // namespace weir::kafka
