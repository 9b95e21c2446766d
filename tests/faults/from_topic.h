// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lines.h"
#include "network.h"
#include "pipeline.h"
#include "support/kafka_broker.h"
#include "support/tcp_proxy.h"

namespace weir::faults {

/// A pipeline that reads the topic `in` of a broker of its own, in the group `faults`: until its end, or in
/// several processes without one. The topics `even` and `odd` are there to be written.
class FromTopic : public Pipeline {
 public:
  enum class Members { kOne, kSeveral };

  FromTopic(std::string name, Delivery delivery, Members members = Members::kOne);

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  std::optional<std::string> why_unavailable() const override;
  void prepare(const std::filesystem::path& folder) override;
  std::map<std::string, std::string> environment() const override;
  std::int64_t records_a_round() const override { return 5'000; }
  void add_input(std::int64_t from, std::int64_t to) override;
  std::vector<Outage> outages() override;
  std::vector<std::string> inside() const override { return network_->inside(); }
  bool in_a_group() const override { return members_ == Members::kSeveral; }
  std::string left_to_do() override;
  /// Those of `core`, and with several members those of a rebalance.
  std::vector<std::string> point_groups() const override;

 protected:
  /// `sources:` of the pipeline file; the stage is `lines`.
  std::string source() const;

  virtual std::string record_of(std::int64_t n) const = 0;
  /// What a reader sees who sees nothing of a transaction before it is committed.
  void read_topic(const std::string& topic, Account& account, const Belongs& belongs) const;
  const std::filesystem::path& folder() const { return folder_; }
  const Network& network() const { return *network_; }

 private:
  const std::string name_;
  const Delivery delivery_;
  const Members members_;
  std::map<std::int32_t, std::int64_t> ends_;  // of the topic's partitions
  std::filesystem::path folder_;
  std::optional<support::KafkaBroker> broker_;
  std::optional<Network> network_;
  std::optional<support::TcpProxy> to_broker_;
};

}  // namespace weir::faults
