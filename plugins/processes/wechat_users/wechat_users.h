// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "http/caller.h"
#include "lookup/bisect.h"
#include "lookup/keyed_batch.h"
#include "pool.h"
#include "token_keeper.h"
#include "user_reply.h"

namespace weir::wechat {

/// Looks up the profiles of an account's followers (user/info/batchget), up to 100 ids a call.
class WechatUsers final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static constexpr Port kOut{0}, kRejected{1}, kNotFollowing{2};

  /// What the workers of a stage have in common.
  struct Shared {
    explicit Shared(const Options& options) : caller(http::CallOptions::of(options)) {}
    http::CallerShared caller;
    TokenKeeper tokens;
    Pool<JsonReader> readers;
    Pool<UserReply> replies;
  };

  static void describe(Descriptor& d);

  WechatUsers(const Options& options, Shared& shared);

  void start(Context& context) override;
  using Process::process;
  void process(const Batch& batch, Context& out) override { look_up(batch.items(), out); }
  void process(const Group& group, Context& out) override { look_up(group.items(), out); }

  void interrupt() override { caller_.interrupt(); }

 private:
  void look_up(Records records, Context& out);
  void read_ids(Records records);
  lookup::Asked ask(std::size_t begin, std::size_t end, Context& out);
  void write_body(std::size_t begin, std::size_t end);
  void take(const UserRow& row, std::size_t begin, std::size_t end, Context& out);
  http::Verdict judge(const http::Reply& reply, std::size_t begin, std::size_t end, Context& out);
  TokenKeeper::Grant fetch_token(bool force, Context& context);
  std::string without_secrets(const std::string& text) const;

  Shared& shared_;
  const std::string app_id_, secret_, lang_;
  const FieldPath openid_;
  const std::size_t most_;
  http::Caller caller_;
  const std::string prefix_;           // of every path
  lookup::KeyedBatch users_;           // by openid
  std::string token_, target_, body_;  // of the call that runs
  http::Verdict refusal_;              // the latest that was split
  Counter ids_asked_, splits_, token_refreshes_;
};

}  // namespace weir::wechat
