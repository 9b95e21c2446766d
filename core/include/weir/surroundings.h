/* SPDX-License-Identifier: Apache-2.0 */
/* What a window or process is told of the file around it, by weir_plugin::stage_refuses: flags beside those
 * of weir_place, one at a time. It answers NULL, or why it makes no sense there. Part of the boundary. */
#ifndef WEIR_SURROUNDINGS_H
#define WEIR_SURROUNDINGS_H

/* Nothing that it reads, or nothing that it reads by one of its named inputs, tells event time. */
#define WEIR_WITHOUT_EVENT_TIME 256u
/* The stage has a `key:`. */
#define WEIR_WITH_KEY 512u

#endif
