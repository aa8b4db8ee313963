#include "experiments/study_names.h"

#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "core/policy.h"

/* What columns beside those of the axes are called in axes.csv, cells.csv,
 * paired.csv and the store. */
static const char *const reserved[] = {
    "point",  "label",     "policy", "replication", "replications",
    "failed", "saturated", "warmup", "metric",      "unit",
    "n",      "mean",      "half",   "basis",       "baseline",
    "axis",   "title",     "x",      "difference",  "p",
    "p_holm", "counted",   "run",    "key",         NULL};

struct pt_axis *pt_study_last_axis(const struct pt_study_grid *grid)
{
    return &grid->doc->study->axes[grid->doc->study->naxes - 1];
}

char *pt_study_copy(const char *text)
{
    return pt_text_dup(text, strlen(text));
}

/* ---- paths ---- */

/* Some policy of the study has the parameter KEY. */
static int check_policies(const struct pt_study_grid *grid, int32_t item,
                          const char *key, struct pt_err *err)
{
    const struct pt_choices *choices = &grid->doc->study->choices;
    const char *names[128];
    size_t n = 0;

    for (int i = 0; i < choices->n; i++) {
        const struct pt_param *params = choices->items[i].policy->params;
        if (pt_param_find(params, key))
            return 0;
        for (; params && params->name && n < sizeof names / sizeof *names;
             params++)
            names[n++] = params->name;
    }
    const char *near = pt_text_nearest(key, names, n);
    if (near)
        return pt_json_bad(&grid->doc->json, item, err,
                           "no policy of the study has a parameter '%.40s' "
                           "(did you mean '%s'?)",
                           key, near);
    return pt_json_bad(&grid->doc->json, item, err,
                       "no policy of the study has a parameter '%.40s' "
                       "(expected one of theirs: protium list policies)",
                       key);
}

/* PATH, which ITEM says, names something that can be set. */
static int check_path(const struct pt_study_grid *grid, int32_t item,
                      const char *path, enum pt_grid_room room,
                      const char *rest, struct pt_err *err)
{
    struct pt_study *study = grid->doc->study;
    struct pt_err why = {.code = PT_ERR_NONE};
    struct pt_cell cell;

    if (room == PT_ROOM_POLICY && rest[0])
        return check_policies(grid, item, rest, err);
    if (room == PT_ROOM_SET && strcmp(rest, "replication") == 0)
        return pt_json_bad(&grid->doc->json, item, err,
                           "the replication is no axis (expected "
                           "\"replications\": N in the study)");
    if ((room == PT_ROOM_WORKLOAD && !rest[0]) ||
        (room == PT_ROOM_CLUSTER &&
         (strcmp(rest, "nodes") == 0 || strcmp(rest, "cores") == 0)) ||
        pt_grid_param(&grid->bare, path))
        return 0;
    /* Setting it says what is wrong. */
    const int naxes = study->naxes;
    study->naxes = 0;
    if (pt_cell_init(&cell, study, 0, 0, &why) == 0)
        pt_grid_set(&cell, path, "", &why);
    pt_cell_fini(&cell);
    study->naxes = naxes;
    if (why.code == PT_ERR_NONE)
        pt_err_set(&why, PT_ERR_USAGE,
                   "'%.60s' cannot be set (expected a setting, or a parameter)",
                   path);
    return pt_study_doc_bad(grid->doc, item, &why, err);
}

int pt_study_read_path(const struct pt_study_grid *grid, int32_t item,
                       const char *path, char **full, struct pt_err *err)
{
    const char *rest;
    const enum pt_grid_room room = pt_grid_room(&grid->bare, path, &rest);
    const size_t n = strlen(path);

    if (room != PT_ROOMS &&
        (path[n - 1] == '.' || (!rest[0] && room != PT_ROOM_WORKLOAD)))
        return pt_json_bad(&grid->doc->json, item, err,
                           "'%.60s' does not say what is set (expected '%s.' "
                           "and a name)",
                           path, pt_grid_room_name(room));
    if (check_path(grid, item, path, room, rest, err) < 0)
        return -1;
    const char *name = pt_grid_room_name(room);
    const size_t size = strlen(name) + strlen(rest) + 2;
    *full = pt_alloc(size, 1);
    pt_text_copy(*full, size, name);
    if (rest[0]) {
        pt_text_copy(*full + strlen(name), size - strlen(name), ".");
        pt_text_copy(*full + strlen(name) + 1, size - strlen(name) - 1, rest);
    }
    return 0;
}

/* ---- names ---- */

static bool is_free(const struct pt_study_grid *grid, const char *name)
{
    const struct pt_study *study = grid->doc->study;

    for (int i = 0; reserved[i]; i++)
        if (strcasecmp(reserved[i], name) == 0)
            return false;
    for (int i = 0; i + 1 < study->naxes; i++)
        if (strcasecmp(study->axes[i].name, name) == 0)
            return false;
    return true;
}

static int bad_name(const struct pt_study_grid *grid, int32_t item,
                    const char *name, struct pt_err *err)
{
    const struct pt_study *study = grid->doc->study;

    for (int i = 0; i + 1 < study->naxes; i++)
        if (strcasecmp(study->axes[i].name, name) == 0)
            return pt_json_bad(&grid->doc->json, item, err,
                               "two axes are called '%.60s' (expected another "
                               "name: \"NAME\": {\"sets\": ...})",
                               name);
    return pt_json_bad(&grid->doc->json, item, err,
                       "an axis cannot be called '%.60s', as a column of the "
                       "results is (expected another name)",
                       name);
}

int pt_study_name_axis(const struct pt_study_grid *grid, int32_t item,
                       const char *name, struct pt_err *err)
{
    const size_t n = strlen(name);

    if (n == 0 || n >= PT_STUDY_LABEL || strspn(name, PT_STUDY_WORD) != n)
        return pt_json_bad(&grid->doc->json, item, err,
                           "'%.80s' is not the name of an axis (expected "
                           "letters, digits and _)",
                           name);
    if (!is_free(grid, name))
        return bad_name(grid, item, name, err);
    pt_study_last_axis(grid)->name = pt_study_copy(name);
    return 0;
}

int pt_study_name_by_path(const struct pt_study_grid *grid, int32_t item,
                          const char *path, struct pt_err *err)
{
    char *name = pt_study_copy(path);
    const char *from = name + strlen(name);
    int status;

    for (char *c = name; *c; c++)
        if (!strchr(PT_STUDY_WORD, *c))
            *c = '_';
    do {
        for (from--; from > name && path[from - name - 1] != '.';)
            from--;
    } while (from > name && !is_free(grid, from));
    status = pt_study_name_axis(grid, item, from, err);
    pt_free(name);
    return status;
}
