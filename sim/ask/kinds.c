#include "ask/kinds.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "registry.h"

static const char *const plurals[PT_KINDS] = {
    [PT_KIND_POLICY] = "policies",        [PT_KIND_PLACE] = "places",
    [PT_KIND_SOURCE] = "sources",         [PT_KIND_MODEL] = "models",
    [PT_KIND_CHANGE] = "changes",         [PT_KIND_STRAGGLER] = "stragglers",
    [PT_KIND_FAULT] = "faults",           [PT_KIND_FAILURE] = "failures",
    [PT_KIND_CHECKPOINT] = "checkpoints", [PT_KIND_SINK] = "sinks",
    [PT_KIND_FIGURE] = "figures"};

static const char *const singulars[PT_KINDS] = {
    [PT_KIND_POLICY] = "policy",
    [PT_KIND_PLACE] = "placement",
    [PT_KIND_SOURCE] = "source",
    [PT_KIND_MODEL] = "model",
    [PT_KIND_CHANGE] = "change",
    [PT_KIND_STRAGGLER] = "straggler model",
    [PT_KIND_FAULT] = "fault model",
    [PT_KIND_FAILURE] = "failure model",
    [PT_KIND_CHECKPOINT] = "checkpoint rule",
    [PT_KIND_SINK] = "sink",
    [PT_KIND_FIGURE] = "figure"};

const char *pt_kind_plural(enum pt_kind kind)
{
    return plurals[kind];
}

const char *pt_kind_singular(enum pt_kind kind)
{
    return singulars[kind];
}

/* Every plug-in's struct begins with the members of struct pt_plugin. */
const struct pt_plugin *pt_kind_item(enum pt_kind kind, int i)
{
    switch (kind) {
    case PT_KIND_POLICY:
        return (const struct pt_plugin *)pt_policies[i];
    case PT_KIND_PLACE:
        return (const struct pt_plugin *)pt_places[i];
    case PT_KIND_SOURCE:
        return (const struct pt_plugin *)pt_sources[i];
    case PT_KIND_MODEL:
        return (const struct pt_plugin *)pt_models[i];
    case PT_KIND_CHANGE:
        return (const struct pt_plugin *)pt_changes[i];
    case PT_KIND_STRAGGLER:
        return (const struct pt_plugin *)pt_stragglers[i];
    case PT_KIND_FAULT:
        return (const struct pt_plugin *)pt_faults[i];
    case PT_KIND_FAILURE:
        return (const struct pt_plugin *)pt_failures[i];
    case PT_KIND_CHECKPOINT:
        return (const struct pt_plugin *)pt_checkpoints[i];
    case PT_KIND_SINK:
        return (const struct pt_plugin *)pt_sinks[i];
    case PT_KIND_FIGURE:
        return (const struct pt_plugin *)pt_figures[i];
    case PT_KINDS:
        break;
    }
    return NULL;
}

int pt_kind_find(enum pt_kind kind, const char *name, size_t length)
{
    const struct pt_plugin *item;

    for (int i = 0; (item = pt_kind_item(kind, i)); i++)
        if (strlen(item->name) == length &&
            memcmp(item->name, name, length) == 0)
            return i;
    return -1;
}

/* The names of the kind, then those of the presets; the caller frees. */
static const char **all_names(enum pt_kind kind, size_t *n)
{
    const struct pt_plugin *item;
    const char **names;
    size_t count = 0, presets = 0;

    while (pt_kind_item(kind, (int)count))
        count++;
    while (kind == PT_KIND_POLICY && pt_presets[presets].name)
        presets++;
    names = pt_alloc(count + presets + 1, sizeof *names);
    for (*n = 0; (item = pt_kind_item(kind, (int)*n)); (*n)++)
        names[*n] = item->name;
    for (size_t i = 0; i < presets; i++)
        names[(*n)++] = pt_presets[i].name;
    return names;
}

const char *pt_kind_nearest(enum pt_kind kind, const char *word)
{
    size_t n;
    const char **names = all_names(kind, &n);
    const char *near = pt_text_nearest(word, names, n);

    pt_free(names);
    return near;
}

void pt_kind_names(enum pt_kind kind, char *text, size_t size)
{
    size_t n, used = 0;
    const char **names = all_names(kind, &n);

    text[0] = '\0';
    for (size_t i = 0; i < n && used + 1 < size; i++) {
        if (i > 0)
            pt_text_copy(text + used, size - used, ", ");
        used += strlen(text + used);
        pt_text_copy(text + used, size - used, names[i]);
        used += strlen(text + used);
    }
    pt_free(names);
}
