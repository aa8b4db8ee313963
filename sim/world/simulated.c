#include "world/simulated.h"

#include <stdlib.h>
#include <string.h>

#include "base/agenda.h"
#include "base/assert.h"
#include "base/slab.h"
#include "base/vec.h"

/* A job that the core has, and the truth about it. */
struct life {
    struct pt_job job;
    struct pt_stage stage; /* of a job that has one */
    struct pt_truth truth;
    struct pt_stage *stages; /* [nstages], = &stage for one */
    struct pt_truth *truths;
    char *copies; /* what they point to, for more than one */
};

/* What runs, by the core's handle. */
struct running {
    int32_t life, stage, task, ntasks;
    pt_time start;
    enum pt_outcome outcome;
    int32_t *order; /* tasks by length, where each has its own */
    int32_t next;   /* in order */
    bool killed;
};

struct simulated {
    struct pt_world world;
    const struct pt_source *source;
    void *state;
    struct pt_work ahead; /* the next arrival, borrowed from the source */
    bool started, more;
    int64_t rank;
    pt_time now;

    struct pt_agenda agenda;
    struct pt_slab lives;
    struct running *running; /* by handle */
    int32_t running_capacity;
    int32_t *killed; /* handles to be told as ended */
    int32_t nkilled, killed_capacity;
    struct pt_fact *facts;
    int32_t nfacts, fact_capacity;
    int32_t *leaving; /* lives whose records were shown in the last step */
    int32_t nleaving, leaving_capacity;
};

static struct life *life_at(const struct simulated *s, int32_t number)
{
    return pt_slab_at(&s->lives, number);
}

/* --- jobs --- */

static size_t copied_size(const struct pt_work *work)
{
    size_t n = (size_t)work->job.nstages *
               (sizeof(struct pt_stage) + sizeof(struct pt_truth));

    for (int32_t i = 0; i < work->job.nstages; i++) {
        n += (size_t)work->job.stages[i].nparents * sizeof(int32_t);
        if (work->truths[i].task)
            n += (size_t)work->job.stages[i].ntasks * sizeof(pt_time);
    }
    return n;
}

/* Lays the stages, truths, lengths and parents of WORK out in one block; the
 * wider types come first, so that all are aligned. */
static void copy_stages(struct life *life, const struct pt_work *work)
{
    int32_t n = work->job.nstages;

    life->copies = pt_alloc(copied_size(work), 1);
    life->stages = (void *)life->copies;
    life->truths = (void *)(life->stages + n);
    char *at = (char *)(life->truths + n);
    memcpy(life->stages, work->job.stages, (size_t)n * sizeof *life->stages);
    memcpy(life->truths, work->truths, (size_t)n * sizeof *life->truths);
    for (int32_t i = 0; i < n; i++) {
        if (!work->truths[i].task)
            continue;
        size_t size = (size_t)life->stages[i].ntasks * sizeof(pt_time);
        life->truths[i].task = memcpy(at, work->truths[i].task, size);
        at += size;
    }
    for (int32_t i = 0; i < n; i++) {
        size_t size = (size_t)life->stages[i].nparents * sizeof(int32_t);
        if (size == 0)
            continue;
        life->stages[i].parents = memcpy(at, work->job.stages[i].parents, size);
        at += size;
    }
}

static int32_t life_new(struct simulated *s, const struct pt_work *work)
{
    int32_t number = pt_slab_take(&s->lives);
    struct life *life = life_at(s, number);

    *life = (struct life){.job = work->job};
    if (work->job.nstages == 1 && !work->truths[0].task) {
        life->stage = work->job.stages[0];
        life->truth = work->truths[0];
        life->stages = &life->stage;
        life->truths = &life->truth;
    } else {
        copy_stages(life, work);
    }
    life->job.stages = life->stages;
    life->job.rank = s->rank++;
    life->job.tag = number;
    return number;
}

static void life_end(struct simulated *s, int32_t number)
{
    struct life *life = life_at(s, number);

    pt_free(life->copies);
    life->copies = NULL;
    pt_slab_give(&s->lives, number);
}

/* --- facts --- */

static void add_ended(struct simulated *s, int32_t handle, int32_t task,
                      enum pt_outcome outcome)
{
    pt_vec_push(s->facts, s->nfacts, s->fact_capacity,
                ((struct pt_fact){.kind = PT_FACT_ENDED,
                                  .outcome = outcome,
                                  .attempt = handle,
                                  .task = task}));
}

static pt_time task_length(const struct simulated *s, const struct running *r,
                           int32_t task)
{
    return life_at(s, r->life)->truths[r->stage].task[task];
}

/* The tasks of a gang that end now, one fact each; the timer moves on. */
static void end_tasks(struct simulated *s, int32_t handle)
{
    struct running *r = &s->running[handle];

    while (r->next < r->ntasks &&
           pt_time_add(r->start, task_length(s, r, r->order[r->next])) <=
               s->now)
        add_ended(s, handle, r->order[r->next++], r->outcome);
    if (r->next < r->ntasks) {
        pt_agenda_set(
            &s->agenda, handle,
            pt_time_add(r->start, task_length(s, r, r->order[r->next])));
        return;
    }
    pt_free(r->order);
    r->order = NULL;
}

static void add_endings(struct simulated *s)
{
    for (int32_t i = 0; i < s->nkilled; i++)
        add_ended(s, s->killed[i], -1, PT_KILLED);
    s->nkilled = 0;
    while (pt_agenda_next(&s->agenda) <= s->now) {
        int32_t handle = pt_agenda_pop(&s->agenda);
        if (s->running[handle].order)
            end_tasks(s, handle);
        else
            add_ended(s, handle, -1, s->running[handle].outcome);
    }
}

static int look_ahead(struct simulated *s, struct pt_err *err)
{
    int got = s->source->next(s->state, &s->ahead, err);

    s->more = got > 0;
    return got < 0 ? -1 : 0;
}

static int add_submissions(struct simulated *s, struct pt_err *err)
{
    while (s->more && s->ahead.job.submit <= s->now) {
        int32_t number = life_new(s, &s->ahead);
        pt_vec_push(s->facts, s->nfacts, s->fact_capacity,
                    ((struct pt_fact){.kind = PT_FACT_SUBMITTED,
                                      .job = &life_at(s, number)->job}));
        if (look_ahead(s, err) < 0)
            return -1;
    }
    return 0;
}

static int simulated_next(struct pt_world *world, pt_time wake, pt_time *now,
                          const struct pt_fact **facts, int32_t *n,
                          struct pt_err *err)
{
    struct simulated *s = (struct simulated *)world;
    pt_time at = wake;

    for (int32_t i = 0; i < s->nleaving; i++)
        life_end(s, s->leaving[i]);
    s->nleaving = 0;
    if (!s->started && look_ahead(s, err) < 0)
        return -1;
    s->started = true;
    if (pt_agenda_next(&s->agenda) < at)
        at = pt_agenda_next(&s->agenda);
    if (s->more && s->ahead.job.submit < at)
        at = s->ahead.job.submit;
    if (s->nkilled > 0)
        at = s->now;
    if (at == PT_TIME_NEVER)
        return 0;
    s->now = at;
    s->nfacts = 0;
    add_endings(s);
    if (add_submissions(s, err) < 0)
        return -1;
    *now = at;
    *facts = s->facts;
    *n = s->nfacts;
    return 1;
}

/* --- decisions --- */

static void sort_tasks(const struct simulated *s, struct running *r)
{
    for (int32_t i = 0; i < r->ntasks; i++) {
        int32_t task = r->task + i, j = i;
        for (; j > 0 &&
               task_length(s, r, task) < task_length(s, r, r->order[j - 1]);
             j--)
            r->order[j] = r->order[j - 1];
        r->order[j] = task;
    }
}

static void start(struct simulated *s, const struct pt_decision *d)
{
    const struct life *life = life_at(s, d->tag);
    const struct pt_truth *truth = &life->truths[d->stage];
    pt_time length = truth->length;
    int32_t had = s->running_capacity;

    pt_vec_reserve(s->running, s->running_capacity, d->attempt + 1);
    if (s->running_capacity > had)
        memset(s->running + had, 0,
               (size_t)(s->running_capacity - had) * sizeof *s->running);
    struct running *r = &s->running[d->attempt];
    pt_assert(!r->order);
    *r = (struct running){.life = d->tag,
                          .stage = d->stage,
                          .task = d->task,
                          .ntasks = d->ntasks,
                          .start = s->now,
                          .outcome = truth->outcome};
    if (truth->task && d->ntasks > 1) {
        r->order = pt_alloc((size_t)d->ntasks, sizeof *r->order);
        sort_tasks(s, r);
        length = task_length(s, r, r->order[0]);
    } else if (truth->task) {
        length = truth->task[d->task];
    }
    pt_agenda_set(&s->agenda, d->attempt, pt_time_add(s->now, length));
}

static void kill(struct simulated *s, const struct pt_decision *d)
{
    struct running *r = &s->running[d->attempt];

    pt_free(r->order);
    r->order = NULL;
    pt_agenda_set(&s->agenda, d->attempt, PT_TIME_NEVER);
    pt_vec_push(s->killed, s->nkilled, s->killed_capacity, d->attempt);
}

static int simulated_carry_out(struct pt_world *world,
                               const struct pt_step *step, struct pt_err *err)
{
    struct simulated *s = (struct simulated *)world;

    (void)err;
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        switch (d->kind) {
        case PT_START:
            start(s, d);
            break;
        case PT_KILL:
            kill(s, d);
            break;
        case PT_REJECT:
        case PT_HOLD:
        case PT_UNHOLD:
            break;
        }
    }
    for (int32_t i = 0; i < step->nrecords; i++)
        pt_vec_push(s->leaving, s->nleaving, s->leaving_capacity,
                    step->records[i].job->tag);
    return 0;
}

static void simulated_close(struct pt_world *world)
{
    struct simulated *s = (struct simulated *)world;

    for (int32_t i = 0; i < s->running_capacity; i++)
        pt_free(s->running[i].order);
    for (int32_t i = 0; i < s->lives.top; i++)
        pt_free(life_at(s, i)->copies);
    pt_agenda_fini(&s->agenda);
    pt_slab_fini(&s->lives);
    pt_free(s->running);
    pt_free(s->killed);
    pt_free(s->facts);
    pt_free(s->leaving);
    pt_free(s);
}

struct pt_world *pt_simulated_new(const struct pt_source *source, void *state)
{
    struct simulated *s = pt_alloc(1, sizeof *s);

    s->world = (struct pt_world){.next = simulated_next,
                                 .carry_out = simulated_carry_out,
                                 .close = simulated_close};
    s->source = source;
    s->state = state;
    pt_agenda_init(&s->agenda);
    pt_slab_init(&s->lives, sizeof(struct life));
    return &s->world;
}
