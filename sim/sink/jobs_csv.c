/* jobs_csv.c - jobs.csv: one row a job, in order of (end, arrival rank).
 *
 * Batsim's 17 columns come first, by name and in order, so that notebooks for
 * its jobs.csv keep working; ours follow.  Times are in seconds on the trace's
 * own clock, exact, with up to six decimals; ratios are rounded half up to six.
 *
 *   job_id ... requested_number_of_resources   as submitted; the number is the
 *                    width of the widest stage, `profile` that stage's mode
 *   requested_time   the limit of the first stage
 *   success          1 if the job did its work
 *   final_state      COMPLETED_SUCCESSFULLY, _FAILED, _WALLTIME_REACHED,
 * _KILLED or REJECTED, as in Batsim; UNFINISHED is ours: the run ended first
 *   starting_time, execution_time, finish_time   of the last attempt
 *   waiting_time     from the submit to the first start of the work itself
 *   turnaround_time  from the submit to the end
 *   stretch          turnaround_time / execution_time; empty if that is 0
 *   allocated_resources   of the last attempt: "0-3 7 9-15"
 *   consumed_energy  -1: there is no model of it
 *   metadata         empty
 *   user_id, group_id, queue   the trace's numbers; -1 is unknown
 *   bounded_slowdown max(1, turnaround_time / max(tau, run)), where run is
 *                    finish_time - first_start_time
 *   first_start_time of the work itself
 *   attempts         how often a stage was tried, over all stages
 *   hold_timeouts    how often the job's held slots were given back
 *   held_time        slot-seconds that it held idle as an incomplete gang
 *   lost_time        slot-seconds of its work that had to be done again
 *   first_promise    the first start time that it was promised; empty if none
 *
 * Jobs that never ran have no times.  REJECTED and UNFINISHED rows come last,
 * in order of arrival rank. */
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "metrics/tally.h"
#include "sink/ranges.h"
#include "sink/sink.h"

#define HEADER                                                                 \
    "job_id,workload_name,profile,submission_time,"                            \
    "requested_number_of_resources,requested_time,success,final_state,"        \
    "starting_time,execution_time,finish_time,waiting_time,turnaround_time,"   \
    "stretch,allocated_resources,consumed_energy,metadata,user_id,group_id,"   \
    "queue,bounded_slowdown,first_start_time,attempts,hold_timeouts,"          \
    "held_time,lost_time,first_promise,checkpoint_time,restart_time,"          \
    "useful_time\n"

/* Room for the longest row, but for its allocation and its workload's name. */
#define ROW_ROOM 1024

/* What must outlive the step: a copy of the record and its job. */
struct row {
    pt_time end;
    int64_t rank;
    int64_t id, user, group, queue;
    pt_time submit, limit;
    pt_time first_start, last_start, promise, held, lost;
    pt_time checkpoint, restart, useful;
    int32_t width, tries, timeouts;
    int32_t nranges;
    size_t range; /* in the ranges of the instant */
    enum pt_mode mode;
    enum pt_state state;
    bool ran;
};

struct rows {
    struct row *items; /* [n] */
    size_t n, capacity;
};

struct jobs_csv {
    struct pt_out *out;
    pt_time tau;
    char *middle[2]; /* ",workload,mode," by mode */
    size_t middle_length[2];
    pt_time now;
    struct rows ended;       /* at `now` */
    struct rows late;        /* without an end: written last */
    struct pt_range *ranges; /* [nranges] of `ended` */
    size_t nranges, ranges_capacity;
    pt_time last_end; /* of the rows written */
};

static const char *const state_text[] = {
    [PT_DONE] = "1,COMPLETED_SUCCESSFULLY,",
    [PT_FAILED] = "0,COMPLETED_FAILED,",
    [PT_LIMIT] = "0,COMPLETED_WALLTIME_REACHED,",
    [PT_CUT] = "0,COMPLETED_KILLED,",
    [PT_REJECTED] = "0,REJECTED,",
    [PT_UNFINISHED] = "0,UNFINISHED,",
};

/* The putters below write at TO and return where they stopped: a row of numbers
 * costs less than its digest that way. */

static inline char *put_digits(char *to, uint64_t value)
{
    size_t n = 1;

    for (uint64_t top = 10; value >= top; top *= 10)
        n++;

    char *at = to + n;
    for (; value >= 100; value /= 100)
        memcpy(at -= 2, pt_text_pairs + 2 * (value % 100), 2);
    if (value >= 10)
        memcpy(at - 2, pt_text_pairs + 2 * value, 2);
    else
        at[-1] = (char)('0' + (int)value);
    return to + n;
}

static inline char *put_int(char *to, int64_t value)
{
    if (value >= 0)
        return put_digits(to, (uint64_t)value);
    *to++ = '-';
    return put_digits(to, 0 - (uint64_t)value);
}

static char *put_millionths(char *to, uint32_t rest)
{
    *to++ = '.';
    for (uint32_t unit = 100000; rest > 0; unit /= 10) {
        *to++ = (char)('0' + (int)(rest / unit));
        rest %= unit;
    }
    return to;
}

static inline char *put_time(char *to, pt_time time)
{
    uint64_t us = time < 0 ? 0 - (uint64_t)time : (uint64_t)time;
    uint32_t rest = (uint32_t)(us % 1000000);

    if (time < 0)
        *to++ = '-';
    to = put_digits(to, us / 1000000);
    return rest == 0 ? to : put_millionths(to, rest);
}

static char *put_time_or_none(char *to, pt_time time)
{
    return time == PT_TIME_NEVER ? to : put_time(to, time);
}

__extension__ typedef unsigned __int128 wide;

/* A / B, rounded half up to six decimals; B > 0. */
static char *put_ratio(char *to, uint64_t a, uint64_t b)
{
    uint64_t whole = a / b;
    uint64_t rest = a % b;

    if (rest > 0) {
        if (b <= UINT64_MAX / 1000001)
            rest = (rest * 1000000 + b / 2) / b;
        else
            rest = (uint64_t)(((wide)rest * 1000000 + b / 2) / b);
    }
    if (rest == 1000000) {
        whole++;
        rest = 0;
    }
    to = put_digits(to, whole);
    return rest == 0 ? to : put_millionths(to, (uint32_t)rest);
}

static inline char *put_text(char *to, const char *text)
{
    size_t n = strlen(text);

    memcpy(to, text, n);
    return to + n;
}

/* The seven columns from starting_time to allocated_resources, and those after
 * it up to metadata. */
static char *put_run(struct jobs_csv *csv, char *to, const struct row *row)
{
    pt_time execution = row->end - row->last_start;
    pt_time turnaround = row->end - row->submit;

    to = put_time(to, row->last_start);
    *to++ = ',';
    to = put_time(to, execution);
    *to++ = ',';
    to = put_time(to, row->end);
    *to++ = ',';
    to = put_time(to, row->first_start - row->submit);
    *to++ = ',';
    to = put_time(to, turnaround);
    *to++ = ',';
    if (execution > 0)
        to = put_ratio(to, (uint64_t)turnaround, (uint64_t)execution);
    *to++ = ',';

    struct pt_out *out = csv->out;
    for (int32_t i = 0; i < row->nranges; i++) {
        struct pt_range range = csv->ranges[row->range + (size_t)i];

        out->used = (size_t)(to - out->buffer);
        to = pt_out_room(out, ROW_ROOM);
        if (i > 0)
            *to++ = ' ';
        to = put_int(to, range.first);
        if (range.count == 1)
            continue;
        *to++ = '-';
        to = put_int(to, (int64_t)range.first + range.count - 1);
    }
    return put_text(to, ",-1,,");
}

static char *put_own(struct jobs_csv *csv, char *to, const struct row *row)
{
    to = put_int(to, row->user);
    *to++ = ',';
    to = put_int(to, row->group);
    *to++ = ',';
    to = put_int(to, row->queue);
    *to++ = ',';
    if (row->ran) {
        pt_time turnaround = row->end - row->submit;
        pt_time run = row->end - row->first_start;
        pt_time floor = run > csv->tau ? run : csv->tau;

        if (turnaround <= floor)
            *to++ = '1';
        else
            to = put_ratio(to, (uint64_t)turnaround, (uint64_t)floor);
    }
    *to++ = ',';
    to = put_time_or_none(to, row->first_start);
    *to++ = ',';
    to = put_int(to, row->tries);
    *to++ = ',';
    to = put_int(to, row->timeouts);
    *to++ = ',';
    to = put_time(to, row->held);
    *to++ = ',';
    to = put_time(to, row->lost);
    *to++ = ',';
    to = put_time_or_none(to, row->promise);
    *to++ = ',';
    to = put_time(to, row->checkpoint);
    *to++ = ',';
    to = put_time(to, row->restart);
    *to++ = ',';
    to = put_time(to, row->useful);
    *to++ = '\n';
    return to;
}

static void write_row(struct jobs_csv *csv, const struct row *row)
{
    struct pt_out *out = csv->out;
    size_t length = csv->middle_length[row->mode];
    char *to = pt_out_room(out, ROW_ROOM + length);

    to = put_int(to, row->id);
    memcpy(to, csv->middle[row->mode], length);
    to += length;
    to = put_time(to, row->submit);
    *to++ = ',';
    to = put_int(to, row->width);
    *to++ = ',';
    to = put_time_or_none(to, row->limit);
    *to++ = ',';
    to = put_text(to, state_text[row->state]);
    to = row->ran ? put_run(csv, to, row) : put_text(to, ",,,,,,,,,");
    to = put_own(csv, to, row);
    out->used = (size_t)(to - out->buffer);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static int compare_ranks(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return (x->rank > y->rank) - (x->rank < y->rank);
}

static bool are_in_order(const struct rows *rows)
{
    for (size_t i = 1; i < rows->n; i++)
        if (compare_rows(&rows->items[i - 1], &rows->items[i]) > 0)
            return false;
    return true;
}

/* Time has gone on: what ended at the instant before is complete. */
static void write_ended(struct jobs_csv *csv)
{
    struct rows *ended = &csv->ended;

    if (!are_in_order(ended))
        qsort(ended->items, ended->n, sizeof *ended->items, compare_rows);
    for (size_t i = 0; i < ended->n; i++) {
        pt_assert(ended->items[i].end >= csv->last_end);
        csv->last_end = ended->items[i].end;
        write_row(csv, &ended->items[i]);
    }
    ended->n = 0;
    csv->nranges = 0;
}

static void take_ranges(struct jobs_csv *csv, struct row *row,
                        const struct pt_step *step,
                        const struct pt_record *record)
{
    size_t n = (size_t)record->nranges;

    row->range = csv->nranges;
    if (n == 0)
        return;
    pt_vec_reserve(csv->ranges, csv->ranges_capacity, csv->nranges + n);
    memcpy(csv->ranges + csv->nranges, step->ranges + record->range,
           n * sizeof *csv->ranges);
    row->nranges = pt_ranges_join(csv->ranges + csv->nranges, record->nranges);
    csv->nranges += (size_t)row->nranges;
}

static struct row make_row(const struct pt_record *record)
{
    const struct pt_job *job = record->job;
    const struct pt_stage *widest = job->stages;

    for (int32_t i = 1; i < job->nstages; i++)
        if (job->stages[i].ntasks > widest->ntasks)
            widest = &job->stages[i];
    return (struct row){
        .end = record->end,
        .rank = job->rank,
        .id = job->id,
        .user = job->user,
        .group = job->group,
        .queue = job->queue,
        .submit = job->submit,
        .limit = job->stages[0].limit,
        .first_start = record->first_start,
        .last_start = record->last_start,
        .promise = record->promise,
        .held = record->held,
        .lost = record->lost,
        .checkpoint = record->checkpoint,
        .restart = record->restart,
        .useful = record->useful,
        .width = widest->ntasks,
        .tries = record->tries,
        .timeouts = record->timeouts,
        .mode = widest->mode,
        .state = record->state,
        .ran = pt_record_ran(record),
    };
}

static int jobs_csv_step(void *state, const struct pt_step *step,
                         struct pt_err *err)
{
    struct jobs_csv *csv = state;

    (void)err;
    if (step->nrecords == 0)
        return 0;
    if (step->now > csv->now)
        write_ended(csv);
    csv->now = step->now;
    for (int32_t i = 0; i < step->nrecords; i++) {
        const struct pt_record *record = &step->records[i];
        struct row row = make_row(record);
        bool is_late = row.state == PT_REJECTED || row.state == PT_UNFINISHED;
        struct rows *rows = is_late ? &csv->late : &csv->ended;

        if (row.ran)
            take_ranges(csv, &row, step, record);
        pt_vec_push(rows->items, rows->n, rows->capacity, row);
    }
    return 0;
}

/* ",workload,MODE,", quoted where CSV wants it. */
static void make_middle(struct jobs_csv *csv, enum pt_mode mode,
                        const char *workload, const char *name)
{
    size_t n = strlen(workload);
    bool quoted = strpbrk(workload, ",\"\r\n") != NULL;
    char *text = pt_alloc(2 * n + strlen(name) + sizeof ",\"\",,", 1);
    char *to = put_text(text, quoted ? ",\"" : ",");

    for (size_t i = 0; i < n; i++) {
        if (workload[i] == '"')
            *to++ = '"';
        *to++ = workload[i];
    }
    to = put_text(to, quoted ? "\"," : ",");
    to = put_text(to, name);
    *to++ = ',';
    csv->middle[mode] = text;
    csv->middle_length[mode] = (size_t)(to - text);
    pt_assert(csv->middle_length[mode] <= PT_OUT_BUFFER - ROW_ROOM);
}

static int jobs_csv_open(void *state, struct pt_out *out,
                         const struct pt_sink_context *context,
                         struct pt_err *err)
{
    struct jobs_csv *csv = state;

    (void)err;
    *csv = (struct jobs_csv){
        .out = out,
        .tau = context->tau > 0 ? context->tau : 1,
        .now = INT64_MIN,
        .last_end = INT64_MIN,
    };
    make_middle(csv, PT_PARALLEL, context->workload, "parallel");
    make_middle(csv, PT_GANG, context->workload, "gang");
    pt_out_text(out, HEADER);
    return 0;
}

static int jobs_csv_close(void *state, const struct pt_report *report,
                          struct pt_err *err)
{
    struct jobs_csv *csv = state;
    struct rows *late = &csv->late;

    (void)err;
    if (report) {
        write_ended(csv);
        if (late->n > 1)
            qsort(late->items, late->n, sizeof *late->items, compare_ranks);
        for (size_t i = 0; i < late->n; i++)
            write_row(csv, &late->items[i]);
    }
    pt_free(csv->middle[PT_PARALLEL]);
    pt_free(csv->middle[PT_GANG]);
    pt_free(csv->ended.items);
    pt_free(csv->late.items);
    pt_free(csv->ranges);
    return 0;
}

const struct pt_sink pt_sink_jobs_csv = {
    .name = "jobs",
    .summary = "one row a job: Batsim's 17 columns, then ours",
    .cite = "Batsim 5.0, https://batsim.org, output jobs.csv",
    .state_size = sizeof(struct jobs_csv),
    .file = "jobs.csv",
    .open = jobs_csv_open,
    .step = jobs_csv_step,
    .close = jobs_csv_close,
};
