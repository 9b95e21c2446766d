// SPDX-License-Identifier: Apache-2.0
//
// The job of pipelines/wechat_users.yaml with short times: every id is in the table or in the side file.
#include <charconv>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "from_topic.h"
#include "standins/wechat_api.h"
#include "standins/wechat_profile.h"
#include "support/mariadb_server.h"

namespace weir::faults {
namespace {

using standins::Fault;

/// The number in what stands for record n: the last digits; -1 where there are none.
std::int64_t number_in(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789";
  const auto last = text.find_last_of(kDigits);
  std::int64_t n = -1;
  if (last == text.npos) return n;
  const auto before = text.find_last_not_of(kDigits, last);
  const auto first = before == text.npos ? 0 : before + 1;
  std::from_chars(text.data() + first, text.data() + last + 1, n);
  return n;
}

/// Of a hundred records, two have an id that is refused (together with all that are asked in the same call),
/// one is of a user who left, one is no JSON.
bool is_refused(std::int64_t n) {
  return n % 50 == 7;
}
bool is_gone(std::int64_t n) {
  return n % 100 == 21;
}
bool is_broken(std::int64_t n) {
  return n % 100 == 33;
}

std::string id_of(std::int64_t n) {
  return "o" + std::to_string(n) + (is_refused(n) ? "-bad" : is_gone(n) ? "-gone" : "");
}

class WechatUsers final : public FromTopic {
 public:
  using FromTopic::FromTopic;

  std::optional<std::string> why_unavailable() const override {
    const auto reason = FromTopic::why_unavailable();
    return reason ? reason : support::MariaDbServer::why_unavailable();
  }

  void prepare(const std::filesystem::path& folder) override {
    FromTopic::prepare(folder);
    database_.emplace();
    database_->start();
    to_database_.emplace(network().host());
    to_database_->lead_to(database_->port());
    api_.emplace(standins::WeChatSettings{.latency = std::chrono::milliseconds(5), .remember_ids = false});
    to_api_.emplace(network().host());
    to_api_->lead_to(api_->port());
  }

  std::string yaml() const override {
    return "pipeline: wechat-users\n" + delivery_yaml(delivery(), "20ms", "") + source() + R"(
processes:
  not_blank: {plugin: filter, from: lines, where: not blank}
  parse: {plugin: json, from: not_blank, wrap_as: openid, require: [openid]}
  lookup:
    plugin: wechat_users
    from: batch
    concurrency: 16
    base_url: "${WX_URL}"
    app_id: wx-standin
    secret: "${WX_SECRET}"
    timeouts: {connect: 500ms, request: 1s}
    retry: {first: 20ms, most: 200ms}
windows:
  batch: {plugin: time_or_count, from: parse, time: 20ms, count: 100}
sinks:
  users:
    plugin: sql
    from: lookup
    url: "${DB_URL}"
    table: wechat_user
    key: [openid]
    create_table: true
    retry: {first: 20ms, most: 200ms}
  failed_ids:
    plugin: file
    from: [parse.invalid, lookup.rejected, lookup.not_following, lookup.error, users.error]
    path: disk/out/wexinId.%Y%m%d.ndjson
    rotate: {size: 20KiB}
    format: envelope
discard: [not_blank.unmatched]
)";
  }
  std::map<std::string, std::string> environment() const override {
    auto environment = FromTopic::environment();
    environment["DB_URL"] = database_->url_by(to_database_->address());
    environment["WX_URL"] = "http://" + to_api_->address();
    environment["WX_SECRET"] = "standin-secret";
    return environment;
  }
  std::vector<std::string> point_groups() const override {
    auto groups = FromTopic::point_groups();
    groups.push_back("file.");
    if (delivery() == Delivery::kExactlyOnce) groups.push_back("journal.");
    return groups;
  }
  std::int64_t records_a_round() const override { return 3'000; }

  std::vector<Outage> outages() override {
    auto all = FromTopic::outages();
    auto& api = *api_;
    const auto failing = [&api](std::string name, Fault fault) {
      return Outage{std::move(name), [&api, fault] { api.fail_next(1'000'000, fault); },
                    [&api] { api.clear_faults(); }};
    };
    all.push_back(killed("database killed", *database_));
    for (auto& outage : network_outages("database", *to_database_)) all.push_back(std::move(outage));
    for (auto& outage : network_outages("API", *to_api_)) all.push_back(std::move(outage));
    all.push_back({"API refuses connections", [&api] { api.stop(); }, [&api] { api.start(); }});
    all.push_back({"API hangs", [&api] { api.hold(); }, [&api] { api.release(); }});
    all.push_back(failing("API answers 503", Fault::http_status(503)));
    all.push_back(failing("API breaks off", Fault::half_reply()));
    all.push_back({"API revokes tokens", [&api] { api.revoke_tokens(); }, [&api] { api.revoke_tokens(); }});
    all.push_back({"API limits calls", [&api] { api.set_rate_limit(5); },
                   [&api] {
                     api.set_rate_limit(0);
                     api.advance_clock(std::chrono::minutes(2));
                   }});
    return all;
  }

  void read_outputs(Account& account) override {
    for (const auto& row : database_->query("SELECT openid, nickname FROM wechat_user")) {
      const auto n = number_in(row.at(0));
      const bool good = n >= 0 && !is_refused(n) && !is_gone(n) && !is_broken(n);
      if (!good || row.at(0) != id_of(n) || row.at(1) != standins::nickname_of(row.at(0))) {
        account.saw_foreign("the row " + row.at(0) + ", " + row.at(1));
      } else {
        account.saw(n);
      }
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder() / "disk" / "out")) {
      if (!entry.path().filename().string().starts_with("wexinId.")) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      for (std::string line; std::getline(in, line);) read_side_line(line, account);
    }
  }

 private:
  std::string record_of(std::int64_t n) const override {
    if (is_broken(n)) return "broken " + std::to_string(n);
    const std::string id = "\"" + id_of(n) + "\"";
    return n % 2 == 0 ? id : "{\"openid\":" + id + "}";
  }

  /// Good ids never come here: the job goes on asking until it has an answer.
  static void read_side_line(const std::string& line, Account& account) {
    const auto envelope = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    const bool whole = envelope.is_object() && envelope.contains("value") && envelope["value"].is_string();
    const std::string value = whole ? envelope["value"].get<std::string>() : "";
    const auto n = number_in(value);
    const std::string id = "\"openid\":\"" + id_of(n) + "\"}";
    const std::string expected =
        is_broken(n) ? "broken " + std::to_string(n) : (is_gone(n) ? "{\"subscribe\":0," : "{") + id;
    if (n < 0 || value != expected || !(is_refused(n) || is_gone(n) || is_broken(n))) {
      account.saw_foreign("the side file has " + line.substr(0, 300));
    } else {
      account.saw(n);
    }
  }

  std::optional<support::MariaDbServer> database_;
  std::optional<support::TcpProxy> to_database_;
  std::optional<standins::WeChatApi> api_;
  std::optional<support::TcpProxy> to_api_;
};

}  // namespace

void add_wechat_pipelines(Pipelines& to) {
  to.push_back(std::make_unique<WechatUsers>("wechat-users", Delivery::kAtLeastOnce));
  to.push_back(std::make_unique<WechatUsers>("wechat-users-once", Delivery::kExactlyOnce));
  to.push_back(
      std::make_unique<WechatUsers>("group-wechat", Delivery::kAtLeastOnce, FromTopic::Members::kSeveral));
}

}  // namespace weir::faults
