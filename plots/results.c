#include "results.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/only.h"

#define DEPTH 4 /* POINT/LABEL/rep-001 and one to spare */

char *pt_results_path(const char *folder, const char *name)
{
    size_t nfolder = strlen(folder);
    size_t nname = strlen(name);
    char *path = pt_alloc(nfolder + nname + 2, 1);

    memcpy(path, folder, nfolder);
    path[nfolder] = '/';
    memcpy(path + nfolder + 1, name, nname);
    return path;
}

bool pt_results_hold(const char *folder, const char *name)
{
    struct stat status;
    char *path = pt_results_path(folder, name);
    bool found = stat(path, &status) == 0;

    pt_free(path);
    return found;
}

struct names {
    char **items;
    int n, capacity;
};

static int name_order(const void *a, const void *b)
{
    char *const *x = a;
    char *const *y = b;

    return strcmp(*x, *y);
}

static void names_fini(struct names *names)
{
    for (int i = 0; i < names->n; i++)
        pt_free(names->items[i]);
    pt_free(names->items);
    *names = (struct names){0};
}

/* The folders in FOLDER, sorted; hidden and temporary ones apart. */
static int folders_of(struct names *names, const char *folder,
                      struct pt_err *err)
{
    DIR *dir = opendir(folder);
    struct stat status;

    *names = (struct names){0};
    if (!dir)
        return pt_err_at(err, PT_ERR_INPUT, folder, 0, 0,
                         "cannot be read: %s (expected a results folder, as "
                         "replay --out makes it)",
                         strerror(errno));
    for (struct dirent *entry; (entry = readdir(dir));) {
        char *path;

        if (entry->d_name[0] == '.')
            continue;
        path = pt_results_path(folder, entry->d_name);
        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
            pt_vec_push(names->items, names->n, names->capacity,
                        pt_text_dup(entry->d_name, strlen(entry->d_name)));
        pt_free(path);
    }
    closedir(dir);
    if (names->n > 1)
        qsort(names->items, (size_t)names->n, sizeof *names->items, name_order);
    return 0;
}

struct search {
    struct pt_results_run *runs;
    int n, capacity;
};

/* Adds the runs in FOLDER and below; LABEL is FOLDER's, "" for the root. */
static int search_runs(struct search *search, const char *folder,
                       const char *label, int depth, struct pt_err *err)
{
    struct names names;
    bool replicated = false;
    int result = 0;

    if (pt_results_hold(folder, "jobs.csv") ||
        pt_results_hold(folder, "timeline.csv")) {
        struct pt_results_run run = {
            .label = pt_text_dup(label, strlen(label)),
            .path = pt_text_dup(folder, strlen(folder)),
        };

        pt_vec_push(search->runs, search->n, search->capacity, run);
        return 0;
    }
    if (depth == 0)
        return 0;
    if (folders_of(&names, folder, err) != 0)
        return -1;
    for (int i = 0; i < names.n && result == 0; i++) {
        const char *name = names.items[i];
        bool replication = strncmp(name, "rep-", 4) == 0 && label[0] != '\0';
        char *path, *below;

        if (replication && replicated)
            continue;
        path = pt_results_path(folder, name);
        if (replication)
            below = pt_text_dup(label, strlen(label));
        else if (label[0] == '\0')
            below = pt_text_dup(name, strlen(name));
        else
            below = pt_results_path(label, name);
        result = search_runs(search, path, below, depth - 1, err);
        replicated = replicated || replication;
        pt_free(path);
        pt_free(below);
    }
    names_fini(&names);
    return result;
}

/* Moves the run labelled LABEL to place AT, if there is one behind it. */
static int move_run(struct search *search, int at, const char *label)
{
    for (int i = at; i < search->n; i++) {
        struct pt_results_run run = search->runs[i];

        if (strcmp(label, run.label) != 0)
            continue;
        memmove(&search->runs[at + 1], &search->runs[at],
                (size_t)(i - at) * sizeof run);
        search->runs[at] = run;
        return at + 1;
    }
    return at;
}

/* "POINT/LABEL", or the label where there is no point, on the heap. */
static char *label_of(const struct pt_csv_field *fields)
{
    char *label = pt_text_dup(fields[0].text, fields[0].length), *point, *both;

    if (fields[1].length == 0)
        return label;
    point = pt_text_dup(fields[1].text, fields[1].length);
    both = pt_results_path(point, label);
    pt_free(label);
    pt_free(point);
    return both;
}

/* Puts the runs into the order of DIR/summary.csv, if it is there.  Only that
 * of a study has points. */
static int order_runs(struct search *search, const char *dir,
                      struct pt_err *err)
{
    const char *const columns[] = {"label", "point"};
    struct pt_csv csv;
    struct pt_csv_field fields[2] = {{0}};
    struct pt_err ignored = {.code = PT_ERR_NONE};
    char *path;
    int at = 0;
    int more = 1;

    if (!pt_results_hold(dir, "summary.csv"))
        return 0;
    path = pt_results_path(dir, "summary.csv");
    if (pt_csv_open(&csv, path, columns, 2, &ignored) != 0) {
        pt_csv_close(&csv);
        more = pt_csv_open(&csv, path, columns, 1, err) == 0 ? 1 : -1;
    }
    while (more > 0 && (more = pt_csv_next(&csv, fields, err)) > 0) {
        char *label = label_of(fields);

        at = move_run(search, at, label);
        pt_free(label);
    }
    pt_csv_close(&csv);
    pt_free(path);
    return more;
}

static const char *policy_of(const struct pt_results_run *run)
{
    const char *slash = strrchr(run->label, '/');

    return slash ? slash + 1 : run->label;
}

/* Numbers the policies as they come. */
static void number_policies(const struct search *search)
{
    int n = 0;

    for (int i = 0; i < search->n; i++) {
        struct pt_results_run *run = &search->runs[i];

        for (int k = 0; k < i && run->policy == 0; k++)
            if (strcmp(policy_of(&search->runs[k]), policy_of(run)) == 0)
                run->policy = search->runs[k].policy;
        if (run->policy == 0)
            run->policy = ++n;
        run->style = run->policy;
    }
}

/* Numbers the runs instead if two are of one policy. */
static void number_runs(struct pt_results *results)
{
    bool alike = false;

    for (int i = 0; i < results->n; i++)
        for (int k = 0; k < i; k++)
            alike = alike || results->runs[i].style == results->runs[k].style;
    for (int i = 0; alike && i < results->n; i++)
        results->runs[i].style = i + 1;
}

/* Keeps the runs that ONLY chooses, and of them no more than a figure can show.
 */
static void keep_runs(struct pt_results *results, const struct search *search,
                      const char *only)
{
    number_policies(search);
    results->runs = search->runs;
    for (int i = 0; i < search->n; i++) {
        struct pt_results_run *run = &search->runs[i];
        bool chosen = pt_only_run(only, run->label);

        if (chosen && results->n < PT_RESULTS_MOST) {
            results->runs[results->n++] = *run;
            continue;
        }
        pt_free(run->label);
        pt_free(run->path);
        results->left_out += chosen;
    }
    number_runs(results);
}

int pt_results_find(struct pt_results *results, const char *dir,
                    const char *only, struct pt_err *err)
{
    struct search search = {0};
    char *runs = pt_results_path(dir, "runs");
    int result = 0;

    *results = (struct pt_results){.dir = pt_text_dup(dir, strlen(dir))};
    if (pt_results_hold(dir, "runs"))
        result = search_runs(&search, runs, "", DEPTH, err);
    if (result == 0 && search.n > 0)
        result = order_runs(&search, dir, err);
    pt_free(runs);
    keep_runs(results, &search, only);
    return result;
}

int pt_results_init(struct pt_results *results, const char *dir,
                    struct pt_err *err)
{
    char *runs;

    if (pt_results_find(results, dir, "", err) != 0)
        return -1;
    if (results->n > 0)
        return 0;
    runs = pt_results_path(dir, "runs");
    if (pt_results_hold(dir, "runs"))
        pt_err_at(err, PT_ERR_INPUT, runs, 0, 0,
                  "holds no run (expected LABEL/jobs.csv, as replay --out "
                  "makes it)");
    else
        pt_err_at(err, PT_ERR_INPUT, runs, 0, 0,
                  "cannot be read: %s (expected a results folder, as replay "
                  "--out makes it)",
                  strerror(ENOENT));
    pt_free(runs);
    return -1;
}

void pt_results_fini(struct pt_results *results)
{
    for (int i = 0; i < results->n; i++) {
        pt_free(results->runs[i].label);
        pt_free(results->runs[i].path);
    }
    pt_free(results->runs);
    pt_free(results->dir);
    *results = (struct pt_results){0};
}
