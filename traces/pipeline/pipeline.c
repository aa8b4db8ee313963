#include "traces/pipeline/pipeline.h"

#include <inttypes.h>
#include <string.h>

#include "base/agenda.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "sink/out.h"
#include "traces/pipeline/doc.h"
#include "traces/row.h"
#include "traces/text.h"

/* A run must end long before time does: queues add up. */
#define LAST_SUBMIT (PT_TIME_NEVER / 4)

enum { WIDE, LIMIT_MISSING, OVERRUN, RULES };

/* How far a job of the document is. */
struct progress {
    int64_t made;     /* works, dropped ones included */
    int64_t last;     /* number of the last one, -1: it was dropped */
    pt_time clock;    /* its submit, before the gaps are stretched */
    int32_t follower; /* the first job that is after this one, -1: none */
    int32_t next;     /* and the next after the same one */
};

struct pipeline {
    char gang[PT_PARAM_TEXT_SIZE]; /* parameter */

    struct pt_pipeline_doc doc;
    struct pt_reading reading;
    char *file;
    int64_t bytes;
    char digest[PT_DIGEST_TEXT];
    int64_t processors; /* of the simulated machine, 0 = unknown */
    pt_time first;      /* submit of all */

    struct progress *progress; /* by job */
    struct pt_agenda agenda;   /* by job: its next work's submit, stretched */
    struct pt_rule rules[RULES];
    int64_t rows, jobs;

    /* The work that was yielded last. */
    struct pt_stage *stages;
    struct pt_truth *truths;
    pt_time *lengths;
    struct pt_take *takes;
    int32_t stage_capacity, truth_capacity;
    int64_t length_capacity, take_capacity;
};

/* ---- lengths and limits ---- */

/* The room that the stages of a work share. */
struct room {
    pt_time *lengths;
    struct pt_take *takes;
};

/* Fills in the lengths of STAGE's tasks in the work with number WORK of the
 * document, and where they are; returns the longest. */
static pt_time draw_lengths(const struct pipeline *p,
                            const struct pt_pipeline_stage *stage, int64_t work,
                            struct pt_truth *truth, struct room *room)
{
    struct pt_random random;
    int32_t n = stage->stage.ntasks;
    pt_time longest = 0;

    if (!stage->truth.task && stage->length.law == PT_LAW_FIXED) {
        truth->length = stage->length.fixed;
        return truth->length;
    }
    pt_random_open(&random, p->reading.seed, 0, PT_PURPOSE_LENGTH,
                   (uint64_t)work << 16 | (uint64_t)stage->place);
    for (int32_t i = 0; i < n; i++) {
        pt_time length = stage->truth.task
                             ? stage->truth.task[i]
                             : pt_pipeline_span_draw(&stage->length, &random);
        room->lengths[i] = length;
        longest = length > longest ? length : longest;
    }
    truth->task = room->lengths;
    truth->length = longest;
    room->lengths += n;
    return longest;
}

/* The same for the launches that are scripted. */
static pt_time fill_takes(const struct pt_pipeline_stage *stage,
                          struct pt_truth *truth, struct room *room)
{
    const int32_t *at = stage->truth.takes_at;
    int32_t n = stage->stage.ntasks;
    pt_time longest = 0;

    for (int32_t i = 0; i < n; i++) {
        for (int32_t k = at[i]; k < at[i + 1]; k++) {
            struct pt_take *take = &room->takes[k];
            *take = stage->truth.takes[k];
            if (take->length < 0)
                take->length = truth->task ? truth->task[i] : truth->length;
            longest = take->length > longest ? take->length : longest;
        }
    }
    truth->takes = room->takes;
    room->takes += at[n];
    return longest;
}

/* Cuts what is longer than LIMIT. */
static void cut_lengths(const struct pt_stage *stage, struct pt_truth *truth,
                        struct room *room)
{
    pt_time limit = stage->limit;

    if (truth->length > limit)
        truth->length = limit;
    if (truth->task)
        for (pt_time *at = room->lengths - stage->ntasks; at < room->lengths;
             at++)
            *at = *at < limit ? *at : limit;
    if (truth->takes_at)
        for (struct pt_take *at = room->takes - truth->takes_at[stage->ntasks];
             at < room->takes; at++)
            at->length = at->length < limit ? at->length : limit;
}

/* What the rules had to do with a work. */
struct marks {
    bool missing, overrun;
};

static void make_stage(const struct pipeline *p,
                       const struct pt_pipeline_stage *pattern, int64_t work,
                       struct pt_stage *stage, struct pt_truth *truth,
                       struct room *room, struct marks *marks)
{
    *stage = pattern->stage;
    *truth = pattern->truth;
    pt_time longest = draw_lengths(p, pattern, work, truth, room);
    if (truth->takes_at)
        longest = fill_takes(pattern, truth, room);
    if (stage->limit == 0) {
        marks->missing = true;
        stage->limit = longest > 0 ? longest : 1;
    }
    if (longest <= stage->limit)
        return;
    marks->overrun = true;
    if (p->reading.overrun == PT_OVERRUN_TRUNCATE)
        cut_lengths(stage, truth, room);
}

/* ---- works ---- */

static int bad_job(const struct pipeline *p, const struct pt_pipeline_job *job,
                   struct pt_err *err, const char *what)
{
    return pt_err_at(err, PT_ERR_INPUT, p->file, job->line, job->column, "%s",
                     what);
}

static void make_room(struct pipeline *p, const struct pt_pipeline_job *job)
{
    pt_vec_reserve(p->stages, p->stage_capacity, job->nstages);
    pt_vec_reserve(p->truths, p->truth_capacity, job->nstages);
    pt_vec_reserve(p->lengths, p->length_capacity, job->tasks);
    pt_vec_reserve(p->takes, p->take_capacity, job->takes);
}

/* The work before the next one of job I: its number + 1; 0: none. */
static int64_t predecessor(const struct pipeline *p, int32_t i)
{
    const struct pt_pipeline_job *job = &p->doc.jobs[i];

    if (!job->loop)
        return 0;
    if (p->progress[i].made > 0)
        return p->progress[i].last + 1;
    return job->after >= 0 ? p->progress[job->after].last + 1 : 0;
}

/* Makes the next work of job I, submitted NOW. */
static struct marks make_work(struct pipeline *p, int32_t i, pt_time now,
                              struct pt_work *work)
{
    const struct pt_pipeline_job *job = &p->doc.jobs[i];
    int64_t made = p->progress[i].made;
    struct marks marks = {false, false};

    make_room(p, job);
    struct room room = {.lengths = p->lengths, .takes = p->takes};
    for (int32_t k = 0; k < job->nstages; k++) {
        make_stage(p, &job->stages[k], job->first + made, &p->stages[k],
                   &p->truths[k], &room, &marks);
        if (p->stages[k].id < 0)
            p->stages[k].id = job->first_stage + made * job->nstages + k;
    }
    *work = (struct pt_work){.job = {.id = job->number + made,
                                     .user = job->user,
                                     .group = job->group,
                                     .queue = job->queue,
                                     .pool = job->pool,
                                     .nstages = job->nstages,
                                     .submit = now,
                                     .stages = p->stages},
                             .truths = p->truths,
                             .after = predecessor(p, i)};
    work->gap = work->after > 0 ? job->gap : 0;
    return marks;
}

/* Whether the work is to be kept, by the rules: 1, 0 or -1. */
static int judge(struct pipeline *p, const struct pt_pipeline_job *job,
                 const struct marks *marks, struct pt_err *err)
{
    struct pt_rule *rules = p->rules;
    bool wide = p->processors > 0 && job->cores > 1000 * p->processors;

    rules[WIDE].rows += wide;
    if (wide && p->reading.wide == PT_WIDE_ERROR &&
        p->reading.clean == PT_CLEAN_NONE)
        return bad_job(p, job, err,
                       "the job needs more processors at once than the machine "
                       "has (expected fewer, or wide=reject or wide=drop)");
    if (wide && rules[WIDE].drops)
        return 0;
    rules[LIMIT_MISSING].rows += marks->missing;
    if (marks->missing && p->reading.missing_limit == PT_MISSING_MAX &&
        p->reading.clean == PT_CLEAN_NONE)
        return bad_job(p, job, err,
                       "a stage without 'limit', and the format does not tell "
                       "the machine's longest (expected one, or "
                       "missing_limit=run or missing_limit=drop)");
    if (marks->missing && rules[LIMIT_MISSING].drops)
        return 0;
    rules[OVERRUN].rows += marks->overrun;
    return 1;
}

/* ---- the order ---- */

/* Where TIME, a submit of the document, comes to. */
static int stretch(const struct pipeline *p, const struct pt_pipeline_job *job,
                   pt_time time, pt_time *submit, struct pt_err *err)
{
    pt_time gap =
        time > p->first ? pt_row_scale(time - p->first, p->reading.scale) : 0;

    *submit = pt_time_add(p->first, gap);
    if (*submit <= LAST_SUBMIT)
        return 0;
    return bad_job(p, job, err,
                   "a submit that would come too late (expected it below "
                   "2.3e12 s once it is scaled)");
}

/* Job I's next work comes when the last one of AFTER, which came NOW, has
 * ended; one that was dropped had ended at once. */
static int follow(struct pipeline *p, int32_t i, int32_t after, pt_time now,
                  struct pt_err *err)
{
    const struct pt_pipeline_job *job = &p->doc.jobs[i];
    pt_time submit = now, told;

    if (p->progress[after].last < 0)
        submit = pt_time_add(now, job->gap);
    if (stretch(p, job, job->submit, &told, err) < 0)
        return -1;
    if (submit > LAST_SUBMIT)
        return bad_job(p, job, err, "a 'gap' that ends too late");
    pt_agenda_set(&p->agenda, i, told > submit ? told : submit);
    return 0;
}

/* The next work of job I, which goes on by itself. */
static int repeat(struct pipeline *p, int32_t i, struct pt_err *err)
{
    const struct pt_pipeline_job *job = &p->doc.jobs[i];
    struct progress *progress = &p->progress[i];
    struct pt_random random;
    pt_time submit;

    pt_random_open(&random, p->reading.seed, 0, PT_PURPOSE_ARRIVAL,
                   (uint64_t)(job->first + progress->made));
    progress->clock = pt_time_add(progress->clock,
                                  pt_pipeline_span_draw(&job->every, &random));
    if (stretch(p, job, progress->clock, &submit, err) < 0)
        return -1;
    pt_agenda_set(&p->agenda, i, submit);
    return 0;
}

/* A work of job I was submitted NOW: sees to those that come of it. */
static int advance(struct pipeline *p, int32_t i, pt_time now,
                   struct pt_err *err)
{
    const struct pt_pipeline_job *job = &p->doc.jobs[i];

    if (p->progress[i].made < job->count)
        return job->loop ? follow(p, i, i, now, err) : repeat(p, i, err);
    for (int32_t k = p->progress[i].follower; k >= 0; k = p->progress[k].next)
        if (follow(p, k, i, now, err) < 0)
            return -1;
    return 0;
}

static int pipeline_next(void *state, struct pt_work *work, struct pt_err *err)
{
    struct pipeline *p = state;

    while (p->agenda.n > 0) {
        pt_time now = pt_agenda_next(&p->agenda);
        int32_t i = pt_agenda_pop(&p->agenda);
        struct marks marks = make_work(p, i, now, work);
        int kept = judge(p, &p->doc.jobs[i], &marks, err);
        if (kept < 0)
            return -1;
        p->rows++;
        p->progress[i].made++;
        p->progress[i].last = kept ? p->jobs++ : -1;
        if (advance(p, i, now, err) < 0)
            return -1;
        if (kept)
            return 1;
    }
    return 0;
}

/* ---- the source ---- */

static void set_rules(struct pipeline *p)
{
    bool strict = p->reading.clean == PT_CLEAN_STRICT;

    p->rules[WIDE] = (struct pt_rule){
        .name = "wide", .what = "wider than the machine: to be rejected"};
    p->rules[LIMIT_MISSING] =
        (struct pt_rule){.name = "limit-missing",
                         .what = "a stage without limit: its longest task "
                                 "taken"};
    p->rules[OVERRUN] = (struct pt_rule){
        .name = "overrun", .what = "a task runs beyond its limit: cut to it"};
    if (strict || p->reading.wide == PT_WIDE_DROP) {
        p->rules[WIDE].what = "job dropped: wider than the machine";
        p->rules[WIDE].drops = true;
    } else if (p->reading.wide == PT_WIDE_ERROR) {
        p->rules[WIDE].what = "wider than the machine: an error";
    }
    if (strict || p->reading.missing_limit == PT_MISSING_DROP) {
        p->rules[LIMIT_MISSING].what = "job dropped: a stage without limit";
        p->rules[LIMIT_MISSING].drops = true;
    }
    if (p->reading.overrun == PT_OVERRUN_KILL)
        p->rules[OVERRUN].what =
            "a task runs beyond its limit: to be killed there";
    else if (p->reading.overrun == PT_OVERRUN_EXTEND)
        p->rules[OVERRUN].what = "a task runs beyond its limit: let run";
}

/* Ties each job that is after another to that one; the others begin by
 * themselves. */
static int start_jobs(struct pipeline *p, struct pt_err *err)
{
    int32_t n = p->doc.njobs;

    p->progress = pt_alloc((size_t)n, sizeof *p->progress);
    p->first = PT_TIME_NEVER;
    for (int32_t i = n - 1; i >= 0; i--) {
        const struct pt_pipeline_job *job = &p->doc.jobs[i];
        struct progress *progress = &p->progress[i];
        *progress = (struct progress){
            .last = -1, .clock = job->submit, .follower = -1, .next = -1};
        if (job->after < 0 && job->submit < p->first)
            p->first = job->submit;
    }
    for (int32_t i = n - 1; i >= 0; i--) {
        const struct pt_pipeline_job *job = &p->doc.jobs[i];
        if (job->after >= 0) {
            p->progress[i].next = p->progress[job->after].follower;
            p->progress[job->after].follower = i;
            continue;
        }
        pt_time submit;
        if (stretch(p, job, job->submit, &submit, err) < 0)
            return -1;
        pt_agenda_set(&p->agenda, i, submit);
    }
    return 0;
}

static void pipeline_close(void *state)
{
    struct pipeline *p = state;

    pt_pipeline_doc_close(&p->doc);
    pt_agenda_fini(&p->agenda);
    pt_free(p->progress);
    pt_free(p->stages);
    pt_free(p->truths);
    pt_free(p->lengths);
    pt_free(p->takes);
    pt_free(p->file);
    *p = (struct pipeline){.file = NULL};
}

/* Reads LINES, and closes them. */
static int begin(struct pipeline *p, struct pt_lines *lines,
                 const struct pt_reading *reading, struct pt_err *err)
{
    char *text;
    size_t n;

    if (pt_lines_whole(lines, PT_JSON_SIZE, &text, &n, err) < 0) {
        pt_lines_close(lines);
        return -1;
    }
    p->reading = *reading;
    p->file = pt_text_dup(lines->file, strlen(lines->file));
    p->bytes = lines->bytes;
    pt_text_copy(p->digest, sizeof p->digest, lines->digest);
    pt_lines_close(lines);
    pt_agenda_init(&p->agenda);
    set_rules(p);
    int status = pt_pipeline_doc_open(&p->doc, p->file, text, n, p->gang, err);
    p->processors = reading->processors > 0 ? reading->processors
                                            : p->doc.machine.processors;
    if (status == 0)
        status = start_jobs(p, err);
    if (status < 0)
        pipeline_close(p);
    return status;
}

static int pipeline_open(void *state, const char *path,
                         const struct pt_reading *reading, struct pt_err *err)
{
    struct pt_lines lines;

    if (pt_lines_open(&lines, path, err) < 0)
        return -1;
    return begin(state, &lines, reading, err);
}

int pt_pipeline_open_bytes(void *state, const char *name, const void *bytes,
                           size_t n, const struct pt_reading *reading,
                           struct pt_err *err)
{
    struct pt_lines lines;

    if (pt_lines_open_bytes(&lines, name, bytes, n, err) < 0)
        return -1;
    return begin(state, &lines, reading, err);
}

static void pipeline_info(const void *state, struct pt_source_info *info)
{
    const struct pipeline *p = state;

    *info = (struct pt_source_info){.machine = &p->doc.machine,
                                    .rules = p->rules,
                                    .nrules = RULES,
                                    .rows = p->rows,
                                    .jobs = p->jobs,
                                    .digest = p->digest,
                                    .bytes = p->bytes};
}

/* Whether TEXT stands in HEAD [N]. */
static bool holds(const char *head, size_t n, const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i + length <= n; i++)
        if (memcmp(head + i, text, length) == 0)
            return true;
    return false;
}

/* An object that names the format, or might have forgotten to: what is wrong is
 * ours to say then.  Spark's event logs are objects too. */
static bool pipeline_sniff(const char *path, const char *head, size_t n)
{
    size_t at = n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    (void)path;
    while (at < n && strchr(" \t\r\n", head[at]) && head[at] != '\0')
        at++;
    if (at == n || head[at] != '{')
        return false;
    if (holds(head, n, "protium.pipeline/"))
        return true;
    return !holds(head, n, "\"Event\"") &&
           (holds(head, n, "\"jobs\"") || holds(head, n, "\"stages\""));
}

static const struct pt_param params[] = {
    {.name = "gang",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct pipeline, gang),
     .help = "Stages to be run as gangs, STAGE[+STAGE...], each by its id."},
    PT_PARAM_END};

const struct pt_source pt_source_pipeline = {
    .name = "pipeline",
    .summary = "pipelines of parallel and gang stages (protium.pipeline/1)",
    .cite = "traces/pipeline/pipeline.schema.json (JSON Schema draft 2020-12)",
    .params = params,
    .state_size = sizeof(struct pipeline),
    .staged = true,
    .sniff = pipeline_sniff,
    .open = pipeline_open,
    .next = pipeline_next,
    .info = pipeline_info,
    .close = pipeline_close,
};
