/* Machines that break, at random: whatever the failures, the policy, the way to
 * go on and the checkpoints, the books balance, two runs are the same bytes,
 * and a fresh core that is fed the tape decides the same. */
#include "tests/conform/failing_case.h"
#include "tests/unit/check.h"

#include <ctype.h>

#include "run.h"
#include "tool/verb.h"

#define SEED 70001
#define RUNS 400

static bool say(char *what, int size, const char *text)
{
    snprintf(what, (size_t)size, "%s", text);
    return false;
}

static void put_area(char text[60], const struct pt_report *report,
                     pt_area area)
{
    if (area < 0)
        snprintf(text, 60, "less than nothing");
    else
        pt_ledger_print_seconds(&report->ledger, text, area);
}

static bool same_area(const struct pt_report *report, const char *name,
                      pt_area got, pt_area expected, char *what, int size)
{
    char a[60], b[60];

    if (got == expected)
        return true;
    put_area(a, report, got);
    put_area(b, report, expected);
    snprintf(what, (size_t)size, "%s: %s slot-seconds (expected %s)", name, a,
             b);
    return false;
}

/* --- the ledger --- */

static bool classes_sum(const struct pt_report *report, char *what, int size)
{
    const struct pt_ledger *ledger = &report->ledger;
    pt_area all = 0, lost = 0;

    for (int c = 0; c < PT_CLASSES; c++) {
        if (ledger->area[c] < 0)
            return say(what, size, pt_class_name((enum pt_class)c));
        all += ledger->area[c];
    }
    for (int o = 0; o < PT_ORIGINS; o++) {
        if (ledger->lost_by[o] < 0)
            return say(what, size, "lost by an origin: less than nothing");
        lost += ledger->lost_by[o];
    }
    return same_area(report, "all classes", all,
                     (pt_area)ledger->slots * (ledger->last - ledger->first),
                     what, size) &&
           same_area(report, "lost by origin", lost,
                     ledger->area[PT_CLASS_LOST], what, size);
}

static bool bins_sum(const struct pt_report *report, char *what, int size)
{
    const struct pt_ledger *ledger = &report->ledger;

    for (int c = 0; c < PT_CLASSES; c++) {
        char name[80];
        pt_area sum = 0;
        for (int32_t i = 0; i < ledger->nbins; i++) {
            if (ledger->bins[i].area[c] < 0)
                return say(what, size, "a bin of less than nothing");
            sum += ledger->bins[i].area[c];
        }
        snprintf(name, sizeof name, "bins of %s",
                 pt_class_name((enum pt_class)c));
        if (!same_area(report, name, sum, ledger->area[c], what, size))
            return false;
    }
    return true;
}

/* Where nodes are either up or down: outages are all that the ledger calls
 * down. */
static bool outages_sum(const struct failing_case *it,
                        const struct pt_report *report, char *what, int size)
{
    pt_area down = 0;

    if (failing_value(it, "node_failures") || it->document[0])
        return true; /* they rest, or come late */
    for (int i = 0; i < it->nfailures; i++)
        if (strstr(it->failures[i], "kill=no"))
            return true; /* they serve while they drain */
    for (int o = 0; o < PT_ORIGINS; o++)
        down += report->summary.downtime.by[o].down;
    down *= report->cores * (report->ledger.thousandths ? 1000 : 1);
    return same_area(report, "down",
                     report->ledger.area[PT_CLASS_DOWN] +
                         report->ledger.area[PT_CLASS_MAINTENANCE],
                     down, what, size);
}

/* --- the jobs --- */

struct job_sums {
    int64_t rows;
    pt_area held, lost, checkpoint, restart, useful;
};

/* Microseconds of "12.345678". */
static pt_area read_seconds(const char *text)
{
    pt_area whole = 0, part = 0, unit = 1000000;

    for (; isdigit((unsigned char)*text); text++)
        whole = whole * 10 + (*text - '0');
    if (*text == '.')
        for (text++; isdigit((unsigned char)*text); text++) {
            unit /= 10;
            part += (*text - '0') * unit;
        }
    return whole * 1000000 + part;
}

/* Field NAME of LINE, by HEADER. */
static const char *field(const char *header, const char *line, const char *name)
{
    size_t n = strlen(name);

    for (;;) {
        size_t here = strcspn(header, ",\n");
        if (here == n && strncmp(header, name, n) == 0)
            return line;
        if (header[here] != ',')
            return "";
        header += here + 1;
        line += strcspn(line, ",\n") + 1;
    }
}

static FILE *open_result(const struct failing_case *it, const char *name)
{
    char path[300];

    snprintf(path, sizeof path, "%s/%s", it->folder, name);
    return fopen(path, "rb");
}

static struct job_sums sum_jobs(const struct failing_case *it)
{
    struct job_sums sums = {.rows = 0};
    FILE *file = open_result(it, "a/jobs.csv");
    char header[2000] = "", line[4000];

    if (!file || !fgets(header, sizeof header, file))
        abort();
    while (fgets(line, sizeof line, file)) {
        sums.rows++;
        sums.held += read_seconds(field(header, line, "held_time"));
        sums.lost += read_seconds(field(header, line, "lost_time"));
        sums.checkpoint += read_seconds(field(header, line, "checkpoint_time"));
        sums.restart += read_seconds(field(header, line, "restart_time"));
        sums.useful += read_seconds(field(header, line, "useful_time"));
    }
    fclose(file);
    return sums;
}

static bool jobs_sum(const struct failing_case *it,
                     const struct pt_report *report, char *what, int size)
{
    const pt_area *area = report->ledger.area;
    struct job_sums sums = sum_jobs(it);
    pt_area unit = report->ledger.thousandths ? 1000 : 1;

    if (sums.rows != report->summary.jobs)
        return say(what, size, "rows of jobs.csv: not as many as jobs");
    return same_area(report, "lost by jobs", sums.lost * unit,
                     area[PT_CLASS_LOST], what, size) &&
           same_area(report, "checkpoints of jobs", sums.checkpoint * unit,
                     area[PT_CLASS_CHECKPOINT], what, size) &&
           same_area(report, "restarts of jobs", sums.restart * unit,
                     area[PT_CLASS_RESTART], what, size) &&
           (report->summary.unfinished > 0 ||
            same_area(report, "held by jobs", sums.held * unit,
                      area[PT_CLASS_HOLD], what, size)) &&
           (!it->unit || failing_value(it, "exclusive") ||
            same_area(report, "useful of jobs", sums.useful * unit,
                      area[PT_CLASS_USEFUL], what, size));
}

static bool counts_sum(const struct pt_report *report, char *what, int size)
{
    const struct pt_summary *s = &report->summary;
    int64_t outages = 0, killed = 0;

    for (int o = 0; o < PT_ORIGINS; o++) {
        outages += s->downtime.by[o].outages;
        killed += s->downtime.by[o].killed;
    }
    if (s->jobs != s->done + s->rejected + s->unfinished ||
        s->done != s->succeeded + s->failed + s->at_limit + s->cut)
        return say(what, size, "jobs are not conserved");
    if (outages != s->downtime.outages || killed != s->downtime.killed)
        return say(what, size, "outages are not conserved");
    return true;
}

/* --- what is kept --- */

/* Whether work takes as long on every node, at every launch. */
static bool is_steady(const struct failing_case *it)
{
    return !failing_value(it, "slowness") && !failing_value(it, "straggler") &&
           !failing_value(it, "fault") && !failing_value(it, "launch_delay") &&
           !failing_value(it, "holes") && !failing_value(it, "speculation") &&
           !failing_value(it, "sync_timeout");
}

/* A job that succeeds has done its work, once, however often it was tried: as
 * in a run without failures. */
static bool work_is_done(const struct failing_case *it, char *what, int size)
{
    FILE *with = open_result(it, "a/jobs.csv");
    char header[2000], line[4000], other[4000];
    bool good = true;

    if (!with || !fgets(header, sizeof header, with))
        abort();
    while (good && fgets(line, sizeof line, with)) {
        FILE *without = open_result(it, "calm/jobs.csv");
        size_t n = strcspn(line, ",") + 1;
        while (without && fgets(other, sizeof other, without)) {
            if (strncmp(line, other, n) != 0 ||
                *field(header, line, "success") != '1' ||
                *field(header, other, "success") != '1' ||
                read_seconds(field(header, line, "useful_time")) ==
                    read_seconds(field(header, other, "useful_time")))
                continue;
            snprintf(what, (size_t)size,
                     "useful time is not the work's\n  %s  %s", line, other);
            good = false;
        }
        if (without)
            fclose(without);
    }
    fclose(with);
    return good;
}

static bool compare_with_calm(const struct failing_case *it, char *what,
                              int size)
{
    struct failing_case calm = *it;
    struct pt_report report;

    if (!is_steady(it) || !it->unit)
        return true;
    calm.nfailures = 0;
    for (int i = 0; i < calm.nsets; i++)
        if (strncmp(calm.sets[i], "checkpoint=", 11) == 0)
            snprintf(calm.sets[i], FAILING_TEXT, "checkpoint=none");
    bool good = failing_run(&calm, "calm", &report, what, size);
    pt_report_fini(&report);
    return good && work_is_done(it, what, size);
}

/* --- once more --- */

static bool same_outputs(const struct pt_report *a, const struct pt_report *b,
                         char *what, int size)
{
    if (a->noutputs != b->noutputs)
        return say(what, size, "two runs leave other files");
    for (int32_t i = 0; i < a->noutputs; i++) {
        if (strcmp(a->outputs[i].file, "run.json") == 0 ||
            strcmp(a->outputs[i].digest, b->outputs[i].digest) == 0)
            continue;
        snprintf(what, (size_t)size, "two runs differ in %s",
                 a->outputs[i].file);
        return false;
    }
    return true;
}

static bool tape_plays(const struct failing_case *it, char *what, int size)
{
    const struct pt_tool tool = {.progress = false};
    struct pt_err err = {.code = PT_ERR_NONE};
    char path[300], verb[] = "tape";
    char *argv[] = {verb, path};

    snprintf(path, sizeof path, "%s/a/tape.jsonl", it->folder);
    fprintf(stderr, "the tape plays otherwise\n");
    if (pt_verb_tape.run(&tool, 2, argv, &err) == 0)
        return true;
    pt_err_print(&err, what, size);
    return false;
}

static bool holds(const struct failing_case *it, char *what, int size)
{
    struct pt_report a, b;

    bool good = failing_run(it, "a", &a, what, size) &&
                classes_sum(&a, what, size) && bins_sum(&a, what, size) &&
                outages_sum(it, &a, what, size) && counts_sum(&a, what, size) &&
                jobs_sum(it, &a, what, size);
    if (good) {
        good = failing_run(it, "b", &b, what, size) &&
               same_outputs(&a, &b, what, size);
        pt_report_fini(&b);
    }
    pt_report_fini(&a);
    return good && compare_with_calm(it, what, size) &&
           tape_plays(it, what, size);
}

static void test_books_balance_whatever_fails(void **state)
{
    const char *first = getenv("FAILING_SEED"), *n = getenv("FAILING_RUNS");
    uint64_t seed = first ? strtoull(first, NULL, 10) : SEED;
    int runs = n ? atoi(n) : RUNS;

    (void)state;
    print_message("seeds %llu ... %llu\n", (unsigned long long)seed,
                  (unsigned long long)(seed + (uint64_t)runs - 1));
    ASSERT_INT(failing_check_all(seed, runs, 60, holds), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_books_balance_whatever_fails),
    };

    return cmocka_run_group_tests_name("failing runs", tests, NULL, NULL) != 0;
}
