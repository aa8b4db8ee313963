#include "tool/outages.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/param.h"
#include "base/text.h"
#include "base/vec.h"
#include "core/words.h"
#include "plots/decimate.h"
#include "plots/survival.h"
#include "tool/findings.h"
#include "tool/folder.h"
#include "tool/page.h"
#include "tool/say.h"
#include "traces/text.h"

static const char *const spell_words[PT_SPELLS] = {
    [PT_TIME_UP] = "up", [PT_TIME_DOWN] = "down"};

bool pt_outages_sniff(const char *path)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;
    struct stat status;
    const char *head;
    bool known;

    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
        pt_lines_open(&lines, path, &err) < 0)
        return false;
    const size_t n = pt_lines_head(&lines, &head);
    known = pt_outage_log_sniff(head, n);
    pt_lines_close(&lines);
    return known;
}

static int read_whole(const char *option, const char *text, int64_t *value,
                      struct pt_err *err)
{
    if (pt_text_read_int(value, text) && *value >= 1 && *value <= INT32_MAX / 2)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--%s '%s' (expected a whole number from 1 to %d, for a "
                      "failure trace)",
                      option, text, INT32_MAX / 2);
}

struct window {
    pt_time from, until;
};

static const struct pt_param window_params[] = {
    {.name = "from",
     .type = PT_PARAM_TIME,
     .fallback = "0",
     .max = 9.2e12,
     .offset = offsetof(struct window, from)},
    {.name = "until",
     .type = PT_PARAM_TIME,
     .fallback = "0",
     .max = 9.2e12,
     .offset = offsetof(struct window, until)},
    PT_PARAM_END};

/* "A..B", "A:B", "A,B", or "B": from 0. */
static int read_span(const char *text, struct window *window,
                     struct pt_err *err)
{
    struct pt_err unsaid = {.code = PT_ERR_NONE};
    const char *dots = strstr(text, "..");
    const char *mark = dots ? dots : strpbrk(text, ":,");
    char *from = pt_text_dup(text, mark ? (size_t)(mark - text) : 0);
    const char *until = dots ? dots + 2 : mark ? mark + 1 : text;
    bool good;

    pt_param_defaults(window_params, window);
    good =
        (!mark ||
         pt_param_set(window_params, window, "", "from", from, &unsaid) == 0) &&
        pt_param_set(window_params, window, "", "until", until, &unsaid) == 0 &&
        window->from < window->until;
    pt_free(from);
    if (good)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--span '%s' is not a window (expected A..B, or B for "
                      "0..B: A < B, times such as 3600, 10m, 2h or 1d)",
                      text);
}

static int read_asked(const struct pt_outages_asked *asked,
                      struct pt_log_reading *reading, struct pt_err *err)
{
    struct window window = {.from = 0, .until = PT_TIME_NEVER};
    int64_t nodes = 0;

    *reading = (struct pt_log_reading){.windowed = asked->span != NULL};
    if (asked->nodes && read_whole("nodes", asked->nodes, &nodes, err) < 0)
        return -1;
    if (asked->system &&
        read_whole("system", asked->system, &reading->system, err) < 0)
        return -1;
    if (asked->span && read_span(asked->span, &window, err) < 0)
        return -1;
    reading->nodes = (int32_t)nodes;
    reading->from = window.from;
    reading->until = window.until;
    return 0;
}

/* "0.987654", or ABSENT. */
static void availability_text(const struct pt_findings *findings,
                              const char *absent, char text[16])
{
    const int64_t millionths = pt_findings_availability(findings);

    if (millionths < 0)
        snprintf(text, 16, "%s", absent);
    else
        snprintf(text, 16, "%d.%06d", (int)(millionths / 1000000),
                 (int)(millionths % 1000000));
}

static double mtbf(const struct pt_findings *findings)
{
    return pt_findings_each(findings->watched - findings->down,
                            findings->log->n);
}

static double mttr(const struct pt_findings *findings)
{
    return pt_findings_each(findings->down, findings->log->n);
}

static double fit_scale(const struct pt_fit *fit)
{
    return fit->found ? pt_law_scale(&fit->law) : (double)NAN;
}

/* ---- for people ---- */

static void print_text(const char *what, const char *text)
{
    printf("%-22s %s\n", what, text);
}

static void print_count(const char *what, int64_t count)
{
    printf("%-22s %" PRId64 "\n", what, count);
}

static void print_length(double seconds)
{
    static const struct {
        double least;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};
    size_t i = 0;

    printf("%.6g s", seconds);
    while (i < sizeof units / sizeof units[0] && seconds < 2 * units[i].least)
        i++;
    if (i < sizeof units / sizeof units[0])
        printf(" (%.4g %s)", seconds / units[i].least, units[i].unit);
}

static void print_each(const char *what, double seconds, const char *how)
{
    printf("%-22s ", what);
    if (isnan(seconds)) {
        printf("-\n");
        return;
    }
    print_length(seconds);
    printf(": %s\n", how);
}

static void print_area(const char *what, pt_node_time area)
{
    char text[PT_AREA_TEXT];

    pt_area_print_seconds(text, area);
    print_text(what, text);
}

static void print_span(const struct pt_outage_log *log)
{
    char from[PT_TIME_TEXT], until[PT_TIME_TEXT];

    from[pt_time_print(from, log->from)] = '\0';
    until[pt_time_print(until, log->until)] = '\0';
    printf("%-22s %s .. %s: ", "span", from, until);
    print_length(pt_time_seconds(log->until - log->from));
    printf("\n");
}

static void print_causes(const struct pt_findings *findings)
{
    printf("\n%-14s %9s %21s %8s\n", "cause", "faults", "node-seconds down",
           "share");
    for (int origin = 0; origin < PT_ORIGINS; origin++) {
        const struct pt_share_of_cause *cause = &findings->causes[origin];
        char text[PT_AREA_TEXT];

        if (cause->faults == 0)
            continue;
        pt_area_print_seconds(text, cause->down);
        printf("%-14s %9" PRId64 " %21s %6.1f %%\n", pt_origin_words[origin],
               cause->faults, text,
               100 * (double)cause->down / (double)findings->down);
    }
}

static void print_fit(const struct pt_fit *fit, bool best)
{
    char name[24];

    snprintf(name, sizeof name, "%s%s", pt_family_names[fit->law.family],
             best ? " *" : "");
    if (!fit->found) {
        printf("  %-14s no fit\n", name);
        return;
    }
    printf("  %-14s %11.6g %9.4g %11.6g %14.8g %14.8g %7.4f\n", name,
           fit->law.mean, fit->law.shape, fit_scale(fit), fit->log_likelihood,
           fit->aic, fit->ks);
}

static void print_spells(const char *what, const struct pt_spells *spells)
{
    printf("\n%s: %" PRId64 " complete, %" PRId64 " open ones left out", what,
           spells->n, spells->open);
    if (spells->n > 0) {
        printf("; mean ");
        print_length(spells->mean);
    }
    printf("\n");
    if (spells->n == 0)
        return;
    printf("  %-14s %11s %9s %11s %14s %14s %7s\n", "law", "mean (s)", "shape",
           "scale (s)", "log-likelihood", "AIC", "KS");
    for (int family = 0; family < PT_FITS; family++)
        print_fit(&spells->fits[family], family == spells->best);
}

static void print_findings(const struct pt_outages_asked *asked,
                           const struct pt_findings *findings)
{
    const struct pt_outage_log *log = findings->log;
    char text[16];

    print_text("trace", asked->path);
    print_text("format", log->format);
    print_count("rows", log->rows);
    print_count("nodes", log->nnodes);
    print_span(log);
    print_count("faults", log->n);
    print_count("outages of nodes", findings->outages);
    print_area("node-seconds", findings->watched);
    print_area("  down", findings->down);
    availability_text(findings, "-", text);
    print_text("availability", text);
    print_each("MTBF", mtbf(findings), "time up / faults");
    print_each("MTTR", mttr(findings), "time down / faults");
    if (log->n > 0)
        print_causes(findings);
    print_spells("time up", &findings->spells[PT_TIME_UP]);
    print_spells("time down", &findings->spells[PT_TIME_DOWN]);
    if (log->nrules > 0)
        printf("\nrules\n");
    for (int32_t i = 0; i < log->nrules; i++)
        printf("  %-20s %9" PRId64 "  %s\n", log->rules[i].name,
               log->rules[i].rows, log->rules[i].what);
    if (asked->out)
        printf("\n%-22s %s/figures\n", "figure", asked->out);
}

/* ---- as JSON ---- */

/* What no number of JSON is gives null. */
static void write_real(struct pt_doc *doc, const char *key, double value)
{
    pt_doc_real(doc, key, isfinite(value) ? value : (double)NAN);
}

/* KEY_us, exact, a string as all areas are; and KEY_s. */
static void write_area(struct pt_doc *doc, const char *us, const char *s,
                       pt_node_time area)
{
    char text[PT_AREA_TEXT];

    pt_doc_area(doc, us, area);
    pt_area_print_seconds(text, area);
    pt_doc_raw(doc, s, text);
}

static void write_causes(struct pt_doc *doc, const struct pt_findings *findings)
{
    pt_doc_begin(doc, "causes", '{');
    for (int origin = 0; origin < PT_ORIGINS; origin++) {
        const struct pt_share_of_cause *cause = &findings->causes[origin];

        if (cause->faults == 0)
            continue;
        pt_doc_begin(doc, pt_origin_words[origin], '{');
        pt_doc_int(doc, "faults", cause->faults);
        write_area(doc, "down_us", "down_s", cause->down);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, '}');
}

static void write_spells(struct pt_doc *doc, const char *key,
                         const struct pt_spells *spells)
{
    const double none = (double)NAN;

    pt_doc_begin(doc, key, '{');
    pt_doc_int(doc, "n", spells->n);
    pt_doc_int(doc, "open", spells->open);
    write_real(doc, "mean", spells->mean);
    pt_doc_begin(doc, "fits", '[');
    for (int family = 0; family < PT_FITS; family++) {
        const struct pt_fit *fit = &spells->fits[family];

        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "law", pt_family_names[family]);
        write_real(doc, "mean", fit->found ? fit->law.mean : none);
        write_real(doc, "shape", fit->found ? fit->law.shape : none);
        write_real(doc, "scale", fit_scale(fit));
        write_real(doc, "log_likelihood",
                   fit->found ? fit->log_likelihood : none);
        write_real(doc, "aic", fit->found ? fit->aic : none);
        write_real(doc, "ks", fit->found ? fit->ks : none);
        pt_doc_bool(doc, "best", family == spells->best);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

static void write_rules(struct pt_doc *doc, const struct pt_outage_log *log)
{
    pt_doc_begin(doc, "rules", '[');
    for (int32_t i = 0; i < log->nrules; i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", log->rules[i].name);
        pt_doc_int(doc, "rows", log->rules[i].rows);
        pt_doc_bool(doc, "drops", log->rules[i].drops);
        pt_doc_text(doc, "what", log->rules[i].what);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

static int print_json(const struct pt_outages_asked *asked,
                      const struct pt_findings *findings, struct pt_err *err)
{
    const struct pt_outage_log *log = findings->log;
    struct pt_page page;
    struct pt_doc *doc = &page.doc;
    char text[16];

    pt_page_open(&page);
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "schema", "protium.outages/1");
    pt_doc_text(doc, "trace", asked->path);
    pt_doc_text(doc, "format", log->format);
    pt_doc_text(doc, "sha256", log->digest);
    pt_doc_int(doc, "rows", log->rows);
    pt_doc_int(doc, "nodes", log->nnodes);
    pt_doc_begin(doc, "span", '[');
    pt_doc_time(doc, NULL, log->from);
    pt_doc_time(doc, NULL, log->until);
    pt_doc_end(doc, ']');
    pt_doc_int(doc, "faults", log->n);
    pt_doc_int(doc, "outages", findings->outages);
    write_area(doc, "watched_us", "watched_s", findings->watched);
    write_area(doc, "down_us", "down_s", findings->down);
    availability_text(findings, "null", text);
    pt_doc_raw(doc, "availability", text);
    write_real(doc, "mtbf", mtbf(findings));
    write_real(doc, "mttr", mttr(findings));
    write_causes(doc, findings);
    for (int k = 0; k < PT_SPELLS; k++)
        write_spells(doc, spell_words[k], &findings->spells[k]);
    write_rules(doc, log);
    pt_doc_end(doc, '}');
    return pt_page_close(&page, err);
}

/* ---- the figure ---- */

/* Where a curve has points. */
struct places {
    pt_time *x; /* [n] */
    int n, capacity;
};

static int time_order(const void *a, const void *b)
{
    const pt_time *x = a;
    const pt_time *y = b;

    return (*x > *y) - (*x < *y);
}

/* What both curves have in common, in microseconds. */
struct axis {
    double low, high;
};

static struct axis axis_of(const struct pt_spells *spells)
{
    struct axis axis = {.low = 1, .high = 0};
    double least = HUGE_VAL;

    for (int k = 0; k < PT_SPELLS; k++) {
        const int64_t n = spells[k].n;

        if (n == 0)
            continue;
        least = fmin(least, (double)spells[k].items[0]);
        axis.high = fmax(axis.high, (double)spells[k].items[n - 1]);
    }
    while (isfinite(least) && axis.low * 10 < least)
        axis.low *= 10;
    return axis;
}

/* As many as make a picture, fewer than 2000: along the whole axis, for the
 * laws; and at times of the data, all the longest ones, and among the others
 * one for every 80th of those that are longer. */
static void choose_places(const struct pt_spells *spells, struct axis axis,
                          struct places *places)
{
    const pt_time *items = spells->items;
    const int64_t n = spells->n;
    const double steps = 300;
    int distinct = 0;

    for (int i = 0; i <= (int)steps; i++)
        pt_vec_push(places->x, places->n, places->capacity,
                    (pt_time)(axis.low * pow(axis.high / axis.low, i / steps)));
    for (int64_t left = n; left > 0; left -= left > 80 ? left / 80 : 1)
        pt_vec_push(places->x, places->n, places->capacity, items[n - left]);
    qsort(places->x, (size_t)places->n, sizeof *places->x, time_order);
    for (int i = 0; i < places->n; i++)
        if (distinct == 0 || places->x[i] > places->x[distinct - 1])
            places->x[distinct++] = places->x[i];
    places->n = distinct;
}

static void write_curves(struct pt_out *out, const char *kind,
                         const struct pt_spells *spells, struct axis axis)
{
    struct places places = {.n = 0};

    if (spells->n > 0)
        choose_places(spells, axis, &places);
    for (int i = 0; i < places.n; i++) {
        const pt_time x = places.x[i];
        const int64_t longer =
            spells->n - pt_decimate_below(spells->items, spells->n, x + 1);

        pt_out_text(out, kind);
        pt_out_char(out, ',');
        pt_out_time(out, x);
        pt_out_char(out, ',');
        pt_out_real(out, (double)longer / (double)spells->n);
        for (int family = 0; family < PT_FITS; family++) {
            const struct pt_fit *fit = &spells->fits[family];

            pt_out_char(out, ',');
            if (fit->found)
                pt_out_real(out,
                            pt_law_survival(&fit->law, pt_time_seconds(x)));
        }
        pt_out_char(out, '\n');
    }
    pt_free(places.x);
}

static int write_survival(const char *dir, const struct pt_findings *findings,
                          struct pt_err *err)
{
    const struct axis axis = axis_of(findings->spells);
    char *path = pt_results_path(dir, PT_SURVIVAL_FILE);
    struct pt_out out;
    int status = pt_out_open(&out, path, err);

    pt_free(path);
    if (status < 0)
        return -1;
    for (int i = 0; i < PT_SURVIVAL_COLUMNS; i++) {
        pt_out_text(&out, i == 0 ? "" : ",");
        pt_out_text(&out, pt_survival_columns[i]);
    }
    pt_out_char(&out, '\n');
    for (int k = 0; k < PT_SPELLS; k++)
        write_curves(&out, spell_words[k], &findings->spells[k], axis);
    return pt_out_commit(&out, NULL, err);
}

static int draw(const char *dir, const struct pt_findings *findings,
                struct pt_err *err)
{
    const struct pt_figure *const figures[] = {&pt_figure_survival};
    int missing = 0;

    if (pt_folder_make(dir, PT_SURVIVAL_FILE, err) < 0 ||
        write_survival(dir, findings, err) < 0 ||
        pt_figures_draw(dir, figures, 1, &missing, err) < 0)
        return -1;
    if (err->text[0])
        pt_say("%s", err->text);
    if (missing)
        pt_say("gnuplot is not installed: only the .gp and .dat files are "
               "there (apt-get install gnuplot-nox, then plot %s)",
               dir);
    return 0;
}

int pt_outages_info(const struct pt_outages_asked *asked, struct pt_err *err)
{
    struct pt_log_reading reading;
    struct pt_findings findings;
    struct pt_outage_log log;
    int status = 0;

    if (read_asked(asked, &reading, err) < 0 ||
        pt_outage_log_read(&log, asked->path, &reading, err) < 0)
        return -1;
    pt_findings_make(&findings, &log);
    if (*asked->stop)
        status = pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
    else if (asked->out)
        status = draw(asked->out, &findings, err);
    if (status == 0 && asked->json)
        status = print_json(asked, &findings, err);
    else if (status == 0)
        print_findings(asked, &findings);
    pt_findings_fini(&findings);
    pt_outage_log_close(&log);
    return status;
}
