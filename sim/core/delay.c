#include "core/delay.h"

static void set_levels(struct pt_delay *delay, uint32_t levels)
{
    delay->nlevels = 0;
    for (int i = 0; i < PT_LOCAL_LEVELS; i++)
        if (i == PT_LOCAL_ANY || (levels >> i & 1))
            delay->level[delay->nlevels++] = (enum pt_locality)i;
}

/* Of LEVEL, or of the next one that is valid. */
static int32_t index_of(const struct pt_delay *delay, enum pt_locality level)
{
    int32_t i = 0;

    while (delay->level[i] < level)
        i++;
    return i;
}

void pt_delay_init(struct pt_delay *delay, uint32_t levels, pt_time now)
{
    *delay = (struct pt_delay){.since = now};
    set_levels(delay, levels);
}

void pt_delay_change(struct pt_delay *delay, uint32_t levels)
{
    struct pt_delay old = *delay;
    enum pt_locality now = old.level[old.index];
    int32_t i = 0;

    set_levels(delay, levels);
    delay->index = index_of(delay, now);
    if (delay->index <= old.index)
        return;
    /* Something more local came (SPARK-31837): the first that differs. */
    while (delay->level[i] == old.level[index_of(&old, delay->level[i])])
        i++;
    delay->index = i;
}

static pt_time wait_at(const struct pt_delay *delay, int32_t index,
                       const pt_time waits[3])
{
    switch (delay->level[index]) {
    case PT_LOCAL_NODE:
        return waits[0];
    case PT_LOCAL_HOST:
        return waits[1];
    case PT_LOCAL_RACK:
        return waits[2];
    case PT_LOCAL_NONE:
    case PT_LOCAL_ANY:
    case PT_LOCAL_LEVELS:
        break;
    }
    return 0;
}

enum pt_locality pt_delay_allowed(struct pt_delay *delay, uint32_t left,
                                  const pt_time waits[3], pt_time now)
{
    while (delay->index < delay->nlevels - 1) {
        pt_time wait = wait_at(delay, delay->index, waits);
        if (!(left >> delay->level[delay->index] & 1))
            delay->since = now;
        else if (now - delay->since >= wait)
            delay->since += wait;
        else
            break;
        delay->index++;
    }
    return delay->level[delay->index];
}

void pt_delay_turn(struct pt_delay *delay, bool full, bool launched,
                   enum pt_locality best, bool rejected, pt_time now)
{
    if (rejected) {
        delay->rejected = true;
        return;
    }
    if (!launched || (!full && delay->rejected))
        return;
    delay->rejected = false;
    delay->since = now;
    delay->index =
        index_of(delay, best == PT_LOCAL_NONE ? PT_LOCAL_NODE : best);
}

pt_time pt_delay_next(const struct pt_delay *delay, const pt_time waits[3])
{
    for (int32_t i = delay->index; i < delay->nlevels - 1; i++) {
        pt_time wait = wait_at(delay, i, waits);
        if (wait > 0)
            return pt_time_add(delay->since, wait);
    }
    return PT_TIME_NEVER;
}
