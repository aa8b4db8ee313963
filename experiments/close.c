#include "experiments/close.h"

#include "base/alloc.h"
#include "experiments/analysis.h"
#include "experiments/close_parts.h"
#include "experiments/folder.h"

static int values_of(void *context, int64_t point, int choice,
                     int64_t replication, double *row, struct pt_err *err)
{
    const struct pt_closing *closing = context;
    const struct pt_spot spot = {
        .point = point, .choice = choice, .replication = replication};
    char key[PT_DIGEST_TEXT];

    pt_roster_key(closing->roster, &spot, key);
    return pt_store_row(*closing->store, key, NULL, row, err);
}

static int64_t replications_of(void *context, int64_t point)
{
    const struct pt_closing *closing = context;

    return closing->roster->points[point].replications;
}

int pt_close_analysis(const struct pt_closing *closing, struct pt_err *err)
{
    struct pt_closing copy = *closing;
    const struct pt_runs runs = {
        .values = values_of, .replications = replications_of, .context = &copy};
    struct pt_analysis analysis;
    int status = pt_analysis_init(&analysis, closing->study, closing->columns,
                                  closing->ncolumns, &runs, err);

    if (status == 0)
        status = pt_analysis_write(&analysis, closing->dir, err);
    pt_analysis_fini(&analysis);
    return status;
}

/* --- the store --- */

struct ordered {
    const struct pt_closing *closing;
    struct pt_spot at; /* of run number `number` */
    int64_t number;
    char name[512];
    char *policy; /* of the run; owned */
};

static const char *value_of(void *context, int64_t point, int axis, double *x)
{
    const struct ordered *ordered = context;
    const struct pt_study *study = ordered->closing->study;
    const struct pt_axis_value *value =
        &study->axes[axis].values[pt_grid_value(study, point, axis)];

    *x = value->x;
    return value->label;
}

/* Runs are asked for one after the other. */
static void step(struct ordered *ordered)
{
    const struct pt_roster *roster = ordered->closing->roster;
    struct pt_spot *at = &ordered->at;

    ordered->number++;
    if (++at->replication <= roster->points[at->point].replications)
        return;
    at->replication = 1;
    if (++at->choice < roster->nchoices)
        return;
    at->choice = 0;
    at->point++;
}

static void run_of(void *context, int64_t i, struct pt_store_run *run)
{
    struct ordered *ordered = context;
    const struct pt_study *study = ordered->closing->study;
    const struct pt_choice *choice;

    if (i < ordered->number) {
        ordered->at = (struct pt_spot){.replication = 1};
        ordered->number = 0;
    }
    while (ordered->number < i)
        step(ordered);
    choice = &study->choices.items[ordered->at.choice];
    pt_free(ordered->policy);
    ordered->policy =
        pt_grid_policy_new(study, ordered->at.point, ordered->at.choice);
    pt_grid_name(study, ordered->at.point, ordered->name, sizeof ordered->name);
    *run = (struct pt_store_run){.point = ordered->at.point,
                                 .name = ordered->name,
                                 .label = choice->label,
                                 .policy = ordered->policy,
                                 .replication = ordered->at.replication,
                                 .counted = true};
    pt_roster_key(ordered->closing->roster, &ordered->at, run->key);
}

static int finish_store(const struct pt_closing *closing, struct pt_err *err)
{
    const struct pt_study *study = closing->study;
    struct ordered ordered = {.closing = closing, .at = {.replication = 1}};
    char *text = pt_folder_read(closing->dir, "study.json", err);
    const char **axes = pt_alloc((size_t)study->naxes + 1, sizeof *axes);
    struct pt_store_study all = {.study = text,
                                 .naxes = study->naxes,
                                 .axes = axes,
                                 .value = value_of,
                                 .context = &ordered,
                                 .run = run_of,
                                 .jobs = study->jobs_in_db};
    int status = -1;

    for (int a = 0; a < study->naxes; a++)
        axes[a] = study->axes[a].name;
    for (int64_t p = 0; p < closing->roster->npoints; p++)
        all.n +=
            closing->roster->points[p].replications * closing->roster->nchoices;
    if (text) {
        status = pt_store_finish(*closing->store, &all, err);
        *closing->store = NULL;
    }
    pt_free(ordered.policy);
    pt_free(axes);
    pt_free(text);
    return status;
}

int pt_campaign_close(const struct pt_closing *closing, struct pt_err *err)
{
    if (pt_close_folders(closing, err) < 0 ||
        pt_close_links(closing, err) < 0 ||
        pt_close_summary(closing, err) < 0 ||
        pt_close_rules(closing, err) < 0 || pt_close_analysis(closing, err) < 0)
        return -1;
    return finish_store(closing, err);
}
