// SPDX-License-Identifier: Apache-2.0
#include <weir/plugin.h>

#include "sinks/kafka/kafka_sink.h"

WEIR_PLUGIN(weir::kafka::KafkaSink);
