// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "sources/kafka/kafka_source.h"

WEIR_PLUGIN(weir::kafka::KafkaSource);
