// SPDX-License-Identifier: Apache-2.0
//
// The layout of the boundary's structs, which a plugin that was built long ago relies on (LP64). A line here
// changes only with WEIR_ABI_MAJOR; a field that is appended to a struct with a size adds a line and changes
// that struct's size.
#include <gtest/gtest.h>
#include <weir/abi.h>

#include <cstddef>
#include <type_traits>

#define FIELD(type, field, at) static_assert(offsetof(type, field) == (at), #type "." #field)
#define SIZE(type, bytes) static_assert(sizeof(type) == (bytes) && std::is_standard_layout_v<type>, #type)

static_assert(WEIR_ABI_MAJOR == 1 && WEIR_ABI_MINOR == 0);
static_assert(WEIR_PADDING == 64 && WEIR_NO_TIME == INT64_MIN && WEIR_ERROR_PORT == UINT32_MAX);

SIZE(weir_slice, 16);
FIELD(weir_slice, data, 0);
FIELD(weir_slice, size, 8);

SIZE(weir_header, 32);
FIELD(weir_header, name, 0);
FIELD(weir_header, value, 16);

SIZE(weir_origin, 40);
FIELD(weir_origin, partition, 4);
FIELD(weir_origin, source, 8);
FIELD(weir_origin, name, 24);

SIZE(weir_failure, 88);
FIELD(weir_failure, attempts, 4);
FIELD(weir_failure, stage, 8);
FIELD(weir_failure, port, 24);
FIELD(weir_failure, code, 40);
FIELD(weir_failure, message, 56);
FIELD(weir_failure, first_time, 72);
FIELD(weir_failure, last_time, 80);

SIZE(weir_record, 88);
FIELD(weir_record, value, 0);
FIELD(weir_record, key, 16);
FIELD(weir_record, headers, 32);
FIELD(weir_record, block, 40);
FIELD(weir_record, origin, 48);
FIELD(weir_record, failure, 56);
FIELD(weir_record, position, 64);
FIELD(weir_record, event_time, 72);
FIELD(weir_record, header_count, 80);
FIELD(weir_record, reserved, 84);

SIZE(weir_group, 56);
FIELD(weir_group, input, 4);
FIELD(weir_group, key, 8);
FIELD(weir_group, start, 24);
FIELD(weir_group, end, 32);
FIELD(weir_group, records, 40);
FIELD(weir_group, count, 48);

SIZE(weir_batch, 40);
FIELD(weir_batch, input, 4);
FIELD(weir_batch, records, 8);
FIELD(weir_batch, count, 16);
FIELD(weir_batch, keys, 24);
FIELD(weir_batch, broadcast, 32);
FIELD(weir_batch, reserved, 36);

SIZE(weir_state_options, 24);
FIELD(weir_state_options, kind, 4);
FIELD(weir_state_options, time_to_live, 8);
FIELD(weir_state_options, ttl_on_read, 16);
FIELD(weir_state_options, reserved, 20);

SIZE(weir_position, 16);
FIELD(weir_position, origin, 0);
FIELD(weir_position, next, 8);

SIZE(weir_timer, 32);
FIELD(weir_timer, domain, 4);
FIELD(weir_timer, key, 8);
FIELD(weir_timer, time, 24);

SIZE(weir_place, 64);
FIELD(weir_place, task, 4);
FIELD(weir_place, tasks, 8);
FIELD(weir_place, worker, 12);
FIELD(weir_place, workers, 16);
FIELD(weir_place, pipeline, 24);
FIELD(weir_place, stage, 40);
FIELD(weir_place, transactions, 56);
FIELD(weir_place, reserved, 60);

SIZE(weir_unit, 72);
FIELD(weir_unit, origin, 16);
FIELD(weir_unit, next, 24);
FIELD(weir_unit, term, 32);
FIELD(weir_unit, number, 40);
FIELD(weir_unit, content, 48);
FIELD(weir_unit, leaves, 64);
FIELD(weir_unit, reserved, 68);

SIZE(weir_checkpoint, 96);
FIELD(weir_checkpoint, reserved, 4);
FIELD(weir_checkpoint, name, 8);
FIELD(weir_checkpoint, number, 24);
FIELD(weir_checkpoint, content, 32);
FIELD(weir_checkpoint, positions, 48);
FIELD(weir_checkpoint, position_count, 56);
FIELD(weir_checkpoint, claims, 64);
FIELD(weir_checkpoint, claim_count, 72);
FIELD(weir_checkpoint, units, 80);
FIELD(weir_checkpoint, unit_count, 88);

SIZE(weir_host, 368);
FIELD(weir_host, abi_major, 4);
FIELD(weir_host, abi_minor, 8);
FIELD(weir_host, log, 16);
FIELD(weir_host, set_error, 24);
FIELD(weir_host, problem, 32);
FIELD(weir_host, place, 40);
FIELD(weir_host, block_new, 48);
FIELD(weir_host, block_retain, 56);
FIELD(weir_host, block_release, 64);
FIELD(weir_host, block_is_unique, 72);
FIELD(weir_host, retain, 80);
FIELD(weir_host, release, 88);
FIELD(weir_host, emit, 96);
FIELD(weir_host, emit_group, 104);
FIELD(weir_host, fail, 112);
FIELD(weir_host, now, 120);
FIELD(weir_host, sleep, 128);
FIELD(weir_host, timer_set, 136);
FIELD(weir_host, timer_delete, 144);
FIELD(weir_host, list_append, 152);
FIELD(weir_host, list_emit, 160);
FIELD(weir_host, list_clear, 168);
FIELD(weir_host, origin, 176);
FIELD(weir_host, wake, 184);
FIELD(weir_host, give_up, 192);
FIELD(weir_host, counter, 200);
FIELD(weir_host, counter_add, 208);
FIELD(weir_host, block_new_over, 216);
FIELD(weir_host, watermark, 224);
FIELD(weir_host, origin_done, 232);
FIELD(weir_host, state_open, 240);
FIELD(weir_host, state_get, 248);
FIELD(weir_host, state_room, 256);
FIELD(weir_host, state_erase, 264);
FIELD(weir_host, state_each, 272);
FIELD(weir_host, map_get, 280);
FIELD(weir_host, map_put, 288);
FIELD(weir_host, map_erase, 296);
FIELD(weir_host, map_each, 304);
FIELD(weir_host, list_show, 312);
FIELD(weir_host, list_drop_front, 320);
FIELD(weir_host, list_move, 328);
FIELD(weir_host, list_records, 336);
FIELD(weir_host, saved_position, 344);
FIELD(weir_host, state_forget_at, 352);
FIELD(weir_host, take_over, 360);

SIZE(weir_option, 72);
FIELD(weir_option, type, 4);
FIELD(weir_option, name, 8);
FIELD(weir_option, help, 16);
FIELD(weir_option, default_value, 24);
FIELD(weir_option, choices, 32);
FIELD(weir_option, fields, 40);
FIELD(weir_option, minimum, 48);
FIELD(weir_option, maximum, 56);
FIELD(weir_option, required, 64);
FIELD(weir_option, secret, 65);
FIELD(weir_option, shapes_state, 66);

SIZE(weir_port, 32);
FIELD(weir_port, item, 4);
FIELD(weir_port, name, 8);
FIELD(weir_port, help, 16);
FIELD(weir_port, schema, 24);

SIZE(weir_plugin, 288);
FIELD(weir_plugin, kind, 4);
FIELD(weir_plugin, accepts, 8);
FIELD(weir_plugin, capabilities, 12);
FIELD(weir_plugin, name, 16);
FIELD(weir_plugin, version, 24);
FIELD(weir_plugin, summary, 32);
FIELD(weir_plugin, example, 40);
FIELD(weir_plugin, options, 48);
FIELD(weir_plugin, ports, 56);
FIELD(weir_plugin, open, 64);
FIELD(weir_plugin, stage_ports, 72);
FIELD(weir_plugin, close, 80);
FIELD(weir_plugin, create, 88);
FIELD(weir_plugin, start, 96);
FIELD(weir_plugin, destroy, 104);
FIELD(weir_plugin, poll, 112);
FIELD(weir_plugin, commit, 120);
FIELD(weir_plugin, restore, 128);
FIELD(weir_plugin, progress, 136);
FIELD(weir_plugin, process, 144);
FIELD(weir_plugin, process_group, 152);
FIELD(weir_plugin, on_timer, 160);
FIELD(weir_plugin, finish, 168);
FIELD(weir_plugin, flush, 176);
FIELD(weir_plugin, interrupt, 184);
FIELD(weir_plugin, inputs, 192);
FIELD(weir_plugin, stage_takes, 200);
FIELD(weir_plugin, stage_refuses, 208);
FIELD(weir_plugin, stage_load, 216);
FIELD(weir_plugin, stage_recover, 224);
FIELD(weir_plugin, prepare, 232);
FIELD(weir_plugin, commit_prepared, 240);
FIELD(weir_plugin, save_checkpoint, 248);
FIELD(weir_plugin, claim, 256);
FIELD(weir_plugin, stage_claim, 264);
FIELD(weir_plugin, stage_look, 272);
FIELD(weir_plugin, stage_save, 280);

SIZE(weir_input, 32);
FIELD(weir_input, accepts, 4);
FIELD(weir_input, name, 8);
FIELD(weir_input, help, 16);
FIELD(weir_input, broadcast, 24);
FIELD(weir_input, reserved, 28);

SIZE(weir_library_info, 24);
FIELD(weir_library_info, abi_major, 4);
FIELD(weir_library_info, abi_minor, 8);
FIELD(weir_library_info, plugins, 16);

TEST(AbiLayout, NumbersOfTheBoundaryAreAsOldPluginsKnowThem) {
  EXPECT_STREQ(WEIR_LIBRARY_SYMBOL, "weir_library");
  EXPECT_EQ(WEIR_OK, 0);
  EXPECT_EQ(WEIR_IDLE, 1);
  EXPECT_EQ(WEIR_END, 2);
  EXPECT_EQ(WEIR_FAILED, -1);
  EXPECT_EQ(WEIR_STOP, -2);
  EXPECT_EQ(WEIR_SOURCE, 1);
  EXPECT_EQ(WEIR_SINK, 4);
  EXPECT_EQ(WEIR_STRING, 1);
  EXPECT_EQ(WEIR_ANY, 12);
  EXPECT_EQ(WEIR_RECORDS | WEIR_GROUPS, 3);
  EXPECT_EQ(WEIR_BLOCKS | WEIR_CONCURRENT | WEIR_ENDS, 7u);
}
