#include "base/plugin.h"

#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

void *pt_plugin_state_new(const struct pt_plugin *plugin)
{
    void *state = pt_alloc(1, plugin->state_size ? plugin->state_size : 1);

    if (plugin->params)
        pt_param_defaults(plugin->params, state);
    return state;
}

static int set_one(const struct pt_plugin *plugin, void *state, char *pair,
                   struct pt_err *err)
{
    char *equals = strchr(pair, '=');

    if (!equals)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s: '%s' is not a parameter (expected KEY=VALUE)",
                          plugin->name, pair);
    *equals = '\0';
    if (!plugin->params)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s takes no parameters, and so no '%s'",
                          plugin->name, pair);
    return pt_param_set(plugin->params, state, plugin->name, pair, equals + 1,
                        err);
}

int pt_plugin_set_text(const struct pt_plugin *plugin, void *state,
                       const char *text, struct pt_err *err)
{
    for (;;) {
        const size_t length = strcspn(text, ",");
        char *pair = pt_text_dup(text, length);
        const int status = set_one(plugin, state, pair, err);
        pt_free(pair);
        if (status < 0)
            return -1;
        if (text[length] == '\0')
            return 0;
        text += length + 1;
    }
}

char *pt_plugin_text_new(const struct pt_plugin *plugin, const void *state)
{
    const size_t per = 64 + PT_PARAM_TEXT_SIZE;
    size_t size = strlen(plugin->name) + 1, used;
    char *text;

    for (const struct pt_param *p = plugin->params; p && p->name; p++)
        size += strlen(p->name) + per;
    text = pt_alloc(size, 1);
    pt_text_copy(text, size, plugin->name);
    for (const struct pt_param *p = plugin->params; p && p->name; p++) {
        used = strlen(text);
        text[used++] = p == plugin->params ? ':' : ',';
        pt_text_copy(text + used, size - used, p->name);
        used = strlen(text);
        text[used++] = '=';
        pt_param_print(p, state, text + used, size - used);
    }
    return text;
}

static const struct pt_plugin *find(const struct pt_plugin *const *plugins,
                                    const char *kind, const char *name,
                                    struct pt_err *err)
{
    const char *names[64];
    size_t n = 0;

    for (; plugins[n] && n < sizeof names / sizeof *names; n++) {
        names[n] = plugins[n]->name;
        if (strcmp(names[n], name) == 0)
            return plugins[n];
    }
    const char *near = pt_text_nearest(name, names, n);
    if (near)
        pt_err_set(err, PT_ERR_USAGE, "unknown %s '%s' (did you mean '%s'?)",
                   kind, name, near);
    else
        pt_err_set(err, PT_ERR_USAGE, "unknown %s '%s' (see protium list)",
                   kind, name);
    return NULL;
}

const struct pt_plugin *pt_plugin_open(const struct pt_plugin *const *plugins,
                                       const char *kind, const char *text,
                                       void **state, struct pt_err *err)
{
    size_t length = strcspn(text, ":");
    char *name = pt_text_dup(text, length);
    const struct pt_plugin *plugin = find(plugins, kind, name, err);

    *state = NULL;
    pt_free(name);
    if (!plugin)
        return NULL;
    *state = pt_plugin_state_new(plugin);
    if (text[length] == '\0' ||
        pt_plugin_set_text(plugin, *state, text + length + 1, err) == 0)
        return plugin;
    pt_free(*state);
    *state = NULL;
    return NULL;
}
