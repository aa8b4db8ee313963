/* names.c - what things are called, to be found by that. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "traces/pipeline/doc.h"

static int compare(const void *left, const void *right)
{
    const struct pt_pipeline_name *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    return order ? order : (a->index > b->index) - (a->index < b->index);
}

void pt_pipeline_names_sort(struct pt_pipeline_names *names)
{
    if (names->n > 1)
        qsort(names->items, (size_t)names->n, sizeof *names->items, compare);
}

int32_t pt_pipeline_names_find(const struct pt_pipeline_names *names,
                               const char *name)
{
    int32_t low = 0, high = names->n;

    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (strcmp(names->items[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == names->n || strcmp(names->items[low].name, name) != 0)
        return -1;
    return names->items[low].index;
}

int32_t pt_pipeline_names_twin(const struct pt_pipeline_names *names)
{
    for (int32_t i = 1; i < names->n; i++)
        if (strcmp(names->items[i - 1].name, names->items[i].name) == 0)
            return names->items[i].index;
    return -1;
}

int pt_pipeline_names_bad(const struct pt_pipeline_names *names,
                          const struct pt_json *json, int32_t item,
                          const char *what, struct pt_err *err)
{
    const char *word = pt_json_text(json, item), *near = NULL;

    for (int32_t i = 0; i < names->n && !near; i++)
        near = pt_text_nearest(word, &names->items[i].name, 1);
    if (near)
        return pt_json_bad(json, item, err,
                           "%s: there is no '%.60s' (did you mean '%.60s'?)",
                           what, word, near);
    return pt_json_bad(
        json, item, err, "%s: there is no '%.60s'%s%.60s%s", what, word,
        names->n > 0 ? " (expected one such as '" : " (expected none",
        names->n > 0 ? names->items[0].name : "", names->n > 0 ? "')" : ")");
}
