// SPDX-License-Identifier: Apache-2.0
//
// A plugin in plain C11, against abi.h alone: the process `reverse` turns each value round. An empty value is
// a failed record. It counts the bytes that it has turned.
#include <stdlib.h>
#include <string.h>
#include <weir/abi.h>

struct weir_stage {
  const weir_host* host;
};

struct weir_instance {
  const weir_host* host;
  weir_counter* turned;
};

static weir_slice text(const char* s) {
  const weir_slice slice = {s, strlen(s)};
  return slice;
}

static weir_stage* reverse_open(const weir_host* host, weir_context* context, weir_slice options) {
  (void)options;  // there are none
  weir_stage* stage = malloc(sizeof *stage);
  if (stage == NULL) {
    host->set_error(context, text("memory"), text("no memory is left"));
    return NULL;
  }
  stage->host = host;
  return stage;
}

static void reverse_close(weir_stage* stage) {
  free(stage);
}

static weir_instance* reverse_create(weir_stage* stage, weir_context* context) {
  weir_instance* instance = malloc(sizeof *instance);
  if (instance == NULL) {
    stage->host->set_error(context, text("memory"), text("no memory is left"));
    return NULL;
  }
  instance->host = stage->host;
  instance->turned = NULL;
  return instance;
}

static weir_status reverse_start(weir_instance* instance, weir_context* context) {
  instance->turned = instance->host->counter(context, text("bytes"));
  return WEIR_OK;
}

static void reverse_destroy(weir_instance* instance) {
  free(instance);
}

static weir_status reverse_process(weir_instance* instance, weir_context* context, const weir_batch* batch) {
  const weir_host* host = instance->host;
  size_t bytes = 0;
  for (size_t i = 0; i < batch->count; ++i) bytes += batch->records[i].value.size;
  char* to = NULL;
  weir_block* block = host->block_new(bytes, &to);
  if (block == NULL) {
    host->set_error(context, text("memory"), text("no memory is left"));
    return WEIR_FAILED;
  }
  for (size_t i = 0; i < batch->count; ++i) {
    const weir_record* from = &batch->records[i];
    const size_t size = from->value.size;
    if (size == 0) {
      host->fail(context, WEIR_ERROR_PORT, from, 1, text("empty"), text("there is nothing to turn round"));
      continue;
    }
    weir_record turned = *from;
    turned.key.data = NULL;  // key and headers would live in the block of `from`
    turned.key.size = 0;
    turned.headers = NULL;
    turned.header_count = 0;
    turned.failure = NULL;
    turned.block = block;
    turned.value.data = to;
    for (size_t n = 0; n < size; ++n) to[n] = from->value.data[size - 1 - n];
    to += size;
    host->emit(context, 0, &turned, 1);
  }
  host->counter_add(instance->turned, bytes);
  host->block_release(block);
  return WEIR_OK;
}

static const weir_option* const options[] = {NULL};

static const weir_port out = {sizeof out, WEIR_RECORDS, "out", "The values turned round.", NULL};
static const weir_port* const ports[] = {&out, NULL};

static const weir_plugin reverse = {.size = sizeof reverse,
                                    .kind = WEIR_PROCESS,
                                    .accepts = WEIR_RECORDS,
                                    .name = "reverse",
                                    .version = "1.0",
                                    .summary = "Turns values round, byte by byte.",
                                    .example = "backwards: {plugin: reverse, from: lines}",
                                    .options = options,
                                    .ports = ports,
                                    .open = reverse_open,
                                    .close = reverse_close,
                                    .create = reverse_create,
                                    .start = reverse_start,
                                    .destroy = reverse_destroy,
                                    .process = reverse_process};

static const weir_plugin* const plugins[] = {&reverse, NULL};
static const weir_library_info info = {sizeof info, WEIR_ABI_MAJOR, WEIR_ABI_MINOR, plugins};

__attribute__((visibility("default"))) const weir_library_info* weir_library(void);

const weir_library_info* weir_library(void) {
  return &info;
}
