// SPDX-License-Identifier: Apache-2.0
#include "sql_client/client_options.h"

#include <chrono>
#include <stdexcept>

namespace weir::sql {

void describe_url(Descriptor& d) {
  d.option("url", Type::kString,
           "Where the database is: mysql://user:password@host:3306/database, "
           "postgresql://user:password@host:5432/database, or sqlite:///path/to/file. Characters such as / @ "
           ": in a password are written %2F %40 %3A. MySQL and MariaDB take ?charset= (utf8mb4 unless given) "
           "and ?compress=; PostgreSQL takes libpq's sslmode, sslrootcert, sslcert, sslkey, connect_timeout, "
           "application_name, options.")
      .required()
      .secret();
}

DatabaseUrl read_url(const Options& options) {
  try {
    return DatabaseUrl::parse(options.string("url"));
  } catch (const std::invalid_argument& e) {
    throw OptionError("/url", e.what());
  }
}

void describe_retry(Descriptor& d) {
  auto& retry =
      d.option("retry", Type::kObject,
               "When it is tried again that the database cannot be reached, is locked or full. Meanwhile the "
               "stage takes no records.");
  retry.field("first", Type::kDuration, "The first wait; each further one is twice as long, up to `most`.")
      .default_value("200ms")
      .at_least(1);
  retry.field("most", Type::kDuration, "The longest wait.").default_value("30s").at_least(1);
  retry
      .field("attempts", Type::kInteger,
             "After how many tries in a row the pipeline stops; 0: it never does.")
      .default_value("0")
      .at_least(0);
}

Retry read_retry(const Options& options) {
  Retry retry{std::chrono::milliseconds(200), std::chrono::seconds(30), 0};
  if (options.has("retry")) {
    const Options given = options.object("retry");
    if (given.has("first")) retry.first = given.duration("first");
    if (given.has("most")) retry.most = given.duration("most");
    if (given.has("attempts")) retry.attempts = given.integer("attempts");
  }
  if (retry.most < retry.first) {
    throw OptionError("/retry/most", "the longest wait is shorter than the first one");
  }
  return retry;
}

}  // namespace weir::sql
