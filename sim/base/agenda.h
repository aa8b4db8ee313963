/* agenda.h - who acts next: one timer per owner, rewritten, never stale.
 *
 * Owners are small integers (slots of a slab).  An owner has at most one timer;
 * setting it again moves it, so there is nothing to cancel and no event can
 * outlive its cause.  Ties fire in order of owner: by identity, not by history.
 * An indexed 4-ary heap. */
#ifndef PT_BASE_AGENDA_H
#define PT_BASE_AGENDA_H

#include <stdint.h>
#include <stdbool.h>
#include "base/time.h"

struct pt_agenda {
    struct pt_agenda_timer {
        pt_time at;
        int32_t owner;
    } * heap;       /* [n] */
    int32_t *place; /* [owners] index in heap, -1: no timer */
    int32_t n, capacity, owners;
};

void pt_agenda_init(struct pt_agenda *agenda);
void pt_agenda_fini(struct pt_agenda *agenda);

/* OWNER's timer fires at AT; PT_TIME_NEVER takes it off.  O(log n). */
void pt_agenda_set(struct pt_agenda *agenda, int32_t owner, pt_time at);

/* When the first timer fires; PT_TIME_NEVER if there is none. */
static inline pt_time pt_agenda_next(const struct pt_agenda *agenda)
{
    return agenda->n > 0 ? agenda->heap[0].at : PT_TIME_NEVER;
}

/* The first timer's owner, whose timer is taken off; there is one. */
int32_t pt_agenda_pop(struct pt_agenda *agenda);

#endif
