/* members_ticks.h - gangs that save their work, and a simulation of them that
 * counts every microsecond. */
#ifndef PT_TESTS_UNIT_MEMBERS_TICKS_H
#define PT_TESTS_UNIT_MEMBERS_TICKS_H

#include "base/alloc.h"
#include "base/random.h"
#include "tests/unit/check.h"
#include "world/members.h"

enum { MOST = 5, PARTS = 6, AT = 1000 };

/* A gang, and how it saves. */
struct gang {
    int32_t n, parts;
    pt_time length[MOST];
    int32_t slow[MOST]; /* 0: as long as it says */
    pt_time delay, restart, interval, cost;
    bool each, common;
};

/* What was saved: so much of a part. */
struct point {
    int32_t part;
    pt_time done[MOST];
};

/* What one launch did until it was killed, or ended. */
struct account {
    pt_time t; /* since the launch */
    bool ended;
    pt_time delay, restart;
    pt_time checkpoint[MOST]; /* while it did not wait */
    pt_time worked[MOST];
    pt_time waited[MOST], stood[MOST]; /* for others; in checkpoints, too */
    pt_time told;                      /* of the waits, at meetings */
    bool saved;
    struct point point;
    pt_time kept[MOST]; /* work of this launch that was saved */
};

static inline pt_time size_of(const struct gang *g, int32_t i, int32_t part)
{
    return g->length[i] / g->parts + (part < g->length[i] % g->parts);
}

/* A launch, tick by tick. */
struct ticks {
    const struct gang *g;
    struct account *a;
    int32_t part;
    pt_time from[MOST], passed[MOST], need[MOST];
    pt_time work, saving;
    bool due;
};

static inline void begin_part(struct ticks *s, const struct point *from)
{
    for (int32_t i = 0; i < s->g->n; i++) {
        s->from[i] = from ? from->done[i] : 0;
        s->passed[i] = 0;
        s->need[i] = (size_of(s->g, i, s->part) - s->from[i]) *
                     (s->g->slow[i] > 0 ? s->g->slow[i] : 1);
    }
}

static inline pt_time done_of(const struct ticks *s, int32_t i)
{
    pt_time size = size_of(s->g, i, s->part) - s->from[i];

    if (s->passed[i] >= s->need[i])
        return s->from[i] + size;
    return s->from[i] + size * s->passed[i] / s->need[i];
}

/* Those who have met go on; whether that was the last time. */
static inline bool meet(struct ticks *s, pt_time *waits)
{
    for (;;) {
        for (int32_t i = 0; i < s->g->n; i++)
            if (s->passed[i] < s->need[i])
                return false;
        for (int32_t i = 0; i < s->g->n; i++) {
            s->a->told += waits[i];
            waits[i] = 0;
        }
        if (++s->part == s->g->parts)
            return true;
        begin_part(s, NULL);
    }
}

static inline void take_snapshot(struct ticks *s)
{
    s->a->saved = true;
    s->a->point.part = s->part;
    for (int32_t i = 0; i < s->g->n; i++) {
        s->a->point.done[i] = done_of(s, i);
        s->a->kept[i] = s->a->worked[i];
    }
    s->due = false;
}

static inline void tick_save(struct ticks *s)
{
    if (s->saving == 0)
        s->saving = s->g->cost;
    for (int32_t i = 0; i < s->g->n; i++) {
        bool waits = s->passed[i] >= s->need[i];
        s->a->checkpoint[i] += !waits;
        s->a->stood[i] += waits;
    }
    if (--s->saving == 0)
        take_snapshot(s);
}

static inline void tick_work(struct ticks *s, pt_time *waits)
{
    for (int32_t i = 0; i < s->g->n; i++) {
        if (s->passed[i] < s->need[i]) {
            s->passed[i]++;
            s->a->worked[i]++;
        } else {
            waits[i]++;
            s->a->waited[i]++;
        }
    }
    s->work++;
    s->due = s->work % s->g->interval == 0;
}

/* Until KILL, after what happens then; START: what was saved, or NULL. */
static inline struct account count(const struct gang *g,
                                   const struct point *start, pt_time kill)
{
    struct account a = {.t = 0};
    struct ticks s = {.g = g, .a = &a, .part = start ? start->part : 0};
    pt_time waits[MOST] = {0};

    begin_part(&s, start);
    for (; a.t < kill && a.delay < g->delay; a.t++)
        a.delay++;
    for (; a.t < kill && a.restart < g->restart; a.t++)
        a.restart++;
    if (a.delay < g->delay || a.restart < g->restart)
        return a;
    for (;;) {
        if (s.saving == 0 && meet(&s, waits)) {
            a.ended = true;
            return a;
        }
        if (s.due && g->cost == 0)
            take_snapshot(&s);
        if (a.t == kill)
            return a;
        a.t++;
        if (s.due)
            tick_save(&s);
        else
            tick_work(&s, waits);
    }
}

/* --- the real ones --- */

/* A launch of GANG, and what its facts tell. */
struct launch {
    const struct gang *g;
    struct pt_chances chances;
    struct pt_members members;
    struct pt_facts facts;
    pt_time entered[MOST];
    int32_t waiting;
    pt_time waited; /* told in sum, or by each, if released */
    bool ended;
    struct pt_progress progress; /* as told with the end */
    pt_time now;
};

static inline void open_launch(struct launch *l, const struct gang *g,
                               const struct pt_saved *saved)
{
    const struct pt_truth truth = {.task = g->common ? NULL : g->length,
                                   .length = g->length[0],
                                   .iterations = g->parts};
    int32_t n = g->common ? 1 : g->n;

    *l = (struct launch){.g = g};
    l->members = (struct pt_members){
        .chances = &l->chances,
        .attempt = 7,
        .n = g->n,
        .width = g->n,
        .parts = g->parts,
        .part = saved->n > 0 ? saved->part : 0,
        .meet = true,
        .each = g->each,
        .common = g->common,
        .fates = pt_alloc((size_t)n, sizeof(struct pt_fate)),
        .way = {AT + g->delay, g->restart, g->interval, g->cost}};
    for (int32_t i = 0; i < n; i++) {
        struct pt_launch what = {.task = i, .slow = g->slow[i]};
        if (saved->n > 0) {
            what.part = saved->part;
            what.done = saved->done[saved->n > 1 ? i : 0];
        }
        l->members.fates[i] =
            pt_fate_find(&l->chances, &truth, g->parts, &what);
    }
    pt_members_begin(&l->members, AT);
}

static inline void close_launch(struct launch *l)
{
    pt_members_fini(&l->members);
    pt_free(l->facts.items);
}

static inline void take_facts(struct launch *l)
{
    for (int32_t i = 0; i < l->facts.n; i++) {
        const struct pt_fact *f = &l->facts.items[i];
        ASSERT_INT(f->attempt, 7);
        if (f->kind == PT_FACT_ENTERED) {
            l->entered[f->task] = l->now;
            l->waiting++;
        } else if (f->kind == PT_FACT_SYNCED) {
            assert_true(f->since <= l->now && f->waited >= 0);
            l->waited += f->waited;
        } else {
            ASSERT_INT(f->kind, PT_FACT_ENDED);
            ASSERT_INT(f->task, -1);
            ASSERT_INT(f->outcome, PT_SUCCESS);
            l->progress = f->progress;
            l->ended = true;
        }
    }
    l->facts.n = 0;
}

static inline void release(struct launch *l)
{
    for (int32_t i = 0; i < l->g->n; i++)
        l->waited += l->now - l->entered[i];
    l->waiting = 0;
    pt_members_release(&l->members, l->now, &l->facts);
    take_facts(l);
}

/* All that happens until UNTIL, which is included. */
static inline void run(struct launch *l, pt_time until)
{
    for (;;) {
        pt_time at = pt_members_next(&l->members);
        if (l->ended || at > until)
            return;
        assert_true(at >= l->now);
        l->now = at;
        pt_members_act(&l->members, at, &l->facts);
        take_facts(l);
        if (l->waiting == l->g->n)
            release(l);
    }
}

static inline const char *name(const struct gang *g, char *text, size_t size)
{
    int used = snprintf(
        text, size, "%s%s parts %d delay %d restart %d interval %d cost %d:",
        g->each ? "each" : "sum", g->common ? " common" : "", (int)g->parts,
        (int)g->delay, (int)g->restart, (int)g->interval, (int)g->cost);

    for (int32_t i = 0; i < g->n; i++)
        used += snprintf(text + used, size - (size_t)used, " %dx%d",
                         (int)g->length[i], (int)g->slow[i]);
    return text;
}

#define SAME(g, kill, a, b) same((g), (kill), (a), (b), #a, __LINE__)

static inline void same(const struct gang *g, pt_time kill, int64_t a,
                        int64_t b, const char *what, int line)
{
    char text[300];

    if (a == b)
        return;
    print_error("%s, killed at %lld: %s = %lld, expected %lld\n",
                name(g, text, sizeof text), (long long)kill, what, (long long)a,
                (long long)b);
    _fail(__FILE__, line);
}

static inline pt_time sum(const struct gang *g, const pt_time *items)
{
    pt_time sum = 0;

    for (int32_t i = 0; i < g->n; i++)
        sum += items[i];
    return sum;
}

/* What is told of it is what was counted. */
static inline void compare(const struct launch *l, const struct account *a,
                           const struct pt_progress *p, pt_time kill)
{
    const struct gang *g = l->g;
    pt_time stood = sum(g, a->stood), waited = l->waited;
    pt_time checkpoint = sum(g, a->checkpoint);

    SAME(g, kill, p->restart, a->restart * g->n);
    if (g->each) {
        for (int32_t i = 0; i < g->n && l->waiting > 0; i++)
            if (l->members.state[i] == 2) /* it waits */
                waited += AT + a->t - l->entered[i];
        SAME(g, kill, p->checkpoint, checkpoint);
        SAME(g, kill, waited, sum(g, a->waited) + stood);
    } else {
        SAME(g, kill, p->checkpoint, checkpoint + stood);
        SAME(g, kill, waited, a->told);
    }
    if (!a->ended || g->cost > 0) /* one that takes no time has no end */
        SAME(g, kill, p->saved, sum(g, a->kept));
    /* Every microsecond of every member. */
    pt_time untold = g->each ? 0 : sum(g, a->waited) - a->told;
    SAME(g, kill,
         p->restart + p->checkpoint + waited + sum(g, a->worked) + untold,
         (a->t - a->delay) * g->n);
}

static inline void compare_saved(const struct gang *g,
                                 const struct pt_saved *saved,
                                 const struct point *point, pt_time kill)
{
    SAME(g, kill, saved->n > 0, point != NULL);
    if (!point)
        return;
    SAME(g, kill, saved->n, g->common ? 1 : g->n);
    SAME(g, kill, saved->part, point->part);
    for (int32_t i = 0; i < g->n; i++)
        SAME(g, kill, saved->done[g->common ? 0 : i], point->done[i]);
}

static inline pt_time below(struct pt_random *random, uint32_t n)
{
    return (pt_time)pt_random_below(random, n);
}

#endif
