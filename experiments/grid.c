#include "experiments/grid.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "core/policy.h"
#include "traces/source.h"

/* A node's number is an int32_t everywhere. */
#define MOST_SLOTS  (INT32_MAX / 2)
#define MOST_POINTS (INT64_C(1) << 40)

/* ---- points ---- */

int pt_grid_points(const struct pt_study *study, int64_t *points,
                   struct pt_err *err)
{
    *points = 1;
    for (int i = 0; i < study->naxes; i++) {
        if (*points > MOST_POINTS / study->axes[i].n)
            return pt_err_set(err, PT_ERR_INPUT,
                              "the grid has too many points (expected at most "
                              "2^40)");
        *points *= study->axes[i].n;
    }
    return 0;
}

int pt_grid_value(const struct pt_study *study, int64_t point, int axis)
{
    for (int i = study->naxes - 1; i > axis; i--)
        point /= study->axes[i].n;
    return (int)(point % study->axes[axis].n);
}

void pt_grid_name(const struct pt_study *study, int64_t point, char *text,
                  size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (int i = 0; i < study->naxes; i++) {
        const struct pt_axis *axis = &study->axes[i];
        const char *const parts[] = {
            i > 0 ? "," : "", axis->name, "=",
            axis->values[pt_grid_value(study, point, i)].label};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            pt_text_copy(text + used, size - used, parts[k]);
            used += strlen(text + used);
        }
    }
}

/* ---- cells ---- */

static void begin(struct pt_cell *cell, const struct pt_study *study,
                  int number)
{
    const struct pt_choice *choice = &study->choices.items[number];
    const size_t size = choice->policy->state_size;

    *cell = (struct pt_cell){.workload = study->workload,
                             .settings = study->settings,
                             .nodes = study->nodes,
                             .cores = study->cores,
                             .choice = *choice,
                             .tape = study->tape,
                             .study = study};
    if (cell->workload.params)
        cell->workload.params =
            pt_text_dup(study->workload.params, strlen(study->workload.params));
    cell->choice.text = pt_text_dup(choice->text, strlen(choice->text));
    cell->choice.state = pt_alloc(1, size ? size : 1);
    memcpy(cell->choice.state, choice->state, size);
}

/* Whether PATH sets a part of what another path may set as a whole. */
static bool is_part(const struct pt_cell *cell, const char *path)
{
    const char *rest;

    switch (pt_grid_room(cell, path, &rest)) {
    case PT_ROOM_WORKLOAD:
        return rest[0] != '\0';
    case PT_ROOM_SET:
        return strchr(rest, '.') != NULL;
    case PT_ROOM_CLUSTER:
    case PT_ROOM_POLICY:
    case PT_ROOMS:
        break;
    }
    return false;
}

/* What the values of all axes at POINT set: wholes before PARTS. */
static int apply(struct pt_cell *cell, const struct pt_study *study,
                 int64_t point, bool parts, struct pt_err *err)
{
    for (int i = study->naxes - 1; i >= 0; i--) {
        const struct pt_axis *axis = &study->axes[i];
        const struct pt_axis_value *value = &axis->values[point % axis->n];
        for (int k = 0; k < value->n; k++)
            if (is_part(cell, value->paths[k]) == parts &&
                pt_grid_set(cell, value->paths[k], value->texts[k], err) < 0)
                return -1;
        point /= axis->n;
    }
    return 0;
}

static int check_cluster(struct pt_cell *cell, struct pt_err *err)
{
    if (cell->nodes == 0 && cell->cores > 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "cluster.cores without nodes (expected cluster.nodes "
                          "too)");
    if (cell->nodes > 0 && cell->cores == 0)
        cell->cores = 1;
    if (cell->nodes > 0 && cell->nodes > MOST_SLOTS / cell->cores)
        return pt_err_set(err, PT_ERR_USAGE,
                          "the cluster is too large (expected at most %d "
                          "processors in all)",
                          MOST_SLOTS);
    return 0;
}

int pt_cell_init(struct pt_cell *cell, const struct pt_study *study,
                 int64_t point, int choice, struct pt_err *err)
{
    begin(cell, study, choice);
    if (apply(cell, study, point, false, err) < 0 ||
        apply(cell, study, point, true, err) < 0)
        return -1;
    return check_cluster(cell, err);
}

void pt_cell_fini(struct pt_cell *cell)
{
    pt_workload_fini(&cell->workload);
    pt_free(cell->choice.state);
    pt_free(cell->choice.text);
    cell->choice.state = NULL;
    cell->choice.text = NULL;
}

struct pt_run pt_cell_run(const struct pt_cell *cell)
{
    return (struct pt_run){.source = cell->workload.source,
                           .source_params = cell->workload.params,
                           .path = cell->workload.path,
                           .nodes = cell->nodes,
                           .cores = cell->cores,
                           .policy = cell->choice.policy,
                           .policy_state = cell->choice.state,
                           .policy_text = cell->choice.text,
                           .label = cell->choice.label,
                           .settings = cell->settings,
                           .tape = cell->tape};
}

char *pt_grid_policy_new(const struct pt_study *study, int64_t point,
                         int choice)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_cell cell;
    const int status = pt_cell_init(&cell, study, point, choice, &err);
    char *text;

    pt_assert(status == 0);
    text = pt_text_dup(cell.choice.text, strlen(cell.choice.text));
    pt_cell_fini(&cell);
    return text;
}
