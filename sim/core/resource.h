/* resource.h - what tasks need and nodes have, in integers. */
#ifndef PT_CORE_RESOURCE_H
#define PT_CORE_RESOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum pt_resource { PT_CORES, PT_GPUS, PT_MEMORY, PT_RESOURCES };

/* Milli-cores, milli-GPUs, MiB. */
struct pt_need {
    int64_t amount[PT_RESOURCES];
};

/* One machine among others.  GPUs are devices of 1000 each: a task that needs
 * less than one shares one with others, one that needs more takes whole ones.
 */
struct pt_node {
    struct pt_need size;
    int32_t host; /* several nodes (Spark's executors) may share a host */
    int32_t rack;
    int32_t profile; /* >= 1: the only stages it serves name it, or none */
    bool absent;     /* at first: it comes with PT_FACT_NODE_UP */
};

/* COUNT consecutive numbers from FIRST: processors (identical nodes, one
 * resource) or nodes. */
struct pt_range {
    int32_t first, count;
};

#endif
