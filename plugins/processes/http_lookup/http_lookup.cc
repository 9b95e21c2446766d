// SPDX-License-Identifier: Apache-2.0
#include "http_lookup.h"

#include <algorithm>
#include <stdexcept>

#include "http/call_options.h"
#include "http/endpoint.h"

namespace weir::http_lookup {
namespace {

using http::Answer;
using http::Verdict;
using lookup::Asked;

http::Endpoint endpoint_of(const Options& options) {
  try {
    return http::Endpoint::of(options.string("url"));
  } catch (const std::invalid_argument& e) {
    throw OptionError("/url", e.what());
  }
}

RequestTemplate target_of(const Options& options) {
  endpoint_of(options);
  return RequestTemplate::url(http::target_of(options.string("url")), "/url");
}

bool has_request(const Options& options, const char* part) {
  return options.has("request") && options.object("request").has(part);
}

std::optional<RequestTemplate> body_of(const Options& options) {
  if (!has_request(options, "body")) return std::nullopt;
  return RequestTemplate::json(options.object("request").tree("body"), "/request/body");
}

/// Where records hold what is compared with a row's key.
FieldPath match_of(const Options& options) {
  if (options.has("reply")) {
    for (const char* name : {"match", "key"}) {
      const Options reply = options.object("reply");
      if (reply.has(name)) return FieldPath::parse(reply.string(name), std::string("/reply/") + name);
    }
  }
  return {};
}

RequestTemplate item_of(const Options& options) {
  if (has_request(options, "item")) {
    return RequestTemplate::json(options.object("request").tree("item"), "/request/item");
  }
  return RequestTemplate::json("{{" + match_of(options).text() + "}}", "/reply/match");
}

http::Headers headers_of(const Options& options) {
  http::Headers headers;
  for (const char* name : {"headers", "secret_headers"}) {
    if (options.has(name)) headers.merge(options.string_map(name));
  }
  return headers;
}

std::string found_instead(const JsonValue& value, const FieldPath& path) {
  return "expected a string or a number at '" + path.text() + "', found " + std::string(value.what());
}

}  // namespace

void HttpLookup::describe(Descriptor& d) {
  d.name("http_lookup")
      .summary("Looks records up through an HTTP API, one or many a call, and joins the answers to them.")
      .example(
          "names:\n"
          "  plugin: http_lookup\n"
          "  from: batch\n"
          "  url: https://api.example.com/users/lookup\n"
          "  request: {body: {ids: \"{{items}}\"}, item: \"{{id}}\"}\n"
          "  reply: {rows: users, key: id}\n"
          "  classes: [{status: 422, answer: split}]\n")
      .port("out", Item::kRecords, "Each record joined with its row.")
      .port("rejected", Item::kRecords,
            "Records that the service refuses, with its code and message, and those that lack a field which "
            "the "
            "request needs.")
      .port("not_found", Item::kRecords, "Records that the service has no row for.")
      .blocks()
      .concurrent();
  d.option(
       "url", Type::kString,
       "Where to ask. {{path}} in its path or query is replaced by that field of the record (a call for each "
       "record), {{items}} by the keys of all records of the call, with commas between them.")
      .required();
  d.option("method", Type::kChoice, "If not given: POST where request.body is, else GET.")
      .choices({"GET", "POST", "PUT", "PATCH"});
  d.option("headers", Type::kStringMap, "Sent with each request.");
  d.option("secret_headers", Type::kStringMap, "The same, never printed: Authorization and the like.")
      .secret();
  auto& request = d.option("request", Type::kObject, "What is sent as JSON.");
  request.field(
      "body", Type::kAny,
      "The body. A string that is only {{path}} becomes that field's value; within a longer string it "
      "is put in as text. A string that is only {{items}} becomes the list of what `item` makes of each "
      "record: then many records go into one call.");
  request.field(
      "item", Type::kAny,
      "What stands in {{items}} for each record, with {{path}} as in `body`. The field of reply.match "
      "if not given.");
  d.option("batch", Type::kInteger, "The most records in a call, where {{items}} is used.")
      .default_value("100")
      .at_least(1)
      .at_most(100'000);
  ReplyReader::describe(d);
  lookup::Joined::describe(d);
  AnswerClasses::describe(d);
  http::CallOptions::describe(d);
}

HttpLookup::HttpLookup(const Options& options, Shared& shared)
    : method_(options.has("method") ? options.string("method")
                                    : (has_request(options, "body") ? "POST" : "GET")),
      headers_(headers_of(options)),
      target_(target_of(options)),
      body_(body_of(options)),
      match_(match_of(options)),
      item_(item_of(options)),
      most_(many() ? static_cast<std::size_t>(options.integer("batch")) : 1),
      classes_(options, many()),
      reply_(options),
      joined_(options),
      caller_(endpoint_of(options), shared.caller) {
  check(options);
}

void HttpLookup::check(const Options& options) const {
  if (method_ == "GET" && body_) {
    throw OptionError("/request/body", "GET sends no body; leave `method` out, or take POST");
  }
  if (item_.has_items()) throw OptionError("/request/item", "{{items}} belongs into request.body or url");
  if (!many()) {
    if (has_request(options, "item")) {
      throw OptionError("/request/item", "no {{items}} in request.body or url: nothing would use it");
    }
    if (!target_.has_fields() && !(body_ && body_->has_fields())) {
      throw OptionError(
          "/url",
          "neither the url nor request.body has a {{field}} or {{items}}: each record would ask "
          "for the same");
    }
    return;
  }
  if (target_.has_fields() || (body_ && body_->has_fields())) {
    throw OptionError(target_.has_fields() ? "/url" : "/request/body",
                      "{{items}} makes one call for many records, so no field of a single record can stand "
                      "beside it; fields belong into request.item");
  }
  if (match_.text().empty()) {
    throw OptionError(
        options.has("reply") ? "/reply" : "",
        "a call for many records needs reply.key (in a row) or reply.match (in a record), by which "
        "rows are joined to records");
  }
}

void HttpLookup::start(Context& context) {
  caller_.start(context);
  records_asked_ = context.counter("records_asked");
  splits_ = context.counter("splits");
}

void HttpLookup::look_up(Records records, Context& out) {
  batch_.start(records);
  items_.clear();
  targets_.clear();
  bodies_.clear();
  for (std::size_t i = 0; i < records.size(); ++i) add(i, records);
  for (std::size_t begin = 0; begin < batch_.keys(); begin += most_) {
    lookup::ask_and_bisect(
        begin, std::min(begin + most_, batch_.keys()),
        [&](std::size_t from, std::size_t to) { return ask(from, to, out); },
        [&](std::size_t i) { batch_.fail_keys(i, i + 1, kRejected, refusal_.code, refusal_.message); });
  }
  batch_.emit(out, kNotFound, "not_found", "the reply has no row for this record");
}

void HttpLookup::add(std::size_t record, Records records) {
  reader_.read(records[record]);
  if (joined_.needs_objects()) {
    const std::string_view bytes = records[record].bytes();
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || bytes[first] != '{') {
      return batch_.fail(record, kRejected, "not_an_object",
                         "expected a JSON object to join the row to; join: replace takes any value");
    }
  }
  many() ? add_to_list(record) : add_request(record);
}

void HttpLookup::add_to_list(std::size_t record) {
  const JsonValue key = reader_.find(match_);
  if (key.kind != JsonValue::Kind::kString && !key.is_number()) {
    return batch_.fail(record, kRejected, "no_key", found_instead(key, match_));
  }
  second_scratch_ = key.text;
  scratch_.clear();
  if (const auto why = item_.fill(reader_, scratch_)) return batch_.fail(record, kRejected, "no_field", *why);
  if (batch_.add(record, second_scratch_)) items_.push_back(scratch_);
}

void HttpLookup::add_request(std::size_t record) {
  scratch_.clear();
  auto why = target_.fill(reader_, scratch_);
  const std::size_t target_size = scratch_.size();
  if (!why && body_) why = body_->fill(reader_, scratch_);
  if (why) return batch_.fail(record, kRejected, "no_field", *why);
  if (!batch_.add(record, scratch_)) return;
  targets_.push_back(scratch_.substr(0, target_size));
  bodies_.push_back(scratch_.substr(target_size));
}

Asked HttpLookup::ask(std::size_t begin, std::size_t end, Context& out) {
  write_request(begin, end);
  const auto make = [&] {
    records_asked_.add(end - begin);
    return http::Request{method_, target_text_, &headers_, body_text_};
  };
  Verdict verdict;
  try {
    verdict = caller_.call(method_, make, [&](const http::Reply& r) { return judge(r, begin, end, out); });
  } catch (const Failure& e) {
    batch_.fail_keys(begin, end, Port::kError, e.code(), e.what());
    return Asked::kFailed;
  }
  switch (verdict.answer) {
    case Answer::kTake:
      return Asked::kGood;
    case Answer::kSplit:
    case Answer::kTooMuch:
      if (end - begin > 1) splits_.add();
      refusal_ = verdict;
      return verdict.answer == Answer::kSplit ? Asked::kBad : Asked::kTooMuch;
    case Answer::kRefuse:
      batch_.fail_keys(begin, end, kRejected, verdict.code, verdict.message);
      return Asked::kFailed;
    case Answer::kNotFound:
      batch_.fail_keys(begin, end, kNotFound, verdict.code, verdict.message);
      return Asked::kFailed;
    default:  // the attempts are used up
      batch_.fail_keys(begin, end, Port::kError, verdict.code, verdict.message);
      return Asked::kFailed;
  }
}

void HttpLookup::write_request(std::size_t begin, std::size_t end) {
  if (!many()) {
    target_text_ = targets_[begin];
    body_text_ = bodies_[begin];
    return;
  }
  target_text_.clear();
  body_text_.clear();
  scratch_.clear();
  for (std::size_t i = begin; i < end && target_.has_items(); ++i) {
    if (i != begin) scratch_ += ',';
    http::append_url_encoded(batch_.key(i), scratch_);
  }
  target_.fill_items(scratch_, target_text_);
  if (!body_) return;
  scratch_ = "[";
  for (std::size_t i = begin; i < end; ++i) {
    if (i != begin) scratch_ += ',';
    scratch_ += items_[i];
  }
  scratch_ += ']';
  body_->fill_items(scratch_, body_text_);
}

Verdict HttpLookup::judge(const http::Reply& reply, std::size_t begin, std::size_t end, Context& out) {
  reply_.read(reply.body);
  const bool good_status = reply.status >= 200 && reply.status < 300;
  const std::string code = reply_.code();
  const std::string text = good_status && code.empty() ? "" : reply_.text();
  if (auto verdict = classes_.judge(reply.status, code, text)) return *verdict;
  batch_.forget_keys(begin, end);
  if (reply.status == 204) return {};
  if (const auto why = take_rows(begin, end, out)) {
    if (reply_.is_json()) throw Failure("bad_reply", *why);
    return {Answer::kRetry, "bad_reply", "the reply is no JSON: " + reply_.text(), std::nullopt};
  }
  return {};
}

std::optional<std::string> HttpLookup::take_rows(std::size_t begin, std::size_t end, Context& out) {
  if (!many()) {
    if (const auto row = reply_.row()) {
      take(begin, *row, out);
    } else if (!reply_.is_json()) {
      return "no JSON";
    }
    return std::nullopt;
  }
  return reply_.each_row([&](std::string_view key, std::string_view json) {
    const std::size_t number = batch_.find(begin, end, key);
    if (number != end) take(number, json, out);
  });
}

void HttpLookup::take(std::size_t key, std::string_view row, Context& out) {
  batch_.each_record(key, [&](std::size_t record, const Record& from) {
    if (const auto why = joined_.write(from.bytes(), row, scratch_)) {
      batch_.fail(record, Port::kError, "not_joined", *why);
    } else {
      batch_.answer(record, kOut, out.with_value(from, scratch_));
    }
  });
}

}  // namespace weir::http_lookup
