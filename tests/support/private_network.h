// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::support {

class ChildProcess;

/// A network of their own for the programs that are run in it (a namespace), with one cable to this one. Only
/// root can lay it. Unlike behind a TcpProxy, the kernels themselves at both ends see that nothing comes:
/// what is sent is not acknowledged, and who connects waits for the time-out. Throws std::runtime_error.
class PrivateNetwork {
 public:
  /// Why none can be made here; none when one can.
  static std::optional<std::string> why_unavailable();

  /// The cable is plugged. Call it on a thread that outlives this, see ChildProcess.
  PrivateNetwork();
  ~PrivateNetwork();
  PrivateNetwork(const PrivateNetwork&) = delete;
  PrivateNetwork& operator=(const PrivateNetwork&) = delete;

  /// The address at which servers of this side are reached from within.
  const std::string& outer_address() const { return outer_address_; }
  /// What a command begins with that is run within. The process is that of the command itself.
  std::vector<std::string> inside() const;

  void unplug();
  void plug();

 private:
  std::unique_ptr<ChildProcess> keeper_;  ///< the namespace is there as long as a process is in it
  std::string outer_end_;                 ///< the cable's end on this side
  std::string outer_address_;
};

}  // namespace weir::support
