// SPDX-License-Identifier: Apache-2.0
#include "lookup_endpoints.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace weir::standins {
namespace {

using nlohmann::json;

bool refused(std::string_view id) {
  return id.substr(0, 3) == "bad" || id.find("-bad") != std::string_view::npos;
}

bool not_found(std::string_view id) {
  return id.find("-gone") != std::string_view::npos;
}

std::string text_of(const json& id) {
  return id.is_string() ? id.get<std::string>() : id.dump();
}

json row_of(const json& id) {
  return {{"id", id}, {"name", "name of " + text_of(id)}};
}

HttpReply lookup_reply(int status, const json& body) {
  HttpReply reply;
  reply.status = status;
  // Paths may hold bytes that are no UTF-8.
  reply.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  return reply;
}

HttpReply failure(int status, const char* message) {
  return lookup_reply(status, {{"error", message}});
}

}  // namespace

HttpReply answer_single(const HttpRequest& request, CallLog& log) {
  if (request.method != "GET") return failure(405, "use GET");
  const std::string id = request.path.substr(std::strlen(kSingle) + 1);
  log.asked({id});
  if (refused(id)) return failure(422, "invalid id");
  if (id.empty() || not_found(id)) return failure(404, "no such id");
  return lookup_reply(200, row_of(id));
}

HttpReply answer_lookup(const HttpRequest& request, CallLog& log) {
  if (request.method != "POST") return failure(405, "use POST");
  const json message = json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  const auto ids = message.is_object() ? message.find("ids") : message.end();
  if (ids == message.end() || !ids->is_array()) return failure(400, "expected {\"ids\": [...]}");
  std::vector<std::string> asked;
  for (const json& id : *ids) {
    if (!id.is_string() && !id.is_number()) return failure(400, "an id is a string or a number");
    asked.push_back(text_of(id));
  }
  log.asked(asked);
  json rows = json::array();
  for (const json& id : *ids) {
    const std::string text = text_of(id);
    if (refused(text)) return failure(422, "invalid id among them");
    if (!not_found(text)) rows.push_back(row_of(id));
  }
  return lookup_reply(200, {{"rows", std::move(rows)}});
}

}  // namespace weir::standins
