/* What the outputs say of nodes that went down, and of work that was saved. */
#include "tests/unit/check.h"
#include <jansson.h>
#include "base/random.h"
#include "core/words.h"
#include "tests/unit/reports.h"

extern const struct pt_sink pt_sink_failures_csv;
extern const struct pt_sink pt_sink_outages_csv;
extern const struct pt_sink pt_sink_run_json;

static struct pt_fact up(int32_t node)
{
    return (struct pt_fact){.kind = PT_FACT_NODE_UP, .node = node};
}

static struct pt_fact down(int32_t node, enum pt_origin origin)
{
    return (struct pt_fact){
        .kind = PT_FACT_NODE_DOWN, .node = node, .origin = origin};
}

static void
test_outages_csv_has_a_row_an_outage_in_order_of_down_and_node(void **state)
{
    struct pt_report *report = calloc(1, sizeof *report);
    struct pt_fact first[] = {down(7, PT_ORIGIN_SWITCH),
                              down(2, PT_ORIGIN_SWITCH)};
    struct pt_fact second[] = {up(7), up(4), {.kind = PT_FACT_SUBMITTED}};
    struct pt_fact third[] = {down(7, PT_ORIGIN_GPU), up(2)};
    struct pt_fact same[] = {down(0, PT_ORIGIN_NODE)};
    const struct pt_step steps[] = {
        {.now = -S / 2, .facts = first, .nfacts = 2},
        {.now = S, .facts = second, .nfacts = 3},
        {.now = 5 * S / 4, .facts = third, .nfacts = 2},
        {.now = 5 * S / 4, .facts = same, .nfacts = 1},
    };

    (void)state;
    assert_true(pt_sink_outages_csv.failing);
    third[0].planned = true;
    char *text = text_of(&pt_sink_outages_csv, "w", steps, 4, report);
    ASSERT_TEXT(text, "node,down,up,cause\n"
                      "2,-0.5,1.25,switch\n"
                      "7,-0.5,1,switch\n"
                      "0,1.25,,node\n"
                      "7,1.25,,maintenance\n");
    free(text);
    free(text_of(&pt_sink_outages_csv, "w", steps, 4, NULL));
    free(report);
}

#define NODES 12
#define STEPS 400

struct row {
    int32_t node;
    pt_time down, up;
};

static int compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->down != y->down)
        return x->down < y->down ? -1 : 1;
    return x->node - y->node;
}

/* Random facts, at most one a node and step; the rows they have to make, and
 * how many. */
static int make_steps(struct pt_random *random, struct pt_step *steps,
                      struct pt_fact *facts, struct row *rows)
{
    int open[NODES] = {0}, n = 0;
    pt_time now = 0;

    for (int k = 0; k < STEPS; k++) {
        steps[k] = (struct pt_step){.now = now, .facts = facts};
        for (int32_t node = NODES - 1; node >= 0; node--) {
            if (pt_random_below(random, 6) > 0)
                continue;
            facts[steps[k].nfacts++] =
                open[node] > 0 ? up(node) : down(node, PT_ORIGIN_BURST);
            if (open[node] > 0) {
                rows[open[node] - 1].up = now;
                open[node] = 0;
                continue;
            }
            rows[n++] = (struct row){node, now, PT_TIME_NEVER};
            open[node] = n;
        }
        facts += steps[k].nfacts;
        now += S * (pt_time)pt_random_below(random, 2);
    }
    return n;
}

static void test_random_outages_are_written_in_order_and_whole(void **state)
{
    const uint64_t seed = 12;
    struct pt_report *report = calloc(1, sizeof *report);
    struct pt_step *steps = calloc(STEPS, sizeof *steps);
    struct pt_fact *facts = calloc(STEPS * NODES, sizeof *facts);
    struct row *rows = calloc(STEPS * NODES, sizeof *rows);
    char *naive = malloc(STEPS * NODES * 80);

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t round = 0; round < 40; round++) {
        struct pt_random random;
        int length = 0;

        pt_random_open(&random, seed, round, PT_PURPOSE_TEST, 0);
        int n = make_steps(&random, steps, facts, rows);
        qsort(rows, (size_t)n, sizeof *rows, compare);
        for (int i = 0; i < n; i++) {
            length += sprintf(naive + length, "%d,%lld,", (int)rows[i].node,
                              (long long)(rows[i].down / S));
            if (rows[i].up != PT_TIME_NEVER)
                length += sprintf(naive + length, "%lld",
                                  (long long)(rows[i].up / S));
            length += sprintf(naive + length, ",burst\n");
        }
        char *text = text_of(&pt_sink_outages_csv, "w", steps, STEPS, report);
        ASSERT_TEXT(after_first_line(text), naive);
        free(text);
    }
    free(naive);
    free(rows);
    free(facts);
    free(steps);
    free(report);
}

/* As fill_report(), with failures: nodes down for 1.5 s, 3 attempts killed, and
 * a slot-second of the work lost. */
static void fill_failures(struct pt_report *report, const struct pt_run *run)
{
    struct pt_downtime_summary *downtime = &report->summary.downtime;

    fill_report(report, run);
    *downtime =
        (struct pt_downtime_summary){.outages = 4, .killed = 3, .nodes = 2};
    downtime->by[PT_ORIGIN_UNKNOWN].killed = 1;
    downtime->by[PT_ORIGIN_RACK] = (struct pt_downtime_count){
        .outages = 4, .killed = 2, .down = 3 * S / 2};
    report->summary.ettr = 0.25;
    report->ledger.area[PT_CLASS_USEFUL] -= S;
    report->ledger.area[PT_CLASS_LOST] += S;
    report->ledger.lost_by[PT_ORIGIN_RACK] = S;
}

static void end_report(struct pt_report *report)
{
    pt_ledger_fini(&report->ledger);
    free(report);
}

static void test_failures_csv_has_a_row_an_origin(void **state)
{
    const struct pt_run run = {.label = "easy"};
    struct pt_report *report = calloc(1, sizeof *report);

    (void)state;
    assert_true(pt_sink_failures_csv.failing);
    fill_failures(report, &run);
    char *text = text_of(&pt_sink_failures_csv, "w", NULL, 0, report);
    ASSERT_TEXT(text, "origin,outages,down,killed,lost\n"
                      "unknown,0,0,1,0\n"
                      "rack,4,1.5,2,1\n");
    free(text);
    free(text_of(&pt_sink_failures_csv, "w", NULL, 0, NULL));
    end_report(report);
}

static void test_run_json_has_the_failures_that_occurred(void **state)
{
    const struct pt_run run = {.label = "easy", .policy_text = "p"};
    struct pt_report *report = calloc(1, sizeof *report);
    json_int_t outages, nodes, killed, racks, kills;
    double down_s, lost_s, availability, goodput, ettr, metric;
    json_t *by;

    (void)state;
    fill_failures(report, &run);
    char *text = text_of(&pt_sink_run_json, "w", NULL, 0, report);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    ASSERT_INT(json_unpack(root, "{s:{s:I,s:I,s:I,s:o,s:F,s:F,s:F},s:{s:F}}",
                           "failures", "outages", &outages, "nodes", &nodes,
                           "killed", &killed, "by_origin", &by, "availability",
                           &availability, "goodput", &goodput, "ettr", &ettr,
                           "metrics", "goodput", &metric),
               0);
    ASSERT_INT(outages, 4);
    ASSERT_INT(nodes, 2);
    ASSERT_INT(killed, 3);
    ASSERT_INT(json_object_size(by), 2);
    ASSERT_INT(json_unpack(by, "{s:{s:I,s:F,s:I,s:F}}", "rack", "outages",
                           &racks, "down_s", &down_s, "killed", &kills,
                           "lost_s", &lost_s),
               0);
    ASSERT_INT(racks, 4);
    ASSERT_INT(kills, 2);
    ASSERT_NEAR(down_s, 1.5, 0, 0);
    ASSERT_NEAR(lost_s, 1, 0, 0);
    ASSERT_NEAR(availability, 1, 0, 0);
    ASSERT_NEAR(goodput, 4.5 / 7.5, 1e-15, 0);
    ASSERT_NEAR(ettr, 0.25, 0, 0);
    ASSERT_NEAR(metric, goodput, 0, 0);
    json_decref(root);
    free(text);
    end_report(report);
}

static void test_the_table_tells_of_failures_where_there_are_some(void **state)
{
    const struct pt_run run = {.label = "easy", .policy_text = "p"};
    struct pt_report *report = calloc(1, sizeof *report);

    (void)state;
    fill_failures(report, &run);
    char *text = summary_of(report, false);
    ASSERT_HAS(text, "util loss goodput lost avail ");
    ASSERT_HAS(text, "73.3 26.7    60.0 13.3 100.0 ");
    ASSERT_HAS(text, "\ngoodput: work that was kept; lost: work that was done "
                     "again; avail: not down or serviced\n");
    for (const char *line = text; *line != '\0'; line = after_first_line(line))
        assert_true(strcspn(line, "\n") <= 120);
    free(text);
    text = summary_of(report, true);
    ASSERT_HAS(text, ",goodput,ettr,availability,outages,outage_nodes,killed,");
    ASSERT_HAS(text, ",0.6,0.25,1,4,2,3,");
    free(text);
    end_report(report);
}

static void test_saving_alone_is_told_of_too(void **state)
{
    const struct pt_run run = {.label = "easy"};
    struct pt_report *report = calloc(1, sizeof *report);

    (void)state;
    fill_report(report, &run);
    assert_false(pt_report_is_failing(report));
    report->ledger.area[PT_CLASS_CHECKPOINT] = 1;
    assert_true(pt_report_is_failing(report));
    report->ledger.area[PT_CLASS_CHECKPOINT] = 0;
    report->ledger.area[PT_CLASS_RESTART] = 1;
    assert_true(pt_report_is_failing(report));
    report->ledger.area[PT_CLASS_RESTART] = 0;
    report->summary.downtime.outages = 1;
    assert_true(pt_report_is_failing(report));
    end_report(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_outages_csv_has_a_row_an_outage_in_order_of_down_and_node),
        cmocka_unit_test(test_random_outages_are_written_in_order_and_whole),
        cmocka_unit_test(test_failures_csv_has_a_row_an_origin),
        cmocka_unit_test(test_run_json_has_the_failures_that_occurred),
        cmocka_unit_test(test_the_table_tells_of_failures_where_there_are_some),
        cmocka_unit_test(test_saving_alone_is_told_of_too),
    };

    return cmocka_run_group_tests_name("sinks of failures", tests, NULL,
                                       NULL) != 0;
}
