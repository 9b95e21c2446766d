// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>
#include <string_view>

#include "kafka_client/handles.h"

namespace weir::kafka {

using GroupMetadata =
    std::unique_ptr<rd_kafka_consumer_group_metadata_t, Free<rd_kafka_consumer_group_metadata_destroy>>;

/// What the Kafka source hands to a Kafka sink that commits positions in its own transaction: the group they
/// belong to, and who the source is in it, so that the brokers refuse positions of a member that the group
/// has shut out (Kafka's KIP-447).
struct GroupClaim {
  std::string cluster;   ///< the id of the cluster that the group belongs to
  std::string group;     ///< its name
  std::string metadata;  ///< as rd_kafka_consumer_group_metadata_write gives it

  std::string write() const;
  /// None for bytes that are not of a Kafka source.
  static std::optional<GroupClaim> read(std::string_view bytes);
};

/// The bytes that another librdkafka client makes the same metadata of. Throws Stop with librdkafka's reason.
std::string written(const rd_kafka_consumer_group_metadata_t* metadata);
/// The metadata of those bytes. Throws Stop with librdkafka's reason.
GroupMetadata read_metadata(std::string_view bytes);

/// The id of the client's cluster; empty when no broker has told it within `milliseconds`.
std::string cluster_id(rd_kafka_t* client, int milliseconds);

}  // namespace weir::kafka
