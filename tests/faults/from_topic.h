// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lines.h"
#include "pipeline.h"
#include "support/kafka_broker.h"

namespace weir::faults {

/// A pipeline that reads the topic `in` of a broker of its own, in the group `faults`, until its end. The
/// topics `even` and `odd` are there to be written.
class FromTopic : public Pipeline {
 public:
  FromTopic(std::string name, Delivery delivery);

  std::string name() const override { return name_; }
  Delivery delivery() const override { return delivery_; }
  std::optional<std::string> why_unavailable() const override;
  void prepare(const std::filesystem::path& folder) override;
  std::map<std::string, std::string> environment() const override;
  std::int64_t records_a_round() const override { return 5'000; }
  void add_input(std::int64_t from, std::int64_t to) override;
  std::vector<Outage> outages() override;

 protected:
  static constexpr const char* kSource = R"(
sources:
  lines:
    plugin: kafka
    brokers: "${BROKERS}"
    topic: in
    group: faults
    stop_at_end: true
)";

  virtual std::string record_of(std::int64_t n) const = 0;
  /// What a reader sees who sees nothing of a transaction before it is committed.
  void read_topic(const std::string& topic, Account& account, const Belongs& belongs) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  const std::string name_;
  const Delivery delivery_;
  std::filesystem::path folder_;
  std::optional<support::KafkaBroker> broker_;
};

}  // namespace weir::faults
