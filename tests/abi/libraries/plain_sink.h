/* SPDX-License-Identifier: Apache-2.0 */
/* A sink that is as it should be and does nothing. Each library of this folder includes it and spoils one
 * thing. */
#ifndef WEIR_TESTS_ABI_PLAIN_SINK_H
#define WEIR_TESTS_ABI_PLAIN_SINK_H

#include <string.h>
#include <weir/abi.h>

#define EXPORTED __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

EXPORTED const weir_library_info* weir_library(void);

#ifdef __cplusplus
}
#endif

/* Stages and instances have no state; the addresses only have to be something. */
static char plain_state;

static weir_stage* plain_open(const weir_host* host, weir_context* context, weir_slice options) {
  (void)host;
  (void)context;
  (void)options;
  return (weir_stage*)&plain_state;
}
static void plain_close(weir_stage* stage) {
  (void)stage;
}
static weir_instance* plain_create(weir_stage* stage, weir_context* context) {
  (void)stage;
  (void)context;
  return (weir_instance*)&plain_state;
}
static weir_status plain_start(weir_instance* instance, weir_context* context) {
  (void)instance;
  (void)context;
  return WEIR_OK;
}
static void plain_destroy(weir_instance* instance) {
  (void)instance;
}
static weir_status plain_process(weir_instance* instance, weir_context* context, const weir_batch* batch) {
  (void)instance;
  (void)context;
  (void)batch;
  return WEIR_OK;
}

static const weir_option* const plain_options[] = {0};
static const weir_port* const plain_ports[] = {0};

static weir_plugin plain_sink(const char* name) {
  weir_plugin plugin;
  memset(&plugin, 0, sizeof plugin);
  plugin.size = sizeof plugin;
  plugin.kind = WEIR_SINK;
  plugin.accepts = WEIR_RECORDS;
  plugin.name = name;
  plugin.version = "1.0";
  plugin.summary = "A sink of the tests.";
  plugin.example = "";
  plugin.options = plain_options;
  plugin.ports = plain_ports;
  plugin.open = plain_open;
  plugin.close = plain_close;
  plugin.create = plain_create;
  plugin.start = plain_start;
  plugin.destroy = plain_destroy;
  plugin.process = plain_process;
  return plugin;
}

/* The library's table with one plugin. */
__attribute__((unused)) static const weir_library_info* plain_table(const weir_plugin* plugin) {
  static const weir_plugin* plugins[2];
  static weir_library_info info = {sizeof info, WEIR_ABI_MAJOR, WEIR_ABI_MINOR, plugins};
  plugins[0] = plugin;
  return &info;
}

#endif
