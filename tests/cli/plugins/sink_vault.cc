// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include <string>

namespace weir::test {

/// Sink `vault`: has secret options of several types. Refuses the record `refuse me`.
class Vault final : public Sink {
 public:
  static void describe(Descriptor& d) {
    d.name("vault").summary("Keeps nothing, but knows secrets.");
    d.option("password", Type::kString, "The password.").secret();
    d.option("pin", Type::kInteger, "A number that nobody else knows.").secret().at_most(9999);
    d.option("method", Type::kChoice, "How it is locked.").choices({"open", "locked"}).secret();
    auto& login = d.option("login", Type::kObject, "Who logs in.").secret();
    login.field("user", Type::kString, "The name.");
    login.field("tries", Type::kInteger, "How often.");
  }
  explicit Vault(const Options& options) {
    if (options.has("password") && options.string("password").size() < 6)
      throw OptionError("/password", "the password is shorter than 6 characters");
  }
  void write(Records records, Context& out) override {
    for (const Record& record : records) {
      if (record.bytes() == "refuse me") out.fail(Port::kError, record, "refused", "the vault is closed");
    }
  }
};

}  // namespace weir::test

WEIR_PLUGIN(weir::test::Vault);
