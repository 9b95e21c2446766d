// SPDX-License-Identifier: Apache-2.0
#include "limit_table.h"

#include <Poco/Data/AbstractBinder.h>
#include <Poco/Data/AbstractBinding.h>
#include <Poco/Data/MySQL/Connector.h>
#include <Poco/Nullable.h>
#include <Poco/URI.h>

#include <bit>

namespace weir::bench {
namespace {

/// Poco's connection string.
std::string connection(const std::string& url) {
  Poco::Data::MySQL::Connector::registerConnector();
  const Poco::URI parts(url);
  const std::string login = parts.getUserInfo();
  const std::size_t colon = login.find(':');
  return "host=" + parts.getHost() + ";port=" + std::to_string(parts.getPort()) +
         ";user=" + login.substr(0, colon) + ";password=" + login.substr(colon + 1) +
         ";db=" + parts.getPath().substr(1) + ";character-set=utf8mb4";
}

std::string upsert(std::size_t rows) {
  std::string columns, marks, updates;
  const auto add = [&](std::string_view name) {
    columns.append(columns.empty() ? "" : ",").append(name);
    marks.append(marks.empty() ? "?" : ",?");
    if (name == "openid") return;
    updates.append(updates.empty() ? "" : ",").append(name).append("=VALUES(").append(name).append(")");
  };
  for (const auto name : User::kTexts) add(name);
  for (const auto name : User::kNumbers) add(name);
  std::string sql = "INSERT INTO wechat_user (" + columns + ") VALUES ";
  for (std::size_t i = 0; i < rows; ++i) sql.append(i == 0 ? "(" : ",(").append(marks).append(")");
  return sql + " ON DUPLICATE KEY UPDATE " + updates;
}

}  // namespace

/// All parameters of a statement as one binding: an object for each would cost more than the rest.
class Table::Rows final : public Poco::Data::AbstractBinding {
 public:
  explicit Rows(std::size_t rows) : count_(rows) {}
  void set(std::span<const User> users) { users_ = users; }

  std::size_t numOfColumnsHandled() const override {
    return count_ * (User::kTexts.size() + User::kNumbers.size());
  }
  std::size_t numOfRowsHandled() const override { return 1; }
  bool canBind() const override { return !bound_; }
  void reset() override { bound_ = false; }
  void bind(std::size_t position) override {
    BinderPtr shared = getBinder();
    Poco::Data::AbstractBinder& binder = *shared;
    const auto put = [&](const auto& value) {
      if (value) {
        binder.bind(position++, *value, Poco::Data::AbstractBinder::PD_IN);
      } else {
        binder.bind(position++, Poco::NULL_GENERIC, Poco::Data::AbstractBinder::PD_IN);
      }
    };
    for (const User& user : users_) {
      for (const auto& text : user.texts) put(text);
      for (const auto& number : user.numbers) put(number);
    }
    bound_ = true;
  }

 private:
  std::size_t count_;
  std::span<const User> users_;
  bool bound_ = false;
};

Table::Table(const std::string& url) : session_("MySQL", connection(url)) {}

Table::Prepared& Table::prepared(std::size_t rows) {
  Prepared& one = prepared_[rows];
  if (one.statement == nullptr) {
    one.rows = new Rows(rows);
    const Poco::Data::AbstractBinding::Ptr owner(one.rows);
    one.statement = std::make_unique<Poco::Data::Statement>(session_);
    *one.statement << upsert(rows);
    one.statement->addBind(owner);
  }
  return one;
}

void Table::write(std::span<const User> users) {
  if (users.empty()) return;
  session_.begin();
  while (!users.empty()) {
    const auto part = users.first(users.size() >= kRows ? kRows : std::bit_floor(users.size()));
    Prepared& one = prepared(part.size());
    one.rows->set(part);
    one.statement->execute();
    users = users.subspan(part.size());
  }
  session_.commit();
}

}  // namespace weir::bench
