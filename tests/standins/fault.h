// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace weir::standins {

/// One thing that can go wrong with a call.
struct Fault {
  enum class Kind {
    kErrcode,     ///< HTTP 200 with {"errcode": code, "errmsg": ...}, as WeChat reports errors
    kHttpStatus,  ///< that HTTP status with a short plain-text body
    kClose,       ///< the connection is closed without a byte of reply
    kHalfReply,   ///< the true reply is announced whole, half of it is sent, the connection closes
    kNotJson,     ///< HTTP 200 with a page of HTML, as a proxy in between would send
    kTimeOut,     ///< no answer until released or the client leaves; then the true reply
  };

  static Fault errcode(int code) { return {Kind::kErrcode, code, {}}; }
  /// `retry_after`: the text of the header of that name, when there is to be one.
  static Fault http_status(int status, std::string retry_after = {}) {
    return {Kind::kHttpStatus, status, std::move(retry_after)};
  }
  static Fault close_connection() { return {Kind::kClose, 0, {}}; }
  static Fault half_reply() { return {Kind::kHalfReply, 0, {}}; }
  static Fault not_json() { return {Kind::kNotJson, 0, {}}; }
  static Fault time_out() { return {Kind::kTimeOut, 0, {}}; }

  Kind kind;
  int code;
  std::string retry_after;
};

/// The faults that were ordered and have not happened yet. Thread-safe.
class FaultScript {
 public:
  /// The next `calls` calls of `endpoint` (empty: of any) fail so, after the faults that were
  /// ordered for it before.
  void add(std::uint64_t calls, Fault fault, std::string endpoint);
  /// The fault for a call of `endpoint` that has just come in; that fault is used up.
  std::optional<Fault> take(const std::string& endpoint);
  void clear();

 private:
  struct Order {
    std::uint64_t calls;
    Fault fault;
    std::string endpoint;
  };

  std::mutex mutex_;
  std::deque<Order> orders_;  // Protected by mutex_.
};

}  // namespace weir::standins
