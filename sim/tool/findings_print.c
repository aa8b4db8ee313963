/* findings_print.c - for people, and as JSON. */
#include "tool/findings.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/words.h"
#include "tool/page.h"

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

void pt_findings_print(const struct pt_findings *findings, const char *path)
{
    const struct pt_outage_log *log = findings->log;
    char text[16];

    print_text("trace", path);
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
    print_spells("time up", &findings->spells[PT_SPELL_UP]);
    print_spells("time down", &findings->spells[PT_SPELL_DOWN]);
    if (log->nrules > 0)
        printf("\nrules\n");
    for (int32_t i = 0; i < log->nrules; i++)
        printf("  %-20s %9" PRId64 "  %s\n", log->rules[i].name,
               log->rules[i].rows, log->rules[i].what);
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

int pt_findings_print_json(const struct pt_findings *findings, const char *path,
                           struct pt_err *err)
{
    const struct pt_outage_log *log = findings->log;
    struct pt_page page;
    struct pt_doc *doc = &page.doc;
    char text[16];

    pt_page_open(&page);
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "schema", "protium.outages/1");
    pt_doc_text(doc, "trace", path);
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
        write_spells(doc, pt_spell_words[k], &findings->spells[k]);
    pt_json_rules(doc, log->rules, log->nrules);
    pt_doc_end(doc, '}');
    return pt_page_close(&page, err);
}
