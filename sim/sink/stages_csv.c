/* stages_csv.c - stages.csv: one row a stage attempt that is over, as told.
 *
 * Times are in seconds on the trace's own clock, exact, with up to six
 * decimals.  A stage that never ran has no row, nor has that of a job with a
 * single stage that is never tried again: jobs.csv says all of it.
 *
 *   job_id, stage_id   the trace's numbers
 *   stage              index in the job, from 0
 *   try                0 for the stage's first attempt
 *   mode               parallel or gang
 *   tasks              that the attempt was to run
 *   launches, failures of tasks; retries and copies are launches too
 *   ready_time         it joined the queue
 *   start_time         its first launch; empty if there was none
 *   end_time           its last task's, or the failure's that ended it
 *   wait               start_time - ready_time
 *   held               slot-seconds that it held idle as an incomplete gang
 *   barrier            task-seconds that members waited for the others
 *   outcome            success, failure or killed
 *   cause              of a failure; else none
 *   parents            indices of the stages that had to end before: "0 1"
 *   allocated_resources   a gang's, as in jobs.csv: "0-3 7 9-15" */
#include <string.h>
#include "base/vec.h"
#include "core/words.h"
#include "sink/ranges.h"
#include "sink/sink.h"

#define HEADER                                                                 \
    "job_id,stage_id,stage,try,mode,tasks,launches,failures,ready_time,"       \
    "start_time,end_time,wait,held,barrier,outcome,cause,parents,"             \
    "allocated_resources\n"

struct stages_csv {
    struct pt_out *out;
    struct pt_range *ranges; /* [capacity] scratch */
    int32_t capacity;
};

static void put_int(struct pt_out *out, int64_t value)
{
    pt_out_int(out, value);
    pt_out_char(out, ',');
}

/* Nothing, if it is never. */
static void put_time(struct pt_out *out, pt_time time)
{
    if (time != PT_TIME_NEVER)
        pt_out_time(out, time);
    pt_out_char(out, ',');
}

static void put_text(struct pt_out *out, const char *text)
{
    pt_out_text(out, text);
    pt_out_char(out, ',');
}

static void put_parents(struct pt_out *out, const struct pt_stage *stage)
{
    for (int32_t i = 0; i < stage->nparents; i++) {
        if (i > 0)
            pt_out_char(out, ' ');
        pt_out_int(out, stage->parents[i]);
    }
    pt_out_char(out, ',');
}

static void put_allocation(struct stages_csv *csv, const struct pt_step *step,
                           const struct pt_stage_record *record)
{
    int32_t n = record->nranges;

    if (n == 0)
        return;
    pt_vec_reserve(csv->ranges, csv->capacity, n);
    memcpy(csv->ranges, step->ranges + record->range,
           (size_t)n * sizeof *csv->ranges);
    pt_ranges_put(csv->out, csv->ranges, pt_ranges_join(csv->ranges, n));
}

static void write_row(struct stages_csv *csv, const struct pt_step *step,
                      const struct pt_stage_record *record)
{
    const struct pt_stage *stage = &record->job->stages[record->stage];
    bool started = record->start != PT_TIME_NEVER;
    struct pt_out *out = csv->out;

    put_int(out, record->job->id);
    put_int(out, stage->id);
    put_int(out, record->stage);
    put_int(out, record->try);
    put_text(out, stage->mode == PT_GANG ? "gang" : "parallel");
    put_int(out, record->ntasks);
    put_int(out, record->launches);
    put_int(out, record->failures);
    put_time(out, record->ready);
    put_time(out, record->start);
    put_time(out, record->end);
    put_time(out, started ? record->start - record->ready : PT_TIME_NEVER);
    put_time(out, record->held);
    put_time(out, record->waited);
    put_text(out, pt_outcome_words[record->outcome]);
    put_text(out, pt_cause_words[record->cause]);
    put_parents(out, stage);
    if (stage->mode == PT_GANG)
        put_allocation(csv, step, record);
    pt_out_char(out, '\n');
}

static int stages_csv_open(void *state, struct pt_out *out,
                           const struct pt_sink_context *context,
                           struct pt_err *err)
{
    struct stages_csv *csv = state;

    (void)context;
    (void)err;
    csv->out = out;
    pt_out_text(out, HEADER);
    return 0;
}

static int stages_csv_step(void *state, const struct pt_step *step,
                           struct pt_err *err)
{
    (void)err;
    for (int32_t i = 0; i < step->nstages; i++)
        write_row(state, step, &step->stages[i]);
    return 0;
}

static int stages_csv_close(void *state, const struct pt_report *report,
                            struct pt_err *err)
{
    struct stages_csv *csv = state;

    (void)report;
    (void)err;
    pt_free(csv->ranges);
    return 0;
}

const struct pt_sink pt_sink_stages_csv = {
    .name = "stages",
    .summary = "one row a stage attempt: waits, barriers, tries, causes",
    .cite = "protium's README, \"Pipelines\"",
    .state_size = sizeof(struct stages_csv),
    .file = "stages.csv",
    .staged = true,
    .open = stages_csv_open,
    .step = stages_csv_step,
    .close = stages_csv_close,
};
