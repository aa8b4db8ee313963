#include "world/way.h"

#include "base/assert.h"

__extension__ typedef __int128 wide;

pt_time pt_way_at(const struct pt_way *way, pt_time work)
{
    pt_time begin = pt_time_add(way->begin, way->restart);
    pt_time at = pt_time_add(begin, work);

    pt_assert(work >= 0);
    if (way->interval == PT_TIME_NEVER || work == 0 || at == PT_TIME_NEVER)
        return at;
    wide saving = (wide)((work - 1) / way->interval) * way->cost;
    return saving < PT_TIME_NEVER ? pt_time_add(at, (pt_time)saving)
                                  : PT_TIME_NEVER;
}

/* Time on the way at AT, after loading. */
static pt_time since(const struct pt_way *way, pt_time at)
{
    pt_time begin = pt_time_add(way->begin, way->restart);

    return at > begin ? at - begin : 0;
}

pt_time pt_way_work(const struct pt_way *way, pt_time at)
{
    pt_time passed = since(way, at);

    if (way->interval == PT_TIME_NEVER)
        return passed;
    pt_time cycle = pt_time_add(way->interval, way->cost);
    pt_time rest = passed % cycle;
    return passed / cycle * way->interval +
           (rest < way->interval ? rest : way->interval);
}

struct pt_progress pt_way_progress(const struct pt_way *way, pt_time at)
{
    pt_time loaded = at > way->begin ? at - way->begin : 0;
    pt_time passed = since(way, at);
    struct pt_progress progress = {
        .restart = loaded < way->restart ? loaded : way->restart,
        .checkpoint = passed - pt_way_work(way, at)};

    if (way->interval != PT_TIME_NEVER)
        progress.saved =
            passed / pt_time_add(way->interval, way->cost) * way->interval;
    return progress;
}
