// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/json_field.h>
#include <weir/process.h>

#include <string>
#include <string_view>
#include <vector>

namespace weir::set_key {

// Gives each record a key made of places in it, or takes the key away. The rest of the record stays where it
// is: nothing but a key that is put together is copied.
class SetKey final : public Process {
 public:
  static void describe(Descriptor& d);
  static std::string takes(const Options& options, std::uint32_t input);
  explicit SetKey(const Options& options);

  using Process::process;
  void process(const Record& record, Context& out) override;

 private:
  /// What stands in the place; throws Failure when no key can be made of it.
  const JsonValue& find(const FieldPath& path);
  /// Puts the JSON array of all places into joined_.
  void join();

  std::vector<FieldPath> fields_;  // none: the key is taken away
  JsonReader reader_;
  std::string joined_;
};

}  // namespace weir::set_key
