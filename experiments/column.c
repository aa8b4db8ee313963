#include "experiments/column.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "metrics/ledger.h"
#include "sink/metric.h"

/* Whether NAME is BASE, '_' and the name of a statistic. */
static bool is_statistic(const char *name, const char *base,
                         const struct pt_statistic **statistic)
{
    const size_t n = strlen(base);

    if (strncmp(name, base, n) != 0 || name[n] != '_')
        return false;
    for (const struct pt_statistic *s = pt_statistics; s->name; s++)
        if (strcmp(name + n + 1, s->name) == 0) {
            *statistic = s;
            return true;
        }
    return false;
}

static void fill_spread(struct pt_column *column,
                        const struct pt_statistic *statistic, const char *whose,
                        const char *unit, const char *help)
{
    const char *name = statistic->name;

    column->unit = unit;
    if (strcmp(name, "mean") == 0 || strcmp(name, "max") == 0)
        snprintf(column->help, sizeof column->help, "%s over the %s of: %s",
                 name[1] == 'e' ? "mean" : "maximum", whose, help);
    else
        snprintf(column->help, sizeof column->help,
                 "%s %% of the %s have at most this: %s", name + 1, whose,
                 help);
}

static void fill(struct pt_column *column, const char *unit, const char *help)
{
    column->unit = unit;
    pt_text_copy(column->help, sizeof column->help, help);
}

static bool find_run(struct pt_column *column, const char *name)
{
    const struct pt_statistic *statistic;

    for (const struct pt_metric *m = pt_metrics; m->name; m++)
        if (strcmp(name, m->name) == 0) {
            fill(column, m->unit, m->help);
            return true;
        }
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++)
        if (is_statistic(name, m->name, &statistic)) {
            fill_spread(column, statistic, "jobs", m->unit, m->help);
            return true;
        }
    return false;
}

static bool find_stage(struct pt_column *column, const char *name)
{
    static const char failures[] = "stage_failures_";
    const struct pt_statistic *statistic;

    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++) {
        if (m->kind == PT_STAGE_SPREAD &&
            is_statistic(name, m->name, &statistic)) {
            fill_spread(column, statistic, "stages", m->unit, m->help);
            return true;
        }
        if (m->kind != PT_STAGE_SPREAD && strcmp(name, m->name) == 0) {
            fill(column, m->unit, m->help);
            return true;
        }
    }
    if (strncmp(name, failures, sizeof failures - 1) != 0)
        return false;
    snprintf(column->help, sizeof column->help,
             "attempts of stages that failed of: %s",
             name + sizeof failures - 1);
    return true;
}

static bool find_share(struct pt_column *column, const char *name)
{
    for (int c = 0; c < PT_CLASSES; c++) {
        const char *class = pt_class_name((enum pt_class)c);

        if (strncmp(name, "share_", 6) != 0 || strcmp(name + 6, class) != 0)
            continue;
        snprintf(column->help, sizeof column->help,
                 "share of all slot-seconds: %s",
                 pt_class_help((enum pt_class)c));
        return true;
    }
    return false;
}

bool pt_column_find(struct pt_column *column, const char *name)
{
    *column = (struct pt_column){.unit = ""};
    return find_run(column, name) || find_share(column, name) ||
           find_stage(column, name);
}
