#include "core/devices.h"

#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

static int32_t size_of(const struct pt_devices *devices, int32_t device)
{
    return device + 1 < devices->n
               ? PT_DEVICE
               : (int32_t)(devices->size - (int64_t)device * PT_DEVICE);
}

void pt_devices_open(struct pt_devices *devices, int64_t size)
{
    *devices = (struct pt_devices){.size = size};
    if (size == 0)
        return;
    devices->n = (int32_t)((size + PT_DEVICE - 1) / PT_DEVICE);
    devices->free = pt_alloc((size_t)devices->n, sizeof *devices->free);
    devices->least = pt_alloc((size_t)devices->n, sizeof *devices->least);
    for (int32_t i = 0; i < devices->n; i++)
        devices->free[i] = size_of(devices, i);
}

void pt_devices_close(struct pt_devices *devices)
{
    pt_free(devices->free);
    pt_free(devices->least);
    pt_free(devices->grants);
}

/* --- room --- */

/* Devices that a task takes, and how much of each. */
static int32_t count_of(int64_t gpus)
{
    return pt_devices_is_part(gpus)
               ? 1
               : (int32_t)(pt_devices_whole(gpus) / PT_DEVICE);
}

static int32_t amount_of(int64_t gpus)
{
    return pt_devices_is_part(gpus) ? (int32_t)gpus : PT_DEVICE;
}

int32_t pt_devices_room(const struct pt_devices *devices, const int32_t *left,
                        int64_t gpus)
{
    int32_t amount = amount_of(gpus), sum = 0;

    for (int32_t i = 0; i < devices->n; i++)
        sum += left[i] > 0 ? left[i] / amount : 0;
    return sum / count_of(gpus);
}

int64_t pt_devices_empty(int64_t size, int64_t gpus)
{
    int64_t amount = amount_of(gpus);

    return (size / PT_DEVICE * (PT_DEVICE / amount) +
            size % PT_DEVICE / amount) /
           count_of(gpus);
}

/* --- grants --- */

/* What is left of DEVICE at AT, if ATTEMPT's promise is left aside. */
static int32_t left_at(const struct pt_devices *devices, int32_t device,
                       pt_time at, const struct pt_attempt *attempt)
{
    int32_t left = size_of(devices, device);

    for (int32_t i = 0; i < devices->ngrants; i++) {
        const struct pt_grant *g = &devices->grants[i];
        if (g->device == device && g->start <= at && at < g->end &&
            (g->attempt != attempt || g->task >= 0))
            left -= g->amount;
    }
    return left;
}

static void at_most(int32_t *least, int32_t left)
{
    *least = left < *least ? left : *least;
}

void pt_devices_look(struct pt_devices *devices,
                     const struct pt_attempt *attempt, pt_time now,
                     pt_time from, pt_time until)
{
    for (int32_t i = 0; i < devices->n; i++) {
        devices->least[i] = left_at(devices, i, from, attempt);
        if (from <= now)
            at_most(&devices->least[i], devices->free[i]);
    }
    for (int32_t i = 0; i < devices->ngrants; i++) {
        const struct pt_grant *g = &devices->grants[i];
        if (g->start > from && g->start < until)
            at_most(&devices->least[g->device],
                    left_at(devices, g->device, g->start, attempt));
    }
}

void pt_devices_look_now(struct pt_devices *devices)
{
    if (devices->n > 0)
        memcpy(devices->least, devices->free,
               (size_t)devices->n * sizeof *devices->least);
}

bool pt_devices_grant(struct pt_devices *devices, const struct pt_grant *like,
                      int64_t gpus)
{
    int32_t amount = amount_of(gpus), missing = count_of(gpus);

    if (pt_devices_room(devices, devices->least, gpus) < 1)
        return false;
    for (int32_t i = 0; missing > 0; i++) {
        if (devices->least[i] < amount)
            continue;
        struct pt_grant grant = *like;
        grant.device = i;
        grant.amount = amount;
        pt_vec_push(devices->grants, devices->ngrants, devices->capacity,
                    grant);
        devices->least[i] -= amount;
        if (like->task >= 0)
            devices->free[i] -= amount;
        missing--;
    }
    return true;
}

void pt_devices_give(struct pt_devices *devices,
                     const struct pt_attempt *attempt, int32_t task)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < devices->ngrants; i++) {
        const struct pt_grant *g = &devices->grants[i];
        if (g->attempt != attempt || g->task != task)
            devices->grants[kept++] = *g;
        else if (task >= 0)
            devices->free[g->device] += g->amount;
    }
    devices->ngrants = kept;
}

void pt_devices_extend(struct pt_devices *devices,
                       const struct pt_attempt *attempt, pt_time until)
{
    for (int32_t i = 0; i < devices->ngrants; i++)
        if (devices->grants[i].attempt == attempt &&
            devices->grants[i].task >= 0)
            devices->grants[i].end = until;
}

bool pt_devices_overbooked(const struct pt_devices *devices, pt_time now)
{
    for (int32_t i = 0; i < devices->ngrants; i++) {
        const struct pt_grant *g = &devices->grants[i];
        if (left_at(devices, g->device, g->start > now ? g->start : now, NULL) <
            0)
            return true;
    }
    return false;
}

void pt_devices_check(const struct pt_devices *devices, int64_t free)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < devices->n; i++) {
        int32_t left = size_of(devices, i);
        for (int32_t k = 0; k < devices->ngrants; k++)
            if (devices->grants[k].device == i && devices->grants[k].task >= 0)
                left -= devices->grants[k].amount;
        pt_assert(left >= 0 && left == devices->free[i]);
        sum += left;
    }
    pt_assert(sum == free);
}

/* --- slots --- */

/* How many tasks SIZE has enough of R for. */
static int64_t worth(const struct pt_need *size, const struct pt_need *need,
                     enum pt_resource r)
{
    if (need->amount[r] == 0)
        return INT32_MAX;
    if (r == PT_GPUS)
        return pt_devices_empty(size->amount[r], need->amount[r]);
    return size->amount[r] > 0 ? size->amount[r] / need->amount[r] : 0;
}

int64_t pt_devices_slots(const struct pt_devices *devices,
                         const struct pt_need *size, const struct pt_need *free,
                         const struct pt_need *need, enum pt_slots which)
{
    static const enum pt_resource others[] = {PT_GPUS, PT_MEMORY};
    enum pt_resource limiting = PT_CORES;

    for (int i = 0; i < 2; i++)
        if (worth(size, need, others[i]) < worth(size, need, limiting))
            limiting = others[i];
    if (which == PT_SLOTS_TOTAL ||
        (limiting == PT_GPUS && which == PT_SLOTS_BUSY))
        return worth(size, need, limiting);
    /* Spark 3.5 counts an address as free that has any slot left, and 4.x all
     * of them; what is counted here is what first fit will find. */
    if (limiting == PT_GPUS)
        return pt_devices_room(devices, devices->free, need->amount[PT_GPUS]);
    return worth(free, need, limiting);
}
