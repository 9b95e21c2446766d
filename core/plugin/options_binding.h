// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/abi.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostics.h"
#include "spec/node.h"

namespace weir {

/// What else is to be said of an option that the plugin does not have, or not with such a value: a clause to
/// be put behind the message, or nothing.
using OptionHint = std::function<std::string(const Node::Entry&)>;

/// Turns a stage's options into the JSON object that its plugin's open() gets: names and types as `declared`
/// (ended by NULL) says, defaults filled in, durations in milliseconds, sizes in bytes, WEIR_ANY as
/// natural_json() reads it. `options` is a map whose own mark is the place for what is missing;
/// `plugin_label` is how messages call the plugin ("source plugin 'kafka'"). All that is wrong goes to
/// `diagnostics`, and then there is no result.
std::optional<nlohmann::json> bind_options(const Node& options, const weir_option* const* declared,
                                           const std::string& plugin_label, Diagnostics& diagnostics,
                                           const OptionHint& hint = {});

/// Whether a plugin that declares these options has this one and takes its value.
bool takes_option(const Node::Entry& option, const weir_option* const* declared);

/// Where the value that a JSON pointer (RFC 6901) means stands in the file, or its nearest ancestor that the
/// file has. The result lives as long as the tree.
const Mark& find_mark(const Node& options, std::string_view pointer);

}  // namespace weir
