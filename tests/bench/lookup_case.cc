// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <string>

#include "cases.h"
#include "contest.h"
#include "standins/made_ids.h"
#include "support/child_process.h"
#include "support/mariadb_server.h"
#include "support/temp_dir.h"
#include "support/wait_until.h"
#include "wechat_table.h"

namespace weir::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kIds = 20'000;

/// The stand-in's URL, which it prints once it listens.
std::string url_of(support::ChildProcess& standin) {
  std::string url;
  const bool there = support::wait_until(support::kLongWait, [&] {
    const std::string out = standin.out();
    const std::size_t at = out.find("http://");
    const std::size_t end = out.find('\n', at);
    if (at == out.npos || end == out.npos) return false;
    url = out.substr(at, end - at);
    return true;
  });
  if (!there) throw std::runtime_error("the stand-in of the WeChat API does not start: " + standin.err());
  return url;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void expect(std::size_t found, std::size_t expected, const char* what) {
  if (found == expected) return;
  throw std::runtime_error(std::to_string(found) + " " + what + ", expected " + std::to_string(expected));
}

}  // namespace

void lookup_case(const Settings& settings) {
  constexpr char kName[] = "ids -> window -> API -> MariaDB and side file";
  if (const auto why = support::MariaDbServer::why_unavailable()) {
    std::cout << "| " << kName << " | not measured: " << *why << " | | | | | |" << std::endl;
    return;
  }
  support::MariaDbServer server({"--innodb-buffer-pool-size=1G"});
  server.start();
  support::ChildProcess standin({WEIR_WECHAT_STANDIN, "--latency-ms", "50"});
  const standins::MadeIds ids = standins::make_ids(static_cast<std::uint64_t>(kIds * settings.scale), 1);
  std::string text;
  for (const auto& line : ids.lines) text += line + "\n";
  const support::TempDir folder("weir-bench-lookup");
  const fs::path input = folder.write("ids.ndjson", text);

  const auto into_new_table = [&](std::vector<std::string> argv, const char* delivery = "at_least_once") {
    const std::string database = server.create_database("bench");
    server.execute(kWechatTable, database);
    const fs::path side = folder / "side";
    fs::create_directory(side);
    Command command = argv.empty() ? etl_run(fs::path(WEIR_BENCH_PIPELINES) / "lookup.yaml", {})
                                   : Command{std::move(argv), {}};
    command.environment = {
        {"INPUT", input.string()},       {"WX_URL", url_of(standin)},      {"WX_APP_ID", "wx-standin"},
        {"WX_SECRET", "standin-secret"}, {"DB_URL", server.url(database)}, {"SIDE_FOLDER", side.string()},
        {"DELIVERY", delivery}};
    const Usage usage = run_measured(command);
    expect(std::stoul(server.query("SELECT COUNT(*) FROM wechat_user", database)[0][0]),
           ids.good_objects + ids.good_strings, "rows");
    expect(lines_in(folder.read("side/failed.ndjson")), ids.broken_json + ids.refused,
           "lines in the side file");
    fs::remove_all(side);
    server.execute("DROP DATABASE `" + database + "`");
    return usage;
  };
  hold({kName, static_cast<double>(ids.lines.size()),
        [&] { return into_new_table({}, settings.exactly_once ? "exactly_once" : "at_least_once"); },
        [&] {
          if (settings.exactly_once) return into_new_table({});
          return into_new_table({WEIR_LIMIT_LOOKUP});
        }},
       settings.runs);
}

}  // namespace weir::bench
