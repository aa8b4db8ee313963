/* counted.h - what the plan may ask of a counted machine beyond pt_space_ops.
 */
#ifndef PT_CORE_COUNTED_H
#define PT_CORE_COUNTED_H

#include "core/profile.h"
#include "core/space.h"

/* The future of SPACE; NULL if no promises are kept, or it is not counted. */
const struct pt_profile *pt_counted_profile(const struct pt_space *space);

#endif
