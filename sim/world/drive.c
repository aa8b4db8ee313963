#include "world/drive.h"

static int show(const struct pt_watcher *watcher, const struct pt_core *core,
                const struct pt_step *step, struct pt_err *err)
{
    struct pt_census census;

    pt_core_census(core, &census);
    return watcher->watch(watcher->context, step, &census, err);
}

int pt_drive(struct pt_world *world, struct pt_core *core,
             const struct pt_watcher *watcher, const volatile int *stop,
             struct pt_err *err)
{
    pt_time now, wake = PT_TIME_NEVER;
    const struct pt_fact *facts;
    int32_t n;
    int got;

    while ((got = world->next(world, wake, &now, &facts, &n, err)) > 0) {
        const struct pt_step *step = pt_core_step(core, now, facts, n);
        wake = step->wake;
        if (world->carry_out(world, step, err) < 0 ||
            show(watcher, core, step, err) < 0)
            return -1;
        if (stop && *stop)
            return pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
    }
    if (got < 0)
        return -1;
    return show(watcher, core, pt_core_close(core), err);
}
