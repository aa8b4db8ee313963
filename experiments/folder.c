#include "experiments/folder.h"

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

char *pt_folder_path(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = pt_alloc(size, 1);

    snprintf(path, size, "%s/%s", folder, name);
    return path;
}

int pt_folders_make(const char *path, struct pt_err *err)
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
    char *path = pt_folder_path(folder, name);
    struct stat status;
    const bool there = stat(path, &status) == 0;

    pt_free(path);
    return there;
}

bool pt_folder_holds(const char *dir, const char *path, const char *name)
{
    char *folder = pt_folder_path(dir, path);
    const bool there = is_there(folder, name);

    pt_free(folder);
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
        empty = strcmp(entry->d_name, ".") == 0 ||
                strcmp(entry->d_name, "..") == 0 ||
                strcmp(entry->d_name, ".lock") == 0;
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
        char *path = pt_folder_path(run, pt_sinks[i]->file);
        unlink(path);
        pt_free(path);
    }
}

/* Removes the runs of an earlier study that are not among REPORTS [N]. */
static void remove_others(const char *dir, const struct pt_report *reports,
                          int n)
{
    char *runs = pt_folder_path(dir, "runs");
    DIR *folder = opendir(runs);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        bool kept = !pt_label_is_valid(entry->d_name);
        for (int i = 0; i < n; i++)
            kept |= strcmp(entry->d_name, reports[i].run->label) == 0;
        if (!kept) {
            char *run = pt_folder_path(runs, entry->d_name);
            empty_run(run);
            rmdir(run); /* unless something else is in it */
            pt_free(run);
        }
    }
    if (folder)
        closedir(folder);
    pt_free(runs);
}

int pt_folder_write_study(const char *dir, const struct pt_study *study,
                          struct pt_err *err)
{
    char *path = pt_folder_path(dir, "study.json");
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

/* A study that somebody wrote is not the resolved one of results, which tells
 * what was given. */
static int check_study(const char *dir, struct pt_err *err)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};
    char *text = pt_folder_read(dir, "study.json", &ignored);
    const bool foreign = text && !strstr(text, "\n  \"given\":");

    pt_free(text);
    if (!foreign)
        return 0;
    return pt_err_at(err, PT_ERR_USAGE, dir, 0, 0,
                     "holds a study of yours, study.json, and no results "
                     "(expected another --out)");
}

int pt_folder_make(const char *dir, const char *mark, struct pt_err *err)
{
    if (!dir[0])
        return pt_err_set(err, PT_ERR_USAGE, "--out '' is not a folder");
    if (pt_folders_make(dir, err) < 0)
        return -1;
    if (check_folder(dir, mark, err) < 0)
        return -1;
    return strcmp(mark, "study.json") == 0 ? check_study(dir, err) : 0;
}

int pt_folder_begin(const char *dir, const struct pt_study *study, bool *fresh,
                    struct pt_err *err)
{
    *fresh = false;
    if (pt_folder_make(dir, "study.json", err) < 0)
        return -1;
    *fresh = !is_there(dir, "study.json");
    return *fresh ? pt_folder_write_study(dir, study, err) : 0;
}

void pt_folder_undo(const char *dir)
{
    char *runs = pt_folder_path(dir, "runs"),
         *study = pt_folder_path(dir, "study.json");
    DIR *folder = opendir(runs);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char *run = pt_folder_path(runs, entry->d_name);
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
    char *runs = pt_folder_path(dir, "runs");
    char *path = pt_folder_path(runs, label);

    pt_free(runs);
    if (pt_folders_make(path, err) == 0)
        return path;
    pt_free(path);
    return NULL;
}

/* Removes what an earlier run of the same label wrote and this one did not. */
static void remove_stale(const char *dir, const struct pt_report *report)
{
    char *runs = pt_folder_path(dir, "runs");
    char *run = pt_folder_path(runs, report->run->label);

    for (int i = 0; pt_sinks[i]; i++) {
        bool written = false;
        for (int32_t k = 0; k < report->noutputs; k++)
            written |= strcmp(report->outputs[k].file, pt_sinks[i]->file) == 0;
        if (!written) {
            char *path = pt_folder_path(run, pt_sinks[i]->file);
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
    char *path = pt_folder_path(dir, "summary.csv");
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
    return status == 0 ? pt_folder_write_study(dir, study, err) : -1;
}

char *pt_folder_read(const char *dir, const char *name, struct pt_err *err)
{
    char *path = pt_folder_path(dir, name), *text = NULL;
    FILE *stream = fopen(path, "r");
    size_t n = 0, capacity = 1 << 16, got = 1;

    while (stream && got > 0) {
        capacity = capacity < n + 2 ? 2 * capacity : capacity;
        text = pt_realloc(text, capacity, 1);
        got = fread(text + n, 1, capacity - n - 1, stream);
        n += got;
    }
    if (text)
        text[n] = '\0';
    if (!stream || ferror(stream)) {
        pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "cannot be read: %s",
                  strerror(errno));
        pt_free(text);
        text = NULL;
    }
    if (stream)
        fclose(stream);
    pt_free(path);
    return text;
}

void pt_folder_remove(const char *dir)
{
    DIR *folder = opendir(dir);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        char *path;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        path = pt_folder_path(dir, entry->d_name);
        if (unlink(path) < 0 && (errno == EISDIR || errno == EPERM))
            pt_folder_remove(path);
        pt_free(path);
    }
    if (folder)
        closedir(folder);
    rmdir(dir);
}

void pt_folder_trim(const char *dir, const char *path)
{
    char *left = pt_text_dup(path, strlen(path));

    for (char *slash = left + strlen(left); slash; slash = strrchr(left, '/')) {
        char *full;
        bool gone;

        *slash = '\0';
        full = pt_folder_path(dir, left);
        gone = rmdir(full) == 0 || errno == ENOENT;
        pt_free(full);
        if (!gone)
            break;
    }
    pt_free(left);
}

void pt_folder_prune(const char *dir, const char *path)
{
    char *full = pt_folder_path(dir, path);

    pt_folder_remove(full);
    pt_folder_trim(dir, path);
    pt_free(full);
}

static bool is_link(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

/* Removes half-written files and links in PATH and below, and then PATH, if it
 * is empty. */
static void sweep(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        const char *name = entry->d_name;
        const size_t n = strlen(name);
        char *below;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        below = pt_folder_path(path, name);
        if ((n > 4 && strcmp(name + n - 4, ".tmp") == 0) || is_link(below))
            unlink(below);
        else
            sweep(below); /* a file is no folder: nothing happens */
        pt_free(below);
    }
    if (folder)
        closedir(folder);
    rmdir(path);
}

void pt_folder_sweep(const char *dir)
{
    char *runs = pt_folder_path(dir, "runs");

    sweep(runs);
    pt_free(runs);
}
