/* reports.h - what the tests of sinks share: a page to write on, and a report
 * with a little of everything. */
#ifndef PT_TESTS_UNIT_REPORTS_H
#define PT_TESTS_UNIT_REPORTS_H

#include "tests/unit/check.h"
#include <unistd.h>
#include "run.h"
#include "sink/out.h"
#include "sink/sink.h"
#include "sink/summary.h"

#define S PT_SECOND

/* A stream whose text is read back at the end. */
struct page {
    struct pt_out out;
    char path[200];
};

static inline void open_page(struct page *page)
{
    const char *root = getenv("TMPDIR");
    struct pt_err err = {.line = 0};

    snprintf(page->path, sizeof page->path, "%s/protium-XXXXXX",
             root ? root : "/tmp");
    int fd = mkstemp(page->path);
    assert_true(fd >= 0);
    close(fd);
    ASSERT_INT(pt_out_open(&page->out, page->path, &err), 0);
}

/* The text; the caller frees it. */
static inline char *close_page(struct page *page)
{
    struct pt_err err = {.line = 0};

    ASSERT_INT(pt_out_commit(&page->out, NULL, &err), 0);
    size_t n = (size_t)page->out.bytes;
    char *text = malloc(n + 1);
    FILE *file = fopen(page->path, "rb");
    assert_non_null(file);
    ASSERT_INT(fread(text, 1, n, file), n);
    text[n] = '\0';
    fclose(file);
    unlink(page->path);
    return text;
}

/* What SINK writes of STEPS [n] and REPORT; the caller frees it. */
static inline char *text_of(const struct pt_sink *sink, const char *workload,
                            const struct pt_step *steps, int n,
                            const struct pt_report *report)
{
    const struct pt_sink_context context = {
        .workload = workload,
        .label = "easy",
        .config = "{\"policy\":\"easy\",\"scale\":0.1}",
        .tau = 10 * S,
    };
    struct pt_err err = {.line = 0};
    struct page page;
    void *state = calloc(1, sink->state_size);

    open_page(&page);
    ASSERT_INT(sink->open(state, &page.out, &context, &err), 0);
    for (int i = 0; i < n && sink->step; i++)
        ASSERT_INT(sink->step(state, &steps[i], &err), 0);
    ASSERT_INT(sink->close(state, report, &err), 0);
    free(state);
    return close_page(&page);
}

/* The comparison table of REPORT, or summary.csv; the caller frees it. */
static inline char *summary_of(const struct pt_report *report, bool csv)
{
    struct page page;

    open_page(&page);
    if (csv)
        pt_summary_csv(&page.out, report, 1);
    else
        pt_summary_table(&page.out, report, 1, false);
    return close_page(&page);
}

static inline const char *after_first_line(const char *text)
{
    return strchr(text, '\n') + 1;
}

/* Column N, from 0, of the row at LINE; no field before it may be quoted. */
static inline const char *field(const char *line, int n)
{
    while (n-- > 0)
        line = strchr(line, ',') + 1;
    return line;
}

/* A run of 2.5 s on 3 slots, in which 2 slots work for 2 s. */
static inline void fill_ledger(struct pt_ledger *ledger)
{
    const struct pt_fact fact = {.kind = PT_FACT_SUBMITTED};
    const struct pt_spent spent = {.start = S, .end = 3 * S, .slots = 2};
    const struct pt_spent last = {.start = 3 * S, .end = 7 * S / 2, .slots = 3};
    const struct pt_step steps[] = {
        {.now = S, .facts = &fact, .nfacts = 1},
        {.now = 3 * S, .spent = &spent, .nspent = 1},
        {.now = 7 * S / 2, .spent = &last, .nspent = 1},
    };
    const struct pt_census census[] = {
        {.slots = 3,
         .running = 2,
         .free = 1,
         .reason = PT_DRAIN,
         .waiting = 1,
         .waiting_slots = 3},
        {.slots = 3, .running = 3},
        {.slots = 3, .free = 3},
    };

    pt_ledger_init(ledger);
    for (int i = 0; i < 3; i++)
        pt_ledger_step(ledger, &steps[i], &census[i]);
    assert_true(pt_ledger_close(ledger));
}

static inline struct pt_spread spread(double mean)
{
    return (struct pt_spread){.n = 3,
                              .mean = mean,
                              .p50 = 1.0 / 3,
                              .p95 = 95000.25,
                              .p99 = 123456,
                              .max = 1e6};
}

/* A report with a little of everything. */
static inline void fill_report(struct pt_report *report,
                               const struct pt_run *run)
{
    *report = (struct pt_report){
        .run = run,
        .nodes = 3,
        .cores = 1,
        .rows = 6,
        .nrules = 1,
        .input_bytes = 12,
        .digest_input = "abcd",
        .noutputs = 1,
        .counts = {.steps = INT64_MAX, .checks = 42},
        .wall_s = 1.5,
    };
    report->rules[0] = (struct pt_rule){
        .name = "no-submit", .what = "row \"dropped\"", .rows = 2};
    report->outputs[0].file = "jobs.csv";
    report->outputs[0].bytes = 99;
    struct pt_summary *summary = &report->summary;
    *summary = (struct pt_summary){
        .jobs = 3, .done = 3, .succeeded = 3, .makespan = 5 * S / 2};
    summary->tau = 10 * S;
    summary->nclasses = 2;
    summary->all = (struct pt_tally_class){
        1, -1, spread(0.1), spread(99.99), spread(2), spread(1.5)};
    summary->classes[0] = summary->all;
    summary->classes[0].max_width = 1;
    summary->classes[1] = summary->all;
    summary->classes[1].min_width = 2;
    summary->classes[1].max_width = 4;
    fill_ledger(&report->ledger);
}

#endif
