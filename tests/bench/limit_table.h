// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "limit_user.h"

namespace weir::bench {

/// Upserts by prepared statements of many rows. One thread.
class Table {
 public:
  static constexpr std::size_t kRows = 500;

  /// `url`: mysql://user:password@host:port/database
  explicit Table(const std::string& url);

  /// In one transaction.
  void write(std::span<const User> users);

 private:
  class Rows;
  struct Prepared {
    Rows* rows = nullptr;  // the statement's
    std::unique_ptr<Poco::Data::Statement> statement;
  };
  Prepared& prepared(std::size_t rows);

  Poco::Data::Session session_;
  std::map<std::size_t, Prepared> prepared_;  // by their number of rows
};

}  // namespace weir::bench
