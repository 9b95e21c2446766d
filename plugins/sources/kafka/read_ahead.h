// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <cstddef>

#include "sources/kafka/partition_table.h"

namespace weir::kafka {

/// Keeps librdkafka's read-ahead going while its queue is small.
///
/// When the queue of fetched records is over its limit (queued.min.messages, queued.max.messages.kbytes),
/// librdkafka stops fetching and looks again whether there is room when anything wakes the broker's thread,
/// or else after a second. With the small queue that keeps memory low, a fast pipeline would so stand still
/// most of the time. This class tells when the queue, having been full, is half empty, and then has a small
/// request sent to the brokers, which wakes their threads. (librdkafka 2.2 and later wait
/// fetch.queue.backoff.ms instead; the source sets it where it exists.)
class ReadAhead {
 public:
  /// Reads the limits of the queue from the configuration.
  explicit ReadAhead(const rd_kafka_conf_t* configuration);

  /// Says that `count` records of `bytes` in all were taken out and `waiting` records are left. Returns
  /// whether fetching should be woken.
  bool taken(std::size_t count, std::size_t bytes, std::size_t waiting);

  /// Records to ask for at once, so that they and what stands around them have about `bytes`; at least 1.
  std::size_t records_in(std::size_t bytes) const;

  /// Wakes the threads of the brokers that lead these partitions, without waiting for an answer.
  static void wake_fetching(rd_kafka_t* client, const PartitionTable& partitions);

 private:
  double record_limit_;
  double byte_limit_;
  double record_size_ = 256;  // a running average
  double fullest_ = 0;        // since the last wake-up; 1 is at a limit
};

}  // namespace weir::kafka
