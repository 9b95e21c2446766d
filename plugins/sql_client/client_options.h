// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/descriptor.h>
#include <weir/options.h>

#include "sql_client/outage.h"
#include "sql_client/url.h"

namespace weir::sql {

/// The options `url` and `retry`, which all that use a database share. Reading throws OptionError.
void describe_url(Descriptor& d);
DatabaseUrl read_url(const Options& options);

void describe_retry(Descriptor& d);
Retry read_retry(const Options& options);

}  // namespace weir::sql
