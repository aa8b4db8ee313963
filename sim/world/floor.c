#include "world/floor.h"

#include "base/agenda.h"
#include "base/slab.h"

struct stay {
    struct pt_job job;
    struct pt_stage stage;
    struct pt_record record;
};

struct floor {
    struct pt_agenda agenda;
    struct pt_slab stays;
};

static void arrive(struct floor *floor, const struct pt_work *work,
                   int64_t rank)
{
    int32_t number = pt_slab_take(&floor->stays);
    struct stay *stay = pt_slab_at(&floor->stays, number);
    pt_time start = work->job.submit;

    stay->job = work->job;
    stay->job.rank = rank;
    stay->stage = work->job.stages[0];
    stay->job.stages = &stay->stage;
    stay->job.nstages = 1;
    stay->record =
        (struct pt_record){.job = &stay->job,
                           .first_start = start,
                           .last_start = start,
                           .end = pt_time_add(start, work->truths[0].length),
                           .promise = PT_TIME_NEVER,
                           .tries = 1,
                           .nranges = 1};
    pt_agenda_set(&floor->agenda, number, stay->record.end);
}

static int leave(struct floor *floor,
                 int (*watch)(void *context, const struct pt_step *step,
                              struct pt_err *err),
                 void *context, struct pt_err *err)
{
    int32_t number = pt_agenda_pop(&floor->agenda);
    const struct stay *stay = pt_slab_at(&floor->stays, number);
    struct pt_range range = {.first = 0, .count = stay->stage.ntasks};
    struct pt_step step = {.now = stay->record.end,
                           .records = &stay->record,
                           .nrecords = 1,
                           .ranges = &range,
                           .wake = PT_TIME_NEVER};

    pt_slab_give(&floor->stays, number);
    return watch(context, &step, err);
}

int pt_floor_run(const struct pt_source *source, void *state,
                 int (*watch)(void *context, const struct pt_step *step,
                              struct pt_err *err),
                 void *context, const volatile int *stop, struct pt_err *err)
{
    struct floor floor;
    struct pt_work work;
    int64_t rank = 0;
    int status = 0, got = 1;

    pt_agenda_init(&floor.agenda);
    pt_slab_init(&floor.stays, sizeof(struct stay));
    while (status == 0 && got > 0) {
        got = source->next(state, &work, err);
        pt_time until = got > 0 ? work.job.submit : PT_TIME_NEVER;
        while (status == 0 && got >= 0 && pt_agenda_next(&floor.agenda) < until)
            status = leave(&floor, watch, context, err);
        if (got > 0)
            arrive(&floor, &work, rank++);
        if (status == 0 && stop && *stop)
            status = pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
    }
    pt_agenda_fini(&floor.agenda);
    pt_slab_fini(&floor.stays);
    return got < 0 ? -1 : status;
}
