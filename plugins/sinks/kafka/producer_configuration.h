// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/options.h>

#include <string>

#include "kafka_client/handles.h"

namespace weir::kafka {

/// Of the producer that writes the records. Throws OptionError for a property that cannot be set.
Configuration producer_configuration(const Options& options);

/// The same for one that works in transactions under this id. Such a producer gives a record up when the
/// transaction would be over.
Configuration transactional_configuration(const Options& options, const std::string& id);

/// Of a consumer that reads what has been committed, of the same brokers with the same properties.
Configuration reader_configuration(const Options& options);

}  // namespace weir::kafka
