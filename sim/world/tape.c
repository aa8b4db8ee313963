#include "world/tape.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "core/words.h"

/* What runs, by the core's handle: for checking what the tape says of it. */
struct taped_run {
    int32_t task, ntasks, left; /* left 0: it does not run */
    bool killing;
    uint64_t *ended; /* bit per task, once one ended by itself */
};

/* A job as the tape has it; the core borrows it until its record is out. */
struct taped_job {
    struct pt_job job;
    struct pt_stage *stages;
    int32_t *parents;
};

struct tape {
    struct pt_world world;
    struct pt_tape_result *result;
    bool other;
    FILE *file;
    char *path, *line;
    size_t size;
    int number; /* of the line */
    json_t *step;
    struct pt_fact *facts;
    int32_t nfacts, fact_capacity;
    struct taped_job **jobs; /* by tag; NULL: gone */
    int32_t njobs, job_capacity;
    int32_t *leaving;
    int32_t nleaving, leaving_capacity;
    pt_time now;
    int64_t rank; /* of the last submission */
    struct pt_core_config config;
    struct taped_run *runs; /* [run_capacity] by handle */
    int32_t run_capacity;
    bool whole;    /* the last line has been read */
    json_t *ahead; /* a step that has been read, and is not due yet */
    int64_t nread; /* lines that are steps, and the last */
};

/* --- lines --- */

static int bad(const struct tape *t, struct pt_err *err, const char *what)
{
    return pt_err_at(err, PT_ERR_INPUT, t->path, t->number, 1, "%s", what);
}

/* The next line as JSON: 1, 0 = the end, -1. */
static int read_line(struct tape *t, json_t **value, struct pt_err *err)
{
    json_error_t error;
    ssize_t n;

    errno = 0;
    n = getline(&t->line, &t->size, t->file);
    if (n < 0 && ferror(t->file))
        return pt_err_at(err, PT_ERR_INPUT, t->path, t->number, 0, "%s",
                         strerror(errno));
    if (n < 0)
        return 0;
    t->number++;
    *value = json_loadb(t->line, (size_t)n, JSON_REJECT_DUPLICATES, &error);
    if (!*value)
        return pt_err_at(err, PT_ERR_INPUT, t->path, t->number, error.column,
                         "not JSON: %s (expected a step of a tape)",
                         error.text);
    if (!json_is_object(*value)) {
        json_decref(*value);
        return bad(t, err, "not a JSON object (expected a step of a tape)");
    }
    return 1;
}

static int open_file(struct tape *t, const char *path, struct pt_err *err)
{
    t->path = pt_text_dup(path, strlen(path));
    t->file = fopen(path, "r");
    if (!t->file)
        return pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "%s", strerror(errno));
    return 0;
}

/* The header's line, checked. */
static json_t *read_header(struct tape *t, struct pt_err *err)
{
    json_t *header = NULL;
    int got = read_line(t, &header, err);

    if (got == 0)
        bad(t, err, "empty (expected a tape: replay --tape writes one)");
    if (got <= 0)
        return NULL;
    const char *schema = json_string_value(json_object_get(header, "schema"));
    if (!schema || strcmp(schema, "protium.tape/1") != 0 ||
        !json_is_object(json_object_get(header, "config"))) {
        json_decref(header);
        bad(t, err, "not a tape (expected schema protium.tape/1)");
        return NULL;
    }
    return header;
}

static void tape_free(struct tape *t)
{
    if (t->file)
        fclose(t->file);
    pt_free(t->path);
    free(t->line);
    pt_free(t);
}

int pt_tape_config(const char *path, char **config, char **label,
                   struct pt_err *err)
{
    struct tape *t = pt_alloc(1, sizeof *t);
    json_t *header = NULL;

    if (open_file(t, path, err) == 0)
        header = read_header(t, err);
    tape_free(t);
    if (!header)
        return -1;
    const char *name = json_string_value(json_object_get(header, "label"));
    char *text = json_dumps(json_object_get(header, "config"), JSON_COMPACT);
    pt_assert(text);
    *config = pt_text_dup(text, strlen(text));
    *label = pt_text_dup(name ? name : "", name ? strlen(name) : 0);
    free(text);
    json_decref(header);
    return 0;
}

/* --- facts --- */

/* OBJECT's integer KEY in [min, max]; *good is cleared if it is not one. */
static int64_t integer(const json_t *object, const char *key, int64_t min,
                       int64_t max, bool *good)
{
    const json_t *value = json_object_get(object, key);
    int64_t n = json_integer_value(value);

    if (!json_is_integer(value) || n < min || n > max) {
        *good = false;
        return min;
    }
    return n;
}

static int32_t index_of(const char *const *names, int32_t n, const char *name)
{
    for (int32_t i = 0; name && i < n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static void read_stage(const json_t *object, struct pt_stage *stage,
                       int32_t *parents, int32_t number, bool *good)
{
    const char *mode = json_string_value(json_object_get(object, "mode"));
    const json_t *need = json_object_get(object, "need");
    const json_t *above = json_object_get(object, "parents");

    *stage = (struct pt_stage){
        .ntasks = (int32_t)integer(object, "tasks", 1, INT32_MAX, good),
        .mode = mode && strcmp(mode, "gang") == 0 ? PT_GANG : PT_PARALLEL,
        .limit = integer(object, "limit", 1, INT64_MAX, good),
        .nparents = (int32_t)json_array_size(above),
        .parents = parents};
    for (size_t r = 0; r < PT_RESOURCES; r++)
        stage->need.amount[r] = json_integer_value(json_array_get(need, r));
    for (int32_t i = 0; i < stage->nparents; i++) {
        parents[i] =
            (int32_t)json_integer_value(json_array_get(above, (size_t)i));
        if (parents[i] < 0 || parents[i] >= number)
            *good = false;
    }
    if (stage->need.amount[PT_CORES] < 0)
        *good = false;
}

static struct taped_job *read_job(struct tape *t, const json_t *fact,
                                  bool *good)
{
    const json_t *stages = json_object_get(fact, "stages");
    size_t n = json_array_size(stages), nparents = 0;
    struct taped_job *taped = pt_alloc(1, sizeof *taped);

    for (size_t i = 0; i < n; i++)
        nparents += json_array_size(
            json_object_get(json_array_get(stages, i), "parents"));
    taped->stages = pt_alloc(n + 1, sizeof *taped->stages);
    taped->parents = pt_alloc(nparents + 1, sizeof *taped->parents);
    int32_t *parents = taped->parents;
    for (size_t i = 0; i < n; i++) {
        read_stage(json_array_get(stages, i), &taped->stages[i], parents,
                   (int32_t)i, good);
        parents += taped->stages[i].nparents;
    }
    if (n == 0 || n > INT32_MAX)
        *good = false;
    taped->job = (struct pt_job){
        .rank = integer(fact, "submitted", 0, INT64_MAX, good),
        .id = integer(fact, "id", INT64_MIN, INT64_MAX, good),
        .user = integer(fact, "user", INT64_MIN, INT64_MAX, good),
        .group = integer(fact, "group", INT64_MIN, INT64_MAX, good),
        .queue = integer(fact, "queue", INT64_MIN, INT64_MAX, good),
        .tag = t->njobs,
        .nstages = (int32_t)n,
        .submit = t->now,
        .stages = taped->stages};
    pt_vec_push(t->jobs, t->njobs, t->job_capacity, taped);
    return taped;
}

/* Whether FACT, an ending, can be: it is taken note of. */
static bool note_ended(struct tape *t, const struct pt_fact *fact)
{
    if (fact->attempt >= t->run_capacity)
        return false;
    struct taped_run *run = &t->runs[fact->attempt];
    int32_t index = fact->task - run->task;
    if (run->left == 0 || (fact->outcome == PT_KILLED && !run->killing))
        return false;
    if (fact->task < 0) {
        run->left = 0;
        return true;
    }
    if (index < 0 || index >= run->ntasks)
        return false;
    if (!run->ended)
        run->ended =
            pt_alloc((size_t)(run->ntasks + 63) / 64, sizeof(uint64_t));
    if (run->ended[index / 64] >> (index % 64) & 1)
        return false;
    run->ended[index / 64] |= UINT64_C(1) << (index % 64);
    run->left--;
    return true;
}

/* Whether the machine can be asked for the stages of JOB. */
static bool can_be(const struct tape *t, const struct pt_job *job)
{
    for (int32_t i = 0; i < job->nstages; i++) {
        const struct pt_need *need = &job->stages[i].need;
        bool any = false;
        for (int r = 0; r < PT_RESOURCES; r++) {
            if (need->amount[r] < 0)
                return false;
            any = any || need->amount[r] > 0;
        }
        if (!any || (!t->config.named && need->amount[PT_CORES] != 1000))
            return false;
    }
    return true;
}

static void note_started(struct tape *t, const struct pt_decision *d)
{
    int32_t had = t->run_capacity;

    if (d->kind == PT_KILL)
        t->runs[d->attempt].killing = true;
    if (d->kind != PT_START)
        return;
    pt_vec_reserve(t->runs, t->run_capacity, d->attempt + 1);
    if (t->run_capacity > had)
        memset(t->runs + had, 0,
               (size_t)(t->run_capacity - had) * sizeof *t->runs);
    struct taped_run *run = &t->runs[d->attempt];
    pt_free(run->ended);
    *run = (struct taped_run){
        .task = d->task, .ntasks = d->ntasks, .left = d->ntasks};
}

static bool read_fact(struct tape *t, const json_t *object,
                      struct pt_fact *fact)
{
    bool good = true;

    *fact = (struct pt_fact){.task = -1};
    if (json_object_get(object, "submitted")) {
        fact->kind = PT_FACT_SUBMITTED;
        fact->job = &read_job(t, object, &good)->job;
        good = good && fact->job->rank > t->rank && can_be(t, fact->job);
        t->rank = fact->job->rank;
    } else if (json_object_get(object, "ended")) {
        const char *name =
            json_string_value(json_object_get(object, "outcome"));
        int32_t outcome = index_of(pt_outcome_words, PT_OUTCOME_WORDS, name);
        fact->kind = PT_FACT_ENDED;
        fact->attempt = (int32_t)integer(object, "ended", 1, INT32_MAX, &good);
        fact->task = (int32_t)integer(object, "task", -1, INT32_MAX, &good);
        fact->outcome = (enum pt_outcome)(outcome < 0 ? 0 : outcome);
        good = good && outcome >= 0 && note_ended(t, fact);
    } else if (json_object_get(object, "down")) {
        fact->kind = PT_FACT_NODE_DOWN;
        fact->node =
            (int32_t)integer(object, "down", 0, t->config.nodes - 1, &good);
    } else {
        fact->kind = PT_FACT_NODE_UP;
        fact->node =
            (int32_t)integer(object, "up", 0, t->config.nodes - 1, &good);
    }
    return good;
}

static void job_free(struct taped_job *taped)
{
    if (!taped)
        return;
    pt_free(taped->stages);
    pt_free(taped->parents);
    pt_free(taped);
}

/* The next step of the tape into t->ahead: 1, 0 = the end, -1. */
static int read_step(struct tape *t, struct pt_err *err)
{
    bool good = true;
    int got = read_line(t, &t->ahead, err);

    if (got < 0)
        return -1;
    if (got == 0)
        return t->whole ? 0
                        : bad(t, err,
                              "the tape ends early (expected a last line with "
                              "the number of steps)");
    if (t->whole)
        return bad(t, err, "a line after the last (expected the file's end)");
    t->nread++;
    if (!json_object_get(t->ahead, "steps"))
        return 1;
    t->whole = true;
    if (integer(t->ahead, "steps", 0, INT64_MAX, &good) != t->nread - 1)
        return bad(t, err, "steps are missing (expected as many as there are)");
    json_decref(t->ahead);
    t->ahead = NULL;
    return read_step(t, err);
}

/* The facts of the step that is due, at AT. */
static int read_facts(struct tape *t, pt_time at, struct pt_err *err)
{
    const json_t *list = json_object_get(t->step, "facts");

    t->now = at;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct pt_fact fact;
        if (!read_fact(t, json_array_get(list, i), &fact))
            return bad(t, err,
                       "a fact that cannot be (expected submitted, ended, down "
                       "or up, with all its members, of what is there)");
        pt_vec_push(t->facts, t->nfacts, t->fact_capacity, fact);
    }
    t->result->steps++;
    t->result->facts += t->nfacts;
    return 1;
}

static int tape_next(struct pt_world *world, pt_time wake, pt_time *now,
                     const struct pt_fact **facts, int32_t *n,
                     struct pt_err *err)
{
    struct tape *t = (struct tape *)world;
    bool good = true;
    int got = 1;

    for (int32_t i = 0; i < t->nleaving; i++) {
        job_free(t->jobs[t->leaving[i]]);
        t->jobs[t->leaving[i]] = NULL;
    }
    t->nleaving = 0;
    t->nfacts = 0;
    json_decref(t->step);
    t->step = NULL;
    if (t->result->differs)
        return 0;
    if (!t->ahead)
        got = read_step(t, err);
    if (got <= 0)
        return got;
    pt_time at = integer(t->ahead, "t", INT64_MIN + 1, INT64_MAX - 1, &good);
    if (!good || at < t->now ||
        !json_is_array(json_object_get(t->ahead, "facts")) ||
        !json_is_array(json_object_get(t->ahead, "decisions")))
        return bad(t, err,
                   "not a step (expected t, not before the last one's, facts "
                   "and decisions)");
    /* The tape has the wake-ups of its own core; another has its own. */
    if (t->other && wake < at) {
        t->now = *now = wake;
    } else {
        t->step = t->ahead;
        t->ahead = NULL;
        got = read_facts(t, at, err);
        *now = at;
    }
    *facts = t->facts;
    *n = t->nfacts;
    return got;
}

/* --- comparing --- */

/* What two decisions are compared by, in this order. */
struct gist {
    int64_t rank, stage, try, task, kind, ntasks;
};

static int gist_compare(const void *a, const void *b)
{
    int64_t p[sizeof(struct gist) / sizeof(int64_t)], q[sizeof p / sizeof *p];

    memcpy(p, a, sizeof p);
    memcpy(q, b, sizeof q);
    for (size_t i = 0; i < sizeof p / sizeof *p; i++)
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    return 0;
}

static struct gist gist_of_taped(const json_t *object)
{
    struct gist gist = {.kind = -1};
    bool good = true;

    for (int32_t i = 0; i < PT_DECISION_WORDS; i++)
        if (json_object_get(object, pt_decision_words[i]))
            gist.kind = i;
    if (gist.kind >= 0)
        gist.rank =
            integer(object, pt_decision_words[gist.kind], 0, INT64_MAX, &good);
    gist.stage = integer(object, "stage", 0, INT32_MAX, &good);
    gist.try = integer(object, "try", 0, INT32_MAX, &good);
    gist.task = integer(object, "task", 0, INT32_MAX, &good);
    gist.ntasks = integer(object, "tasks", 0, INT32_MAX, &good);
    return gist;
}

static struct gist gist_of(const struct pt_decision *d)
{
    return (struct gist){d->rank, d->stage, d->try,
                         d->task, d->kind,  d->ntasks};
}

static bool same_ranges(const json_t *list, const struct pt_decision *d,
                        const struct pt_range *ranges)
{
    if ((int32_t)json_array_size(list) != d->nranges)
        return false;
    for (int32_t i = 0; i < d->nranges; i++) {
        const json_t *pair = json_array_get(list, (size_t)i);
        const struct pt_range *range = &ranges[d->range + i];
        if (json_integer_value(json_array_get(pair, 0)) != range->first ||
            json_integer_value(json_array_get(pair, 1)) != range->count)
            return false;
    }
    return true;
}

/* The number that people know the job by; of one that has left, its rank. */
static long long job_id(const struct tape *t, int64_t rank)
{
    for (int32_t i = t->njobs - 1; i >= 0; i--)
        if (t->jobs[i] && t->jobs[i]->job.rank == rank)
            return (long long)t->jobs[i]->job.id;
    return (long long)rank;
}

static void describe(const struct tape *t, char text[PT_TAPE_TEXT],
                     const struct gist *gists, int32_t n)
{
    size_t used = 0, size = PT_TAPE_TEXT;

    text[0] = '\0';
    for (int32_t i = 0; i < n && used < size; i++) {
        int wrote = snprintf(
            text + used, size - used, "%s%s job %lld", i > 0 ? ", " : "",
            gists[i].kind >= 0 ? pt_decision_words[gists[i].kind] : "?",
            job_id(t, gists[i].rank));
        used += wrote > 0 ? (size_t)wrote : 0;
    }
    if (n == 0)
        pt_text_copy(text, size, "nothing");
}

/* Whether the decisions of STEP are those of the tape's. */
static bool agrees(const struct tape *t, const struct pt_step *step,
                   const json_t *list, struct gist *then, struct gist *now)
{
    int32_t n = (int32_t)json_array_size(list);

    for (int32_t i = 0; i < n; i++)
        then[i] = gist_of_taped(json_array_get(list, (size_t)i));
    for (int32_t i = 0; i < step->ndecisions; i++)
        now[i] = gist_of(&step->decisions[i]);
    if (t->other) {
        qsort(then, (size_t)n, sizeof *then, gist_compare);
        qsort(now, (size_t)step->ndecisions, sizeof *now, gist_compare);
    }
    if (n != step->ndecisions)
        return false;
    for (int32_t i = 0; i < n; i++) {
        const json_t *object = json_array_get(list, (size_t)i);
        if (gist_compare(&then[i], &now[i]) != 0)
            return false;
        if (!t->other &&
            (json_integer_value(json_object_get(object, "attempt")) !=
                 step->decisions[i].attempt ||
             !same_ranges(json_object_get(object, "at"), &step->decisions[i],
                          step->ranges)))
            return false;
    }
    return true;
}

static int tape_carry_out(struct pt_world *world, const struct pt_step *step,
                          struct pt_err *err)
{
    struct tape *t = (struct tape *)world;
    const json_t *list = json_object_get(t->step, "decisions");
    size_t n = json_array_size(list), m = (size_t)step->ndecisions;
    struct gist *then = pt_alloc(n + 1, sizeof *then);
    struct gist *now = pt_alloc(m + 1, sizeof *now);

    (void)err;
    if (!agrees(t, step, list, then, now)) {
        t->result->differs = true;
        t->result->line = t->number;
        t->result->at = step->now;
        describe(t, t->result->recorded, then, (int32_t)n);
        describe(t, t->result->decided, now, (int32_t)m);
    } else {
        t->result->decisions += step->ndecisions;
    }
    for (int32_t i = 0; i < step->ndecisions; i++)
        note_started(t, &step->decisions[i]);
    for (int32_t i = 0; i < step->nrecords; i++)
        pt_vec_push(t->leaving, t->nleaving, t->leaving_capacity,
                    step->records[i].job->tag);
    pt_free(then);
    pt_free(now);
    return 0;
}

static void tape_close(struct pt_world *world)
{
    struct tape *t = (struct tape *)world;

    for (int32_t i = 0; i < t->njobs; i++)
        job_free(t->jobs[i]);
    for (int32_t i = 0; i < t->run_capacity; i++)
        pt_free(t->runs[i].ended);
    json_decref(t->step);
    json_decref(t->ahead);
    pt_free(t->runs);
    pt_free(t->jobs);
    pt_free(t->facts);
    pt_free(t->leaving);
    tape_free(t);
}

struct pt_world *pt_tape_new(const char *path,
                             const struct pt_core_config *config, bool other,
                             struct pt_tape_result *result, struct pt_err *err)
{
    struct tape *t = pt_alloc(1, sizeof *t);
    json_t *header = NULL;

    t->world = (struct pt_world){
        .next = tape_next, .carry_out = tape_carry_out, .close = tape_close};
    t->other = other;
    t->config = *config;
    t->rank = -1;
    t->now = INT64_MIN + 1;
    t->result = result;
    *result = (struct pt_tape_result){.differs = false};
    if (open_file(t, path, err) == 0)
        header = read_header(t, err);
    if (!header) {
        tape_free(t);
        return NULL;
    }
    json_decref(header);
    return &t->world;
}
