#include "tool/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "registry.h"
#include "sink/doc.h"
#include "sink/sink.h"
#include "sink/summary.h"

static char *joined(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = pt_alloc(size, 1);

    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Makes the folder PATH and all above it. */
static int make_folders(const char *path, struct pt_err *err)
{
    char *copy = pt_text_dup(path, strlen(path));
    int status = 0;

    for (char *c = copy + 1; status == 0; c++) {
        if (*c != '/' && *c != '\0')
            continue;
        const char was = *c;
        *c = '\0';
        if (mkdir(copy, 0777) < 0 && errno != EEXIST)
            status =
                pt_err_at(err, PT_ERR_INTERNAL, copy, 0, 0,
                          "the folder cannot be made: %s", strerror(errno));
        *c = was;
        if (was == '\0')
            break;
    }
    pt_free(copy);
    return status;
}

static bool is_there(const char *folder, const char *name)
{
    char *path = joined(folder, name);
    struct stat status;
    const bool there = stat(path, &status) == 0;

    pt_free(path);
    return there;
}

/* DIR must be a folder that is empty or holds MARK. */
static int check_folder(const char *dir, const char *mark, struct pt_err *err)
{
    DIR *folder = opendir(dir);
    const struct dirent *entry;
    bool empty = true;

    if (!folder)
        return pt_err_at(err, PT_ERR_USAGE, dir, 0, 0, "%s (expected a folder)",
                         strerror(errno));
    while (empty && (entry = readdir(folder)))
        empty =
            strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(folder);
    if (!empty && !is_there(dir, mark))
        return pt_err_at(err, PT_ERR_USAGE, dir, 0, 0,
                         "is not empty and holds no results (expected a new or "
                         "empty folder, or one with a %s)",
                         mark);
    return 0;
}

/* Removes what a run writes from the folder RUN. */
static void empty_run(const char *run)
{
    for (int i = 0; pt_sinks[i]; i++) {
        char *path = joined(run, pt_sinks[i]->file);
        unlink(path);
        pt_free(path);
    }
}

/* Removes the runs of an earlier study that are not among REPORTS [N]. */
static void remove_others(const char *dir, const struct pt_report *reports,
                          int n)
{
    char *runs = joined(dir, "runs");
    DIR *folder = opendir(runs);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        bool kept = !pt_label_is_valid(entry->d_name);
        for (int i = 0; i < n; i++)
            kept |= strcmp(entry->d_name, reports[i].run->label) == 0;
        if (!kept) {
            char *run = joined(runs, entry->d_name);
            empty_run(run);
            rmdir(run); /* unless something else is in it */
            pt_free(run);
        }
    }
    if (folder)
        closedir(folder);
    pt_free(runs);
}

static int write_study(const char *dir, const struct pt_study *study,
                       struct pt_err *err)
{
    char *path = joined(dir, "study.json");
    struct pt_out out;
    struct pt_doc doc;
    int status = pt_out_open(&out, path, err);

    if (status == 0) {
        pt_doc_init(&doc, &out);
        pt_study_write(study, &doc);
        status = pt_out_commit(&out, NULL, err);
    }
    pt_free(path);
    return status;
}

int pt_folder_make(const char *dir, const char *mark, struct pt_err *err)
{
    if (!dir[0])
        return pt_err_set(err, PT_ERR_USAGE, "--out '' is not a folder");
    if (make_folders(dir, err) < 0)
        return -1;
    return check_folder(dir, mark, err);
}

int pt_folder_begin(const char *dir, const struct pt_study *study, bool *fresh,
                    struct pt_err *err)
{
    *fresh = false;
    if (pt_folder_make(dir, "study.json", err) < 0)
        return -1;
    *fresh = !is_there(dir, "study.json");
    return *fresh ? write_study(dir, study, err) : 0;
}

void pt_folder_undo(const char *dir)
{
    char *runs = joined(dir, "runs"), *study = joined(dir, "study.json");
    DIR *folder = opendir(runs);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char *run = joined(runs, entry->d_name);
        if (pt_label_is_valid(entry->d_name))
            rmdir(run); /* only if no run has left anything there */
        pt_free(run);
    }
    if (folder)
        closedir(folder);
    if (!folder || rmdir(runs) == 0) {
        unlink(study);
        rmdir(dir);
    }
    pt_free(runs);
    pt_free(study);
}

char *pt_folder_run(const char *dir, const char *label, struct pt_err *err)
{
    char *runs = joined(dir, "runs");
    char *path = joined(runs, label);

    pt_free(runs);
    if (make_folders(path, err) == 0)
        return path;
    pt_free(path);
    return NULL;
}

/* Removes what an earlier run of the same label wrote and this one did not. */
static void remove_stale(const char *dir, const struct pt_report *report)
{
    char *runs = joined(dir, "runs");
    char *run = joined(runs, report->run->label);

    for (int i = 0; pt_sinks[i]; i++) {
        bool written = false;
        for (int32_t k = 0; k < report->noutputs; k++)
            written |= strcmp(report->outputs[k].file, pt_sinks[i]->file) == 0;
        if (!written) {
            char *path = joined(run, pt_sinks[i]->file);
            unlink(path);
            pt_free(path);
        }
    }
    pt_free(run);
    pt_free(runs);
}

int pt_folder_end(const char *dir, const struct pt_study *study,
                  const struct pt_report *reports, int n, struct pt_err *err)
{
    char *path = joined(dir, "summary.csv");
    struct pt_out out;
    int status = pt_out_open(&out, path, err);

    remove_others(dir, reports, n);
    for (int i = 0; i < n; i++)
        remove_stale(dir, &reports[i]);
    if (status == 0) {
        pt_summary_csv(&out, reports, n);
        status = pt_out_commit(&out, NULL, err);
    }
    pt_free(path);
    return status == 0 ? write_study(dir, study, err) : -1;
}
