// SPDX-License-Identifier: Apache-2.0
// weir-wechat-standin: the WeChat API stand-in as a process.
#include <Poco/Exception.h>

#include <cstdint>
#include <iostream>

#include "program.h"
#include "wechat_api.h"

int main(int argc, char** argv) {
  using namespace weir::standins;
  WeChatSettings settings;
  settings.remember_ids = false;
  constexpr std::uint64_t kMostMilliseconds = 1'000'000'000;
  const CommandLine command_line = read_command_line(
      argc, argv,
      "Serves a stand-in of the WeChat API on 127.0.0.1 until SIGTERM or SIGINT; tests steer it by\n"
      "/_control/ (see README.md beside its source).",
      {{"port", "N", "the port; 0, the default, is any free one",
        [&](const std::string& text) { settings.port = static_cast<std::uint16_t>(number_of(text, 65535)); }},
       {"latency-ms", "N", "how long each answer takes; default 0",
        [&](const std::string& text) {
          settings.latency = std::chrono::milliseconds(number_of(text, kMostMilliseconds));
        }},
       {"token-life", "SECONDS", "how long a token is good; default 7200",
        [&](const std::string& text) {
          settings.token_life = std::chrono::seconds(number_of(text, kMostMilliseconds));
        }},
       {"app-id", "TEXT", "the account; default " + settings.app_id,
        [&](const std::string& text) { settings.app_id = text; }},
       {"secret", "TEXT", "its secret; default " + settings.secret,
        [&](const std::string& text) { settings.secret = text; }},
       {"rate-limit", "N", "calls of batchget a minute; 0, the default, is no limit",
        [&](const std::string& text) { settings.rate_limit = number_of(text); }},
       {"quota", "N", "calls of batchget a day; 0, the default, is no limit",
        [&](const std::string& text) { settings.daily_quota = number_of(text); }}});
  if (command_line != CommandLine::kRun) return command_line == CommandLine::kRefused ? 2 : 0;

  const EndSignal end;
  try {
    const WeChatApi api(settings);
    std::cout << "listening on " << api.url() << std::endl;
    end.wait();
  } catch (const Poco::Exception& error) {
    std::cerr << argv[0] << ": cannot listen on 127.0.0.1:" << settings.port << ": " << error.displayText()
              << '\n';
    return 1;
  }
  return 0;
}
