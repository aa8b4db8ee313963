/* node.h - one node of a named machine: who has what of it, now and later.
 *
 * Promises name their node.  They count its GPUs, as that is all it takes
 * while tasks take whole ones: those that are due get whichever are free.  Once
 * a task shares a GPU with others a count does not say any more what fits, and
 * promises name their GPUs, too. */
#ifndef PT_CORE_NODE_H
#define PT_CORE_NODE_H

#include "core/devices.h"

/* A use by one attempt, over time: running, or promised. */
struct pt_booking {
    pt_time start, end;
    int32_t tasks;
    bool promised;
    bool named; /* promised: it has its GPUs */
    const struct pt_attempt *attempt;
};

struct pt_node_book {
    struct pt_need free; /* now, promises left aside */
    const struct pt_need *size;
    struct pt_booking *bookings;
    int32_t n, capacity;
    int32_t number, profile;
    bool down;
    pt_time since, until; /* it is to be down then; until = since: no more */
    bool names;           /* promises name their GPUs */
    struct pt_devices devices;
};

/* What a task with NEED takes of R. */
static inline int64_t pt_node_taken(const struct pt_need *need,
                                    enum pt_resource r)
{
    return r == PT_GPUS ? pt_devices_whole(need->amount[r]) : need->amount[r];
}

/* CONFIG, and its list of nodes, must stay. */
void pt_node_open(struct pt_node_book *node,
                  const struct pt_space_config *config, int32_t number);
void pt_node_close(struct pt_node_book *node);

/* Whether any of ATTEMPT's tasks that run is on it, or was promised it. */
bool pt_node_touched(const struct pt_node_book *node,
                     const struct pt_attempt *attempt);
/* Whether it is to be down at some time in [FROM, UNTIL). */
bool pt_node_noticed(const struct pt_node_book *node, pt_time from,
                     pt_time until);
/* Tasks of SPEC that it has room for when it is empty and up. */
int64_t pt_node_most(const struct pt_node_book *node,
                     const struct pt_stage *spec);
/* Tasks of ATTEMPT that it has room for now, promises left aside. */
int32_t pt_node_room_now(const struct pt_node_book *node,
                         const struct pt_space *space,
                         const struct pt_attempt *attempt);
/* The same all through [from, until), if ATTEMPT's promise alone is left aside.
 */
int32_t pt_node_room(struct pt_node_book *node, const struct pt_space *space,
                     const struct pt_attempt *attempt, pt_time from,
                     pt_time until);
/* Slots for tasks of SPEC by Spark's formula (space.h). */
int64_t pt_node_slots(const struct pt_node_book *node,
                      const struct pt_space *space, const struct pt_stage *spec,
                      enum pt_slots which);

/* From now on promises name their GPUs; those that stand are first. */
void pt_node_name(struct pt_node_book *node);
/* Promises it to TASKS of ATTEMPT; takes that promise back. */
void pt_node_promise(struct pt_node_book *node, const struct pt_space *space,
                     const struct pt_attempt *attempt, int32_t tasks,
                     pt_time start, pt_time end);
void pt_node_unpromise(struct pt_node_book *node,
                       const struct pt_attempt *attempt);

/* Takes it for TASKS of ATTEMPT, from its task FIRST on, until attempt->until;
 * gives it back from one. */
void pt_node_take(struct pt_node_book *node, const struct pt_space *space,
                  const struct pt_attempt *attempt, int32_t first,
                  int32_t tasks);
void pt_node_give(struct pt_node_book *node, const struct pt_attempt *attempt,
                  int32_t task);
/* The predicted end of ATTEMPT's tasks on it moves to UNTIL. */
void pt_node_extend(struct pt_node_book *node, const struct pt_attempt *attempt,
                    pt_time until);

/* At some time from now on it is to serve more than it can. */
bool pt_node_overbooked(const struct pt_node_book *node,
                        const struct pt_space *space);
/* What is free, recounted; a difference is a bug. */
void pt_node_check(const struct pt_node_book *node);

#endif
