/* test_barrier_queue.c - gangs of k members on c k slots, whose members leave
 * together: a queue of c servers, whose service is the longest of k draws.
 *
 * Exponential members with rate mu have H_k / mu of it on average, and a
 * variance of (1 + 1/4 + ... + 1/k^2) / mu^2.  One server is then an M/G/1
 * queue (Pollaczek and Khinchine), one member an M/M/c queue (Erlang's C); what
 * has no formula is compared with the recursion of Kiefer and Wolfowitz (Trans.
 * AMS 78, 1955) over the same draws.  A training of I parts after each of which
 * the members meet is a sum of I such services, of a mean I times as short. */
#include "tests/theory/queueing.h"

#include <math.h>
#include "base/alloc.h"
#include "models/stream.h"

#define MAX_WIDTH   16
#define MAX_SERVERS 8
#define MEAN        100.0 /* seconds that a member works, on average */

/* ---- a source: Poisson arrivals of gangs with members of their own ---- */

struct gangs {
    int64_t jobs, width, parts;
    double rate; /* per second; 0: all at once */
    bool drawn;  /* the members' lengths; else each works MEAN */

    struct pt_reading reading;
    struct pt_machine machine;
    struct pt_stage stage;
    struct pt_truth truth;
    pt_time task[MAX_WIDTH];
    int64_t row;
    double clock;
};

static int open_gangs(void *state, const char *path,
                      const struct pt_reading *reading, struct pt_err *err)
{
    struct gangs *g = state;

    (void)path, (void)err;
    g->reading = *reading;
    g->stage = (struct pt_stage){.ntasks = (int32_t)g->width,
                                 .mode = PT_GANG,
                                 .need = {{1000}},
                                 .limit = (pt_time)(1000 * MEAN) * PT_SECOND};
    g->truth = (struct pt_truth){.length = pt_time_from_seconds(MEAN),
                                 .task = g->drawn ? g->task : NULL,
                                 .iterations = (int32_t)g->parts,
                                 .together = true,
                                 .may_straggle = !g->drawn};
    g->machine = (struct pt_machine){.nodes = g->width};
    g->row = 0;
    g->clock = 0;
    return 0;
}

static int next_gangs(void *state, struct pt_work *work, struct pt_err *err)
{
    struct gangs *g = state;
    struct pt_stream gap, length;
    uint64_t row = (uint64_t)g->row;

    (void)err;
    if (g->row == g->jobs)
        return 0;
    pt_stream_open(&gap, g->reading.seed, 0, PT_PURPOSE_ARRIVAL, row);
    pt_stream_open(&length, g->reading.seed, 0, PT_PURPOSE_LENGTH, row);
    if (g->rate > 0)
        g->clock += gsl_ran_exponential(&gap.rng, 1 / g->rate);
    for (int64_t i = 0; i < g->width; i++)
        g->task[i] =
            pt_time_from_seconds(gsl_ran_exponential(&length.rng, MEAN));
    *work = (struct pt_work){
        .job = {.id = ++g->row,
                .user = -1,
                .group = -1,
                .queue = -1,
                .nstages = 1,
                .submit = pt_time_from_seconds(g->clock),
                .stages = &g->stage},
        .truths = &g->truth,
    };
    return 1;
}

static void info_gangs(const void *state, struct pt_source_info *info)
{
    const struct gangs *g = state;

    *info = (struct pt_source_info){
        .machine = &g->machine, .rows = g->row, .jobs = g->row};
}

static void close_gangs(void *state)
{
    (void)state;
}

static const struct pt_param gangs_params[] = {
    {.name = "jobs",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "1000",
     .offset = offsetof(struct gangs, jobs),
     .help = "How many."},
    {.name = "width",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "1",
     .min = 1,
     .max = MAX_WIDTH,
     .offset = offsetof(struct gangs, width),
     .help = "Members of each."},
    {.name = "parts",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "0",
     .offset = offsetof(struct gangs, parts),
     .help = "After each of which the members meet."},
    {.name = "rate",
     .type = PT_PARAM_REAL,
     .unit = "1/s",
     .fallback = "0",
     .offset = offsetof(struct gangs, rate),
     .help = "Submits per second; 0: all at once."},
    {.name = "drawn",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "yes",
     .offset = offsetof(struct gangs, drawn),
     .help = "Whether the lengths are."},
    PT_PARAM_END};

static const struct pt_source gangs_source = {
    .name = "gangs",
    .summary = "gangs of one width",
    .cite = "this test",
    .params = gangs_params,
    .state_size = sizeof(struct gangs),
    .staged = true,
    .open = open_gangs,
    .next = next_gangs,
    .info = info_gangs,
    .close = close_gangs,
};

/* ---- runs ---- */

struct experiment {
    int64_t jobs;
    int32_t width, servers, parts; /* parts 0: the lengths are drawn */
    double load;                   /* of the servers; 0: all come at once */
    bool each;                     /* the core is told of each member */
};

/* H_k, and its like with squares. */
static double harmonic(int32_t k, int power)
{
    double sum = 0;

    for (int32_t i = 1; i <= k; i++)
        sum += 1 / pow(i, power);
    return sum;
}

static double service_mean(const struct experiment *e)
{
    return harmonic(e->width, 1) * MEAN;
}

static double service_variance(const struct experiment *e)
{
    return harmonic(e->width, 2) * MEAN * MEAN / (e->parts > 0 ? e->parts : 1);
}

static double rate_of(const struct experiment *e)
{
    return e->load * e->servers / service_mean(e);
}

static void print_params(const struct experiment *e, char *text, size_t size)
{
    snprintf(text, size, "jobs=%lld,width=%d,parts=%d,rate=%.17g,drawn=%s",
             (long long)e->jobs, e->width, e->parts, rate_of(e),
             e->parts > 0 ? "no" : "yes");
}

/* What a run measured, and its ledger over time. */
struct outcome {
    struct measured m;
    double barrier;  /* task-seconds in the ledger */
    double queue[5]; /* mean length in the first to the fourth quarter of the
                        arrivals; then at their end */
};

static void measure_queue(const struct pt_ledger *ledger, pt_time arrivals,
                          double *queue)
{
    pt_time quarter = arrivals / 4;

    for (int q = 0; q < 5; q++)
        queue[q] = 0;
    for (int32_t i = 0; i < ledger->nbins; i++) {
        pt_time start = (pt_time)i * ledger->bin_width;
        if (start < 4 * quarter)
            queue[start / quarter] +=
                (double)ledger->bins[i].queue / (double)quarter;
        if (start + ledger->bin_width <= arrivals)
            queue[4] =
                (double)ledger->bins[i].queue / (double)ledger->bin_width;
    }
}

static void go(const struct experiment *e, int64_t seed, struct outcome *out)
{
    struct pt_choices choices = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_report report;
    char params[PT_PARAM_TEXT_SIZE];
    struct pt_run run = {.source = &gangs_source,
                         .source_params = params,
                         .nodes = e->width * e->servers,
                         .cores = 1};

    print_params(e, params, sizeof params);
    ASSERT_INT(pt_choices_add(&choices, "fcfs", &err), 0);
    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = seed;
    run.settings.barriers = e->each ? PT_BARRIERS_EACH : PT_BARRIERS_WHOLE;
    if (e->parts > 0)
        pt_settings_set(&run.settings, "test", "straggler", "exponential",
                        &err);
    run.policy = choices.items[0].policy;
    run.policy_state = choices.items[0].state;
    run.policy_text = choices.items[0].text;
    run.label = choices.items[0].label;
    if (pt_run_go(&run, &report, &err))
        fail_msg("%s", err.text);
    take_measures(&report, &out->m);
    /* The ledger of pipelines is in thousandths. */
    double unit = report.ledger.thousandths ? 1000.0 : 1.0;
    out->m.work /= unit;
    out->barrier =
        (double)report.ledger.area[PT_CLASS_BARRIER] / unit / (double)PT_SECOND;
    if (e->load > 0)
        measure_queue(&report.ledger,
                      pt_time_from_seconds((double)e->jobs / rate_of(e)),
                      out->queue);
    pt_report_fini(&report);
    pt_choices_fini(&choices);
}

/* ---- the recursion of Kiefer and Wolfowitz ---- */

/* Puts FREE[0] where it belongs among FREE [N], of which the rest is sorted. */
static void sink_first(pt_time *free, int32_t n)
{
    pt_time first = free[0];
    int32_t i = 0;

    for (; i + 1 < n && free[i + 1] < first; i++)
        free[i] = free[i + 1];
    free[i] = first;
}

/* The mean response of E's jobs in order of arrival, and what their members
 * waited for each other in all, in seconds. */
static double recur(const struct experiment *e, int64_t seed, double *barrier)
{
    const struct pt_plugin *plugin = (const struct pt_plugin *)&gangs_source;
    const struct pt_reading reading = {.scale = 1, .seed = (uint64_t)seed};
    struct gangs *g = pt_plugin_state_new(plugin);
    struct pt_err err = {.code = PT_ERR_NONE};
    pt_time free[MAX_SERVERS] = {0}, idle = 0;
    char params[PT_PARAM_TEXT_SIZE];
    struct pt_work work;
    double sum = 0;

    print_params(e, params, sizeof params);
    ASSERT_INT(pt_plugin_set_text(plugin, g, params, &err), 0);
    ASSERT_INT(gangs_source.open(g, NULL, &reading, &err), 0);
    while (gangs_source.next(g, &work, &err) == 1) {
        pt_time longest = 0, all = 0, submit = work.job.submit;
        for (int32_t i = 0; i < e->width; i++) {
            pt_time length = work.truths[0].task[i];
            longest = length > longest ? length : longest;
            all += length;
        }
        free[0] = (free[0] > submit ? free[0] : submit) + longest;
        idle += e->width * longest - all;
        sum += pt_time_seconds(free[0] - submit);
        sink_first(free, e->servers);
    }
    gangs_source.close(g);
    pt_free(g);
    *barrier = pt_time_seconds(idle);
    return sum / (double)e->jobs;
}

/* ---- closed forms ---- */

/* Of M/G/1: Pollaczek and Khinchine. */
static double one_server_response(const struct experiment *e)
{
    double mean = service_mean(e);
    double square = service_variance(e) + mean * mean;

    return mean + rate_of(e) * square / (2 * (1 - e->load));
}

/* Of M/M/c: Erlang's C, by his recursion for B. */
static double erlang_response(const struct experiment *e)
{
    double offered = e->load * e->servers, b = 1;

    for (int32_t i = 1; i <= e->servers; i++)
        b = offered * b / (i + offered * b);
    double wait = b / (1 - e->load * (1 - b));
    return MEAN + wait * MEAN / (e->servers * (1 - e->load));
}

static void name_of(const struct experiment *e, const char *what, char *text,
                    size_t size)
{
    snprintf(text, size, "k %2d c %d load %.2f parts %2d%s %s", e->width,
             e->servers, e->load, e->parts, e->each ? " each" : "", what);
}

/* What the members wait for each other, of a gang: k E[max] - k / mu. */
static int barrier_is_off(const struct experiment *e, const struct outcome *out)
{
    char name[96];

    name_of(e, "barrier", name, sizeof name);
    return is_off(name, out->barrier / (double)e->jobs,
                  e->width * (service_mean(e) - MEAN), 0.03) +
           is_off("  share of what is held",
                  out->barrier / (out->barrier + out->m.work),
                  1 - 1 / harmonic(e->width, 1), 0.03);
}

/* ---- tests ---- */

static void test_one_gang_at_a_time_is_an_mg1_queue(void **state)
{
    const struct experiment rows[] = {
        {.jobs = 400000, .width = 1, .servers = 1, .load = 0.5},
        {.jobs = 200000, .width = 2, .servers = 1, .load = 0.6},
        {.jobs = 200000, .width = 4, .servers = 1, .load = 0.5},
        {.jobs = 200000, .width = 8, .servers = 1, .load = 0.7},
        {.jobs = 100000, .width = 16, .servers = 1, .load = 0.5},
    };
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct outcome out;
        char name[96];
        go(&rows[i], 200 + (int64_t)i, &out);
        name_of(&rows[i], "E[T]", name, sizeof name);
        bad +=
            is_off(name, out.m.response, one_server_response(&rows[i]), 0.03);
        if (rows[i].width > 1)
            bad += barrier_is_off(&rows[i], &out);
        else
            assert_true(out.barrier <= 0);
    }
    ASSERT_INT(bad, 0);
}

static void test_gangs_of_one_are_an_mmc_queue(void **state)
{
    int bad = 0;

    (void)state;
    for (int32_t c = 2; c <= 4; c++) {
        const struct experiment e = {
            .jobs = 400000, .width = 1, .servers = c, .load = 0.7};
        struct outcome out;
        char name[96];
        go(&e, 210 + c, &out);
        name_of(&e, "E[T]", name, sizeof name);
        bad += is_off(name, out.m.response, erlang_response(&e), 0.03);
    }
    ASSERT_INT(bad, 0);
}

static void test_several_gangs_are_served_as_the_recursion_says(void **state)
{
    const struct experiment rows[] = {
        {.jobs = 100000, .width = 1, .servers = 3, .load = 0.8},
        {.jobs = 100000, .width = 2, .servers = 2, .load = 0.7},
        {.jobs = 100000, .width = 4, .servers = 3, .load = 0.8},
        {.jobs = 50000, .width = 8, .servers = 4, .load = 0.9},
        {.jobs = 20000, .width = 3, .servers = 2, .load = 1.2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct experiment *e = &rows[i];
        struct outcome out;
        char name[96];
        double barrier;
        double response = recur(e, 220 + (int64_t)i, &barrier);
        go(e, 220 + (int64_t)i, &out);
        name_of(e, "E[T], same draws", name, sizeof name);
        ASSERT_INT(is_off(name, out.m.response, response, 1e-9), 0);
        ASSERT_NEAR(out.barrier, barrier, 1e-9, 0);
        if (e->width > 1)
            ASSERT_INT(barrier_is_off(e, &out), 0);
    }
}

/* The rate at which a full queue is served is the edge. */
static void test_a_full_queue_is_served_at_the_edge_of_stability(void **state)
{
    int bad = 0;

    (void)state;
    for (int32_t k = 1, c = 1; k <= 16; k *= 4, c++) {
        const struct experiment e = {.jobs = 100000, .width = k, .servers = c};
        struct outcome out;
        char name[96];
        go(&e, 230 + k, &out);
        name_of(&e, "jobs / s, full", name, sizeof name);
        bad +=
            is_off(name, out.m.throughput, e.servers / service_mean(&e), 0.01);
    }
    ASSERT_INT(bad, 0);
}

static void test_the_queue_grows_from_the_edge_on(void **state)
{
    struct experiment e = {.jobs = 300000, .width = 4, .servers = 2};
    struct outcome below, above;
    const double beyond = 1.05, left = 1 - 1 / beyond;
    int bad = 0;

    (void)state;
    e.load = 0.95;
    go(&e, 241, &below);
    e.load = beyond;
    go(&e, 242, &above);
    for (int q = 0; q < 4; q++) {
        char name[64];
        snprintf(name, sizeof name, "load 1.05: queue in quarter %d", q + 1);
        print_message("load 0.95: queue in quarter %d: %.1f\n", q + 1,
                      below.queue[q]);
        assert_true(below.queue[q] < 100);
        bad +=
            is_off(name, above.queue[q],
                   left * (double)e.jobs * (2 * q + 1) / 8, q == 0 ? 0.3 : 0.1);
    }
    bad += is_off("load 1.05: queue after the last arrival", above.queue[4],
                  left * (double)e.jobs, 0.1);
    ASSERT_INT(bad, 0);
}

static void test_meeting_more_often_costs_as_much_and_varies_less(void **state)
{
    const struct experiment rows[] = {
        {.jobs = 60000, .width = 4, .servers = 1, .parts = 1, .load = 0.6},
        {.jobs = 60000, .width = 4, .servers = 1, .parts = 5, .load = 0.6},
        {.jobs = 30000, .width = 8, .servers = 1, .parts = 10, .load = 0.5},
        {.jobs = 30000,
         .width = 8,
         .servers = 1,
         .parts = 10,
         .load = 0.5,
         .each = true},
    };
    double last = 0;
    int bad = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct experiment *e = &rows[i];
        struct outcome out;
        char name[96];
        go(e, 250 + (i > 2 ? 2 : (int64_t)i), &out);
        name_of(e, "E[T]", name, sizeof name);
        bad += is_off(name, out.m.response, one_server_response(e), 0.03);
        bad += barrier_is_off(e, &out);
        if (e->each)
            ASSERT_NEAR(out.m.response, last, 1e-12, 0);
        last = out.m.response;
    }
    ASSERT_INT(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_gang_at_a_time_is_an_mg1_queue),
        cmocka_unit_test(test_gangs_of_one_are_an_mmc_queue),
        cmocka_unit_test(test_several_gangs_are_served_as_the_recursion_says),
        cmocka_unit_test(test_a_full_queue_is_served_at_the_edge_of_stability),
        cmocka_unit_test(test_the_queue_grows_from_the_edge_on),
        cmocka_unit_test(test_meeting_more_often_costs_as_much_and_varies_less),
    };

    return cmocka_run_group_tests_name("barrier queue", tests, NULL, NULL) != 0;
}
