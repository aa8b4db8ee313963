#include "world/tape.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "core/words.h"
#include "world/tape_parts.h"

int pt_tape_config(const char *path, char **config, char **label,
                   struct pt_err *err)
{
    struct pt_tape *t = pt_alloc(1, sizeof *t);
    json_t *header = NULL;

    if (pt_tape_open(t, path, err) == 0)
        header = pt_tape_header(t, err);
    pt_tape_free(t);
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

static int tape_next(struct pt_world *world, pt_time wake, pt_time *now,
                     const struct pt_fact **facts, int32_t *n,
                     struct pt_err *err)
{
    struct pt_tape *t = (struct pt_tape *)world;
    bool good = true;
    int got = 1;

    for (int32_t i = 0; i < t->nleaving; i++) {
        pt_taped_job_free(t->jobs[t->leaving[i]]);
        t->jobs[t->leaving[i]] = NULL;
    }
    t->nleaving = 0;
    t->nfacts = 0;
    json_decref(t->step);
    t->step = NULL;
    if (t->result->differs)
        return 0;
    if (!t->ahead)
        got = pt_tape_read_step(t, err);
    if (got <= 0)
        return got;
    pt_time at =
        pt_tape_integer(t->ahead, "t", INT64_MIN + 1, INT64_MAX - 1, &good);
    if (!good || at < t->now ||
        !json_is_array(json_object_get(t->ahead, "facts")) ||
        !json_is_array(json_object_get(t->ahead, "decisions")))
        return pt_tape_bad(
            t, err,
            "not a step (expected t, not before the last one's, facts "
            "and decisions)");
    /* The tape has the wake-ups of its own core; another has its own. */
    if (t->other && wake < at) {
        t->now = *now = wake;
    } else {
        t->step = t->ahead;
        t->ahead = NULL;
        got = pt_tape_read_facts(t, at, err);
        *now = at;
    }
    *facts = t->facts;
    *n = t->nfacts;
    return got;
}

/* --- comparing --- */

/* What two decisions are compared by, in this order. */
struct gist {
    int64_t rank, stage, try, task, kind, ntasks, launch, copy, epoch;
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
        gist.rank = pt_tape_integer(object, pt_decision_words[gist.kind], 0,
                                    INT64_MAX, &good);
    gist.stage = pt_tape_integer(object, "stage", 0, INT32_MAX, &good);
    gist.try = pt_tape_integer(object, "try", 0, INT32_MAX, &good);
    gist.task = pt_tape_integer(object, "task", -1, INT32_MAX, &good);
    gist.ntasks = pt_tape_integer(object, "tasks", 0, INT32_MAX, &good);
    gist.launch = pt_tape_integer_or(object, "launch", 0, INT32_MAX, 0, &good);
    gist.copy = json_is_true(json_object_get(object, "copy"));
    gist.epoch = pt_tape_integer_or(object, "epoch", 0, INT32_MAX, 0, &good);
    if (!good)
        gist.kind = -1;
    return gist;
}

static struct gist gist_of(const struct pt_decision *d)
{
    return (struct gist){.rank = d->rank,
                         .stage = d->stage,
                         .try = d->try,
                         .task = d->task,
                         .kind = d->kind,
                         .ntasks = d->ntasks,
                         .launch = d->launch,
                         .copy = d->copy,
                         .epoch = d->epoch};
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

/* LIST, if it is one; else all are 0. */
static bool same_numbers(const json_t *list, const int64_t *numbers, int32_t n)
{
    if (list && (int32_t)json_array_size(list) != n)
        return false;
    for (int32_t i = 0; i < n; i++)
        if (json_integer_value(json_array_get(list, (size_t)i)) != numbers[i])
            return false;
    return true;
}

static bool same_messages(const json_t *object, const struct pt_decision *d,
                          const struct pt_step *step)
{
    const json_t *partial = json_object_get(object, "partial");
    const json_t *messages = json_object_get(object, "messages");

    if (d->partial != (partial != NULL) || (messages && d->kind != PT_RELEASE))
        return false;
    if (d->partial)
        return same_numbers(partial, step->messages + d->message, d->ntasks);
    if (d->kind != PT_RELEASE)
        return true;
    if (!step->messages)
        return messages == NULL;
    return same_numbers(messages, step->messages + d->message, d->ntasks);
}

/* What another policy need not have in common with the recorded one. */
static bool same_rest(const json_t *object, const struct pt_decision *d,
                      const struct pt_step *step)
{
    return json_integer_value(json_object_get(object, "attempt")) ==
               d->attempt &&
           pt_tape_word(object, "cause", pt_cause_words, PT_CAUSE_WORDS) ==
               (int32_t)d->cause &&
           same_ranges(json_object_get(object, "at"), d, step->ranges) &&
           same_messages(object, d, step);
}

/* The number that people know the job by; of one that has left, its rank. */
static long long job_id(const struct pt_tape *t, int64_t rank)
{
    for (int32_t i = t->njobs - 1; i >= 0; i--)
        if (t->jobs[i] && t->jobs[i]->job.rank == rank)
            return (long long)t->jobs[i]->job.id;
    return (long long)rank;
}

/* "start job 12", or "start job 12 stage 1.0" as Spark has it. */
static int describe_one(const struct pt_tape *t, char *text, size_t size,
                        const struct gist *gist)
{
    const char *word = gist->kind >= 0 ? pt_decision_words[gist->kind] : "?";

    if (gist->stage == 0 && gist->try == 0)
        return snprintf(text, size, "%s job %lld", word, job_id(t, gist->rank));
    return snprintf(text, size, "%s job %lld stage %lld.%lld", word,
                    job_id(t, gist->rank), (long long)gist->stage,
                    (long long)gist->try);
}

static void describe(const struct pt_tape *t, char text[PT_TAPE_TEXT],
                     const struct gist *gists, int32_t n)
{
    size_t used = 0, size = PT_TAPE_TEXT;

    text[0] = '\0';
    for (int32_t i = 0; i < n && used < size; i++) {
        if (i > 0)
            used += (size_t)snprintf(text + used, size - used, ", ");
        if (used < size)
            used +=
                (size_t)describe_one(t, text + used, size - used, &gists[i]);
    }
    if (n == 0)
        pt_text_copy(text, size, "nothing");
}

/* Whether the decisions of STEP are those of the tape's. */
static bool agrees(const struct pt_tape *t, const struct pt_step *step,
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
        if (!t->other && !same_rest(object, &step->decisions[i], step))
            return false;
    }
    return true;
}

static int tape_carry_out(struct pt_world *world, const struct pt_step *step,
                          struct pt_err *err)
{
    struct pt_tape *t = (struct pt_tape *)world;
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
        pt_tape_note(t, &step->decisions[i], step->messages);
    for (int32_t i = 0; i < step->nrecords; i++)
        pt_vec_push(t->leaving, t->nleaving, t->leaving_capacity,
                    step->records[i].job->tag);
    pt_free(then);
    pt_free(now);
    return 0;
}

static void tape_close(struct pt_world *world)
{
    struct pt_tape *t = (struct pt_tape *)world;

    for (int32_t i = 0; i < t->njobs; i++)
        pt_taped_job_free(t->jobs[i]);
    pt_tape_close_runs(t);
    json_decref(t->step);
    json_decref(t->ahead);
    pt_free(t->nodes);
    pt_free(t->jobs);
    pt_free(t->facts);
    pt_free(t->leaving);
    pt_tape_free(t);
}

struct pt_world *pt_tape_new(const char *path,
                             const struct pt_core_config *config, bool other,
                             struct pt_tape_result *result, struct pt_err *err)
{
    struct pt_tape *t = pt_alloc(1, sizeof *t);
    json_t *header = NULL;

    t->world = (struct pt_world){
        .next = tape_next, .carry_out = tape_carry_out, .close = tape_close};
    t->other = other;
    t->config = *config;
    t->rank = -1;
    t->now = INT64_MIN + 1;
    t->result = result;
    *result = (struct pt_tape_result){.differs = false};
    if (pt_tape_open(t, path, err) == 0)
        header = pt_tape_header(t, err);
    if (!header) {
        pt_tape_free(t);
        return NULL;
    }
    json_decref(header);
    pt_tape_open_nodes(t);
    return &t->world;
}
