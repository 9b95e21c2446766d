// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/group_claim.h"

#include <weir/stage.h>

#include "kafka_client/errors.h"

namespace weir::kafka {
namespace {

constexpr std::string_view kBegin = "kafka group 1";

/// What stands before the next NUL, which goes with it; none where there is no NUL.
std::optional<std::string> take_field(std::string_view& bytes) {
  const auto end = bytes.find('\0');
  if (end == bytes.npos) return std::nullopt;
  std::string field(bytes.substr(0, end));
  bytes.remove_prefix(end + 1);
  return field;
}

void check(const Error& error) {
  if (error == nullptr) return;
  throw Stop(code_of(rd_kafka_error_code(error.get())),
             std::string("the consumer group's metadata: ") + rd_kafka_error_string(error.get()));
}

}  // namespace

std::string GroupClaim::write() const {
  std::string all(kBegin);
  for (const auto* field : {&cluster, &group}) all.append(1, '\0').append(*field);
  return all.append(1, '\0').append(metadata);
}

std::optional<GroupClaim> GroupClaim::read(std::string_view bytes) {
  if (take_field(bytes) != kBegin) return std::nullopt;
  auto cluster = take_field(bytes);
  auto group = take_field(bytes);
  if (!cluster || !group) return std::nullopt;
  return GroupClaim{std::move(*cluster), std::move(*group), std::string(bytes)};
}

std::string written(const rd_kafka_consumer_group_metadata_t* metadata) {
  void* bytes = nullptr;
  std::size_t size = 0;
  check(Error(rd_kafka_consumer_group_metadata_write(metadata, &bytes, &size)));
  std::string text(static_cast<const char*>(bytes), size);
  rd_kafka_mem_free(nullptr, bytes);
  return text;
}

GroupMetadata read_metadata(std::string_view bytes) {
  rd_kafka_consumer_group_metadata_t* metadata = nullptr;
  check(Error(rd_kafka_consumer_group_metadata_read(&metadata, bytes.data(), bytes.size())));
  return GroupMetadata(metadata);
}

std::string cluster_id(rd_kafka_t* client, int milliseconds) {
  char* const id = rd_kafka_clusterid(client, milliseconds);
  if (id == nullptr) return {};
  std::string text(id);
  rd_kafka_mem_free(client, id);
  return text;
}

}  // namespace weir::kafka
