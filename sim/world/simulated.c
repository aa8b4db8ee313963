#include "world/simulated.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/random.h"
#include "base/vec.h"
#include "world/lives.h"
#include "world/members.h"

/* What runs, by the core's handle: one event, or members. */
struct running {
    struct pt_members *members;
    int32_t task; /* that the event ends; -1: all */
    enum pt_outcome outcome;
    enum pt_fault fault;
    int32_t parent, output;
    pt_time lingers; /* of one event: when its slot is free, if it is killed */
    bool killed;     /* and tells nothing more */
};

/* A node comes or goes. */
struct turn {
    pt_time at;
    int32_t node;
    enum pt_fact_kind kind;
};

struct simulated {
    struct pt_world world;
    struct pt_simulated_config config;
    struct pt_lives lives;
    pt_time now;
    int64_t steps;
    int64_t live; /* jobs that the core has */

    struct pt_agenda agenda; /* by handle */
    struct running *running; /* by handle */
    int32_t running_capacity;
    int32_t *killed; /* handles to be told as ended */
    int32_t nkilled, killed_capacity;
    int32_t *broken; /* handles whose members can meet no more */
    int32_t nbroken, broken_capacity;
    struct turn *turns; /* [nturns] in order of time; the first `turned` were
                           told */
    int32_t nturns, turned;
    struct pt_facts facts;
    struct pt_facts told; /* answers to what was decided, for the next step */
    int32_t *leaving;     /* lives whose records were shown in the last step */
    int32_t nleaving, leaving_capacity;
};

/* --- nodes --- */

static bool turns_at(pt_time at, pt_time first)
{
    return at > first && at != PT_TIME_NEVER;
}

bool pt_simulated_absent(const struct pt_machine_node *node, pt_time first)
{
    return node->up > first || node->down <= first;
}

static int by_time(const void *a, const void *b)
{
    const struct turn *p = a, *q = b;

    if (p->at != q->at)
        return p->at < q->at ? -1 : 1;
    return (p->node > q->node) - (p->node < q->node);
}

static void find_turns(struct simulated *s, pt_time first)
{
    const struct pt_machine *machine = s->config.machine;

    if (!machine || !machine->node)
        return;
    s->turns = pt_alloc(2 * (size_t)machine->nodes, sizeof *s->turns);
    for (int32_t i = 0; i < machine->nodes; i++) {
        const struct pt_machine_node *node = &machine->node[i];
        if (turns_at(node->up, first))
            s->turns[s->nturns++] = (struct turn){node->up, i, PT_FACT_NODE_UP};
        if (turns_at(node->down, first))
            s->turns[s->nturns++] =
                (struct turn){node->down, i, PT_FACT_NODE_DOWN};
    }
    qsort(s->turns, (size_t)s->nturns, sizeof *s->turns, by_time);
}

static pt_time next_turn(const struct simulated *s)
{
    return s->turned < s->nturns ? s->turns[s->turned].at : PT_TIME_NEVER;
}

static void add_turns(struct simulated *s)
{
    for (; next_turn(s) <= s->now; s->turned++)
        pt_facts_add(&s->facts,
                     (struct pt_fact){.kind = s->turns[s->turned].kind,
                                      .task = -1,
                                      .node = s->turns[s->turned].node});
}

/* --- facts --- */

static void end_members(struct running *r)
{
    if (r->members)
        pt_members_fini(r->members);
    pt_free(r->members);
    r->members = NULL;
}

/* The timer moves on, or all have ended. */
static void settle_members(struct simulated *s, int32_t handle)
{
    struct running *r = &s->running[handle];

    pt_agenda_set(&s->agenda, handle, pt_members_next(r->members));
    if (r->members->left == 0)
        end_members(r);
}

static void act(struct simulated *s, int32_t handle)
{
    struct running *r = &s->running[handle];

    if (!r->members) {
        pt_facts_add(&s->facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                                 .attempt = handle,
                                                 .task = r->task,
                                                 .outcome = r->outcome,
                                                 .fault = r->fault,
                                                 .parent = r->parent,
                                                 .output = r->output});
        return;
    }
    pt_members_act(r->members, s->now, &s->facts);
    if (r->members->broken && !r->members->each && r->members->left > 0)
        pt_vec_push(s->broken, s->nbroken, s->broken_capacity, handle);
    settle_members(s, handle);
}

static void add_endings(struct simulated *s)
{
    for (int32_t i = 0; i < s->told.n; i++)
        if (!s->running[s->told.items[i].attempt].killed)
            pt_facts_add(&s->facts, s->told.items[i]);
    s->told.n = 0;
    for (int32_t i = 0; i < s->nkilled; i++)
        pt_facts_add(&s->facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                                 .outcome = PT_KILLED,
                                                 .attempt = s->killed[i],
                                                 .task = -1});
    s->nkilled = 0;
    for (int32_t i = 0; i < s->nbroken; i++) {
        struct running *r = &s->running[s->broken[i]];
        if (!r->members || r->members->killed)
            continue;
        pt_members_scatter(r->members, s->now, &s->facts);
        settle_members(s, s->broken[i]);
    }
    s->nbroken = 0;
    while (pt_agenda_next(&s->agenda) <= s->now)
        act(s, pt_agenda_pop(&s->agenda));
}

static int add_submissions(struct simulated *s, struct pt_err *err)
{
    if (pt_lives_take(&s->lives, s->now, err) < 0)
        return -1;
    for (int32_t i = 0; i < s->lives.nbatch; i++)
        pt_facts_add(&s->facts,
                     (struct pt_fact){
                         .kind = PT_FACT_SUBMITTED,
                         .task = -1,
                         .job = &pt_lives_at(&s->lives, s->lives.batch[i])->job,
                     });
    s->live += s->lives.nbatch;
    return 0;
}

static void add_shuffle(struct simulated *s)
{
    struct pt_random random;

    if (!s->config.shuffle)
        return;
    pt_random_open(&random, s->config.chances.seed, 0, PT_PURPOSE_SHUFFLE,
                   (uint64_t)s->steps);
    uint64_t high = pt_random_u32(&random) >> 1;
    uint64_t seed = high << 32 | pt_random_u32(&random);
    pt_facts_add(&s->facts, (struct pt_fact){.kind = PT_FACT_SHUFFLE,
                                             .task = -1,
                                             .seed = (int64_t)seed});
}

static pt_time earlier(pt_time a, pt_time b)
{
    return a < b ? a : b;
}

/* When anything happens next. */
static pt_time next_instant(const struct simulated *s, pt_time wake)
{
    pt_time at = earlier(pt_agenda_next(&s->agenda), pt_lives_next(&s->lives));

    if (s->nkilled > 0 || s->told.n > 0)
        return s->now;
    for (int32_t i = 0; i < s->nbroken; i++)
        if (s->running[s->broken[i]].members)
            return s->now;
    /* Nobody is there to see what else could happen. */
    if (s->live == 0 && at == PT_TIME_NEVER)
        return PT_TIME_NEVER;
    return earlier(at, earlier(next_turn(s), wake));
}

static int simulated_start(struct simulated *s, struct pt_err *err)
{
    if (s->steps > 0)
        return 0;
    if (pt_lives_start(&s->lives, err) < 0)
        return -1;
    find_turns(s, pt_lives_next(&s->lives));
    return 0;
}

static int simulated_next(struct pt_world *world, pt_time wake, pt_time *now,
                          const struct pt_fact **facts, int32_t *n,
                          struct pt_err *err)
{
    struct simulated *s = (struct simulated *)world;

    for (int32_t i = 0; i < s->nleaving; i++)
        pt_lives_drop(&s->lives, s->leaving[i]);
    s->nleaving = 0;
    if (simulated_start(s, err) < 0)
        return -1;
    pt_time at = next_instant(s, wake);
    if (at == PT_TIME_NEVER)
        return 0;
    s->now = at;
    s->facts.n = 0;
    add_endings(s);
    add_turns(s);
    if (add_submissions(s, err) < 0)
        return -1;
    add_shuffle(s);
    s->steps++;
    *now = at;
    *facts = s->facts.items;
    *n = s->facts.n;
    return 1;
}

/* --- decisions --- */

static struct running *running_at(struct simulated *s, int32_t handle)
{
    int32_t had = s->running_capacity;

    pt_vec_reserve(s->running, s->running_capacity, handle + 1);
    if (s->running_capacity > had)
        memset(s->running + had, 0,
               (size_t)(s->running_capacity - had) * sizeof *s->running);
    return &s->running[handle];
}

/* The number of this launch of TASK, which is counted. */
static int32_t count_launch(struct pt_life *life, int32_t stage, int32_t task)
{
    int32_t *counts = life->launches ? life->launches[stage] : NULL;
    bool gang = life->stages[stage].mode == PT_GANG;

    return counts ? counts[gang ? 0 : task]++ : 0;
}

static struct pt_fate find_fate(const struct simulated *s,
                                const struct pt_life *life, int32_t stage,
                                int32_t task, int32_t number)
{
    return pt_fate_find(&s->config.chances, &life->truths[stage],
                        &(struct pt_launch){.job = life->number,
                                            .stage = stage,
                                            .task = task,
                                            .number = number});
}

/* A single task, or all tasks alike: one event. */
static void start_event(struct simulated *s, struct pt_life *life,
                        const struct pt_decision *d, pt_time delay)
{
    struct running *r = &s->running[d->attempt];
    struct pt_fate fate = find_fate(s, life, d->stage, d->task,
                                    count_launch(life, d->stage, d->task));
    bool fails = false;
    pt_time work = pt_fate_part(&s->config.chances, &fate, 1, 0, &fails);
    pt_time at = pt_time_add(pt_time_add(s->now, delay), work);

    *r = (struct running){.task = fails ? d->task : -1,
                          .outcome = fails ? PT_FAILURE : fate.outcome,
                          .lingers = pt_time_add(s->now, fate.lingers)};
    if (fails) {
        r->fault = fate.fault;
        r->parent = fate.parent;
        r->output = fate.output;
    }
    pt_agenda_set(&s->agenda, d->attempt, earlier(at, PT_TIME_FAR));
}

/* The tasks of D, where only some of a gang's run again. */
static int32_t *tasks_of(const struct pt_step *step,
                         const struct pt_decision *d)
{
    if (!d->partial)
        return NULL;
    int32_t *tasks = pt_alloc((size_t)d->ntasks, sizeof *tasks);
    for (int32_t i = 0; i < d->ntasks; i++)
        tasks[i] = (int32_t)step->messages[d->message + i];
    return tasks;
}

static void draw_fates(const struct simulated *s, struct pt_life *life,
                       const struct pt_decision *d, struct pt_members *m)
{
    bool gang = life->stages[d->stage].mode == PT_GANG;
    int32_t n = m->common ? 1 : m->n, number = 0;

    m->fates = pt_alloc((size_t)n, sizeof *m->fates);
    for (int32_t i = 0; i < n; i++) {
        int32_t task = m->tasks ? m->tasks[i] : m->first + i;
        if (i == 0 || !gang)
            number = count_launch(life, d->stage, task);
        m->fates[i] = find_fate(s, life, d->stage, task, number);
    }
}

/* Whether members may be left to wait for one that does not come: a gang that
 * is not whole, or a failure for which the others are perhaps not killed.  What
 * they wait for then is told by each of them. */
static bool may_strand(const struct pt_stage *stage, const struct pt_members *m)
{
    if (m->n < stage->ntasks)
        return true;
    for (int32_t i = 0; !m->common && i < m->n; i++)
        if (m->fates[i].fails != PT_TIME_NEVER &&
            (!stage->retries || m->fates[i].fault == PT_FAULT_FETCH))
            return true;
    return false;
}

static void start_members(struct simulated *s, struct pt_life *life,
                          const struct pt_step *step,
                          const struct pt_decision *d, pt_time delay, bool meet,
                          bool common)
{
    const struct pt_stage *stage = &life->stages[d->stage];
    const struct pt_truth *truth = &life->truths[d->stage];
    struct pt_members *m = pt_alloc(1, sizeof *m);

    *m = (struct pt_members){.chances = &s->config.chances,
                             .attempt = d->attempt,
                             .n = d->ntasks,
                             .first = d->task,
                             .tasks = tasks_of(step, d),
                             .width = stage->ntasks,
                             .parts = 1,
                             .meet = meet,
                             .each = s->config.each,
                             .common = common && meet};
    if (meet && truth->iterations > 1)
        m->parts = truth->iterations;
    draw_fates(s, life, d, m);
    m->each = m->each || may_strand(stage, m);
    s->running[d->attempt].members = m;
    pt_members_begin(m, s->now, delay);
    pt_agenda_set(&s->agenda, d->attempt, pt_members_next(m));
}

/* How long what D starts does nothing yet. */
static pt_time delay_of(const struct simulated *s, const struct pt_life *life,
                        const struct pt_decision *d)
{
    bool plain = life->job.nstages == 1 && !life->stages[0].retries;
    pt_time until = pt_time_add(plain ? life->job.submit : d->ready,
                                s->config.launch_delay);

    return until > s->now ? until - s->now : 0;
}

static void start(struct simulated *s, const struct pt_step *step,
                  const struct pt_decision *d)
{
    struct pt_life *life = pt_lives_at(&s->lives, d->tag);
    const struct pt_truth *truth = &life->truths[d->stage];
    bool gang = life->stages[d->stage].mode == PT_GANG;
    bool meet = gang && (truth->iterations > 0 || truth->together);
    bool common = pt_fate_is_common(&s->config.chances, truth);
    struct running *r = running_at(s, d->attempt);
    pt_time delay = delay_of(s, life, d);

    pt_assert(!r->members);
    *r = (struct running){.killed = false};
    if (meet || (!common && d->ntasks > 1))
        start_members(s, life, step, d, delay, meet, common);
    else
        start_event(s, life, d, delay);
}

/* Whether some of what is killed keeps its slot for a while. */
static bool linger(struct simulated *s, int32_t handle)
{
    struct running *r = &s->running[handle];

    if (r->members) {
        if (!pt_members_kill(r->members, s->now))
            return false;
        settle_members(s, handle);
        return true;
    }
    if (r->lingers <= s->now)
        return false;
    r->task = -1;
    r->outcome = PT_KILLED;
    r->fault = PT_FAULT_ERROR;
    pt_agenda_set(&s->agenda, handle, earlier(r->lingers, PT_TIME_FAR));
    return true;
}

static void kill(struct simulated *s, const struct pt_decision *d)
{
    struct running *r = &s->running[d->attempt];

    if (d->cause != PT_CAUSE_NODE && linger(s, d->attempt))
        return;
    end_members(r);
    r->killed = true;
    pt_agenda_set(&s->agenda, d->attempt, PT_TIME_NEVER);
    pt_vec_push(s->killed, s->nkilled, s->killed_capacity, d->attempt);
}

/* Those who wait at a barrier go on, or fail. */
static void answer(struct simulated *s, const struct pt_decision *d)
{
    struct running *r = &s->running[d->attempt];

    if (!r->members)
        return; /* killed in this step */
    if (d->kind == PT_RELEASE)
        pt_members_release(r->members, s->now, &s->told);
    else
        pt_members_refuse(r->members, d->task, &s->told);
    settle_members(s, d->attempt);
}

static void record(struct simulated *s, const struct pt_record *record)
{
    pt_lives_end(&s->lives, record->job->tag, s->now);
    s->live--;
    pt_vec_push(s->leaving, s->nleaving, s->leaving_capacity, record->job->tag);
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
            start(s, step, d);
            break;
        case PT_KILL:
            kill(s, d);
            break;
        case PT_RELEASE:
        case PT_REFUSE:
            answer(s, d);
            break;
        case PT_REJECT:
        case PT_HOLD:
        case PT_UNHOLD:
            break;
        }
    }
    /* Who comes after a job does not wait for what lingers of it. */
    for (int32_t i = 0; i < step->nover; i++)
        pt_lives_end(&s->lives, step->over[i], s->now);
    for (int32_t i = 0; i < step->nrecords; i++)
        record(s, &step->records[i]);
    return 0;
}

/* --- all --- */

int pt_simulated_first(struct pt_world *world, pt_time *first,
                       struct pt_err *err)
{
    struct simulated *s = (struct simulated *)world;

    if (pt_lives_start(&s->lives, err) < 0)
        return -1;
    *first = pt_lives_next(&s->lives);
    return 0;
}

int64_t pt_simulated_unsubmitted(const struct pt_world *world)
{
    const struct simulated *s = (const struct simulated *)world;

    return s->lives.read - s->lives.submitted;
}

static void simulated_close(struct pt_world *world)
{
    struct simulated *s = (struct simulated *)world;

    for (int32_t i = 0; i < s->running_capacity; i++)
        end_members(&s->running[i]);
    pt_lives_fini(&s->lives);
    pt_agenda_fini(&s->agenda);
    pt_free(s->running);
    pt_free(s->killed);
    pt_free(s->broken);
    pt_free(s->turns);
    pt_free(s->facts.items);
    pt_free(s->told.items);
    pt_free(s->leaving);
    pt_free(s);
}

struct pt_world *pt_simulated_new(const struct pt_source *source, void *state,
                                  const struct pt_simulated_config *config)
{
    struct simulated *s = pt_alloc(1, sizeof *s);

    s->world = (struct pt_world){.next = simulated_next,
                                 .carry_out = simulated_carry_out,
                                 .close = simulated_close};
    s->config = *config;
    pt_lives_init(&s->lives, source, state, &s->config.chances);
    s->lives.elsewhere = s->config.elsewhere;
    pt_agenda_init(&s->agenda);
    return &s->world;
}
