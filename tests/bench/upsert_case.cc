// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <iostream>
#include <stdexcept>
#include <string>

#include "cases.h"
#include "contest.h"
#include "standins/wechat_profile.h"
#include "support/mariadb_server.h"
#include "support/temp_dir.h"
#include "wechat_table.h"

namespace weir::bench {
namespace {

constexpr double kRows = 400'000;

}  // namespace

void upsert_case(const Settings& settings) {
  constexpr char kName[] = "NDJSON file of profiles -> MariaDB upsert";
  if (const auto why = support::MariaDbServer::why_unavailable()) {
    std::cout << "| " << kName << " | not measured: " << *why << " | | | | | |" << std::endl;
    return;
  }
  support::MariaDbServer server({"--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M"});
  server.start();
  const auto rows = static_cast<std::uint64_t>(kRows * settings.scale);
  std::string text;
  for (std::uint64_t i = 0; i < rows; ++i) {
    // Ids come in no order, as those of people do.
    standins::append_profile("o" + std::to_string(i * 0x9e3779b97f4a7c15ULL), "zh_CN", text);
    text += '\n';
  }
  const support::TempDir folder("weir-bench-upsert");
  const auto input = folder.write("profiles.ndjson", text);

  const auto into_new_table = [&](Command command) {
    const std::string database = server.create_database("bench");
    server.execute(kWechatTable, database);
    command.environment = {{"INPUT", input.string()}, {"DB_URL", server.url(database)}};
    const Usage usage = run_measured(command);
    const std::string found = server.query("SELECT COUNT(*) FROM wechat_user", database)[0][0];
    if (found != std::to_string(rows)) {
      throw std::runtime_error(found + " rows, expected " + std::to_string(rows));
    }
    server.execute("DROP DATABASE `" + database + "`");
    return usage;
  };
  hold({kName, static_cast<double>(rows),
        [&] {
          return into_new_table(etl_run(std::filesystem::path(WEIR_BENCH_PIPELINES) / "upsert.yaml", {}));
        },
        [&] {
          return into_new_table({{WEIR_LIMIT_UPSERT}, {}});
        }},
       settings.runs);
}

}  // namespace weir::bench
