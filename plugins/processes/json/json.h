// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/process.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "checked_json.h"

namespace weir::json {

// Lets valid JSON pass and sends the rest to `invalid`, with the reason. Values are parsed in place and,
// unless the options change them, handed on as they are.
class Json final : public Process {
 public:
  static constexpr Port kOut{0}, kInvalid{1};

  static void describe(Descriptor& d);
  explicit Json(const Options& options);

  void process(const Batch& batch, Context& out) override;

 private:
  /// What is to be done with one record.
  enum class Answer : std::uint8_t {
    kPass,    // hand it on as it is
    kChange,  // hand it on with the value in text_
    kRefuse   // send it to `invalid` with code_ and message_
  };
  /// How the file wants a field of the record to look.
  struct Shape {
    std::string name;         // as the record has it
    std::string new_name;     // as it goes on
    std::string quoted_name;  // the same as JSON
  };

  void read_shapes(const Options& options);
  Answer look_at(const Record& record);
  Answer look_at_object();
  Answer take_plain_text(std::string_view bytes);
  Answer wrap(std::string_view json);
  bool has_required();
  const CheckedJson::Field* find(std::string_view name);
  bool is_renamed_to(std::string_view name);
  Answer reshape();
  const Shape* shape_of(std::string_view name) const;
  Answer refuse(std::string_view code, std::string message);

  bool objects_only_;
  bool plain_text_;
  std::string wrap_start_;  // up to the value: {"openid":  Empty: bare values are not wrapped
  std::string wrap_lacks_;  // a required field that a wrapped value does not have
  std::vector<std::string> required_;
  std::vector<Shape> shapes_;  // of the fields that are selected or renamed
  bool select_ = false;        // fields without a shape are left out

  CheckedJson json_;
  std::string text_;
  std::string_view code_;
  std::string message_;
};

}  // namespace weir::json
