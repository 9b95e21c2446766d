// SPDX-License-Identifier: Apache-2.0
//
// Owners of librdkafka's objects: each frees what it holds by the function that librdkafka names for it.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace weir::kafka {

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* p) const {
    kFree(p);
  }
};

using Configuration = std::unique_ptr<rd_kafka_conf_t, Free<rd_kafka_conf_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Free<rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Free<rd_kafka_event_destroy>>;
using Error = std::unique_ptr<rd_kafka_error_t, Free<rd_kafka_error_destroy>>;
using Topic = std::unique_ptr<rd_kafka_topic_t, Free<rd_kafka_topic_destroy>>;
using Headers = std::unique_ptr<rd_kafka_headers_t, Free<rd_kafka_headers_destroy>>;
using Partitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Free<rd_kafka_topic_partition_list_destroy>>;

inline Partitions new_partitions(int capacity) {
  return Partitions(rd_kafka_topic_partition_list_new(capacity));
}

}  // namespace weir::kafka
