// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "answer_classes.h"
#include "http/caller.h"
#include "lookup/bisect.h"
#include "lookup/joined.h"
#include "lookup/keyed_batch.h"
#include "reply_reader.h"
#include "request_template.h"

namespace weir::http_lookup {

/// Looks records up through an HTTP API, one or many a call, and joins what it answers to them.
class HttpLookup final : public Process {
 public:
  static constexpr std::uint32_t kAccepts = WEIR_RECORDS | WEIR_GROUPS;
  static constexpr Port kOut{0}, kRejected{1}, kNotFound{2};

  /// What the workers of a stage have in common.
  struct Shared {
    explicit Shared(const Options& options) : caller(http::CallOptions::of(options)) {}
    http::CallerShared caller;
  };

  static void describe(Descriptor& d);

  HttpLookup(const Options& options, Shared& shared);

  void start(Context& context) override;
  using Process::process;
  void process(const Batch& batch, Context& out) override { look_up(batch.items(), out); }
  void process(const Group& group, Context& out) override { look_up(group.items(), out); }
  void interrupt() override { caller_.interrupt(); }

 private:
  void check(const Options& options) const;
  bool many() const { return target_.has_items() || (body_ && body_->has_items()); }

  void look_up(Records records, Context& out);
  void add(std::size_t record, Records records);
  void add_to_list(std::size_t record);
  void add_request(std::size_t record);
  lookup::Asked ask(std::size_t begin, std::size_t end, Context& out);
  void write_request(std::size_t begin, std::size_t end);
  http::Verdict judge(const http::Reply& reply, std::size_t begin, std::size_t end, Context& out);
  std::optional<std::string> take_rows(std::size_t begin, std::size_t end, Context& out);
  void take(std::size_t key, std::string_view row, Context& out);

  const std::string method_;
  http::Headers headers_;
  const RequestTemplate target_;
  const std::optional<RequestTemplate> body_;
  const FieldPath match_;
  const RequestTemplate item_;
  const std::size_t most_;  // keys in a call
  const AnswerClasses classes_;
  ReplyReader reply_;
  lookup::Joined joined_;
  http::Caller caller_;

  // Of the records that are looked up.
  JsonReader reader_;
  lookup::KeyedBatch batch_;                   // by the row's key; of single requests by the request's text
  std::vector<std::string> items_;             // of each key, where many go into a call
  std::vector<std::string> targets_, bodies_;  // of each key, where one does
  // Of the call that runs.
  std::string target_text_, body_text_;
  http::Verdict refusal_;  // the latest that was split
  // For each record in turn.
  std::string scratch_, second_scratch_;

  Counter records_asked_, splits_;
};

}  // namespace weir::http_lookup
