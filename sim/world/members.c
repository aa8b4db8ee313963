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

static const struct pt_fate *fate_of(const struct pt_members *m, int32_t i)
{
    return &m->fates[m->common ? 0 : i];
}

/* --- ends --- */

static void end_one(struct pt_members *m, int32_t i, enum pt_outcome outcome,
                    struct pt_facts *facts)
{
    const struct pt_fate *fate = fate_of(m, i);
    bool failed = outcome == PT_FAILURE;

    m->state[i] = GONE;
    m->left--;
    pt_facts_add(
        facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                .attempt = m->attempt,
                                .task = task_of(m, i),
                                .outcome = outcome,
                                .fault = failed ? fate->fault : PT_FAULT_ERROR,
                                .parent = failed ? fate->parent : 0,
                                .output = failed ? fate->output : 0});
}

/* All that are left have met for the last time. */
static void end_all(struct pt_members *m, struct pt_facts *facts)
{
    m->left = 0;
    m->next = PT_TIME_NEVER;
    pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                         .attempt = m->attempt,
                                         .task = -1,
                                         .outcome = m->fates[0].outcome});
}

/* --- in sum --- */

/* When the last one is done with the part, or the first one fails. */
static void plan_part(struct pt_members *m)
{
    pt_time last = m->begin, failure = PT_TIME_NEVER;
    int32_t n = m->common ? 1 : m->n;

    for (int32_t i = 0; i < n; i++) {
        bool fails = false;
        pt_time work =
            pt_fate_part(m->chances, fate_of(m, i), m->parts, m->part, &fails);
        m->until[i] = pt_time_add(m->begin, work);
        m->state[i] = fails ? FAILING : WORKING;
        if (fails && m->until[i] < failure)
            failure = m->until[i];
        if (m->until[i] > last)
            last = m->until[i];
    }
    m->failing = failure != PT_TIME_NEVER;
    m->next = m->failing ? failure : last;
}

/* Those that are done wait for the others: until NOW, in sum. */
static void tell_waits(struct pt_members *m, pt_time now,
                       struct pt_facts *facts)
{
    pt_time first = now, waited = 0;
    int32_t n = m->common ? 1 : m->n;

    for (int32_t i = 0; i < n; i++) {
        if (m->state[i] != WORKING || m->until[i] > now)
            continue;
        waited = pt_time_add(waited, now - m->until[i]);
        if (m->until[i] < first)
            first = m->until[i];
    }
    if (m->failing && waited == 0)
        return;
    pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_SYNCED,
                                         .attempt = m->attempt,
                                         .task = -1,
                                         .since = first,
                                         .waited = waited});
}

static void act_in_sum(struct pt_members *m, pt_time now,
                       struct pt_facts *facts)
{
    tell_waits(m, now, facts);
    if (m->failing) {
        m->broken = true;
        m->next = PT_TIME_NEVER;
        for (int32_t i = 0; i < m->n; i++)
            if (m->state[i] == FAILING && m->until[i] <= now)
                end_one(m, i, PT_FAILURE, facts);
        return;
    }
    m->begin = now;
    if (++m->part == m->parts)
        end_all(m, facts);
    else
        plan_part(m);
}

/* --- each for itself --- */

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

static void set_off(struct pt_members *m, int32_t i)
{
    bool fails = false;
    pt_time work =
        pt_fate_part(m->chances, fate_of(m, i), m->parts, m->part, &fails);

    m->state[i] = fails ? FAILING : WORKING;
    pt_time at = pt_time_add(m->begin, work);
    pt_agenda_set(&m->agenda, i, at < PT_TIME_FAR ? at : PT_TIME_FAR);
}

static void act_each(struct pt_members *m, pt_time now, struct pt_facts *facts)
{
    while (pt_agenda_next(&m->agenda) <= now) {
        int32_t i = pt_agenda_pop(&m->agenda);
        if (m->state[i] == FAILING)
            end_one(m, i, PT_FAILURE, facts);
        else if (m->state[i] == LINGERING)
            end_one(m, i, PT_KILLED, facts);
        else if (m->meet)
            enter(m, i, facts);
        else
            end_one(m, i, fate_of(m, i)->outcome, facts);
    }
}

void pt_members_scatter(struct pt_members *m, pt_time now,
                        struct pt_facts *facts)
{
    pt_assert(m->broken && !m->each);
    m->each = true;
    m->told = m->part;
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] == GONE)
            continue;
        if (m->until[i] <= now)
            enter(m, i, facts);
        else
            pt_agenda_set(&m->agenda, i,
                          m->until[i] < PT_TIME_FAR ? m->until[i]
                                                    : PT_TIME_FAR);
    }
}

void pt_members_release(struct pt_members *m, pt_time now,
                        struct pt_facts *facts)
{
    pt_assert(m->meet && m->each);
    if (m->killed)
        return;
    m->begin = now;
    if (++m->part == m->parts) {
        end_all(m, facts);
        return;
    }
    for (int32_t i = 0; i < m->n; i++)
        if (m->state[i] == WAITING)
            set_off(m, i);
}

void pt_members_refuse(struct pt_members *m, int32_t task,
                       struct pt_facts *facts)
{
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] != WAITING || (task >= 0 && task_of(m, i) != task))
            continue;
        m->state[i] = GONE;
        m->left--;
        pt_facts_add(facts, (struct pt_fact){.kind = PT_FACT_ENDED,
                                             .attempt = m->attempt,
                                             .task = task_of(m, i),
                                             .outcome = PT_FAILURE,
                                             .fault = PT_FAULT_ERROR});
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
    for (int32_t i = 0; i < m->n; i++) {
        if (m->state[i] == GONE)
            continue;
        m->state[i] = LINGERING;
        pt_time at = until_gone(m, i) > now ? until_gone(m, i) : now;
        pt_agenda_set(&m->agenda, i, at < PT_TIME_FAR ? at : PT_TIME_FAR);
    }
    return true;
}

/* --- all --- */

void pt_members_begin(struct pt_members *m, pt_time now, pt_time delay)
{
    pt_assert(!m->common || m->meet);
    m->left = m->n;
    m->launched = now;
    m->begin = pt_time_add(now, delay);
    m->state = pt_alloc((size_t)m->n, sizeof *m->state);
    pt_agenda_init(&m->agenda);
    if (m->meet && !m->each) {
        m->until = pt_alloc((size_t)m->n, sizeof *m->until);
        plan_part(m);
        return;
    }
    for (int32_t i = 0; i < m->n; i++)
        set_off(m, i);
}

void pt_members_fini(struct pt_members *m)
{
    pt_free(m->tasks);
    pt_free(m->fates);
    pt_free(m->until);
    pt_free(m->state);
    pt_agenda_fini(&m->agenda);
}

pt_time pt_members_next(const struct pt_members *m)
{
    if (m->left == 0)
        return PT_TIME_NEVER;
    if (!m->meet || m->each)
        return pt_agenda_next(&m->agenda);
    return m->next < PT_TIME_FAR || m->broken ? m->next : PT_TIME_FAR;
}

void pt_members_act(struct pt_members *m, pt_time now, struct pt_facts *facts)
{
    if (!m->meet || m->each)
        act_each(m, now, facts);
    else
        act_in_sum(m, now, facts);
}
