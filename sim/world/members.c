#include "world/members.h"

#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

enum state { WORKING, FAILING, WAITING, LINGERING, GONE };

void pt_facts_add(struct pt_facts *facts, struct pt_fact fact)
{
    pt_vec_push(facts->items, facts->n, facts->capacity, fact);
}

static int32_t task_of(const struct pt_members *m, int32_t i)
{
    return m->tasks ? m->tasks[i] : m->first + i;
}

static int32_t fates_of(const struct pt_members *m)
{
    return m->common ? 1 : m->n;
}

static const struct pt_fate *fate_of(const struct pt_members *m, int32_t i)
{
    return &m->fates[m->common ? 0 : i];
}

static pt_time until_of(const struct pt_members *m, int32_t i)
{
    return pt_time_add(m->begin, m->piece[m->common ? 0 : i].work);
}

static pt_time lesser(pt_time a, pt_time b)
{
    return a < b ? a : b;
}

static bool saves(const struct pt_members *m)
{
    return m->way.interval != PT_TIME_NEVER;
}

/* --- what was done --- */

/* Of the current part at WORK. */
static pt_time in_part(const struct pt_members *m, int32_t k, pt_time work)
{
    return lesser(work > m->begin ? work - m->begin : 0, m->piece[k].work);
}

static pt_time saved_work(const struct pt_members *m, pt_time at)
{
    return pt_way_progress(&m->way, at).saved;
}

/* Of the work of member I in this launch, what was saved at AT. */
static pt_time kept_of(const struct pt_members *m, int32_t i, pt_time at)
{
    int32_t k = m->common ? 0 : i;
    pt_time saved = saved_work(m, at);

    if (saved == 0)
        return 0;
    return saved >= m->begin ? m->worked[k] + in_part(m, k, saved)
                             : m->snapshot.kept[k];
}

/* What of the checkpoints fell into the wait of member I until AT. */
static pt_time hidden_of(const struct pt_members *m, int32_t i, pt_time at)
{
    pt_time hidden = m->hidden ? m->hidden[i] : 0;

    if (!m->hidden || m->state[i] != WAITING)
        return hidden;
    pt_time until = until_of(m, i), came = pt_way_at(&m->way, until);
    return hidden + (at - came) - (pt_way_work(&m->way, at) - until);
}

static pt_time last_at(const struct pt_members *m, pt_time now)
{
    return m->killed ? lesser(now, m->killed_at) : now;
}

static struct pt_progress progress_of(const struct pt_members *m, int32_t i,
                                      pt_time now)
{
    pt_time at = last_at(m, now);
    struct pt_progress progress = pt_way_progress(&m->way, at);

    progress.checkpoint -= hidden_of(m, i, at);
    progress.saved = kept_of(m, i, at);
    return progress;
}

/* Of the waits that were told in sum, those of member I. */
static pt_time told_of(const struct pt_members *m, int32_t i)
{
    if (m->told_waits)
        return m->told_waits[i];
    if (!m->summed || m->common)
        return 0;
    pt_time at = m->broken ? m->broken_at : m->begin;
    return at - m->worked[i] - in_part(m, i, at);
}

struct pt_progress pt_members_progress(const struct pt_members *m, pt_time now)
{
    struct pt_progress sum = {0};

    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] == GONE)
            continue;
        struct pt_progress one = progress_of(m, i, now);
        sum.restart += one.restart;
        sum.checkpoint += one.checkpoint;
        sum.saved += one.saved;
    }
    return sum;
}

/* A part is over at NOW: what was saved in it is remembered. */
static void remember(struct pt_members *m, pt_time now)
{
    pt_time interval = m->way.interval;
    pt_time last = saves(m) && now > 0 ? (now - 1) / interval * interval : 0;

    for (int32_t k = 0; k < fates_of(m); k++) {
        pt_time passed = in_part(m, k, last);
        if (last > 0 && last >= m->begin) {
            m->snapshot.part = m->part;
            m->snapshot.done[k] = pt_piece_done(&m->piece[k], passed);
            m->snapshot.kept[k] = m->worked[k] + passed;
        }
        m->worked[k] += in_part(m, k, now);
    }
}

void pt_saved_fini(struct pt_saved *saved)
{
    pt_free(saved->done);
    *saved = (struct pt_saved){.done = NULL};
}

void pt_saved_open(struct pt_saved *saved, int32_t n)
{
    if (saved->n >= n)
        return;
    pt_time *done = pt_alloc((size_t)n, sizeof *done);
    for (int32_t i = 0; saved->n > 0 && i < n; i++)
        done[i] = saved->done[0];
    pt_free(saved->done);
    saved->done = done;
    saved->n = n;
}

void pt_members_save(const struct pt_members *m, pt_time now, int32_t ntasks,
                     struct pt_saved *saved)
{
    pt_time at = last_at(m, now), work = saved_work(m, at);
    bool now_part = work >= m->begin;
    int32_t part = now_part ? m->part : m->snapshot.part;

    if (work == 0 || (saved->n > 0 && part < saved->part))
        return;
    pt_saved_open(saved, m->common ? 1 : ntasks);
    if (part > saved->part)
        memset(saved->done, 0, (size_t)saved->n * sizeof *saved->done);
    saved->part = part;
    for (int32_t k = 0; k < fates_of(m); k++) {
        pt_time *done = &saved->done[m->common ? 0 : task_of(m, k)];
        pt_time own = now_part
                          ? pt_piece_done(&m->piece[k], in_part(m, k, work))
                          : m->snapshot.done[k];
        if (own > *done)
            *done = own;
    }
}

/* --- ends --- */

static void end_one(struct pt_members *m, int32_t i, enum pt_outcome outcome,
                    pt_time now, struct pt_facts *facts)
{
    const struct pt_fate *fate = fate_of(m, i);
    bool failed = outcome == PT_FAILURE;

    pt_facts_add(
        facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                .attempt = m->attempt,
                                .task = task_of(m, i),
                                .outcome = outcome,
                                .fault = failed ? fate->fault : PT_FAULT_ERROR,
                                .parent = failed ? fate->parent : 0,
                                .output = failed ? fate->output : 0,
                                .waited = told_of(m, i),
                                .own = m->summed,
                                .progress = progress_of(m, i, now)});
    m->state[i] = GONE;
    m->left--;
}

/* All that are left have met for the last time. */
static void end_all(struct pt_members *m, pt_time now, struct pt_facts *facts)
{
    pt_facts_add(facts,
                 (struct pt_fact){.kind = PT_FACT_ENDED,
                                  .attempt = m->attempt,
                                  .task = -1,
                                  .outcome = m->fates[0].outcome,
                                  .progress = pt_members_progress(m, now)});
    m->left = 0;
    m->next = PT_TIME_NEVER;
}

/* --- in sum --- */

static void set_piece(struct pt_members *m, int32_t k)
{
    m->piece[k] = pt_fate_piece(m->chances, &m->fates[k], m->parts, m->part);
}

/* When the last one is done with the part, or the first one fails. */
static void plan_part(struct pt_members *m)
{
    pt_time last = m->begin, failure = PT_TIME_NEVER;

    for (int32_t i = 0; i < fates_of(m); i++) {
        set_piece(m, i);
        pt_time until = until_of(m, i);
        m->state[i] = m->piece[i].fails ? FAILING : WORKING;
        if (m->piece[i].fails && until < failure)
            failure = until;
        if (until > last)
            last = until;
    }
    m->failing = failure != PT_TIME_NEVER;
    m->next = m->failing ? failure : last;
}

/* Those that are done wait for the others: until NOW, in sum. */
static void tell_waits(struct pt_members *m, pt_time now,
                       struct pt_facts *facts)
{
    pt_time first = now, waited = 0;

    for (int32_t i = 0; i < fates_of(m); i++) {
        pt_time until = until_of(m, i);
        if (m->state[i] != WORKING || until > now)
            continue;
        waited = pt_time_add(waited, now - until);
        if (until < first)
            first = until;
    }
    if (m->failing && waited == 0)
        return;
    pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_SYNCED,
                                         .attempt = m->attempt,
                                         .task = -1,
                                         .since = pt_way_at(&m->way, first),
                                         .waited = waited});
}

static void act_in_sum(struct pt_members *m, pt_time now, pt_time work,
                       struct pt_facts *facts)
{
    tell_waits(m, work, facts);
    if (m->failing) {
        m->broken = true;
        m->broken_at = work;
        m->next = PT_TIME_NEVER;
        for (int32_t i = 0; i < m->n; i++)
            if (m->state[i] == FAILING && until_of(m, i) <= work)
                end_one(m, i, PT_FAILURE, now, facts);
        return;
    }
    if (m->part + 1 == m->parts) {
        end_all(m, now, facts);
        return;
    }
    remember(m, work);
    m->part++;
    m->begin = work;
    plan_part(m);
}

void pt_members_tell_waits(struct pt_members *m, pt_time now,
                           struct pt_facts *facts)
{
    pt_time work = pt_way_work(&m->way, now);

    if (!m->meet || m->each || m->broken || m->common)
        return;
    m->failing = true; /* that nobody waits need not be told */
    tell_waits(m, work, facts);
    m->broken = true;
    m->broken_at = work;
}

/* --- each for itself --- */

static void set_timer(struct pt_members *m, int32_t i, pt_time at)
{
    pt_agenda_set(&m->agenda, i, lesser(at, PT_TIME_FAR));
}

static void enter(struct pt_members *m, int32_t i, struct pt_facts *facts)
{
    m->state[i] = WAITING;
    pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_ENTERED,
                                         .attempt = m->attempt,
                                         .task = task_of(m, i),
                                         .sync = PT_SYNC_BARRIER,
                                         .epoch = m->part - m->told,
                                         .width = m->width});
}

/* Those in STATE begin with the part. */
static void set_off(struct pt_members *m, enum state state)
{
    if (m->common)
        set_piece(m, 0);
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] != (char)state)
            continue;
        if (!m->common)
            set_piece(m, i);
        m->state[i] = m->piece[m->common ? 0 : i].fails ? FAILING : WORKING;
        set_timer(m, i, until_of(m, i));
    }
}

static void act_each(struct pt_members *m, pt_time now, pt_time clock,
                     struct pt_facts *facts)
{
    while (pt_agenda_next(&m->agenda) <= clock) {
        int32_t i = pt_agenda_pop(&m->agenda);
        if (m->state[i] == FAILING)
            end_one(m, i, PT_FAILURE, now, facts);
        else if (m->state[i] == LINGERING)
            end_one(m, i, PT_KILLED, now, facts);
        else if (m->meet)
            enter(m, i, facts);
        else
            end_one(m, i, fate_of(m, i)->outcome, now, facts);
    }
}

/* From now on each tells that it is there. */
static void tell_each(struct pt_members *m)
{
    m->each = true;
    if (saves(m))
        m->hidden = pt_alloc((size_t)m->n, sizeof *m->hidden);
}

void pt_members_scatter(struct pt_members *m, pt_time now,
                        struct pt_facts *facts)
{
    pt_time work = pt_way_work(&m->way, now);

    pt_assert(m->broken && !m->each);
    pt_time *told = pt_alloc((size_t)m->n, sizeof *told);
    for (int32_t i = 0; i < m->n; i++)
        told[i] = told_of(m, i);
    m->told_waits = told;
    tell_each(m);
    m->told = m->part;
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] == GONE)
            continue;
        if (until_of(m, i) <= work)
            enter(m, i, facts);
        else
            set_timer(m, i, until_of(m, i));
    }
}

void pt_members_release(struct pt_members *m, pt_time now,
                        struct pt_facts *facts)
{
    pt_time work = pt_way_work(&m->way, now);

    pt_assert(m->meet && m->each);
    if (m->killed)
        return;
    for (int32_t i = 0; m->hidden && i < m->n; i++)
        m->hidden[i] = hidden_of(m, i, now);
    if (m->part + 1 == m->parts) {
        for (int32_t i = 0; i < m->n; i++)
            if (m->state[i] == WAITING)
                m->state[i] = WORKING; /* it waits no more */
        end_all(m, now, facts);
        return;
    }
    remember(m, work);
    m->part++;
    m->begin = work;
    set_off(m, WAITING);
}

void pt_members_refuse(struct pt_members *m, int32_t task, pt_time now,
                       struct pt_facts *facts)
{
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] != WAITING || (task >= 0 && task_of(m, i) != task))
            continue;
        pt_facts_add(facts,
                     (struct pt_fact){.kind = PT_FACT_ENDED,
                                      .attempt = m->attempt,
                                      .task = task_of(m, i),
                                      .outcome = PT_FAILURE,
                                      .fault = PT_FAULT_ERROR,
                                      .waited = told_of(m, i),
                                      .own = m->summed,
                                      .progress = progress_of(m, i, now)});
        m->state[i] = GONE;
        m->left--;
    }
}

/* --- kills --- */

static pt_time until_gone(const struct pt_members *m, int32_t i)
{
    return pt_time_add(m->launched, fate_of(m, i)->lingers);
}

bool pt_members_kill(struct pt_members *m, pt_time now)
{
    bool lingers = false;

    for (int32_t i = 0; i < m->n; i++)
        lingers |= m->state[i] != GONE && until_gone(m, i) > now;
    if (!lingers)
        return false;
    m->each = m->killed = true;
    m->killed_at = now;
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] == GONE)
            continue;
        if (m->hidden)
            m->hidden[i] = hidden_of(m, i, now);
        m->state[i] = LINGERING;
        set_timer(m, i, until_gone(m, i) > now ? until_gone(m, i) : now);
    }
    return true;
}

/* --- all --- */

static void begin_saving(struct pt_members *m)
{
    size_t n = (size_t)fates_of(m);

    m->snapshot.part = m->part;
    m->snapshot.done = pt_alloc(n, sizeof *m->snapshot.done);
    m->snapshot.kept = pt_alloc(n, sizeof *m->snapshot.kept);
}

void pt_members_begin(struct pt_members *m, pt_time now)
{
    pt_assert(!m->common || m->meet);
    m->left = m->n;
    m->launched = now;
    m->told = m->part; /* in launches before */
    m->state = pt_alloc((size_t)m->n, sizeof *m->state);
    m->piece = pt_alloc((size_t)fates_of(m), sizeof *m->piece);
    pt_agenda_init(&m->agenda);
    m->worked = pt_alloc((size_t)fates_of(m), sizeof *m->worked);
    if (saves(m))
        begin_saving(m);
    m->summed = m->meet && !m->each;
    if (m->summed) {
        plan_part(m);
        return;
    }
    tell_each(m);
    set_off(m, WORKING);
}

void pt_members_fini(struct pt_members *m)
{
    pt_free(m->tasks);
    pt_free(m->fates);
    pt_free(m->piece);
    pt_free(m->worked);
    pt_free(m->hidden);
    pt_free(m->told_waits);
    pt_free(m->snapshot.done);
    pt_free(m->snapshot.kept);
    pt_free(m->state);
    pt_agenda_fini(&m->agenda);
}

pt_time pt_members_next(const struct pt_members *m)
{
    bool each = !m->meet || m->each;
    pt_time next = each ? pt_agenda_next(&m->agenda) : m->next;

    if (m->left == 0 || (!each && m->broken))
        return PT_TIME_NEVER;
    if (each && (m->killed || next == PT_TIME_NEVER))
        return next;
    return lesser(pt_way_at(&m->way, lesser(next, PT_TIME_FAR)), PT_TIME_FAR);
}

void pt_members_act(struct pt_members *m, pt_time now, struct pt_facts *facts)
{
    /* At the end of time everything is due. */
    pt_time work = now < PT_TIME_FAR ? pt_way_work(&m->way, now) : PT_TIME_FAR;

    if (!m->meet || m->each)
        act_each(m, now, m->killed ? now : work, facts);
    else
        act_in_sum(m, now, work, facts);
}
