// SPDX-License-Identifier: Apache-2.0
#include "kafka_client/mock_cluster.h"

#include <stdexcept>

namespace weir::kafka {
namespace {

Client make_owner() {
  char text[512];
  Configuration conf(rd_kafka_conf_new());
  rd_kafka_conf_set(conf.get(), "log_level", "0", text, sizeof text);
  Client owner(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), text, sizeof text));
  if (owner == nullptr) throw std::runtime_error(text);
  static_cast<void>(conf.release());
  return owner;
}

}  // namespace

MockCluster::MockCluster(int brokers)
    : brokers_(brokers),
      owner_(make_owner()),
      mock_(rd_kafka_mock_cluster_new(owner_.get(), brokers)),
      outside_(rd_kafka_mock_cluster_bootstraps(mock_.get())) {}

void MockCluster::create_topic(const std::string& name, int partitions) {
  const auto error = rd_kafka_mock_topic_create(mock_.get(), name.c_str(), partitions, 1);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(error));
}

void MockCluster::fail_next(std::int16_t api_key, const std::vector<rd_kafka_resp_err_t>& errors) {
  rd_kafka_mock_push_request_errors_array(mock_.get(), api_key, errors.size(), errors.data());
}

void MockCluster::down() {
  for (int id = 1; id <= brokers_; ++id) rd_kafka_mock_broker_set_down(mock_.get(), id);
}

void MockCluster::up() {
  for (int id = 1; id <= brokers_; ++id) rd_kafka_mock_broker_set_up(mock_.get(), id);
}

}  // namespace weir::kafka
