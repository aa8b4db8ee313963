/* solo.h - an attempt that is one event, but loads and saves on its way. */
#ifndef PT_WORLD_SOLO_H
#define PT_WORLD_SOLO_H

#include "world/members.h"

struct pt_solo {
    struct pt_way way;
    struct pt_piece piece;
};

/* The caller frees. */
struct pt_solo *pt_solo_new(const struct pt_way *way,
                            const struct pt_piece *piece);

/* What its N tasks have spent and saved at NOW. */
struct pt_progress pt_solo_progress(const struct pt_solo *solo, pt_time now,
                                    int32_t n);

/* How far it was when it last saved goes into SAVED, of a stage of NTASKS
 * tasks, unless that is further: for TASK alone, or for all (-1). */
void pt_solo_save(const struct pt_solo *solo, pt_time now, int32_t task,
                  int32_t ntasks, struct pt_saved *saved);

#endif
