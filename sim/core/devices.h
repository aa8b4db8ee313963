/* devices.h - the GPUs of one node: who has which, now and as promised.
 *
 * A device is 1000 milli-GPUs.  A task that needs less shares one device with
 * others; one that needs more takes as many devices as it takes to have enough,
 * each of them whole.  It gets the first ones that will do, in order. */
#ifndef PT_CORE_DEVICES_H
#define PT_CORE_DEVICES_H

#include "core/space.h"

enum { PT_DEVICE = 1000, PT_GRANT_PROMISE = -1 };

/* So much of a device, for one task. */
struct pt_grant {
    const struct pt_attempt *attempt;
    int32_t task; /* index in the attempt, or PT_GRANT_PROMISE */
    int32_t device, amount;
    pt_time start, end;
};

struct pt_devices {
    int32_t n;
    int64_t size;   /* of them all; the last may be a part of one */
    int32_t *free;  /* [n] now, promises left aside */
    int32_t *least; /* [n] what the last look found */
    struct pt_grant *grants;
    int32_t ngrants, capacity;
};

/* Whether a task that needs GPUS shares its device. */
static inline bool pt_devices_is_part(int64_t gpus)
{
    return gpus > 0 && gpus < PT_DEVICE;
}

/* What a task that needs GPUS takes. */
static inline int64_t pt_devices_whole(int64_t gpus)
{
    return gpus <= PT_DEVICE ? gpus
                             : (gpus + PT_DEVICE - 1) / PT_DEVICE * PT_DEVICE;
}

void pt_devices_open(struct pt_devices *devices, int64_t size);
void pt_devices_close(struct pt_devices *devices);

/* Tasks that need GPUS > 0 each, on devices of which LEFT [n] is free. */
int32_t pt_devices_room(const struct pt_devices *devices, const int32_t *left,
                        int64_t gpus);
/* The same where nothing runs on SIZE milli-GPUs. */
int64_t pt_devices_empty(int64_t size, int64_t gpus);

/* Fills `least`: what is left of each device all through [from, until), if
 * ATTEMPT's promise is left aside; grants that run are looked at from NOW on.
 * Or: what is free now. */
void pt_devices_look(struct pt_devices *devices,
                     const struct pt_attempt *attempt, pt_time now,
                     pt_time from, pt_time until);
void pt_devices_look_now(struct pt_devices *devices);
/* Gives one task that needs GPUS devices of those that were found, as LIKE
 * says but for device and amount.  False: too few are left, and nothing is
 * done. */
bool pt_devices_grant(struct pt_devices *devices, const struct pt_grant *like,
                      int64_t gpus);
/* Takes them back from TASK, or all of a promise. */
void pt_devices_give(struct pt_devices *devices,
                     const struct pt_attempt *attempt, int32_t task);
/* The predicted end of ATTEMPT's grants moves to UNTIL. */
void pt_devices_extend(struct pt_devices *devices,
                       const struct pt_attempt *attempt, pt_time until);
/* From now on some device is to serve more than it can. */
bool pt_devices_overbooked(const struct pt_devices *devices, pt_time now);
/* Recounts what is free, FREE milli-GPUs in all; a difference is a bug. */
void pt_devices_check(const struct pt_devices *devices, int64_t free);

/* Slots for tasks with NEED by Spark's formula (see space.h), on a node with
 * SIZE of which FREE is free. */
int64_t pt_devices_slots(const struct pt_devices *devices,
                         const struct pt_need *size, const struct pt_need *free,
                         const struct pt_need *need, enum pt_slots which);

#endif
