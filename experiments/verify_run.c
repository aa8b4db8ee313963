#include "experiments/verify_parts.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "experiments/folder.h"
#include "experiments/perform.h"
#include "sink/summary.h"
#include "traces/json.h"
#include "version.h"

void pt_finding_add(struct pt_finding *finding, const char *what,
                    const char *name)
{
    const size_t used = strlen(finding->text);

    snprintf(finding->text + used, sizeof finding->text - used, "%s%s%s",
             used > 0 ? "; " : "", what, name);
}

/* What run.json says of one of its files. */
struct written {
    char file[64];
    char digest[PT_DIGEST_TEXT];
};

struct record {
    struct written outputs[PT_REPORT_OUTPUTS];
    int n;
    char input[PT_DIGEST_TEXT];   /* of its trace; "" */
    char version[64], commit[64]; /* of the program that made it */
};

/* The value of KEY in OBJECT, or -1. */
static int32_t member(const struct pt_json *json, int32_t object,
                      const char *key)
{
    const struct pt_json_item *item = pt_json_at(json, object);
    int32_t at = object + 1;

    for (int32_t i = 0; item->kind == PT_JSON_OBJECT && i < item->n; i++) {
        const int32_t value = pt_json_at(json, at)->end;

        if (strcmp(pt_json_text(json, at), key) == 0)
            return value;
        at = pt_json_at(json, value)->end;
    }
    return -1;
}

static void copy_text(const struct pt_json *json, int32_t item, char *to,
                      size_t size)
{
    if (item >= 0 && pt_json_at(json, item)->kind == PT_JSON_TEXT)
        pt_text_copy(to, size, pt_json_text(json, item));
}

/* Reads FOLDER/run.json; false: it is not there, or is none. */
static bool read_record(const char *folder, struct record *record)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char *text = pt_folder_read(folder, "run.json", &err);
    struct pt_json json;
    int32_t list, at;

    *record = (struct record){.n = 0};
    if (!text || pt_json_open(&json, "run.json", text, strlen(text), &err) < 0)
        return false;
    copy_text(&json, member(&json, 0, "version"), record->version,
              sizeof record->version);
    copy_text(&json, member(&json, 0, "commit"), record->commit,
              sizeof record->commit);
    list = member(&json, 0, "inputs");
    if (list >= 0 && pt_json_at(&json, list)->n > 0)
        copy_text(&json, member(&json, list + 1, "sha256"), record->input,
                  sizeof record->input);
    list = member(&json, 0, "outputs");
    at = list + 1;
    for (int32_t i = 0; list >= 0 && i < pt_json_at(&json, list)->n &&
                        record->n < PT_REPORT_OUTPUTS;
         i++) {
        struct written *written = &record->outputs[record->n++];

        *written = (struct written){.file = ""};
        copy_text(&json, member(&json, at, "file"), written->file,
                  sizeof written->file);
        copy_text(&json, member(&json, at, "sha256"), written->digest,
                  sizeof written->digest);
        at = pt_json_at(&json, at)->end;
    }
    pt_json_close(&json);
    return list >= 0;
}

/* Whether the files of FOLDER are as RECORD says. */
static void check_files(const char *folder, const struct record *record,
                        struct pt_finding *finding)
{
    for (int i = 0; i < record->n; i++) {
        struct pt_inputs inputs = {.n = 0};
        struct pt_err err = {.code = PT_ERR_NONE};
        char digest[PT_DIGEST_TEXT];
        char *path = pt_folder_path(folder, record->outputs[i].file);

        if (pt_inputs_digest(&inputs, path, digest, &err) < 0)
            pt_finding_add(finding, "is not there: ", record->outputs[i].file);
        else if (strcmp(digest, record->outputs[i].digest) != 0)
            pt_finding_add(finding, "was changed: ", record->outputs[i].file);
        pt_inputs_fini(&inputs);
        pt_free(path);
    }
}

/* Whether REPORT's files are those of RECORD. */
static void compare(const struct pt_report *report, const struct record *record,
                    struct pt_finding *finding)
{
    for (int i = 0; i < record->n; i++) {
        const char *file = record->outputs[i].file;
        int k = 0;

        while (k < report->noutputs &&
               strcmp(report->outputs[k].file, file) != 0)
            k++;
        if (k == report->noutputs)
            pt_finding_add(finding, "does not come out again: ", file);
        else if (strcmp(report->outputs[k].digest, record->outputs[i].digest) !=
                 0)
            pt_finding_add(finding, "comes out different: ", file);
    }
}

/* What a run's record says of it: from its inputs on to what depends on the
 * day, or "". */
static char *part_of(const char *folder)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char *text = pt_folder_read(folder, "run.json", &err);
    const char *begin = text ? strstr(text, "\n  \"inputs\"") : NULL;
    const char *end = begin ? strstr(begin, "\n  \"volatile\"") : NULL;
    char *part = pt_text_dup(end ? begin : "", end ? (size_t)(end - begin) : 0);

    pt_free(text);
    return part;
}

static void compare_records(const char *folder, const char *scratch,
                            struct pt_finding *finding)
{
    char *was = part_of(folder), *is = part_of(scratch);

    if (strcmp(was, is) != 0)
        pt_finding_add(finding, "comes out different: run.json", "");
    pt_free(was);
    pt_free(is);
}

/* Whether RUN's trace is the one that was read then. */
static void check_input(const struct pt_run *run, const struct record *record,
                        struct pt_finding *finding)
{
    struct pt_inputs inputs = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    char digest[PT_DIGEST_TEXT];

    if (run->path && record->input[0] &&
        pt_inputs_digest(&inputs, run->path, digest, &err) == 0 &&
        strcmp(digest, record->input) != 0)
        pt_finding_add(finding, "its input was changed: ", run->path);
    pt_inputs_fini(&inputs);
}

static void do_again(const struct pt_verifying *verifying,
                     const struct pt_spot *spot, const char *scratch,
                     const struct record *record, struct pt_finding *finding)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    char text[600], *row;
    struct pt_report report;
    struct pt_cell cell;
    int status =
        pt_cell_init(&cell, verifying->study, spot->point, spot->choice, &err);

    if (status == 0) {
        struct pt_run run = pt_cell_run(&cell);

        run.settings.replication = spot->replication;
        run.dir = record->n > 0 ? scratch : NULL;
        check_input(&run, record, finding);
        status = pt_run_go(&run, &report, &err);
        if (status == 0) {
            row = pt_summary_row_new(&report);
            pt_digest_of(row, strlen(row), finding->digest);
            pt_free(row);
            finding->checks = report.counts.checks;
            compare(&report, record, finding);
        }
        pt_report_fini(&report);
    }
    if (status < 0) {
        pt_err_print(&err, text, sizeof text);
        pt_finding_add(finding, "cannot be done again: ", text);
    }
    pt_cell_fini(&cell);
}

void pt_verify_run(void *context, int64_t item, char **answer, size_t *n)
{
    const struct pt_verifying *verifying = context;
    const struct pt_spot spot = pt_spot_of(verifying->study, item);
    struct pt_finding *finding = pt_alloc(1, sizeof *finding);
    struct pt_err err = {.code = PT_ERR_NONE};
    char *path = pt_spot_path(verifying->study, &spot);
    char *folder = pt_folder_path(verifying->dir, path);
    char name[32], *scratch;
    struct record record;

    snprintf(name, sizeof name, "%lld", (long long)item);
    scratch = pt_folder_path(verifying->scratch, name);
    if (read_record(folder, &record))
        check_files(folder, &record, finding);
    else if (pt_perform_has_files(verifying->study, &spot))
        pt_finding_add(finding, "is not there: run.json", "");
    if (record.n > 0 && pt_folders_make(scratch, &err) < 0)
        pt_finding_add(finding, "cannot be done again: ", err.text);
    else
        do_again(verifying, &spot, scratch, &record, finding);
    if (record.n > 0)
        compare_records(folder, scratch, finding);
    if (finding->text[0] && record.n > 0 &&
        (strcmp(record.version, pt_version) != 0 ||
         strcmp(record.commit, pt_commit) != 0)) {
        char program[320];

        snprintf(program, sizeof program, "%s (git %s); this is %s (git %s)",
                 record.version, record.commit, pt_version, pt_commit);
        pt_finding_add(finding, "it was made by protium ", program);
    }
    pt_folder_remove(scratch);
    pt_free(scratch);
    pt_free(folder);
    pt_free(path);
    *answer = (char *)finding;
    *n = sizeof *finding;
}
