/* Members that save, and fail: what each of them has spent until then. */
#include "tests/unit/members_ticks.h"

/* --- failures of members --- */

/* Member FAILING of GANG fails after so much of its work. */
static void open_failing(struct launch *l, const struct gang *g,
                         int32_t failing, pt_time after)
{
    const struct pt_saved nothing = {.n = 0};
    struct pt_members *m = &l->members;
    struct pt_fate *fates = pt_alloc((size_t)g->n, sizeof *fates);

    open_launch(l, g, &nothing);
    memcpy(fates, m->fates, (size_t)g->n * sizeof *fates);
    fates[failing].fails = after;
    pt_members_fini(m);
    *m = (struct pt_members){.chances = &l->chances,
                             .attempt = 7,
                             .n = g->n,
                             .width = g->n,
                             .parts = g->parts,
                             .meet = true,
                             .each = g->each,
                             .fates = fates,
                             .way = m->way};
    pt_members_begin(m, AT);
}

/* Until the failure, which is at l->now. */
static struct pt_fact run_to_failure(struct launch *l, int32_t failing)
{
    for (;;) {
        l->now = pt_members_next(&l->members);
        assert_true(l->now < PT_TIME_FAR);
        pt_members_act(&l->members, l->now, &l->facts);
        struct pt_fact *items = l->facts.items, failure;
        int32_t i = 0;
        while (i < l->facts.n && (items[i].kind != PT_FACT_ENDED ||
                                  items[i].outcome == PT_SUCCESS))
            i++;
        if (i < l->facts.n) {
            failure = items[i];
            items[i] = items[--l->facts.n];
            ASSERT_INT(failure.task, failing);
            ASSERT_INT(failure.outcome, PT_FAILURE);
            take_facts(l);
            return failure;
        }
        take_facts(l);
        if (l->waiting == l->g->n)
            release(l);
    }
}

/* It fails when it has done so much, and not before; every microsecond until
 * then is accounted for. */
static void fail_after(const struct gang *g, int32_t failing, pt_time after)
{
    struct launch l;
    struct pt_saved saved = {.n = 0};

    open_failing(&l, g, failing, after);
    const struct pt_fact failure = run_to_failure(&l, failing);
    struct pt_progress its = failure.progress;
    pt_time at = l.now - AT;
    struct account a = count(g, NULL, at);
    struct pt_progress rest = pt_members_progress(&l.members, l.now);
    pt_time waited = l.waited;
    for (int32_t i = 0; g->each && i < g->n && l.waiting > 0; i++)
        if (l.members.state[i] == 2)
            waited += l.now - l.entered[i];
    pt_time stood = g->each ? 0 : a.stood[failing];
    SAME(g, at, failure.own, !g->each);
    SAME(g, at, failure.waited, g->each ? 0 : a.waited[failing]);
    SAME(g, at, a.worked[failing], after);
    SAME(g, at,
         at == 0 || count(g, NULL, at - 1).worked[failing] < after ||
             after == 0,
         true);
    SAME(g, at, its.restart, a.restart);
    SAME(g, at, its.checkpoint, a.checkpoint[failing] + stood);
    SAME(g, at, its.saved, a.kept[failing]);
    SAME(g, at, its.saved + rest.saved, sum(g, a.kept));
    SAME(g, at,
         its.restart + its.checkpoint + rest.restart + rest.checkpoint +
             waited + sum(g, a.worked),
         (at - a.delay) * g->n);
    pt_members_save(&l.members, l.now, g->n, &saved);
    compare_saved(g, &saved, a.saved ? &a.point : NULL, at);
    pt_saved_fini(&saved);
    close_launch(&l);
}

static void test_a_member_fails_anywhere(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 600; seed++) {
        struct pt_random random;
        pt_random_open(&random, seed, 0, 0, 1);
        struct gang g = {.n = 1 + (int32_t)below(&random, MOST),
                         .parts = 1 + (int32_t)below(&random, PARTS),
                         .delay = below(&random, 3),
                         .restart = below(&random, 5),
                         .interval = 1 + below(&random, 15),
                         .cost = 1 + below(&random, 4),
                         .each = below(&random, 2) == 0};
        for (int32_t i = 0; i < g.n; i++)
            g.length[i] = below(&random, 25);
        int32_t failing = (int32_t)below(&random, (uint32_t)g.n);
        for (pt_time after = 0; after <= g.length[failing]; after++)
            fail_after(&g, failing, after);
    }
}

static void test_a_member_that_fails_has_its_own_account(void **state)
{
    (void)state;
    for (int each = 0; each < 2; each++) {
        const struct gang g = {.n = 2,
                               .parts = 1,
                               .length = {20, 30},
                               .restart = 3,
                               .interval = 5,
                               .cost = 2,
                               .each = each == 1};
        struct launch l;
        struct pt_saved saved = {.n = 0};
        open_failing(&l, &g, 0, 13);
        /* 3 loading, 13 working, two checkpoints */
        pt_time at = AT + 3 + 13 + 4;
        ASSERT_INT(pt_members_next(&l.members), at);
        pt_members_act(&l.members, at, &l.facts);
        ASSERT_INT(l.facts.n, 1);
        const struct pt_fact *f = &l.facts.items[0];
        ASSERT_INT(f->task, 0);
        ASSERT_INT(f->outcome, PT_FAILURE);
        ASSERT_INT(f->progress.restart, 3);
        ASSERT_INT(f->progress.checkpoint, 4);
        ASSERT_INT(f->progress.saved, 10);
        struct pt_progress p = pt_members_progress(&l.members, at);
        ASSERT_INT(p.restart, 3);
        ASSERT_INT(p.checkpoint, 4);
        ASSERT_INT(p.saved, 10);
        pt_members_save(&l.members, at, 2, &saved);
        ASSERT_INT(saved.n, 2);
        ASSERT_INT(saved.done[0], 10);
        ASSERT_INT(saved.done[1], 10);
        assert_false(pt_members_kill(&l.members, at));
        pt_saved_fini(&saved);
        close_launch(&l);
    }
}

/* Nothing is done, and nothing saved, once it is killed. */
static void test_what_lingers_does_nothing(void **state)
{
    enum { NOW = AT + 17 };

    (void)state;
    for (int each = 0; each < 2; each++) {
        const struct gang g = {.n = 2,
                               .parts = 1,
                               .length = {100, 100},
                               .interval = 5,
                               .cost = 2,
                               .each = each == 1};
        const struct pt_saved nothing = {.n = 0};
        struct pt_saved saved = {.n = 0};
        struct launch l;
        open_launch(&l, &g, &nothing);
        l.members.fates[0].lingers = 50;
        run(&l, NOW);
        struct pt_progress p = pt_members_progress(&l.members, NOW);
        ASSERT_INT(p.saved, 20);
        ASSERT_INT(p.checkpoint, 8);
        assert_true(pt_members_kill(&l.members, NOW));
        /* The second goes at once, the first later. */
        ASSERT_INT(pt_members_next(&l.members), NOW);
        pt_members_act(&l.members, NOW, &l.facts);
        ASSERT_INT(l.facts.n, 1);
        ASSERT_INT(l.facts.items[0].task, 1);
        ASSERT_INT(l.facts.items[0].progress.saved, 10);
        ASSERT_INT(pt_members_next(&l.members), AT + 50);
        pt_members_save(&l.members, AT + 50, 2, &saved);
        ASSERT_INT(saved.done[0], 10);
        pt_members_act(&l.members, AT + 50, &l.facts);
        ASSERT_INT(l.facts.n, 2);
        ASSERT_INT(l.facts.items[1].outcome, PT_KILLED);
        ASSERT_INT(l.facts.items[1].progress.saved, 10);
        ASSERT_INT(l.facts.items[1].progress.checkpoint, 4);
        ASSERT_INT(l.members.left, 0);
        pt_saved_fini(&saved);
        close_launch(&l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_member_fails_anywhere),
        cmocka_unit_test(test_a_member_that_fails_has_its_own_account),
        cmocka_unit_test(test_what_lingers_does_nothing),
    };

    return cmocka_run_group_tests_name("members that fail", tests, NULL, NULL);
}
