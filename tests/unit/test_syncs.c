/* Members that meet, told in sum or each for itself: the same run.
 *
 * Random pipelines with failures of every kind, stragglers and chains of jobs;
 * what differs between the two is a bug of the world or of the core. */
#include "tests/unit/world_bench.h"

#include "base/random.h"
#include "core/core.h"
#include "metrics/ledger.h"
#include "run.h"
#include "ask/policy_text.h"
#include "world/drive.h"

enum { JOBS = 12, STAGES = 3, WIDTH = 6, CASES = 300, LOG = 1 << 16 };

/* A random workload; all that the works point to. */
struct load {
    struct pt_random random;
    struct pt_work works[JOBS];
    struct pt_stage stages[JOBS][STAGES];
    struct pt_truth truths[JOBS][STAGES];
    int32_t parents[STAGES];
    pt_time lengths[JOBS][STAGES][WIDTH];
    int32_t takes_at[JOBS][STAGES][WIDTH + 1];
    struct pt_take takes[JOBS][STAGES][2 * WIDTH];
};

static int32_t below(struct load *load, uint32_t n)
{
    return (int32_t)pt_random_below(&load->random, n);
}

/* Up to N seconds, to the microsecond: no two things happen at once, or the
 * order of steps within the instant would count. */
static pt_time span(struct load *load, uint32_t n)
{
    return 1 + below(load, n * (uint32_t)PT_SECOND);
}

static void make_takes(struct load *load, int job, int stage)
{
    struct pt_take *takes = load->takes[job][stage];
    int32_t *at = load->takes_at[job][stage], n = 0;

    for (int32_t i = 0; i < load->stages[job][stage].ntasks; i++) {
        at[i] = n;
        if (below(load, 4) == 0)
            takes[n++] = (struct pt_take){
                .length = span(load, 60),
                .outcome = PT_FAILURE,
                .fault = (enum pt_fault)below(load, stage > 0 ? 3 : 1),
                .parent = stage > 0 ? stage - 1 : 0};
        takes[n++] = (struct pt_take){.length = span(load, 60)};
        at[i + 1] = n;
    }
    load->truths[job][stage].takes_at = at;
    load->truths[job][stage].takes = takes;
}

static void make_stage(struct load *load, int job, int stage)
{
    struct pt_stage *spec = &load->stages[job][stage];
    struct pt_truth *truth = &load->truths[job][stage];

    *spec = (struct pt_stage){.ntasks = 1 + below(load, WIDTH),
                              .mode = below(load, 4) ? PT_GANG : PT_PARALLEL,
                              .need = {{1000}},
                              .limit = 1000 * PT_SECOND,
                              .nparents = stage > 0,
                              .parents = &load->parents[stage],
                              .id = 10 * job + stage,
                              .retries = below(load, 8) > 0};
    *truth = (struct pt_truth){.length = span(load, 60),
                               .iterations = below(load, 4),
                               .together = below(load, 2) > 0,
                               .may_fail = below(load, 2) > 0,
                               .may_straggle = below(load, 2) > 0};
    for (int i = 0; i < WIDTH; i++)
        load->lengths[job][stage][i] = span(load, 60);
    int32_t kind = below(load, 3);
    if (kind == 1)
        truth->task = load->lengths[job][stage];
    else if (kind == 2 && spec->retries)
        make_takes(load, job, stage);
}

static void make_load(struct load *load, uint64_t seed)
{
    pt_time submit = 0;

    pt_random_open(&load->random, seed, 0, PT_PURPOSE_TEST, 0);
    for (int32_t i = 1; i < STAGES; i++)
        load->parents[i] = i - 1;
    for (int i = 0; i < JOBS; i++) {
        int32_t nstages = 1 + below(load, STAGES);
        for (int k = 0; k < nstages; k++)
            make_stage(load, i, k);
        submit += span(load, 80);
        load->works[i] = (struct pt_work){.job = {.id = i,
                                                  .submit = submit,
                                                  .nstages = nstages,
                                                  .stages = load->stages[i]},
                                          .truths = load->truths[i]};
        if (i > 0 && below(load, 3) == 0) {
            load->works[i].after = 1 + below(load, (uint32_t)i);
            load->works[i].gap = span(load, 20);
        }
    }
}

/* What a run was. */
struct story {
    char text[LOG];
    size_t used;
    struct pt_ledger ledger;
    int64_t unsubmitted, unfinished, syncs, failures;
    struct pt_core *core;
};

static void tell(struct story *story, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void tell(struct story *story, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    story->used += (size_t)vsnprintf(story->text + story->used,
                                     LOG - story->used, format, list);
    va_end(list);
    assert_true(story->used < LOG);
}

static int watch(void *context, const struct pt_step *step,
                 const struct pt_census *census, struct pt_err *err)
{
    struct story *story = context;

    (void)err;
    if (step->nfacts > 0 || step->nrecords == 0) /* the end has no books */
        pt_core_check(story->core);
    pt_ledger_step(&story->ledger, step, census);
    for (int32_t i = 0; i < step->nfacts; i++) {
        story->syncs += step->facts[i].kind == PT_FACT_SYNCED ||
                        step->facts[i].kind == PT_FACT_ENTERED;
        story->failures += step->facts[i].outcome == PT_FAILURE;
    }
    for (int32_t i = 0; i < step->nstages; i++) {
        const struct pt_stage_record *r = &step->stages[i];
        /* A failure is told before those are gone who wait then. */
        pt_time waited = r->outcome == PT_SUCCESS ? r->waited : 0;
        tell(story, "%lld: stage %lld~%d %lld-%lld-%lld waited %lld %d %d\n",
             (long long)step->now, (long long)r->job->stages[r->stage].id,
             (int)r->try, (long long)r->ready, (long long)r->start,
             (long long)r->end, (long long)waited, (int)r->outcome,
             (int)r->cause);
    }
    for (int32_t i = 0; i < step->nrecords; i++) {
        const struct pt_record *r = &step->records[i];
        story->unfinished += r->state == PT_UNFINISHED;
        tell(story, "%lld: job %lld %d %lld-%lld waited %lld lost %lld %d\n",
             (long long)step->now, (long long)r->job->id, (int)r->state,
             (long long)r->first_start, (long long)r->end, (long long)r->waited,
             (long long)r->lost, (int)r->cause);
    }
    return 0;
}

static void set(struct pt_settings *settings, const char *key,
                const char *value)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    assert_int_equal(pt_settings_set(settings, "test", key, value, &err), 0);
}

/* LOAD with barriers told so, into STORY. */
static void run(const struct load *load, uint64_t seed, bool each,
                const char *holes, struct story *story)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_settings settings = {.given = 0};
    struct pt_run_machine machine = {.nodes = 8, .cores = 1};
    struct pt_choices choices = {.n = 0};
    struct pt_rules rules;
    struct pt_core_config config;
    void *straggler = NULL, *fault = NULL, *place = NULL;

    *story = (struct story){.used = 0};
    pt_ledger_init(&story->ledger);
    pt_param_defaults(pt_settings_params, &settings);
    set(&settings, "machine", "named");
    set(&settings, "holes", holes);
    pt_run_core_config(&settings, &machine, &rules, &config);
    assert_int_equal(pt_choices_add(&choices, "gang:head=skip", &err), 0);
    config.policy = choices.items[0].policy;
    config.policy_state = choices.items[0].state;
    config.place = pt_run_place("first", &place, &err);
    config.place_state = place;
    struct pt_simulated_config world = {.each = each};
    world.chances.seed = seed;
    world.chances.straggler = pt_run_straggler("slow:p=0.3", &straggler, &err);
    world.chances.straggler_state = straggler;
    world.chances.fault = pt_run_fault("chance:p=0.05", &fault, &err);
    world.chances.fault_state = fault;

    story->core = pt_core_new(&config);
    struct world_bench *b =
        world_open(load->works, JOBS, seed % 2 == 0, &world);
    struct pt_watcher watcher = {.context = story, .watch = watch};
    int status = pt_drive(b->world, story->core, &watcher, NULL, &err);
    assert_int_equal(status, 0);
    story->unsubmitted = pt_simulated_unsubmitted(b->world);
    /* Members that nobody answers wait on when all is over. */
    bool whole = pt_ledger_close(&story->ledger);
    assert_true(whole || story->unfinished > 0);
    world_close(b);
    pt_core_free(story->core);
    pt_choices_fini(&choices);
    pt_free(straggler);
    pt_free(fault);
    pt_free(place);
}

static void check_same(const struct story *a, const struct story *b,
                       uint64_t seed)
{
    bool same =
        strcmp(a->text, b->text) == 0 && a->unsubmitted == b->unsubmitted;

    for (int c = 0; c < PT_CLASSES; c++)
        same &= a->ledger.area[c] == b->ledger.area[c];
    if (same)
        return;
    size_t at = 0;
    for (size_t i = 0; a->text[i] && a->text[i] == b->text[i]; i++)
        if (a->text[i] == '\n')
            at = i + 1;
    print_error("seed %llu; in sum: %.100s\n", (unsigned long long)seed,
                a->text + at);
    print_error("each: %.100s\n", b->text + at);
    for (int c = 0; c < PT_CLASSES; c++)
        print_error("%s: %lld, %lld\n", pt_class_name((enum pt_class)c),
                    (long long)a->ledger.area[c], (long long)b->ledger.area[c]);
    fail();
}

static void compare(uint64_t first, const char *holes)
{
    struct load *load = pt_alloc(1, sizeof *load);
    struct story *stories = pt_alloc(2, sizeof *stories);
    int64_t syncs = 0, failures = 0;

    for (uint64_t seed = first; seed < first + CASES; seed++) {
        make_load(load, seed);
        for (int each = 0; each < 2; each++)
            run(load, seed, each > 0, holes, &stories[each]);
        check_same(&stories[0], &stories[1], seed);
        syncs += stories[0].syncs;
        failures += stories[0].failures;
        pt_ledger_fini(&stories[0].ledger);
        pt_ledger_fini(&stories[1].ledger);
    }
    pt_free(stories);
    pt_free(load);
    print_message("%d pipelines of seeds %llu..., %lld syncs, %lld failures\n",
                  CASES, (unsigned long long)first, (long long)syncs,
                  (long long)failures);
    assert_true(syncs > CASES && failures > CASES);
}

static void test_in_sum_and_each_are_the_same_run(void **state)
{
    (void)state;
    compare(1, "clean");
}

static void test_they_are_where_siblings_are_left_running_too(void **state)
{
    (void)state;
    compare(10001, "h2+h3+h4+h5+h6+h7+h9+h10+result");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_sum_and_each_are_the_same_run),
        cmocka_unit_test(test_they_are_where_siblings_are_left_running_too),
    };
    return cmocka_run_group_tests_name("syncs", tests, NULL, NULL) != 0;
}
