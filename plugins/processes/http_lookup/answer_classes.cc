// SPDX-License-Identifier: Apache-2.0
#include "answer_classes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::http_lookup {
namespace {

using http::Answer;
using http::Verdict;

constexpr std::array<std::pair<std::string_view, Answer>, 6> kAnswers = {{{"split", Answer::kSplit},
                                                                          {"retry", Answer::kRetry},
                                                                          {"pause", Answer::kPause},
                                                                          {"refuse", Answer::kRefuse},
                                                                          {"not_found", Answer::kNotFound},
                                                                          {"stop", Answer::kStop}}};

Answer answer_of(std::string_view name) {
  for (const auto& [text, answer] : kAnswers) {
    if (text == name) return answer;
  }
  return Answer::kRefuse;
}

bool is_status(std::string_view text) {
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == 'x' || (c >= '0' && c <= '9'); });
}

bool matches(std::string_view pattern, std::string_view status) {
  return std::equal(pattern.begin(), pattern.end(), status.begin(), status.end(),
                    [](char p, char s) { return p == 'x' || p == s; });
}

/// What a status means where no class says otherwise.
Answer usual_answer(int status, bool many) {
  switch (status) {
    case 401:
    case 403:
    case 407:
      return Answer::kStop;  // no other record would fare better
    case 404:
    case 410:
      return many ? Answer::kStop : Answer::kNotFound;  // of many: the url itself is wrong
    case 413:
    case 414:
      return Answer::kTooMuch;
    case 408:
    case 425:
    case 429:
      return Answer::kRetry;
    default:
      if (status >= 500) return Answer::kRetry;
      return status >= 400 ? Answer::kRefuse : Answer::kStop;  // a redirection: the url is another one
  }
}

}  // namespace

void AnswerClasses::describe(Descriptor& d) {
  auto& c =
      d.option("classes", Type::kObjectList,
               "What to do about replies of some statuses or codes; the first that fits counts. Without one: "
               "408, 425, 429 and 5xx are retried; 404 and 410 are not_found in calls for a single record; "
               "413 and 414 are asked for again in smaller calls; 401, 403, 407, redirections and 404 in "
               "calls for many records stop the pipeline; other statuses and codes refuse.");
  c.field("status", Type::kStringList, "Statuses of HTTP: \"422\", \"5xx\".");
  c.field("code", Type::kStringList, "Values of reply.code. With `status` too, both must fit.");
  c.field(
       "answer", Type::kChoice,
       "split: some record of the call is bad, find it by asking for halves. retry: again later. pause: "
       "again after `pause`, and no other call meanwhile. refuse: to the port rejected. not_found: to that "
       "port. stop: stop the pipeline, positions kept.")
      .choices({"split", "retry", "pause", "refuse", "not_found", "stop"})
      .required();
  c.field("pause", Type::kDuration, "How long a pause lasts, unless the service says so by Retry-After.")
      .default_value("60s")
      .at_least(1);
  c.field("message", Type::kString, "For people, in place of what the service says.");
}

AnswerClasses::AnswerClasses(const Options& options, bool many) : many_(many) {
  if (!options.has("classes")) return;
  std::size_t number = 0;
  for (const Options& o : options.objects("classes")) {
    const std::string pointer = "/classes/" + std::to_string(number++);
    Class c;
    if (o.has("status")) c.statuses = o.strings("status");
    if (o.has("code")) c.codes = o.strings("code");
    if (c.statuses.empty() && c.codes.empty())
      throw OptionError(pointer, "expected `status`, `code` or both");
    for (std::size_t i = 0; i < c.statuses.size(); ++i) {
      if (is_status(c.statuses[i])) continue;
      throw OptionError(pointer + "/status/" + std::to_string(i),
                        "'" + c.statuses[i] + "' is no status: expected one such as 422 or 5xx");
    }
    c.answer = answer_of(o.string("answer"));
    c.pause = o.duration("pause");
    if (o.has("message")) c.message = o.string("message");
    classes_.push_back(std::move(c));
  }
}

std::optional<Verdict> AnswerClasses::judge(int status, std::string_view code, std::string_view text) const {
  const std::string status_text = std::to_string(status);
  const bool fine = status >= 200 && status < 300 && code.empty();
  Verdict v;
  v.code = code.empty() ? "http_" + status_text : std::string(code);
  v.message = "HTTP status " + status_text;
  if (!text.empty()) v.message += ": " + std::string(text);
  for (const Class& c : classes_) {
    const bool by_status =
        c.statuses.empty() || std::any_of(c.statuses.begin(), c.statuses.end(),
                                          [&](const std::string& p) { return matches(p, status_text); });
    const bool by_code = c.codes.empty() || std::find(c.codes.begin(), c.codes.end(), code) != c.codes.end();
    if (!by_status || !by_code) continue;
    v.answer = c.answer;
    if (!c.message.empty()) v.message = c.message;
    if (c.answer == Answer::kPause) v.wait = c.pause;
    return v;
  }
  if (fine) return std::nullopt;
  v.answer = status >= 200 && status < 300 ? Answer::kRefuse : usual_answer(status, many_);
  if (v.answer == Answer::kStop) v.message += "; check url and headers";
  return v;
}

}  // namespace weir::http_lookup
