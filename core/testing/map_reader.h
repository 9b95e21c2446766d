// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostics.h"
#include "spec/node.h"
#include "spec/pipeline_spec.h"

namespace weir {

/// Reads the entries of one map of a test file; what is wrong goes to the diagnostics, and the answer is
/// empty, as for an entry that is not there. The map outlives the reader.
class MapReader {
 public:
  /// `label` is how messages call the map ("step 'records'"). Entries that are not `known` are reported at
  /// once, and so is a node that is no map.
  MapReader(const Node& map, const Mark& mark, std::string label, const std::vector<std::string>& known,
            Diagnostics& diagnostics);

  const Node::Entry* find(const std::string& key) const;
  /// The same, and its absence is reported.
  const Node::Entry* need(const std::string& key, const std::string& expected) const;

  std::optional<std::string> text(const std::string& key) const;
  /// `~` is an answer of its own.
  std::optional<std::optional<std::string>> text_or_none(const std::string& key) const;
  std::optional<std::int64_t> integer(const std::string& key, std::int64_t least,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max()) const;
  std::optional<bool> boolean(const std::string& key) const;
  /// Milliseconds since 1970; WEIR_NO_TIME for `~`.
  std::optional<std::int64_t> time(const std::string& key) const;
  /// `stage` or `stage.port`; must be there.
  std::optional<PortRef> port(const std::string& key) const;

  void report(const Node::Entry& entry, const std::string& expected) const;

 private:
  const Node& map_;
  const Mark mark_;
  const std::string label_;
  Diagnostics& diagnostics_;
};

}  // namespace weir
