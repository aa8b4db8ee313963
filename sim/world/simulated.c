#include "world/simulated.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/random.h"
#include "base/vec.h"
#include "world/simulated_parts.h"

/* --- facts --- */

static void end_running(struct pt_running *r)
{
    if (r->members)
        pt_members_fini(r->members);
    pt_free(r->members);
    pt_free(r->solo);
    r->members = NULL;
    r->solo = NULL;
}

/* What it has saved by now is its life's. */
static void save(struct pt_simulated *s, const struct pt_running *r)
{
    const struct pt_checkpoint_model *model = s->config.checkpoint;

    if (!model || (!r->members && !r->solo))
        return;
    struct pt_life *life = pt_lives_at(&s->lives, r->tag);
    struct pt_saved *saved = pt_life_saved(life, r->stage);
    if (r->members)
        pt_members_save(r->members, s->now, life->stages[r->stage].ntasks,
                        saved);
    else
        pt_solo_save(r->solo, s->now, r->first, life->stages[r->stage].ntasks,
                     saved);
}

static struct pt_progress progress_of(const struct pt_simulated *s,
                                      const struct pt_running *r)
{
    if (r->members)
        return pt_members_progress(r->members, s->now);
    return r->solo ? pt_solo_progress(r->solo, s->now, r->n)
                   : (struct pt_progress){0};
}

/* The timer moves on, or all have ended. */
static void settle_members(struct pt_simulated *s, int32_t handle)
{
    struct pt_running *r = &s->running[handle];

    pt_agenda_set(&s->agenda, handle, pt_members_next(r->members));
    if (r->members->left == 0)
        end_running(r);
}

static void act(struct pt_simulated *s, int32_t handle)
{
    struct pt_running *r = &s->running[handle];

    if (!r->members) {
        if (!r->lingering) {
            r->progress = progress_of(s, r);
            save(s, r);
        }
        pt_facts_add(&s->facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                                 .attempt = handle,
                                                 .task = r->task,
                                                 .outcome = r->outcome,
                                                 .fault = r->fault,
                                                 .parent = r->parent,
                                                 .output = r->output,
                                                 .progress = r->progress});
        end_running(r);
        return;
    }
    int32_t left = r->members->left;
    pt_members_act(r->members, s->now, &s->facts);
    if (r->members->left < left)
        save(s, r);
    if (r->members->broken && !r->members->each && r->members->left > 0)
        pt_vec_push(s->broken, s->nbroken, s->broken_capacity, handle);
    settle_members(s, handle);
}

static void add_endings(struct pt_simulated *s)
{
    for (int32_t i = 0; i < s->told.n; i++)
        if (!s->running[s->told.items[i].attempt].killed)
            pt_facts_add(&s->facts, s->told.items[i]);
    s->told.n = 0;
    for (int32_t i = 0; i < s->sums.n; i++)
        pt_facts_add(&s->facts, s->sums.items[i]);
    s->sums.n = 0;
    for (int32_t i = 0; i < s->nkilled; i++)
        pt_facts_add(
            &s->facts,
            (struct pt_fact){.kind = PT_FACT_ENDED,
                             .outcome = PT_KILLED,
                             .attempt = s->killed[i],
                             .task = -1,
                             .progress = s->running[s->killed[i]].progress});
    s->nkilled = 0;
    for (int32_t i = 0; i < s->nbroken; i++) {
        struct pt_running *r = &s->running[s->broken[i]];
        if (!r->members || r->members->killed)
            continue;
        pt_members_scatter(r->members, s->now, &s->facts);
        settle_members(s, s->broken[i]);
    }
    s->nbroken = 0;
    while (pt_agenda_next(&s->agenda) <= s->now)
        act(s, pt_agenda_pop(&s->agenda));
}

static int add_submissions(struct pt_simulated *s, struct pt_err *err)
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

static void add_shuffle(struct pt_simulated *s)
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
static pt_time next_instant(struct pt_simulated *s, pt_time wake)
{
    pt_time at = earlier(pt_agenda_next(&s->agenda), pt_lives_next(&s->lives));

    if (s->nkilled > 0 || s->told.n > 0 || s->sums.n > 0)
        return s->now;
    for (int32_t i = 0; i < s->nbroken; i++)
        if (s->running[s->broken[i]].members)
            return s->now;
    /* Nobody is there to see what else could happen. */
    if (s->live == 0 && at == PT_TIME_NEVER)
        return PT_TIME_NEVER;
    pt_time next = earlier(at, earlier(pt_outages_next(&s->outages), wake));
    /* Nodes go and come, and slots are offered, for ever, and it helps nobody:
     * else what is to come is the core's own, a time-out or a promise. */
    bool idle = at == PT_TIME_NEVER && (next < wake || s->config.shuffle);
    if (idle && s->config.stall > 0 &&
        next > pt_time_add(s->moved, s->config.stall)) {
        s->stalled = true;
        return PT_TIME_NEVER;
    }
    return next;
}

static int simulated_start(struct pt_simulated *s, struct pt_err *err)
{
    if (s->steps > 0)
        return 0;
    if (pt_lives_start(&s->lives, err) < 0)
        return -1;
    struct pt_cluster *cluster = &s->config.cluster;
    cluster->start = s->moved = pt_lives_next(&s->lives);
    bool any = cluster->start < PT_TIME_NEVER;
    if (pt_outages_open(&s->outages, s->config.machine, cluster,
                        s->config.breakers, any ? s->config.nbreakers : 0,
                        err) < 0)
        return -1;
    s->mtbf = pt_outages_mtbf(&s->outages);
    return 0;
}

static int simulated_next(struct pt_world *world, pt_time wake, pt_time *now,
                          const struct pt_fact **facts, int32_t *n,
                          struct pt_err *err)
{
    struct pt_simulated *s = (struct pt_simulated *)world;

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
    if (s->facts.n > 0)
        s->moved = at;
    pt_outages_act(&s->outages, at, &s->facts);
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

/* Whether some of what is killed keeps its slot for a while. */
static bool linger(struct pt_simulated *s, int32_t handle)
{
    struct pt_running *r = &s->running[handle];

    if (r->members) {
        if (!pt_members_kill(r->members, s->now))
            return false;
        settle_members(s, handle);
        return true;
    }
    if (r->lingers <= s->now)
        return false;
    r->lingering = true;
    r->task = -1;
    r->outcome = PT_KILLED;
    r->fault = PT_FAULT_ERROR;
    pt_agenda_set(&s->agenda, handle, earlier(r->lingers, PT_TIME_FAR));
    return true;
}

static void kill(struct pt_simulated *s, const struct pt_decision *d)
{
    struct pt_running *r = &s->running[d->attempt];

    r->progress = progress_of(s, r);
    save(s, r);
    if (r->members)
        pt_members_tell_waits(r->members, s->now, &s->sums);
    if (d->cause != PT_CAUSE_NODE && linger(s, d->attempt))
        return;
    end_running(r);
    r->killed = true;
    pt_agenda_set(&s->agenda, d->attempt, PT_TIME_NEVER);
    pt_vec_push(s->killed, s->nkilled, s->killed_capacity, d->attempt);
}

/* Those who wait at a barrier go on, or fail. */
static void answer(struct pt_simulated *s, const struct pt_decision *d)
{
    struct pt_running *r = &s->running[d->attempt];

    if (!r->members)
        return; /* killed in this step */
    int32_t left = r->members->left;
    if (d->kind == PT_RELEASE)
        pt_members_release(r->members, s->now, &s->told);
    else
        pt_members_refuse(r->members, d->task, s->now, &s->told);
    if (r->members->left < left)
        save(s, r);
    settle_members(s, d->attempt);
}

static void record(struct pt_simulated *s, const struct pt_record *record)
{
    pt_lives_end(&s->lives, record->job->tag, s->now);
    s->live--;
    pt_vec_push(s->leaving, s->nleaving, s->leaving_capacity, record->job->tag);
}

static int simulated_carry_out(struct pt_world *world,
                               const struct pt_step *step, struct pt_err *err)
{
    struct pt_simulated *s = (struct pt_simulated *)world;

    (void)err;
    for (int32_t i = 0; i < step->ndecisions; i++) {
        const struct pt_decision *d = &step->decisions[i];
        switch (d->kind) {
        case PT_START:
            pt_simulated_start(s, step, d);
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
    struct pt_simulated *s = (struct pt_simulated *)world;

    if (pt_lives_start(&s->lives, err) < 0)
        return -1;
    *first = pt_lives_next(&s->lives);
    return 0;
}

void pt_simulated_set_machine(struct pt_world *world,
                              const struct pt_cluster *cluster,
                              const double *slow, int32_t cores)
{
    struct pt_simulated *s = (struct pt_simulated *)world;

    s->config.cluster = *cluster;
    s->config.slow = slow;
    s->config.cores = cores;
}

struct pt_implied pt_simulated_implied(const struct pt_world *world)
{
    return pt_outages_implied(&((const struct pt_simulated *)world)->outages);
}

bool pt_simulated_stalled(const struct pt_world *world)
{
    return ((const struct pt_simulated *)world)->stalled;
}

int64_t pt_simulated_unsubmitted(const struct pt_world *world)
{
    const struct pt_simulated *s = (const struct pt_simulated *)world;

    return s->lives.read - s->lives.submitted;
}

static void simulated_close(struct pt_world *world)
{
    struct pt_simulated *s = (struct pt_simulated *)world;

    for (int32_t i = 0; i < s->running_capacity; i++)
        end_running(&s->running[i]);
    pt_lives_fini(&s->lives);
    pt_agenda_fini(&s->agenda);
    pt_free(s->running);
    pt_free(s->killed);
    pt_free(s->broken);
    pt_outages_close(&s->outages);
    pt_free(s->facts.items);
    pt_free(s->told.items);
    pt_free(s->sums.items);
    pt_free(s->leaving);
    pt_free(s);
}

struct pt_world *pt_simulated_new(const struct pt_source *source, void *state,
                                  const struct pt_simulated_config *config)
{
    struct pt_simulated *s = pt_alloc(1, sizeof *s);

    s->world = (struct pt_world){.next = simulated_next,
                                 .carry_out = simulated_carry_out,
                                 .close = simulated_close};
    s->config = *config;
    pt_lives_init(&s->lives, source, state, &s->config.chances);
    s->lives.elsewhere = s->config.elsewhere;
    pt_agenda_init(&s->agenda);
    return &s->world;
}
