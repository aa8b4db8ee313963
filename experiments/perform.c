#include "experiments/perform.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "experiments/folder.h"
#include "sink/summary.h"

/* What travels: this, then `text`, `row` and `rules`, each with its zero byte.
 */
struct parcel {
    struct pt_store_outcome outcome; /* its pointers mean nothing */
    size_t text, row, rules;         /* bytes, the zero byte in; 0 = NULL */
};

static size_t size_of(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static char *put(char *to, const char *text, size_t n)
{
    if (n > 0)
        memcpy(to, text, n);
    return to + n;
}

static char *pack(const struct pt_store_outcome *outcome, size_t *n)
{
    const struct parcel parcel = {.outcome = *outcome,
                                  .text = size_of(outcome->text),
                                  .row = size_of(outcome->row),
                                  .rules = size_of(outcome->rules)};
    char *bytes, *to;

    *n = sizeof parcel + parcel.text + parcel.row + parcel.rules;
    bytes = pt_alloc(*n, 1);
    memcpy(bytes, &parcel, sizeof parcel);
    to = put(bytes + sizeof parcel, outcome->text, parcel.text);
    to = put(to, outcome->row, parcel.row);
    put(to, outcome->rules, parcel.rules);
    return bytes;
}

static const char *take(const char **from, size_t n)
{
    const char *text = n > 0 ? *from : NULL;

    *from += n;
    return text;
}

void pt_outcome_read(struct pt_store_outcome *outcome, const char *answer,
                     size_t n)
{
    const char *from = answer + sizeof(struct parcel);
    struct parcel parcel;

    pt_assert(n >= sizeof parcel);
    memcpy(&parcel, answer, sizeof parcel);
    pt_assert(n == sizeof parcel + parcel.text + parcel.row + parcel.rules);
    *outcome = parcel.outcome;
    outcome->text = take(&from, parcel.text);
    outcome->row = take(&from, parcel.row);
    outcome->rules = take(&from, parcel.rules);
    outcome->path = NULL;
}

bool pt_perform_has_files(const struct pt_study *study,
                          const struct pt_spot *spot)
{
    switch ((enum pt_files)study->files) {
    case PT_FILES_ALL:
        return true;
    case PT_FILES_FIRST:
        return spot->replication == 1;
    case PT_FILES_NONE:
        break;
    }
    return false;
}

/* A line a rule that touched rows: name, rows, whether they were dropped, what;
 * with tabs between.  The caller frees. */
static char *list_rules(const struct pt_report *report)
{
    const struct {
        const struct pt_rule *rules;
        int32_t n;
    } lists[] = {{report->rules, report->nrules},
                 {report->failed.rules, report->failed.nrules}};
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    char *text;

    pt_out_open(&out, NULL, &err);
    for (size_t k = 0; k < 2; k++)
        for (int32_t i = 0; i < lists[k].n; i++) {
            const struct pt_rule *rule = &lists[k].rules[i];

            if (rule->rows == 0)
                continue;
            pt_out_text(&out, rule->name);
            pt_out_char(&out, '\t');
            pt_out_int(&out, rule->rows);
            pt_out_char(&out, '\t');
            pt_out_int(&out, rule->drops);
            pt_out_char(&out, '\t');
            pt_out_text(&out, rule->what);
            pt_out_char(&out, '\n');
        }
    text = pt_text_dup(out.buffer, out.used);
    pt_out_abandon(&out);
    return text;
}

/* RUN's results are in REPORT. */
static char *pack_report(const struct pt_report *report, size_t *n)
{
    char *row = pt_summary_row_new(report), *rules = list_rules(report), *bytes;
    struct pt_store_outcome outcome = {.row = row,
                                       .rules = rules,
                                       .wall_s = report->wall_s,
                                       .cpu_s = report->cpu_s,
                                       .peak_kib = report->peak_kib};

    pt_digest_of(row, strlen(row), outcome.digest);
    pt_text_copy(outcome.input, sizeof outcome.input, report->digest_input);
    /* run.json, the last, is not as long each time: it tells of the day. */
    for (int32_t i = 0; i + 1 < report->noutputs; i++)
        outcome.bytes += report->outputs[i].bytes;
    bytes = pack(&outcome, n);
    pt_free(row);
    pt_free(rules);
    return bytes;
}

static char *pack_error(const struct pt_err *err, size_t *n)
{
    char text[1024];
    const struct pt_store_outcome outcome = {.failed = true, .text = text};

    pt_err_print(err, text, sizeof text);
    return pack(&outcome, n);
}

/* Makes the folder of the run at SPOT; NULL: none is wanted, or ERR is filled.
 */
static char *make_folder(const struct pt_performer *performer,
                         const struct pt_spot *spot, struct pt_err *err)
{
    char *path, *full;
    size_t size;

    if (!pt_perform_has_files(performer->study, spot))
        return NULL;
    path = pt_spot_path(performer->study, spot);
    size = strlen(performer->dir) + strlen(path) + 2;
    full = pt_alloc(size, 1);
    snprintf(full, size, "%s/%s", performer->dir, path);
    pt_free(path);
    if (pt_folders_make(full, err) == 0)
        return full;
    pt_free(full);
    return NULL;
}

void pt_perform(void *context, int64_t item, char **answer, size_t *n)
{
    const struct pt_performer *performer = context;
    const struct pt_spot spot = pt_spot_of(performer->study, item);
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_report report;
    struct pt_cell cell;
    struct pt_run run;
    char *dir = NULL;

    if (pt_cell_init(&cell, performer->study, spot.point, spot.choice, &err) ==
        0) {
        run = pt_cell_run(&cell);
        run.settings.replication = spot.replication;
        run.dir = dir = make_folder(performer, &spot, &err);
    }
    if (err.code == PT_ERR_NONE) {
        const int status = pt_run_go(&run, &report, &err);

        if (status == 0)
            *answer = pack_report(&report, n);
        pt_report_fini(&report);
    }
    if (err.code != PT_ERR_NONE)
        *answer = pack_error(&err, n);
    pt_cell_fini(&cell);
    pt_free(dir);
}
