// SPDX-License-Identifier: Apache-2.0
#include "wechat_users.h"

#include <weir/json_string.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string_view>

#include "codes.h"
#include "http/call_options.h"
#include "http/endpoint.h"
#include "redact.h"

namespace weir::wechat {
namespace {

using http::Answer;
using http::Verdict;
using lookup::Asked;

http::Endpoint endpoint_of(const std::string& url) {
  try {
    return http::Endpoint::of(url);
  } catch (const std::invalid_argument& e) {
    throw OptionError("/base_url", e.what());
  }
}

/// The path that base_url brings along, for a proxy that stands before WeChat.
std::string prefix_of(const std::string& url) {
  std::string prefix = http::target_of(url);
  while (!prefix.empty() && prefix.back() == '/') prefix.pop_back();
  return prefix;
}

Verdict unreadable() {
  return {Answer::kRetry, "bad_reply", "the reply is not what WeChat's documentation describes",
          std::nullopt};
}

}  // namespace

void WechatUsers::describe(Descriptor& d) {
  d.name("wechat_users")
      .summary("Looks up the profiles of a WeChat account's followers by their openids, up to 100 a call.")
      .example(
          "lookup: {plugin: wechat_users, from: batch, concurrency: 16, app_id: \"${WX_APP_ID}\", "
          "secret: \"${WX_SECRET}\"}")
      .port("out", Item::kRecords, "The profile of each follower, a JSON object as WeChat sends it.")
      .port("rejected", Item::kRecords,
            "Records whose id WeChat refuses (its code and message), those without an id (no_openid), and "
            "those that its reply left out (no_reply).")
      .port("not_following", Item::kRecords,
            "What WeChat says of users that do not follow the account: subscribe 0 and the openid.")
      .blocks()
      .concurrent();
  d.option("app_id", Type::kString, "The account's AppID.").required();
  d.option("secret", Type::kString, "The account's AppSecret.").required().secret();
  d.option("base_url", Type::kString, "Where the API is; another one for a proxy or a test.")
      .default_value("https://api.weixin.qq.com");
  d.option("lang", Type::kChoice, "The language of countries, provinces and cities in the profiles.")
      .choices({"zh_CN", "zh_TW", "en"})
      .default_value("zh_CN");
  d.option("openid_field", Type::kString, "Where a record holds the id, a string.").default_value("openid");
  d.option("batch", Type::kInteger, "The most ids in a call. Groups that are larger are cut.")
      .default_value("100")
      .at_least(1)
      .at_most(100);
  http::CallOptions::describe(d);
}

WechatUsers::WechatUsers(const Options& options, Shared& shared)
    : shared_(shared),
      app_id_(options.string("app_id")),
      secret_(options.string("secret")),
      lang_(options.string("lang")),
      openid_(FieldPath::parse(options.string("openid_field"), "/openid_field")),
      most_(static_cast<std::size_t>(options.integer("batch"))),
      caller_(endpoint_of(options.string("base_url")), shared.caller),
      prefix_(prefix_of(options.string("base_url"))) {}

void WechatUsers::start(Context& context) {
  caller_.start(context);
  ids_asked_ = context.counter("ids_asked");
  splits_ = context.counter("splits");
  token_refreshes_ = context.counter("token_refreshes");
}

void WechatUsers::look_up(Records records, Context& out) {
  read_ids(records);
  for (std::size_t begin = 0; begin < users_.keys(); begin += most_) {
    lookup::ask_and_bisect(
        begin, std::min(begin + most_, users_.keys()),
        [&](std::size_t from, std::size_t to) { return ask(from, to, out); },
        [&](std::size_t i) { users_.fail_keys(i, i + 1, kRejected, refusal_.code, refusal_.message); });
  }
  users_.emit(out, kRejected, "no_reply", "WeChat's reply has no row for this id");
}

void WechatUsers::read_ids(Records records) {
  users_.start(records);
  const auto reader = shared_.readers.lend();
  for (std::size_t i = 0; i < records.size(); ++i) {
    reader->read(records[i]);
    const JsonValue id = reader->find(openid_);
    if (id.kind == JsonValue::Kind::kString && !id.text.empty()) {
      users_.add(i, id.text);
    } else {
      users_.fail(i, kRejected, "no_openid",
                  "expected an openid (a string) at '" + openid_.text() + "', found " +
                      (id.kind == JsonValue::Kind::kString ? "an empty one" : std::string(id.what())));
    }
  }
}

Asked WechatUsers::ask(std::size_t begin, std::size_t end, Context& out) {
  write_body(begin, end);
  const auto make = [&] {
    token_ = shared_.tokens.get(out, [&](bool force) { return fetch_token(force, out); });
    target_ = prefix_ + "/cgi-bin/user/info/batchget?access_token=";
    http::append_url_encoded(token_, target_);
    ids_asked_.add(end - begin);
    http::Request request;
    request.target = target_;
    request.body = body_;
    return request;
  };
  Verdict verdict;
  try {
    verdict = caller_.call("batchget", make,
                           [&](const http::Reply& reply) { return judge(reply, begin, end, out); });
  } catch (const Failure& e) {  // no token was to be had
    verdict = {Answer::kRetry, e.code(), e.what(), std::nullopt};
  }
  switch (verdict.answer) {
    case Answer::kTake:
      return Asked::kGood;
    case Answer::kSplit:
    case Answer::kTooMuch:
      if (end - begin > 1) splits_.add();
      refusal_ = verdict;
      return verdict.answer == Answer::kSplit ? Asked::kBad : Asked::kTooMuch;
    default:
      users_.fail_keys(begin, end, Port::kError, verdict.code, verdict.message);
      return Asked::kFailed;
  }
}

void WechatUsers::write_body(std::size_t begin, std::size_t end) {
  body_ = R"({"user_list":[)";
  for (std::size_t i = begin; i < end; ++i) {
    body_ += i == begin ? R"({"openid":)" : R"(,{"openid":)";
    append_json_string(users_.key(i), body_);
    body_ += R"(,"lang":")";
    body_ += lang_;
    body_ += R"("})";
  }
  body_ += "]}";
}

void WechatUsers::take(const UserRow& row, std::size_t begin, std::size_t end, Context& out) {
  const std::size_t user = users_.find(begin, end, row.openid);
  if (user == end) return;  // nobody asked for it
  users_.each_record(user, [&](std::size_t record, const Record& from) {
    users_.answer(record, row.following ? kOut : kNotFollowing, out.with_value(from, row.json));
  });
}

Verdict WechatUsers::judge(const http::Reply& reply, std::size_t begin, std::size_t end, Context& out) {
  if (reply.status != 200) return judge_status(reply.status, reply.location);
  users_.forget_keys(begin, end);
  const auto read = shared_.replies.lend();
  switch (read->read(reply.body, [&](const UserRow& row) { take(row, begin, end, out); })) {
    case UserReply::Kind::kRows:
      shared_.tokens.accepted(token_);
      return {};
    case UserReply::Kind::kError:
      break;
    default:
      users_.forget_keys(begin, end);
      return unreadable();
  }
  const std::string message = without_secrets(read->message());
  if (is_token_code(read->code())) {
    out.info("the access token is refused: " + message);
    shared_.tokens.refused(token_);
    return {Answer::kAgain, std::to_string(read->code()), message, std::nullopt};
  }
  shared_.tokens.accepted(token_);
  return judge_users_code(read->code(), message, out.now());
}

TokenKeeper::Grant WechatUsers::fetch_token(bool force, Context& context) {
  std::string body = R"({"grant_type":"client_credential","appid":)";
  append_json_string(app_id_, body);
  body += R"(,"secret":)";
  append_json_string(secret_, body);
  body += force ? R"(,"force_refresh":true})" : R"(,"force_refresh":false})";
  const std::string target = prefix_ + "/cgi-bin/stable_token";
  const auto make = [&] {
    http::Request request;
    request.target = target;
    request.body = body;
    return request;
  };
  const auto read = shared_.replies.lend();
  const auto judge_token = [&](const http::Reply& reply) -> Verdict {
    if (reply.status != 200) return judge_status(reply.status, reply.location);
    switch (read->read(reply.body, [](const UserRow&) {})) {
      case UserReply::Kind::kToken:
        return {};
      case UserReply::Kind::kError:
        return judge_token_code(read->code(), without_secrets(read->message()), context.now());
      default:
        return unreadable();
    }
  };
  const Verdict verdict = caller_.call("stable_token", make, judge_token);
  if (verdict.answer != Answer::kTake) throw Failure(verdict.code, "no access token: " + verdict.message);
  token_refreshes_.add();
  return {read->token(), std::chrono::seconds(read->expires_in())};
}

std::string WechatUsers::without_secrets(const std::string& text) const {
  return without(shared_.tokens.redacted(text), secret_);
}

}  // namespace weir::wechat
