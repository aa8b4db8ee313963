#include "tests/conform/breaking.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "run.h"
#include "ask/policy_text.h"

static void step(struct breaking_world *w)
{
    breaking_gather(w);
    const struct pt_step *step =
        pt_core_step(w->core, w->now, w->facts, w->nfacts);
    w->nfacts = 0;
    pt_core_check(w->core);
    breaking_take(w, step);
    pt_core_census(w->core, &w->census);
    const struct pt_census *c = &w->census;
    breaking_expect(w, "slots", c->slots,
                    c->held + c->barrier + c->running + c->free + c->down +
                        c->maintenance);
    if (c->held < 0 || c->running < 0 || c->free < 0 || c->down < 0 ||
        c->maintenance < 0)
        breaking_bad(w, "less than none", c->free, c->down);
    pt_ledger_step(&w->ledger, step, c);
    w->wake = step->wake;
    if (w->wake < w->now)
        breaking_bad(w, "wake is over", w->wake, w->now);
    if (w->wake <= w->now)
        return; /* facts may have been put off */
    w->settled = ~UINT32_C(0);
    breaking_look(w);
}

static void open_core(struct breaking_world *w, struct pt_choices *choices,
                      void **place_state)
{
    struct breaking_scene *s = w->scene;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_core_config config = {
        .nodes = s->setup.nodes,
        .size = {{1000 * s->setup.cores, 0, 4}},
        .node = s->own ? s->node : NULL,
        .rules = &s->rules,
        .thousandths = s->setup.named,
        .named = s->setup.named,
        .exclusive = s->setup.exclusive,
        .ties = s->setup.ties,
        .limits = s->setup.limits,
        .place = pt_run_place(s->setup.place, place_state, &err)};

    pt_assert(config.place);
    int added = pt_choices_add(choices, s->setup.policy, &err);
    pt_assert(added == 0);
    config.place_state = *place_state;
    config.policy = choices->items[0].policy;
    config.policy_state = choices->items[0].state;
    w->core = pt_core_new(&config);
}

/* The nodes stay: all jobs end, but for those that wait for each other. */
static void check_end(struct breaking_world *w, int steps)
{
    const struct pt_counts *counts = pt_core_counts(w->core);
    /* Of drivers the head alone asks: it may wait for a gang behind it. */
    bool excused = counts->deadlocks > 0 || counts->timeouts > 0 ||
                   strstr(w->scene->setup.policy, "drivers");

    if (!excused && (steps == BREAKING_STEPS || w->nover < w->njobs))
        breaking_bad(w, "it does not end", steps, w->nover);
    bool quiet = w->nruns == 0;
    const struct pt_step *last = pt_core_close(w->core);
    breaking_take(w, last);
    pt_ledger_step(&w->ledger, last, &w->census);
    breaking_expect(w, "a record for each", w->nover, w->njobs);
    breaking_expect(w, "the ledger balances", pt_ledger_close(&w->ledger),
                    true);
    if (!quiet)
        return;
    breaking_expect(w, "what ran is told", w->told, w->ran);
    breaking_expect(w, "lost", (int64_t)w->ledger.area[PT_CLASS_LOST], w->lost);
    breaking_expect(w, "checkpoint",
                    (int64_t)w->ledger.area[PT_CLASS_CHECKPOINT], w->saving);
    breaking_expect(w, "restart", (int64_t)w->ledger.area[PT_CLASS_RESTART],
                    w->loading);
    if (!w->scene->setup.named && !w->scene->setup.exclusive)
        breaking_expect(w, "lost, by the records", w->recorded, w->lost);
}

bool breaking_fails(void *context, const struct trial_job *jobs, int32_t n)
{
    struct breaking_scene *s = context;
    struct pt_choices choices = {.n = 0};
    void *place_state = NULL;
    int steps = 0;
    struct breaking_world w = {.scene = s, .like = jobs, .njobs = n};

    w.jobs = pt_alloc((size_t)n + 1, sizeof *w.jobs);
    for (int32_t i = 0; i < n; i++)
        breaking_make_job(&w, i);
    for (int32_t i = 0; i < BREAKING_NODES; i++)
        w.health[i] = s->own && s->node[i].absent ? BREAKING_DOWN : BREAKING_UP;
    w.settled = ~UINT32_C(0);
    w.wake = PT_TIME_NEVER;
    open_core(&w, &choices, &place_state);
    pt_ledger_init(&w.ledger);
    for (pt_time next; steps < BREAKING_STEPS && s->what[0] == '\0'; steps++) {
        if ((next = breaking_next(&w)) == PT_TIME_NEVER)
            break;
        w.ran += w.census.running * (next - w.now);
        w.now = next;
        step(&w);
    }
    check_end(&w, steps);
    pt_core_free(w.core);
    pt_ledger_fini(&w.ledger);
    pt_choices_fini(&choices);
    pt_free(place_state);
    pt_free(w.jobs);
    pt_free(w.runs);
    pt_free(w.facts);
    return s->what[0] != '\0';
}
