/* exclude.h - nodes on which tasks failed, and are not tried again.
 *
 * Spark's excludeOnFailure (HealthTracker, TaskSetExcludelist), by its
 * defaults: a task is tried once per node and twice per host; a stage attempt
 * leaves a node after failures of 2 of its tasks there, and a host when 2 of
 * its nodes are left; the application does the same, each for an hour from when
 * it came to that, counting the failures of attempts that succeeded, for an
 * hour from when it learned of them.  NODES may be NULL: each is a host of its
 * own.  Pure. */
#ifndef PT_CORE_EXCLUDE_H
#define PT_CORE_EXCLUDE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/time.h"
#include "core/resource.h"

/* Failures of one stage attempt. */
struct pt_failures {
    struct pt_failure {
        int32_t task, node;
    } * list; /* each (task, node) once, in order of its first failure */
    int32_t n, capacity;
};

void pt_failures_add(struct pt_failures *failures, int32_t task, int32_t node);
void pt_failures_fini(struct pt_failures *failures);

/* Whether TASK (-1: no task at all) of that attempt may not run on NODE. */
bool pt_failures_exclude(const struct pt_failures *failures,
                         const struct pt_node *nodes, int32_t task,
                         int32_t node);

/* What the whole application leaves. */
struct pt_excluded {
    struct pt_exclusion {
        int32_t node;
        bool left; /* the node is left; else: a task failed there */
        pt_time until;
    } * list;
    int32_t n, capacity;
};

/* A stage attempt SUCCEEDED: what failed in it counts for the application. */
void pt_excluded_learn(struct pt_excluded *excluded,
                       const struct pt_failures *failures, pt_time now);
bool pt_excluded_has(const struct pt_excluded *excluded,
                     const struct pt_node *nodes, int32_t node, pt_time now);
/* When the first of what is excluded at NOW is over; PT_TIME_NEVER: none. */
pt_time pt_excluded_next(const struct pt_excluded *excluded, pt_time now);
void pt_excluded_fini(struct pt_excluded *excluded);

#endif
