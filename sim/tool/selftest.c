#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/vec.h"
#include "tool/page.h"
#include "tool/selftest_check.h"
#include "tool/verb.h"

enum { CHAPTERS = 4 };

/* The chapters of the page, in their order. */
static const struct {
    const char *name, *title, *rule;
    pt_selftest_find *find;
} parts[CHAPTERS] = {
    {"theory", "Theory: whole runs beside closed forms",
     "Means of 10 independent replications with Student's 95 % interval; a "
     "length has mean 1 unless a row says otherwise (M: the gang's MTBF); "
     "gangs are served strictly in order of arrival. ok: the reference lies "
     "within the interval widened to 99.9 % (so that a page of checks seldom "
     "cries wolf), and is no more than 2 % away.",
     pt_selftest_theory},
    {"golden", "Golden: schedules worked by hand",
     "Start times in seconds, job by job (U: unfinished). ok: the same.",
     pt_selftest_golden},
    {"conformance", "Conformance: what must never happen",
     "Random gangs on 1 to 16 slots, many at the same instants, under every "
     "policy and preset of the registry and 16 variants, by all three orders "
     "of ties. ok: it never does.",
     pt_selftest_conform},
    {"published", "Published: tables that others have printed",
     "Logs are read from --traces DIR, or $PROTIUM_TRACES: NAME.swf.gz of "
     "KTH-SP2-1996-2, CTC-SP2-1996-3.1-cln, LANL-CM5-1994-4.1-cln and "
     "RICC-2010-2 (the Parallel Workloads Archive, "
     "www.cs.huji.ac.il/labs/parallel/workload), and of ALCF-theta_2022. ok: "
     "the same to the last digit that was printed, or within what the source "
     "says. Tsafrir's other two logs, SDSC-SP2 and SDSC-BLUE, are not among "
     "them; his CTC has 512 processors, not the 338 of its batch partition.",
     pt_selftest_published},
};

struct selftest {
    struct pt_selftest test;
    enum pt_page_form form;
    const char *out;
    struct pt_chapter chapters[CHAPTERS];
};

/* ---- the command line ---- */

static int set_form(struct selftest *s, enum pt_page_form form,
                    struct pt_err *err)
{
    if (s->form != PT_PAGE_TEXT && s->form != form)
        return pt_err_set(err, PT_ERR_USAGE,
                          "selftest prints one page (expected --json or "
                          "--markdown, not both)");
    s->form = form;
    return 0;
}

static int set_traces(struct selftest *s, const char *dir, struct pt_err *err)
{
    struct stat info;

    if (stat(dir, &info) < 0 || !S_ISDIR(info.st_mode))
        return pt_err_set(err, PT_ERR_USAGE,
                          "--traces '%.200s' is no folder (expected one that "
                          "holds logs, NAME.swf.gz)",
                          dir);
    s->test.traces = dir;
    return 0;
}

static int take_option(struct selftest *s, const struct pt_options *options,
                       struct pt_err *err)
{
    if (pt_options_is(options, "traces"))
        return set_traces(s, options->value, err);
    if (pt_options_is(options, "json"))
        return set_form(s, PT_PAGE_JSON, err);
    if (pt_options_is(options, "markdown"))
        return set_form(s, PT_PAGE_MARKDOWN, err);
    if (pt_options_is(options, "quick"))
        s->test.quick = true;
    else if (pt_options_is(options, "out"))
        s->out = options->value;
    else if (!pt_text_read_int(&s->test.seed, options->value) ||
             s->test.seed < 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "--seed '%.80s' is no seed (expected a whole number, "
                          "0 or more)",
                          options->value);
    return 0;
}

static int take_arguments(struct selftest *s, struct pt_options *options,
                          struct pt_err *err)
{
    const char *traces = getenv("PROTIUM_TRACES");
    int status;

    if (traces && *traces)
        s->test.traces = traces;
    while ((status = pt_options_next(options, err)) == 1) {
        if (!options->option)
            return pt_err_set(err, PT_ERR_USAGE,
                              "selftest takes no '%.80s' (protium help "
                              "selftest)",
                              options->value);
        if (take_option(s, options, err) < 0)
            return -1;
    }
    return status;
}

/* ---- the page ---- */

static void show(const struct pt_tool *tool, const char *chapter, int number)
{
    if (!tool->progress)
        return;
    fprintf(stderr, "\r\033[K%s: check %d", chapter, number + 1);
    fflush(stderr);
}

static int find_chapter(struct selftest *s, const struct pt_tool *tool, int i,
                        struct pt_err *err)
{
    struct pt_chapter *c = &s->chapters[i];

    *c = (struct pt_chapter){
        .name = parts[i].name, .title = parts[i].title, .rule = parts[i].rule};
    for (;;) {
        struct pt_finding finding = {.source = ""};
        show(tool, c->name, c->n);
        int status = parts[i].find(&s->test, c->n, &finding, err);
        if (status <= 0)
            return status;
        pt_vec_push(c->findings, c->n, c->capacity, finding);
    }
}

static int find_all(struct selftest *s, const struct pt_tool *tool,
                    struct pt_err *err)
{
    int status = 0;

    for (int i = 0; i < CHAPTERS && status == 0; i++)
        status = find_chapter(s, tool, i, err);
    if (tool->progress) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    return status;
}

static int write_file(const struct selftest *s, struct pt_err *err)
{
    struct pt_out out;
    char sum[96];

    if (pt_out_open(&out, s->out, err) < 0)
        return -1;
    pt_page_write(&out, s->form, s->chapters, CHAPTERS, s->test.seed);
    if (pt_out_commit(&out, NULL, err) < 0)
        return -1;
    pt_page_sum_up(s->chapters, CHAPTERS, sum, sizeof sum);
    printf("%s: %s\n", s->out, sum);
    return 0;
}

static int write_page(const struct selftest *s, struct pt_err *err)
{
    struct pt_page page;

    if (s->out)
        return write_file(s, err);
    pt_page_open(&page);
    pt_page_write(&page.out, s->form, s->chapters, CHAPTERS, s->test.seed);
    return pt_page_close(&page, err);
}

static int judge(const struct selftest *s, struct pt_err *err)
{
    const int differ = pt_page_count(s->chapters, CHAPTERS, PT_VERDICT_DIFFERS);

    if (differ == 0)
        return 0;
    return pt_err_set(err, PT_ERR_CHECK,
                      differ == 1 ? "%d check differs from its reference"
                                  : "%d checks differ from their references",
                      differ);
}

static int selftest_run(const struct pt_tool *tool, int argc, char **argv,
                        struct pt_err *err)
{
    struct selftest s = {.test = {.seed = 1, .interrupted = tool->interrupted}};
    struct pt_options options;

    pt_options_open(&options, "selftest", pt_verb_selftest.options, argc, argv);
    int status = take_arguments(&s, &options, err);
    pt_options_close(&options);
    if (status == 0)
        status = find_all(&s, tool, err);
    if (status == 0)
        status = write_page(&s, err);
    if (status == 0)
        status = judge(&s, err);
    pt_selftest_forget(&s.test);
    for (int i = 0; i < CHAPTERS; i++)
        pt_free(s.chapters[i].findings);
    return status;
}

static const struct pt_option selftest_options[] = {
    {.name = "traces",
     .letter = 't',
     .arg = "DIR",
     .help = "The folder that holds the logs of the published tables; also "
             "$PROTIUM_TRACES. Without it they are skipped."},
    {.name = "quick",
     .letter = 'q',
     .help = "Leave out what takes long, and say so: a few seconds."},
    {.name = "json", .help = "Print JSON."},
    {.name = "markdown", .letter = 'm', .help = "Print Markdown."},
    {.name = "out",
     .letter = 'o',
     .arg = "FILE",
     .help = "Write the page there; one line of it is printed."},
    {.name = "seed", .arg = "S", .help = "Draw with another seed than 1."},
    {.name = NULL}};

static const char *const selftest_examples[] = {
    "protium selftest --quick",
    "protium selftest --traces logs --markdown --out validation.md", NULL};

const struct pt_verb pt_verb_selftest = {
    .name = "selftest",
    .args = "",
    .summary = "the validation page: theory, golden, conformance, published",
    .text = "One page for a reviewer: what was measured, the value that it "
            "should have and where that is from, ours with its interval, and a "
            "verdict, which is ok, differs, or skipped (and why). Exit 4 if "
            "anything differs. The same seed gives the same page; it takes "
            "less than a minute.\n",
    .options = selftest_options,
    .examples = selftest_examples,
    .run = selftest_run};
