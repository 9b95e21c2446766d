/* SPDX-License-Identifier: Apache-2.0 */
/* The boundary between Weir and its plugins: plain C, valid as C11 and as C++.
 *
 * A plugin is a shared library that exports one symbol, weir_library(). Through it the host reads static
 * descriptors (no side effects), and drives each stage of a pipeline through these steps:
 *
 *   open     reads and checks the options; no side effect outside the process. `etl-run check` stops here.
 *   create   one instance for each thread that runs the stage.
 *   start    the instance may connect, open files, start threads of its own.
 *   poll / process / process_group / on_timer    the work, always in batches.
 *   finish   the input has ended, or the pipeline stops: emit what is still held.
 *   flush    make durable all that was taken (sinks), before positions are committed.
 *   destroy, close
 *
 * Where a pipeline delivers exactly once, sinks work in transactions, one from checkpoint to checkpoint:
 *
 *   stage_load, stage_recover   at the start: what was saved last, and what became of transactions.
 *   flush                       all that was taken is in the transaction, and what cannot be has left by
 * `error`. prepare                     from now on the transaction can be committed or taken back, even after
 * a crash. save_checkpoint             the one decision: the checkpoint is saved, by a sink or in a folder.
 *   commit_prepared             what was prepared is committed. A crash before it is made up for by
 * stage_recover.
 *
 * Rules that hold everywhere:
 *  - Who allocates frees. No exception, no C++ type and no allocation changes hands here.
 *  - A slice points to bytes that live for the call, unless its comment says otherwise.
 *  - Every struct that the two sides hand each other alone begins with its size in bytes as its maker
 * compiled it; fields are only appended, and a reader uses none beyond that size. Structs that stand in
 * arrays of values (slices, headers, records, positions) keep their layout for a whole major version.
 *  - Threads: an instance is called by one thread at a time. open/close and a stage's shared data may be
 *    reached by several instances at once; functions marked [any-thread] may be called from any thread, the
 *    others only from inside a call that handed out the context.
 */
#ifndef WEIR_ABI_H
#define WEIR_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WEIR_ABI_MAJOR 1u
#define WEIR_ABI_MINOR 0u

/* Name of the one exported function, of type weir_library_fn. */
#define WEIR_LIBRARY_SYMBOL "weir_library"

/* Bytes behind the end of every record's value that are readable (not meaningful), so that a JSON parser can
 * work in place with wide loads (simdjson's SIMDJSON_PADDING). Blocks from block_new have them built in. */
#define WEIR_PADDING 64u

/* event_time of a record that has none. */
#define WEIR_NO_TIME INT64_MIN

/* The port, built in on every stage, for records the stage cannot take. */
#define WEIR_ERROR_PORT UINT32_MAX

typedef enum weir_status {
  WEIR_OK = 0,
  WEIR_IDLE = 1, /* poll: nothing there now; the source calls wake() when there is */
  WEIR_END = 2,  /* poll: the source has ended; poll is not called again */
  WEIR_FAILED =
      -1, /* the items of this call failed: the host sends them to the error port, with set_error's text */
  WEIR_STOP = -2 /* the stage cannot go on: the pipeline stops, its positions kept, with set_error's text */
} weir_status;

/* ---- values ------------------------------------------------------------------------------------------- */

/* Bytes; never relied on to end in NUL. data == NULL means absent, which is not the same as empty. */
typedef struct weir_slice {
  const char* data;
  size_t size;
} weir_slice;

typedef struct weir_header {
  weir_slice name;
  weir_slice value;
} weir_header;

/* A reference-counted piece of memory that owns the bytes of records. Opaque; see block_new. */
typedef struct weir_block weir_block;

/* Where records come from: one of a source's independent sequences of positions, for instance a partition of
 * a topic or a file. Made by the host (see origin), the same pointer for the same names, alive as long as the
 * job. */
typedef struct weir_origin {
  uint32_t size;
  int32_t partition; /* -1 where the source has none */
  weir_slice source; /* the source stage's name */
  weir_slice name;   /* topic, file path, ... */
} weir_origin;

/* What went wrong with a record, carried by records on the error port and on side ports that give a reason.
 */
typedef struct weir_failure {
  uint32_t size;
  uint32_t attempts; /* how often the record was tried in all, replays included; at least 1 */
  weir_slice stage;
  weir_slice port;
  weir_slice code;    /* short and stable, for machines: "40003", "bad_json" */
  weir_slice message; /* one line for people */
  int64_t first_time; /* milliseconds since 1970 UTC, of the first and the last failure */
  int64_t last_time;
} weir_failure;

typedef struct weir_record {
  weir_slice value; /* data == NULL: no value (a tombstone of a compacted topic) */
  weir_slice key;   /* data == NULL: no key */
  const weir_header* headers;
  weir_block* block;           /* owns value, key and headers; NULL where those live as long as the job */
  const weir_origin* origin;   /* NULL for a record that no source position stands for */
  const weir_failure* failure; /* NULL for a record that has not failed */
  int64_t position;            /* within origin: a Kafka offset, a file's line number (from 1) */
  int64_t event_time;          /* milliseconds since 1970 UTC, or WEIR_NO_TIME */
  uint32_t header_count;
  uint32_t reserved; /* 0 */
} weir_record;

/* A list of records with the bounds of the window that gathered them. */
typedef struct weir_group {
  uint32_t size;
  uint32_t input; /* which of the stage's inputs it came by; 0 is the first */
  weir_slice key; /* data == NULL: not keyed */
  int64_t start;  /* milliseconds since 1970 UTC, inclusive */
  int64_t end;    /* exclusive */
  const weir_record* records;
  size_t count;
} weir_group;

/* Records on their way into a stage. */
typedef struct weir_batch {
  uint32_t size;
  uint32_t input;
  const weir_record* records;
  size_t count;
  const weir_slice* keys; /* the stage's `key:` of each record; NULL where the stage is not keyed */
  uint32_t broadcast;     /* not 0: all tasks see these records */
  uint32_t reserved;      /* 0 */
} weir_batch;

/* A declared state of a stage: one value, or one map of values, for each key and window. Owned by the host,
 * alive as long as the context. */
typedef struct weir_state weir_state;

typedef enum weir_state_kind { WEIR_VALUE_STATE = 1, WEIR_MAP_STATE = 2 } weir_state_kind;

typedef struct weir_state_options {
  uint32_t size;
  uint32_t kind;        /* weir_state_kind */
  int64_t time_to_live; /* milliseconds of processing time after the last write; 0: for ever; of a map each
                           field has its own */
  uint32_t ttl_on_read; /* not 0: reading counts as well */
  uint32_t reserved;    /* 0 */
} weir_state_options;

/* Sees one entry of a state: a key with its value, or a field of a key's map with its own. Must not change
 * the state. */
typedef void (*weir_visit)(void* visitor, weir_slice name, weir_slice value);

/* Everything of `origin` before `next` has been delivered durably. */
typedef struct weir_position {
  const weir_origin* origin;
  int64_t next;
} weir_position;

typedef enum weir_time_domain { WEIR_PROCESSING_TIME = 0, WEIR_EVENT_TIME = 1 } weir_time_domain;

typedef struct weir_timer {
  uint32_t size;
  uint32_t domain; /* weir_time_domain */
  weir_slice key;  /* as given to timer_set */
  int64_t time;    /* milliseconds since 1970 UTC */
} weir_timer;

typedef enum weir_log_level {
  WEIR_DEBUG = 0,
  WEIR_INFO = 1,
  WEIR_WARNING = 2,
  WEIR_ERROR = 3
} weir_log_level;

/* ---- the host's side ---------------------------------------------------------------------------------- */

/* One instance's (or, in open and close, one stage's) door to the host. Valid from open/create until
 * close/destroy. */
typedef struct weir_context weir_context;

/* A count that appears in the summary and the metrics under the stage's name. Owned by the host. */
typedef struct weir_counter weir_counter;

/* Where an instance runs, and how. */
typedef struct weir_place {
  uint32_t size;
  uint32_t task; /* 0 .. tasks-1: a task is one thread with its own copy of the graph */
  uint32_t tasks;
  uint32_t worker; /* 0 .. workers-1 within the task: the stage's `concurrency` */
  uint32_t workers;
  weir_slice pipeline;
  weir_slice stage;
  uint32_t transactions; /* sinks: WEIR_IN_TRANSACTIONS, WEIR_KEEPS_CHECKPOINTS, WEIR_BY_PARTITION, or 0;
                            sources: WEIR_BY_PARTITION, or 0 */
  uint32_t reserved;     /* 0 */
} weir_place;

/* How a sink takes part in checkpoints: */
/* exactly once: nothing that it takes may count before it has been committed with a checkpoint. */
#define WEIR_IN_TRANSACTIONS 1u
/* it keeps the pipeline's checkpoints, in the place that it writes to. With WEIR_IN_TRANSACTIONS what it took
 * and the checkpoint are committed together, or neither is. */
#define WEIR_KEEPS_CHECKPOINTS 2u
/* How a source takes part in them: */
/* state is kept by its partitions, and goes with them from process to process: see take_over. A sink with
 * WEIR_KEEPS_CHECKPOINTS keeps that state, for all of those processes. */
#define WEIR_BY_PARTITION 4u

/* What belongs to one partition of a source, for the sink that keeps it. */
typedef struct weir_unit {
  weir_slice name;           /* begins with "partition-" */
  const weir_origin* origin; /* the partition */
  int64_t next;              /* the same as in `content`: where reading goes on */
  uint64_t term;             /* what stage_claim gave for it */
  uint64_t number;           /* grows from one content of the unit to the next */
  weir_slice content;        /* to be handed back as it is; data == NULL: it stays as it was saved */
  uint32_t leaves;           /* not 0: it is given up, this task writes nothing more of it */
  uint32_t reserved;         /* 0 */
} weir_unit;

/* One checkpoint, for the sink that keeps it. */
typedef struct weir_checkpoint {
  uint32_t size;
  uint32_t reserved;  /* 0 */
  weir_slice name;    /* of the tasks that it is of: what is saved under a name replaces what was there */
  uint64_t number;    /* grows from checkpoint to checkpoint of that name, over restarts too */
  weir_slice content; /* all of it; to be handed back as it is */
  const weir_position* positions; /* the same positions as in `content`: how far each source is done */
  size_t position_count;
  const weir_header* claims; /* of sources that have one: the stage's name and its claim */
  size_t claim_count;
  /* WEIR_BY_PARTITION: units instead of `name` and `content`, all of one task, none or all of which are
   * saved. If somebody has claimed one of them since, none is, and the call fails. */
  const weir_unit* units;
  size_t unit_count;
} weir_checkpoint;

typedef struct weir_host {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;

  /* -- what people read. Secrets never go in. -- */
  /* [any-thread] One line; the host adds time and stage, and limits the rate. */
  void (*log)(weir_context*, weir_log_level, weir_slice line);
  /* The reason for the status that the running call is about to return. */
  void (*set_error)(weir_context*, weir_slice code, weir_slice message);
  /* open only: an option is wrong. `pointer` is a JSON pointer into the options ("/where/all/1"), which the
   * host turns into file, line and column. May be called several times; open then returns NULL. */
  void (*problem)(weir_context*, weir_slice pointer, weir_slice message);
  /* Where this instance runs; the result lives as long as the context. [any-thread] */
  const weir_place* (*place)(weir_context*);

  /* -- memory -- [any-thread] */
  /* A new block of `capacity` bytes with WEIR_PADDING readable bytes behind; *data is its start. The caller
   * owns one reference. NULL when memory is exhausted. */
  weir_block* (*block_new)(size_t capacity, char** data);
  void (*block_retain)(weir_block*);
  void (*block_release)(weir_block*);
  /* Whether the caller's reference is the only one, so that it may write the block anew. */
  int (*block_is_unique)(const weir_block*);
  /* Keep records beyond the call, and let them go: counts their blocks up and down. */
  void (*retain)(const weir_record*, size_t count);
  void (*release)(const weir_record*, size_t count);

  /* -- output: into the port's consumers, or to the task that owns this worker. The records stay the
   * caller's. -- */
  void (*emit)(weir_context*, uint32_t port, const weir_record*, size_t count);
  void (*emit_group)(weir_context*, uint32_t port, const weir_group*);
  /* The same with a reason: on a side port, or on WEIR_ERROR_PORT. Attempts are counted up by the host. */
  void (*fail)(weir_context*, uint32_t port, const weir_record*, size_t count, weir_slice code,
               weir_slice message);

  /* -- time -- */
  /* Processing time in milliseconds since 1970 UTC; a clock that tests can set. [any-thread] */
  int64_t (*now)(weir_context*);
  /* Waits; returns 0 when the time is over, 1 at once when the pipeline aborts. Only from a worker. */
  int (*sleep)(weir_context*, int64_t milliseconds);
  /* One timer for a domain, key and time; a second set is no second call. on_timer comes on the stage's
   * thread: for processing time when the clock has come to it, for event time when the watermark has, before
   * the watermark goes on to the next stages. Event time is only there behind a stage with `event_time:`. */
  void (*timer_set)(weir_context*, weir_time_domain, weir_slice key, int64_t time);
  void (*timer_delete)(weir_context*, weir_time_domain, weir_slice key, int64_t time);

  /* -- lists: a window's contents. The host owns them, so that positions wait for what they hold. -- */
  /* Appends to the list of (key, window); returns how many it holds then. `window` is the plugin's own
   * number. */
  size_t (*list_append)(weir_context*, weir_slice key, int64_t window, const weir_record*, size_t count);
  /* Emits the list as one group and forgets it. Nothing happens when it is empty. */
  void (*list_emit)(weir_context*, uint32_t port, weir_slice key, int64_t window, int64_t start, int64_t end);
  void (*list_clear)(weir_context*, weir_slice key, int64_t window);
  /* -- sources -- */
  /* The origin of that name, the same pointer for the same arguments. From now on records are expected of it:
   * until they come it holds event time back. */
  const weir_origin* (*origin)(weir_context*, weir_slice name, int32_t partition);
  /* After WEIR_IDLE: there is something to poll. [any-thread] */
  void (*wake)(weir_context*);
  /* Called from inside poll, before origins go to another owner: the host drains, flushes, calls commit for
   * what may be committed, and forgets what it still holds of them. With `lost` it may not commit them any
   * more. */
  void (*give_up)(weir_context*, const weir_origin* const*, size_t count, int lost);

  /* -- metrics -- [any-thread] */
  /* The counter of that name; the same for all instances of a stage. */
  weir_counter* (*counter)(weir_context*, weir_slice name);
  void (*counter_add)(weir_counter*, uint64_t n);

  /* -- memory, once more -- [any-thread] */
  /* As block_new; the block keeps `parent` (which may be NULL) alive, so that a record may point into both.
   */
  weir_block* (*block_new_over)(weir_block* parent, size_t capacity, char** data);

  /* -- event time -- */
  /* Event time has come so far: no record at or before it is expected any more. INT64_MIN before the first
   * watermark, INT64_MAX at the end of the input. */
  int64_t (*watermark)(weir_context*);
  /* No more records come from that origin, for now: it no longer holds event time back. */
  void (*origin_done)(weir_context*, const weir_origin*);

  /* -- state: kept for a key and a window, saved with the checkpoint. `window` is the plugin's own number; a
   * state without windows uses 0. Not from a worker. -- */
  /* The state of that name, the same for the same name; from start. NULL, and told, when it was opened
   * otherwise. */
  weir_state* (*state_open)(weir_context*, weir_slice name, const weir_state_options*);
  /* The value, data == NULL when there is none. Valid until the state is changed. */
  weir_slice (*state_get)(weir_context*, weir_state*, weir_slice key, int64_t window);
  /* Makes the value `bytes` long and returns where it stands, to be written until the state's next call. What
   * it held stays, what is new is zero. *held: its size before, or SIZE_MAX when there was none. NULL when
   * memory is exhausted; the pipeline then stops. */
  char* (*state_room)(weir_context*, weir_state*, weir_slice key, int64_t window, size_t bytes, size_t* held);
  /* Forgets the value, or the map. */
  void (*state_erase)(weir_context*, weir_state*, weir_slice key, int64_t window);
  /* Each key of a window, in no particular order, with its value (absent for WEIR_MAP_STATE); then, with
   * `erase`, forgets the window. */
  void (*state_each)(weir_context*, weir_state*, int64_t window, int erase, void* visitor, weir_visit);
  /* WEIR_MAP_STATE: a field of the key's map. Fields are visited in the order of their bytes. */
  weir_slice (*map_get)(weir_context*, weir_state*, weir_slice key, int64_t window, weir_slice field);
  void (*map_put)(weir_context*, weir_state*, weir_slice key, int64_t window, weir_slice field,
                  weir_slice value);
  void (*map_erase)(weir_context*, weir_state*, weir_slice key, int64_t window, weir_slice field);
  void (*map_each)(weir_context*, weir_state*, weir_slice key, int64_t window, void* visitor, weir_visit);

  /* -- more of lists -- */
  /* Emits the list as one group and keeps it. Nothing happens when it is empty. */
  void (*list_show)(weir_context*, uint32_t port, weir_slice key, int64_t window, int64_t start, int64_t end);
  /* Forgets the first `count` records of the list. */
  void (*list_drop_front)(weir_context*, weir_slice key, int64_t window, size_t count);
  /* Moves all of list `from` behind those of list `into`: windows that merge. Returns how many that holds
   * then. */
  size_t (*list_move)(weir_context*, weir_slice key, int64_t from, int64_t into);
  /* The list's records, valid until it is changed. */
  const weir_record* (*list_records)(weir_context*, weir_slice key, int64_t window, size_t* count);

  /* -- exactly once -- */
  /* Sources: where reading of that origin goes on, whatever the source's own notes say; INT64_MIN where the
   * checkpoint does not tell, as in pipelines that deliver at least once and keep no state. From start and
   * poll. */
  int64_t (*saved_position)(weir_context*, const weir_origin*);

  /* -- more of state -- */
  /* Forgets what the state holds of that window when time has come to `at`, behind the timers of that moment:
   * event time where the stage has it, processing time where it has none. The last call for a window counts.
   * What is written of a window that has been forgotten lives for that call. */
  void (*state_forget_at)(weir_context*, weir_state*, int64_t window, int64_t at);

  /* -- state by partition -- */
  /* Sources with WEIR_BY_PARTITION, from inside poll, when origins have come to this instance and before
   * anything of them is read: the host loads what was saved with those partitions, and from then on
   * saved_position tells where they go on. `partitions`: how many there are of each name in all; the numbers
   * of the origins are below that. give_up ends it. Returns 0; or 1 where it cannot be, and the pipeline
   * stops: then nothing of them may be read. */
  int (*take_over)(weir_context*, const weir_origin* const*, size_t count, uint32_t partitions);
} weir_host;

/* ---- the plugin's side -------------------------------------------------------------------------------- */

typedef enum weir_kind { WEIR_SOURCE = 1, WEIR_WINDOW = 2, WEIR_PROCESS = 3, WEIR_SINK = 4 } weir_kind;

typedef enum weir_item { WEIR_RECORDS = 1, WEIR_GROUPS = 2 } weir_item;

typedef enum weir_option_type {
  WEIR_STRING = 1,
  WEIR_BOOL = 2,
  WEIR_INTEGER = 3,
  WEIR_NUMBER = 4,
  WEIR_DURATION = 5,     /* "5s" in the file; milliseconds in the options */
  WEIR_SIZE = 6,         /* "64MiB" in the file; bytes in the options */
  WEIR_CHOICE = 7,       /* one of `choices` */
  WEIR_STRING_LIST = 8,  /* a list, or a single string, which counts as a list of one */
  WEIR_STRING_MAP = 9,   /* names to strings; numbers and booleans are taken as their text */
  WEIR_OBJECT = 10,      /* a map with the options in `fields` */
  WEIR_OBJECT_LIST = 11, /* a list of such maps */
  WEIR_ANY = 12          /* any YAML tree, checked by the plugin in open */
} weir_option_type;

/* One option, declared once: it drives parsing, errors, `etl-run plugins NAME` and the documentation. */
typedef struct weir_option {
  uint32_t size;
  uint32_t type; /* weir_option_type */
  const char* name;
  const char* help;           /* one or more sentences */
  const char* default_value;  /* as it would stand in the file; NULL: none. Optional unless `required` */
  const char* const* choices; /* WEIR_CHOICE: names, ended by NULL */
  const struct weir_option* const* fields; /* WEIR_OBJECT, WEIR_OBJECT_LIST: ended by NULL */
  /* numbers, durations (ms) and sizes (bytes): the range, both ends included; equal ends mean no range */
  double minimum;
  double maximum;
  uint8_t required;
  uint8_t secret; /* never printed */
  /* stages with WEIR_STATEFUL: state that was saved with another value of it cannot be read; a start is
   * refused then */
  uint8_t shapes_state;
} weir_option;

typedef struct weir_port {
  uint32_t size;
  uint32_t item;    /* weir_item */
  const char* name; /* "out" is the main port */
  const char* help;
  const char* schema; /* a JSON Schema of what leaves by it, or NULL */
} weir_port;

/* A named input of a stage that has several: `from: {NAME: stage, ...}`. Its number is its place in the list.
 */
typedef struct weir_input {
  uint32_t size;
  uint32_t accepts; /* weir_item bits */
  const char* name;
  const char* help;
  uint32_t broadcast; /* not 0: each record goes to all tasks */
  uint32_t reserved;  /* 0 */
} weir_input;

/* Capabilities of a plugin. */
#define WEIR_BLOCKS 1u     /* process may wait for I/O: the stage runs on worker threads of its own */
#define WEIR_CONCURRENT 2u /* several workers may share the stage's input (`concurrency: n`) */
#define WEIR_ENDS 4u       /* sources: poll can return WEIR_END */
/* Sources: after restore, or at saved_position, it goes on with exactly the record that comes next;
 * stage_refuses may tell that it does not with these options. */
#define WEIR_REWINDS 16u
/* Sinks: works in transactions. It has prepare, commit_prepared and stage_recover, or, where it can only keep
 * the checkpoint itself, stage_load and save_checkpoint. */
#define WEIR_TRANSACTIONAL 32u
/* All that it holds between calls stands in the host's state, lists and timers, and is saved with the
 * checkpoint: when the pipeline only stops, it goes on where it was and finish() is not called. */
#define WEIR_STATEFUL 8u
/* Sources: several processes may share what it reads, by partitions whose number is in each origin: it calls
 * take_over and give_up, and a record's partition is a hash of its key. */
#define WEIR_SHARES_PARTITIONS 128u

/* Processes: it does its work for each key. A file is refused where the stage has no `key:` (or, for groups,
 * the window before it has none), and where it makes an input broadcast that the plugin has not declared as
 * that. */
#define WEIR_KEYED 64u

typedef struct weir_stage weir_stage;       /* made by open: one for each stage of the file */
typedef struct weir_instance weir_instance; /* made by create: one for each thread that runs the stage */

/* Functions that a plugin does not need may be NULL. */
typedef struct weir_plugin {
  uint32_t size;
  uint32_t kind;         /* weir_kind */
  uint32_t accepts;      /* weir_item bits; 0 for sources */
  uint32_t capabilities; /* WEIR_BLOCKS, ... */
  const char* name;      /* lower-case letters, digits, '_' */
  const char* version;
  const char* summary;               /* one line */
  const char* example;               /* YAML: one stage that uses it */
  const weir_option* const* options; /* ended by NULL */
  const weir_port* const* ports; /* ended by NULL, in the order of their numbers; `error` is not among them */

  /* Reads the options: a JSON object in which defaults stand, durations are milliseconds and sizes bytes. On
   * error: problem() or set_error(), and NULL. The slice lives for the call. */
  weir_stage* (*open)(const weir_host*, weir_context*, weir_slice options);
  /* Ports that depend on the options, instead of `ports`; ended by NULL, alive until close. */
  const weir_port* const* (*stage_ports)(weir_stage*);
  void (*close)(weir_stage*);

  weir_instance* (*create)(weir_stage*, weir_context*);
  weir_status (*start)(weir_instance*, weir_context*);
  void (*destroy)(weir_instance*);

  /* Sources: emit about `budget` bytes and return without waiting. Budget 0: emit nothing, but keep the
   * connection alive (a consumer group expects its members to poll). */
  weir_status (*poll)(weir_instance*, weir_context*, size_t budget);
  /* Sources: these positions are safe. WEIR_FAILED: they are handed over again with the next commit. */
  weir_status (*commit)(weir_instance*, weir_context*, const weir_position*, size_t count);
  /* Sources, before start: where the last run stopped. */
  weir_status (*restore)(weir_instance*, weir_context*, const weir_position*, size_t count);
  /* Sources that end: how far it is, 0 to 1; negative when unknown. [any-thread] */
  double (*progress)(weir_instance*);

  weir_status (*process)(weir_instance*, weir_context*, const weir_batch*);
  weir_status (*process_group)(weir_instance*, weir_context*, const weir_group*);
  weir_status (*on_timer)(weir_instance*, weir_context*, const weir_timer*);
  /* WEIR_FAILED from finish or flush stops the pipeline, positions kept. In pipelines that deliver exactly
   * once windows and processes without WEIR_STATEFUL are finished before each checkpoint. */
  weir_status (*finish)(weir_instance*, weir_context*);
  weir_status (*flush)(weir_instance*, weir_context*);
  /* The pipeline aborts: a call that waits should return soon. [any-thread] */
  void (*interrupt)(weir_instance*);

  /* Its inputs, ended by NULL; NULL: it has one, without a name. */
  const weir_input* const* inputs;

  /* A JSON Schema of the records that the input of this number takes, alive until close; NULL: any. A file is
   * refused where it wires a port to the input whose declared schema allows no value that this one allows. */
  const char* (*stage_takes)(weir_stage*, uint32_t input);

  /* -- transactions of sinks; the functions of a stage are called while it has no instances -- */
  /* Whether a stage with these options can work with those flags of weir_place, `instances` of it at once:
   * NULL, or why not, alive until close. Sources are asked with WEIR_IN_TRANSACTIONS: whether they go back to
   * exactly where a checkpoint was made; and with WEIR_BY_PARTITION: whether several processes can share the
   * partitions, those of the same number going together. */
  const char* (*stage_refuses)(weir_stage*, uint32_t transactions, uint32_t instances);
  /* WEIR_KEEPS_CHECKPOINTS. From now on the checkpoints belong to this process: one that has them still can
   * save no more, and what it has not committed is taken back. Then calls `visit` with each name and the
   * content saved under it. */
  weir_status (*stage_load)(weir_stage*, weir_context*, void* visitor, weir_visit visit);
  /* WEIR_IN_TRANSACTIONS, after stage_load. `saved`: what prepare() gave for the checkpoint that the stage
   * starts from; commits those that are not committed yet, and takes back all else that the stage has written
   * in transactions. */
  weir_status (*stage_recover)(weir_stage*, weir_context*, const weir_slice* saved, size_t count);
  /* Makes the transaction so durable that it can be committed, or taken back, by another process after a
   * crash; what comes after it belongs to the next one. *transaction: how it is found again, until the next
   * call; empty when nothing needs to be committed. Not called for an instance that saves the checkpoint. */
  weir_status (*prepare)(weir_instance*, weir_context*, uint64_t checkpoint, weir_slice* transaction);
  /* The checkpoint has been saved. Called for what was prepared last, if it was not empty. */
  weir_status (*commit_prepared)(weir_instance*, weir_context*);
  /* WEIR_KEEPS_CHECKPOINTS: saves it, together with the transaction where there is one. Durable when it
   * returns WEIR_OK; anything else stops the pipeline, and stage_load will tell which of the two it was. */
  weir_status (*save_checkpoint)(weir_instance*, weir_context*, const weir_checkpoint*);
  /* Sources, at each checkpoint: bytes by which a sink that commits positions in its own transaction proves
   * that they belong to this process (Kafka: the consumer group's metadata), until the next call; empty:
   * none. */
  weir_slice (*claim)(weir_instance*, weir_context*);

  /* -- sinks that keep state by partition (WEIR_KEEPS_CHECKPOINTS with WEIR_BY_PARTITION), instead of
   * stage_load and stage_recover. Also called while the stage has instances, one call at a time. -- */
  /* From now on the unit of that name belongs to this task of this process: who had it can save it no more,
   * and what that one has not committed with it is taken back. *term: higher than that of every owner before.
   * Calls `visit` with its content, if it has been saved. */
  weir_status (*stage_claim)(weir_stage*, weir_context*, weir_slice name, uint32_t task, uint64_t* term,
                             void* visitor, weir_visit visit);
  /* Calls `visit` with the content of the unit of that name, if it has been saved, without claiming it. Of an
   * absent name: with the name of all units and checkpoints that the stage has for the pipeline, and no
   * content. */
  weir_status (*stage_look)(weir_stage*, weir_context*, weir_slice name, void* visitor, weir_visit visit);
  /* Saves units that have been claimed, before any instance works. */
  weir_status (*stage_save)(weir_stage*, weir_context*, const weir_checkpoint*);
} weir_plugin;

typedef struct weir_library_info {
  uint32_t size;
  uint32_t abi_major;
  uint32_t abi_minor;
  const weir_plugin* const* plugins; /* ended by NULL */
} weir_library_info;

/* The exported symbol. Returns static data; no side effects. */
typedef const weir_library_info* (*weir_library_fn)(void);

#ifdef __cplusplus
}
#endif

#endif /* WEIR_ABI_H */
