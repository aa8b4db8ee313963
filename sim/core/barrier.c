#include "core/barrier.h"

#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"

void pt_barrier_fini(struct pt_barrier *barrier)
{
    pt_free(barrier->arrived);
    pt_free(barrier->message);
    pt_free(barrier->released);
    *barrier = (struct pt_barrier){0};
}

static void make_room(struct pt_barrier *b)
{
    size_t width = (size_t)b->width;

    b->arrived = pt_alloc(width, sizeof *b->arrived);
    b->message = pt_alloc(width, sizeof *b->message);
    b->released = pt_alloc(width, sizeof *b->released);
    for (int32_t i = 0; i < b->width; i++)
        b->arrived[i] = PT_TIME_NEVER;
}

static pt_time stop_waiting(struct pt_barrier *b, pt_time now, int32_t task)
{
    if (b->arrived[task] == PT_TIME_NEVER)
        return 0;
    pt_time waited = now - b->arrived[task];
    b->arrived[task] = PT_TIME_NEVER;
    b->waiting--;
    return waited;
}

static pt_time stop_all(struct pt_barrier *b, pt_time now)
{
    pt_time sum = 0;

    for (int32_t i = 0; b->waiting > 0; i++)
        sum = pt_time_add(sum, stop_waiting(b, now, i));
    return sum;
}

enum pt_reply pt_barrier_enter(struct pt_barrier *barrier, pt_time now,
                               const struct pt_fact *request, int32_t task,
                               pt_time *since, pt_time *waited)
{
    pt_assert(task >= 0 && task < barrier->width);
    if (!barrier->arrived)
        make_room(barrier);
    pt_assert(barrier->arrived[task] == PT_TIME_NEVER);
    *since = 0;
    *waited = 0;
    /* Spark notes the kind before it looks at anything else: a late request
     * can spoil an epoch, too. */
    barrier->kinds |= 1U << request->sync;
    if (barrier->kinds & (barrier->kinds - 1)) {
        *waited = stop_all(barrier, now);
        barrier->poisoned = true;
        return PT_REPLY_MISMATCH;
    }
    if (request->width != barrier->width)
        return PT_REPLY_WIDTH;
    if (request->epoch != barrier->epoch)
        return PT_REPLY_LATE;
    if (barrier->waiting == 0)
        barrier->since = now;
    barrier->arrived[task] = now;
    barrier->message[task] = request->message;
    barrier->waiting++;
    if (barrier->waiting < barrier->width)
        return PT_REPLY_WAIT;
    *since = barrier->since;
    *waited = stop_all(barrier, now);
    memcpy(barrier->released, barrier->message,
           (size_t)barrier->width * sizeof *barrier->message);
    barrier->epoch++;
    barrier->kinds = 0;
    return PT_REPLY_RELEASE;
}

int32_t pt_barrier_expire(struct pt_barrier *barrier, pt_time now,
                          pt_time *waited)
{
    int32_t n = barrier->waiting;

    *waited = stop_all(barrier, now);
    barrier->epoch = 0;
    barrier->kinds = 0;
    barrier->poisoned = false;
    return n;
}

pt_time pt_barrier_leave(struct pt_barrier *barrier, pt_time now, int32_t task)
{
    pt_assert(task >= 0 && task < barrier->width);
    return barrier->waiting > 0 ? stop_waiting(barrier, now, task) : 0;
}
