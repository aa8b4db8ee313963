#include <string.h>

#include "base/param.h"
#include "experiments/study_names.h"
#include "experiments/study_parts.h"

/* Units in which times are drawn, the longest first, in seconds. */
static const struct {
    const char *name;
    double seconds;
} units[] = {{"days", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}};

enum { UNITS = sizeof units / sizeof *units };

/* The longest unit that no value of AXIS is less than one of. */
static int pick_unit(const struct pt_axis *axis)
{
    int u = 0;

    for (int i = 0; i < axis->n; i++)
        while (u < UNITS - 1 && axis->values[i].x < units[u].seconds)
            u++;
    return u;
}

int pt_study_read_times(const struct pt_study_doc *doc, struct pt_axis *axis,
                        const struct pt_param *param, int32_t item,
                        struct pt_err *err)
{
    int u = 0;

    if (!param || param->type != PT_PARAM_TIME)
        return 0;
    if (!axis->unit) {
        u = pick_unit(axis);
        axis->unit = pt_study_copy(units[u].name);
    }
    while (u < UNITS && strcmp(units[u].name, axis->unit) != 0)
        u++;
    if (u == UNITS)
        return pt_json_bad(&doc->json, item, err,
                           "%s is a time, and '%s' is no unit of times "
                           "(expected days, h, min or s)",
                           param->name, axis->unit);
    for (int i = 0; i < axis->n; i++)
        axis->values[i].x /= units[u].seconds;
    return 0;
}
