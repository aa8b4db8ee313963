/* grid_set.c - what a path of a grid names, and how it is set. */
#include <string.h>

#include "ask/kinds.h"
#include "base/alloc.h"
#include "base/param.h"
#include "base/text.h"
#include "core/policy.h"
#include "experiments/grid.h"
#include "registry.h"
#include "traces/source.h"

/* A node's number is an int32_t everywhere. */
#define MOST_SLOTS (INT32_MAX / 2)

/* ---- rooms ---- */

static const char *const rooms[PT_ROOMS] = {[PT_ROOM_WORKLOAD] = "workload",
                                            [PT_ROOM_CLUSTER] = "cluster",
                                            [PT_ROOM_SET] = "set",
                                            [PT_ROOM_POLICY] = "policy"};

const char *pt_grid_room_name(enum pt_grid_room room)
{
    return rooms[room];
}

static const struct pt_param *find_param(const struct pt_param *params,
                                         const char *name, size_t length)
{
    for (; params && params->name; params++)
        if (strncmp(params->name, name, length) == 0 &&
            params->name[length] == '\0')
            return params;
    return NULL;
}

/* The parameters of the model; NULL if the workload is a trace. */
static const struct pt_param *model_params(const struct pt_cell *cell)
{
    return cell->workload.path || !cell->workload.source
               ? NULL
               : cell->workload.source->params;
}

enum pt_grid_room pt_grid_room(const struct pt_cell *cell, const char *path,
                               const char **rest)
{
    const size_t length = strcspn(path, ".");

    for (int i = 0; i < PT_ROOMS; i++)
        if (strncmp(rooms[i], path, length) == 0 && rooms[i][length] == '\0') {
            *rest = path + length + (path[length] == '.');
            return (enum pt_grid_room)i;
        }
    *rest = path;
    if (find_param(pt_settings_params, path, length))
        return PT_ROOM_SET;
    if (find_param(model_params(cell), path, length))
        return PT_ROOM_WORKLOAD;
    return PT_ROOMS;
}

/* Settings that name plug-ins. */
static const struct named {
    const char *key;
    enum pt_kind kind;
    bool many; /* joined by + */
} named[] = {{"place", PT_KIND_PLACE, false},
             {"straggler", PT_KIND_STRAGGLER, false},
             {"fault", PT_KIND_FAULT, false},
             {"slowness", PT_KIND_STRAGGLER, false},
             {"checkpoint", PT_KIND_CHECKPOINT, false},
             {"failures", PT_KIND_FAILURE, true},
             {"changes", PT_KIND_CHANGE, true}};

static const struct named *find_named(const char *key, size_t length)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strncmp(named[i].key, key, length) == 0 &&
            named[i].key[length] == '\0')
            return &named[i];
    return NULL;
}

/* Of REST, KEY or KEY.NAME.PARAM. */
static const struct pt_param *setting_param(const char *rest)
{
    const size_t length = strcspn(rest, ".");
    const struct named *it = find_named(rest, length);
    int index;

    if (rest[length] == '\0')
        return find_param(pt_settings_params, rest, length);
    if (!it)
        return NULL;
    const char *name = rest + length + 1;
    const size_t n = strcspn(name, ".");
    index = pt_kind_find(it->kind, name, n);
    if (index < 0 || name[n] == '\0')
        return NULL;
    return find_param(pt_kind_item(it->kind, index)->params, name + n + 1,
                      strlen(name + n + 1));
}

const struct pt_param *pt_grid_param(const struct pt_cell *cell,
                                     const char *path)
{
    const char *rest;
    const struct pt_param *param = NULL;

    switch (pt_grid_room(cell, path, &rest)) {
    case PT_ROOM_WORKLOAD:
        return find_param(model_params(cell), rest, strlen(rest));
    case PT_ROOM_SET:
        return setting_param(rest);
    case PT_ROOM_POLICY:
        for (int i = 0; pt_policies[i] && !param; i++)
            param = find_param(pt_policies[i]->params, rest, strlen(rest));
        return param;
    case PT_ROOM_CLUSTER:
    case PT_ROOMS:
        break;
    }
    return NULL;
}

/* ---- texts of parameters ---- */

/* PARAMS, "KEY=VALUE,...", with KEY's value replaced by VALUE, or added; the
 * caller frees. */
static char *spliced(const char *params, const char *key, const char *value)
{
    const size_t n = strlen(key);
    const size_t size = strlen(params) + n + strlen(value) + 3;
    char *text = pt_alloc(size, 1);
    const char *from = params, *end = params + strlen(params);
    size_t used;

    while (from < end && (strncmp(from, key, n) != 0 || from[n] != '='))
        from += strcspn(from, ",") + (from[strcspn(from, ",")] == ',');
    used = (size_t)(from - params);
    memcpy(text, params, used);
    if (from == end && used > 0)
        text[used++] = ',';
    pt_text_copy(text + used, size - used, key);
    used += n;
    text[used++] = '=';
    pt_text_copy(text + used, size - used, value);
    used += strlen(value);
    if (from < end)
        pt_text_copy(text + used, size - used, from + strcspn(from, ","));
    return text;
}

/* VALUE becomes part of a text in which MARKS part it from others. */
static int check_marks(const char *path, const char *value, const char *marks,
                       struct pt_err *err)
{
    const size_t at = strcspn(value, marks);

    if (value[at] == '\0')
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "%s: '%.60s' has a '%c' in it (expected one value)", path,
                      value, value[at]);
}

/* ---- setting ---- */

static int set_workload(struct pt_cell *cell, const char *text,
                        struct pt_err *err)
{
    const struct pt_study *study = cell->study;

    pt_workload_fini(&cell->workload);
    for (int i = 0; study && i < study->nfound; i++) {
        const struct pt_workload *known = &study->found[i];
        if (strcmp(known->text, text) != 0)
            continue;
        cell->workload = *known;
        if (known->params)
            cell->workload.params =
                pt_text_dup(known->params, strlen(known->params));
        return 0;
    }
    return pt_workload_find(&cell->workload, text, err);
}

/* VALUE as PARAM has it, into TEXT [PT_PARAM_TEXT_SIZE]. */
static int read_value(const struct pt_param *param, const char *owner,
                      const char *value, char *text, struct pt_err *err)
{
    struct pt_param table[2] = {*param, PT_PARAM_END};
    union {
        int64_t whole;
        double real;
        char text[PT_PARAM_TEXT_SIZE];
    } state = {.whole = 0};

    table[0].offset = 0;
    if (pt_param_set(table, &state, owner, param->name, value, err) < 0)
        return -1;
    pt_param_print(table, &state, text, PT_PARAM_TEXT_SIZE);
    return 0;
}

static int bad_param(const struct pt_param *params, const char *owner,
                     const char *key, struct pt_err *err)
{
    return pt_param_set(params, NULL, owner, key, "", err);
}

static int set_model(struct pt_cell *cell, const char *key, const char *text,
                     struct pt_err *err)
{
    const struct pt_param *params = model_params(cell);
    const struct pt_param *param = pt_param_find(params, key);
    char value[PT_PARAM_TEXT_SIZE];
    char *all;

    if (cell->workload.path)
        return pt_err_set(err, PT_ERR_USAGE,
                          "workload.%s: the workload is a trace, which has no "
                          "parameters (expected a model)",
                          key);
    if (!param)
        return bad_param(params, cell->workload.source->name, key, err);
    if (check_marks(key, text, ",", err) < 0 ||
        read_value(param, cell->workload.source->name, text, value, err) < 0)
        return -1;
    all = spliced(cell->workload.params, key, value);
    pt_free(cell->workload.params);
    cell->workload.params = all;
    return 0;
}

static int set_cluster(struct pt_cell *cell, const char *key, const char *text,
                       struct pt_err *err)
{
    const bool nodes = strcmp(key, "nodes") == 0;
    int64_t value;

    if (!nodes && strcmp(key, "cores") != 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "cluster has no '%.40s' (expected nodes or cores)",
                          key);
    if (!pt_text_read_int(&value, text) || value < 1 || value > MOST_SLOTS)
        return pt_err_set(err, PT_ERR_USAGE,
                          "cluster.%s: '%.40s' is not a machine (expected a "
                          "whole number from 1 to %d)",
                          key, text, MOST_SLOTS);
    if (nodes)
        cell->nodes = value;
    else
        cell->cores = value;
    return 0;
}

/* The part of TEXT that begins with NAME [N]: [*from, *to); false: there is
 * none. */
static bool find_part(const struct named *it, const char *text,
                      const char *name, size_t n, const char **from,
                      const char **to)
{
    for (*from = text;; *from = *to + 1) {
        *to = *from + (it->many ? strcspn(*from, "+") : strlen(*from));
        if (strncmp(*from, name, n) == 0 && strchr(":+", (*from)[n]))
            return true;
        if (**to == '\0')
            return false;
    }
}

/* NAME of a setting that has room for one may take the place of none, and of
 * what nobody asked for. */
static bool may_replace(const struct pt_settings *settings, const char *key,
                        const char *text)
{
    const struct pt_param *param = pt_param_find(pt_settings_params, key);

    return strcmp(text, "none") == 0 || text[0] == '\0' ||
           !(settings->given >> (param - pt_settings_params) & 1);
}

/* TEXT with PARAM of NAME [N] set to VALUE; the caller frees. */
static char *named_text(const struct named *it, const char *text,
                        const char *name, size_t n, const char *param,
                        const char *value)
{
    const char *from = text, *to = text;
    const bool there = find_part(it, text, name, n, &from, &to);
    const bool first = !there && (!it->many || strcmp(text, "none") == 0);
    char *old =
        there ? pt_text_dup(from, (size_t)(to - from)) : pt_text_dup(name, n);
    char *new = spliced(old[n] == ':' ? old + n + 1 : "", param, value);
    const size_t size = strlen(text) + n + strlen(new) + 3;
    char *all = pt_alloc(size, 1);
    size_t used = there ? (size_t)(from - text) : first ? 0 : strlen(text);

    memcpy(all, text, used);
    if (!there && used > 0)
        all[used++] = '+';
    memcpy(all + used, name, n);
    used += n;
    all[used++] = ':';
    pt_text_copy(all + used, size - used, new);
    used += strlen(new);
    if (there)
        pt_text_copy(all + used, size - used, to);
    pt_free(old);
    pt_free(new);
    return all;
}

/* PATH is NAME.PARAM, of the setting IT. */
static int set_named(struct pt_cell *cell, const struct named *it,
                     const char *path, const char *value, struct pt_err *err)
{
    const size_t n = strcspn(path, ".");
    const struct pt_param *key = pt_param_find(pt_settings_params, it->key);
    const char *from, *to;
    char text[PT_PARAM_TEXT_SIZE], name[64];
    char *all;
    int status;

    pt_text_copy(name, n < sizeof name ? n + 1 : sizeof name, path);
    if (path[n] == '\0')
        return pt_err_set(err, PT_ERR_USAGE,
                          "set.%s.%.40s names no parameter (expected "
                          "set.%s.NAME.PARAMETER)",
                          it->key, path, it->key);
    if (pt_kind_find(it->kind, path, n) < 0) {
        const char *near = pt_kind_nearest(it->kind, name);
        return near ? pt_err_set(err, PT_ERR_USAGE,
                                 "unknown %s '%.40s' (did you mean '%s'?)",
                                 pt_kind_singular(it->kind), name, near)
                    : pt_err_set(err, PT_ERR_USAGE,
                                 "unknown %s '%.40s' (protium list %s)",
                                 pt_kind_singular(it->kind), name,
                                 pt_kind_plural(it->kind));
    }
    if (check_marks(path, value, it->many ? ",+" : ",", err) < 0)
        return -1;
    pt_param_print(key, &cell->settings, text, sizeof text);
    if (!it->many && !find_part(it, text, path, n, &from, &to) &&
        !may_replace(&cell->settings, it->key, text))
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s is %.60s, and so has no '%s' (expected %s "
                          "there, or no %s)",
                          it->key, text, path, name, it->key);
    all = named_text(it, text, path, n, path + n + 1, value);
    status = pt_settings_set(&cell->settings, "set", it->key, all, err);
    pt_free(all);
    return status;
}

static int set_setting(struct pt_cell *cell, const char *path, const char *text,
                       struct pt_err *err)
{
    const size_t length = strcspn(path, ".");
    const struct named *it = find_named(path, length);
    char key[64];

    if (path[length] == '\0')
        return pt_settings_set(&cell->settings, "set", path, text, err);
    if (it)
        return set_named(cell, it, path + length + 1, text, err);
    pt_text_copy(key, length < sizeof key ? length + 1 : sizeof key, path);
    if (!pt_param_find(pt_settings_params, key))
        return bad_param(pt_settings_params, "set", key, err);
    return pt_err_set(err, PT_ERR_USAGE,
                      "set.%s: %s names no plug-in, and so has no parameters "
                      "(expected set.%s)",
                      path, key, key);
}

static int set_policy(struct pt_cell *cell, const char *key, const char *text,
                      struct pt_err *err)
{
    const struct pt_policy *policy = cell->choice.policy;
    const struct pt_plugin *plugin = (const struct pt_plugin *)policy;
    bool known = false;

    for (int i = 0; pt_policies[i]; i++)
        known = known || pt_param_find(pt_policies[i]->params, key);
    if (known && !pt_param_find(policy->params, key))
        return 0;
    if (check_marks(key, text, ",", err) < 0 ||
        pt_param_set(policy->params, cell->choice.state, policy->name, key,
                     text, err) < 0)
        return -1;
    pt_free(cell->choice.text);
    cell->choice.text = pt_plugin_text_new(plugin, cell->choice.state);
    return 0;
}

/* The first word of PATH is nothing that is known here. */
static int bad_path(const struct pt_cell *cell, const char *path,
                    struct pt_err *err)
{
    const char *names[256];
    char word[64];
    const size_t length = strcspn(path, ".");
    size_t n = 0;

    pt_text_copy(word, length < sizeof word ? length + 1 : sizeof word, path);
    for (; n < PT_ROOMS; n++)
        names[n] = rooms[n];
    for (int i = 0; pt_policies[i]; i++)
        if (pt_param_find(pt_policies[i]->params, word))
            return pt_err_set(err, PT_ERR_USAGE,
                              "'%.60s' is a parameter of policies (expected "
                              "'policy.%s')",
                              path, word);
    if (strcmp(word, "nodes") == 0 || strcmp(word, "cores") == 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "'%s' is the cluster's (expected 'cluster.%s')", word,
                          word);
    for (const struct pt_param *p = model_params(cell);
         p && p->name && n < sizeof names / sizeof *names; p++)
        names[n++] = p->name;
    for (const struct pt_param *p = pt_settings_params;
         p->name && n < sizeof names / sizeof *names; p++)
        names[n++] = p->name;
    const char *near = pt_text_nearest(word, names, n);
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "'%.60s': there is no '%s' to set (did you mean "
                          "'%s'?)",
                          path, word, near);
    return pt_err_set(err, PT_ERR_USAGE,
                      "'%.60s': there is no '%s' to set (expected a setting, a "
                      "parameter of the model, workload..., cluster..., "
                      "set..., or policy...)",
                      path, word);
}

int pt_grid_set(struct pt_cell *cell, const char *path, const char *text,
                struct pt_err *err)
{
    const char *rest;

    switch (pt_grid_room(cell, path, &rest)) {
    case PT_ROOM_WORKLOAD:
        return rest[0] ? set_model(cell, rest, text, err)
                       : set_workload(cell, text, err);
    case PT_ROOM_CLUSTER:
        return set_cluster(cell, rest, text, err);
    case PT_ROOM_SET:
        return set_setting(cell, rest, text, err);
    case PT_ROOM_POLICY:
        return set_policy(cell, rest, text, err);
    case PT_ROOMS:
        break;
    }
    return bad_path(cell, path, err);
}
