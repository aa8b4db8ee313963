/* resource.h - what tasks need and nodes have, in integers. */
#ifndef PT_CORE_RESOURCE_H
#define PT_CORE_RESOURCE_H

#include <stdint.h>

enum pt_resource { PT_CORES, PT_GPUS, PT_MEMORY, PT_RESOURCES };

/* Milli-cores, milli-GPUs, MiB. */
struct pt_need {
    int64_t amount[PT_RESOURCES];
};

/* COUNT consecutive numbers from FIRST: processors (identical nodes, one
 * resource) or nodes. */
struct pt_range {
    int32_t first, count;
};

#endif
