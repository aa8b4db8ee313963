/* starts.c - what the core starts begins: how long each task of it takes, where
 * it is, and on what way it is saved. */
#include <string.h>

#include "base/assert.h"
#include "base/vec.h"
#include "world/simulated_parts.h"

static struct pt_running *running_at(struct pt_simulated *s, int32_t handle)
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

/* Where task TASK of STAGE goes on, and how slowly. */
static struct pt_fate find_fate(const struct pt_simulated *s,
                                const struct pt_life *life, int32_t parts,
                                struct pt_launch launch)
{
    const struct pt_saved *saved =
        life->saved ? &life->saved[launch.stage] : NULL;

    launch.job = life->number;
    if (saved && saved->n > 0) {
        launch.part = saved->part;
        launch.done = saved->done[saved->n > 1 ? launch.task : 0];
    }
    return pt_fate_find(&s->config.chances, &life->truths[launch.stage], parts,
                        &launch);
}

/* --- where --- */

/* Nodes that D's tasks are on. */
static int32_t count_nodes(const struct pt_simulated *s,
                           const struct pt_step *step,
                           const struct pt_decision *d)
{
    int32_t cores = s->config.cores, n = 0, last = -1;

    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];
        if (cores == 0) {
            n += range->count;
            continue;
        }
        int32_t from = range->first / cores;
        int32_t to = (range->first + range->count - 1) / cores;
        n += to - from + (from != last);
        last = to;
    }
    return n;
}

static double slowest(const struct pt_simulated *s, const struct pt_step *step,
                      const struct pt_decision *d)
{
    int32_t cores = s->config.cores > 0 ? s->config.cores : 1;
    double most = 0;

    for (int32_t i = 0; s->config.slow && i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];
        int32_t to = (range->first + range->count - 1) / cores;
        for (int32_t node = range->first / cores; node <= to; node++)
            if (s->config.slow[node] > most)
                most = s->config.slow[node];
    }
    return most;
}

/* How slow each member's node is; NULL: nobody knows, or cares. */
static double *slow_of(const struct pt_simulated *s, const struct pt_step *step,
                       const struct pt_decision *d)
{
    if (!s->config.slow || d->nshares == 0)
        return NULL;
    double *slow = pt_alloc((size_t)d->ntasks, sizeof *slow);
    for (int32_t i = 0, task = 0; i < d->nshares; i++) {
        const struct pt_range *share = &step->ranges[d->share + i];
        for (int32_t k = 0; k < share->count && task < d->ntasks; k++)
            slow[task++] = s->config.slow[share->first];
    }
    return slow;
}

/* The attempt that D starts, from DELAY after now on. */
static struct pt_way way_of(const struct pt_simulated *s,
                            const struct pt_life *life,
                            const struct pt_step *step,
                            const struct pt_decision *d, pt_time delay)
{
    struct pt_way way = {.begin = pt_time_add(s->now, delay),
                         .interval = PT_TIME_NEVER};
    struct pt_checkpoint_terms terms;

    if (!s->config.checkpoint || life->stages[d->stage].mode != PT_GANG)
        return way;
    s->config.checkpoint->terms(
        s->config.checkpoint_state,
        &(struct pt_gang_shape){.tasks = d->ntasks,
                                .nodes = count_nodes(s, step, d),
                                .mtbf = s->mtbf},
        &terms);
    way.interval = terms.interval;
    way.cost = terms.cost;
    if (d->try > 0)
        way.restart = terms.restart;
    if (d->try > 0 && life->saved && life->saved[d->stage].n > 0)
        way.restart = pt_time_add(way.restart, terms.read);
    return way;
}

/* --- starts --- */

/* A single task, or all tasks alike: one event. */
static void start_event(struct pt_simulated *s, struct pt_life *life,
                        const struct pt_step *step, const struct pt_decision *d,
                        pt_time delay)
{
    struct pt_running *r = &s->running[d->attempt];
    int32_t number = count_launch(life, d->stage, d->task);
    struct pt_fate fate =
        find_fate(s, life, 1,
                  (struct pt_launch){.stage = d->stage,
                                     .task = d->task,
                                     .number = number,
                                     .slow = slowest(s, step, d)});
    struct pt_piece piece = pt_fate_piece(&s->config.chances, &fate, 1, 0);
    struct pt_way way = way_of(s, life, step, d, delay);
    pt_time at = pt_way_at(&way, piece.work);
    bool fails = piece.fails;

    *r = (struct pt_running){
        .tag = d->tag,
        .stage = d->stage,
        .first = d->ntasks == life->stages[d->stage].ntasks ? -1 : d->task,
        .n = d->ntasks,
        .task = fails ? d->task : -1,
        .outcome = fails ? PT_FAILURE : fate.outcome,
        .lingers = pt_time_add(s->now, fate.lingers)};
    if (way.interval != PT_TIME_NEVER || way.restart > 0)
        r->solo = pt_solo_new(&way, &piece);
    if (fails) {
        r->fault = fate.fault;
        r->parent = fate.parent;
        r->output = fate.output;
    }
    pt_agenda_set(&s->agenda, d->attempt, at < PT_TIME_FAR ? at : PT_TIME_FAR);
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

static void draw_fates(const struct pt_simulated *s, struct pt_life *life,
                       const struct pt_step *step, const struct pt_decision *d,
                       struct pt_members *m)
{
    bool gang = life->stages[d->stage].mode == PT_GANG;
    int32_t n = m->common ? 1 : m->n, number = 0;
    double *slow = slow_of(s, step, d);

    m->fates = pt_alloc((size_t)n, sizeof *m->fates);
    for (int32_t i = 0; i < n; i++) {
        int32_t task = m->tasks ? m->tasks[i] : m->first + i;
        if (i == 0 || !gang)
            number = count_launch(life, d->stage, task);
        m->fates[i] = find_fate(s, life, m->parts,
                                (struct pt_launch){.stage = d->stage,
                                                   .task = task,
                                                   .number = number,
                                                   .slow = slow ? slow[i] : 0});
    }
    pt_free(slow);
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

static void start_members(struct pt_simulated *s, struct pt_life *life,
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
                             .common = common && meet && !s->config.slow,
                             .way = way_of(s, life, step, d, delay)};
    if (meet && truth->iterations > 1)
        m->parts = truth->iterations;
    draw_fates(s, life, step, d, m);
    m->each = m->each || may_strand(stage, m);
    if (life->saved && life->saved[d->stage].n > 0)
        m->part = life->saved[d->stage].part;
    s->running[d->attempt].members = m;
    pt_members_begin(m, s->now);
    pt_agenda_set(&s->agenda, d->attempt, pt_members_next(m));
}

/* A job of one rigid stage, which is never tried again by rules of its own. */
static bool is_plain(const struct pt_life *life)
{
    return life->job.nstages == 1 && !life->stages[0].retries;
}

/* How long what D starts does nothing yet. */
static pt_time delay_of(const struct pt_simulated *s,
                        const struct pt_life *life, const struct pt_decision *d)
{
    pt_time ready = is_plain(life) ? life->job.submit : d->ready;
    pt_time until = pt_time_add(ready, s->config.launch_delay);

    return until > s->now ? until - s->now : 0;
}

/* Whether the tasks of a stage that would take as long anywhere do not, where
 * they are: a job of one rigid stage leaves together all the same. */
static bool is_uneven(const struct pt_simulated *s, const struct pt_life *life,
                      const struct pt_decision *d)
{
    return s->config.slow && !is_plain(life) && d->nshares > 0;
}

static bool saves(const struct pt_simulated *s)
{
    return s->config.checkpoint && s->config.checkpoint->saves;
}

void pt_simulated_start(struct pt_simulated *s, const struct pt_step *step,
                        const struct pt_decision *d)
{
    struct pt_life *life = pt_lives_at(&s->lives, d->tag);
    const struct pt_truth *truth = &life->truths[d->stage];
    bool gang = life->stages[d->stage].mode == PT_GANG;
    bool common = pt_fate_is_common(&s->config.chances, truth);
    bool each = d->ntasks > 1 && (!common || is_uneven(s, life, d));
    bool meet = gang && (truth->iterations > 0 || truth->together);
    struct pt_running *r = running_at(s, d->attempt);
    pt_time delay = delay_of(s, life, d);

    /* Who saves together leaves together. */
    meet = meet || (gang && each && saves(s));
    pt_assert(!r->members && !r->solo);
    *r = (struct pt_running){.tag = d->tag, .stage = d->stage, .n = d->ntasks};
    s->moved = s->now;
    if (meet || each)
        start_members(s, life, step, d, delay, meet, common);
    else
        start_event(s, life, step, d, delay);
}
