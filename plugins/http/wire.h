// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

namespace weir::http {

/// The state of a client's connection that another thread may look at and end. It holds a descriptor of its
/// own of the socket in use, so that it neither races with whoever closes the socket nor hits another one of
/// the same number. Thread-safe.
class Wire {
 public:
  Wire() = default;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire() { detach(); }

  /// A connection is being opened; and then `socket` is in use, or none any more.
  void connecting();
  void attach(int socket);
  void detach();

  /// Ends the conversation for good: the side that reads or writes sees a closed connection, at once.
  void cut();

  bool is_cut() const;
  bool is_connecting() const;
  /// Connections opened so far.
  int opened() const;

 private:
  void release();

  mutable std::mutex mutex_;
  // Below: protected by mutex_.
  int descriptor_ = -1;
  int opened_ = 0;
  bool connecting_ = false;
  bool cut_ = false;
};

}  // namespace weir::http
