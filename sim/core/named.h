/* named.h - what only a named machine can tell. */
#ifndef PT_CORE_NAMED_H
#define PT_CORE_NAMED_H

#include "core/space.h"

/* Writes the GPUs that TASK of ATTEMPT (its index there) has on its node, at
 * most MAX of them, ascending, and returns how many it has: 0 if it needs none,
 * or has given them back. */
int32_t pt_named_devices(const struct pt_space *space,
                         const struct pt_attempt *attempt, int32_t task,
                         int32_t *devices, int32_t max);

#endif
