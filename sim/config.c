/* config.c - the text of a run: what is recorded with its results, and what it
 * is known by. */
#include "run.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "registry.h"
#include "sink/doc.h"
#include "version.h"

/* Leaves ENDING off NAME [*n], if it has it and is more than that. */
static bool cut(const char *name, size_t *n, const char *ending)
{
    size_t size = strlen(ending);

    if (*n <= size || memcmp(name + *n - size, ending, size) != 0)
        return false;
    *n -= size;
    return true;
}

char *pt_run_workload(const struct pt_run *run)
{
    const char *name = run->path ? run->path : run->source->name;
    const char *slash = strrchr(name, '/');
    size_t n;

    name = slash ? slash + 1 : name;
    n = strlen(name);
    if (!cut(name, &n, ".gz") && !cut(name, &n, ".zstd"))
        cut(name, &n, ".zst");
    if (!cut(name, &n, ".swf"))
        cut(name, &n, ".json");
    return pt_text_dup(name, n);
}

/* What the key KEY names: all that one can be given. */
static const struct pt_plugin *const *plugins_of(const char *key)
{
    const struct {
        const char *key;
        const void *plugins;
    } keys[] = {{"place", pt_places},        {"straggler", pt_stragglers},
                {"fault", pt_faults},        {"failures", pt_failures},
                {"slowness", pt_stragglers}, {"checkpoint", pt_checkpoints},
                {"changes", pt_changes}};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(keys[i].key, key) == 0)
            return keys[i].plugins;
    return NULL;
}

/* A file is known by its digest, wherever it is: of its path the name is told,
 * as of a workload's. */
static void shorten_file(const struct pt_plugin *plugin, void *state)
{
    const struct pt_param *file =
        plugin->params ? pt_param_find(plugin->params, "file") : NULL;
    char *path = file ? (char *)state + file->offset : NULL;
    const char *slash = path ? strrchr(path, '/') : NULL;

    if (slash && file->type == PT_PARAM_TEXT)
        memmove(path, slash + 1, strlen(slash));
}

/* One of PLUGINS, TEXT [N], with all its parameters; the caller frees. */
static char *fill_in_one(const struct pt_plugin *const *plugins,
                         const char *text, size_t n)
{
    struct pt_err ignored = {.code = PT_ERR_NONE};
    char *one = pt_text_dup(text, n), *full = NULL;
    void *state = NULL;
    const struct pt_plugin *plugin =
        strcmp(one, "none") != 0
            ? pt_plugin_open(plugins, "plug-in", one, &state, &ignored)
            : NULL;

    if (plugin) {
        shorten_file(plugin, state);
        full = pt_plugin_text_new(plugin, state);
    }
    pt_free(state);
    if (!full)
        return one;
    pt_free(one);
    return full;
}

/* VALUE, MODEL[:key=value,...][+...], with every default filled in; the caller
 * frees. */
static char *fill_in(const struct pt_plugin *const *plugins, const char *value)
{
    char *all = NULL;
    size_t used = 0;

    do {
        const size_t n = strcspn(value, "+");
        char *one = fill_in_one(plugins, value, n);
        const size_t length = strlen(one);

        all = pt_realloc(all, used + length + 2, 1);
        memcpy(all + used, one, length);
        used += length;
        value += n;
        if (*value == '+')
            all[used++] = *value++;
        all[used] = '\0';
        pt_free(one);
    } while (*value != '\0');
    return all;
}

static void write_settings(struct pt_doc *doc,
                           const struct pt_settings *settings)
{
    char value[PT_PARAM_TEXT_SIZE];

    pt_doc_begin(doc, "set", '{');
    for (const struct pt_param *p = pt_settings_params; p->name; p++) {
        const struct pt_plugin *const *plugins = plugins_of(p->name);
        pt_param_print(p, settings, value, sizeof value);
        char *text = plugins ? fill_in(plugins, value) : NULL;
        pt_doc_text(doc, p->name, text ? text : value);
        pt_free(text);
    }
    pt_doc_end(doc, '}');
}

static void write_nodes(struct pt_doc *doc,
                        const struct pt_run_machine *machine)
{
    if (!machine->node)
        return;
    pt_doc_begin(doc, "machine", '[');
    for (int32_t i = 0; i < machine->nodes; i++) {
        const struct pt_node *node = &machine->node[i];
        pt_doc_begin(doc, NULL, '[');
        for (int r = 0; r < PT_RESOURCES; r++)
            pt_doc_int(doc, NULL, node->size.amount[r]);
        pt_doc_int(doc, NULL, node->host);
        pt_doc_int(doc, NULL, node->rack);
        pt_doc_int(doc, NULL, node->profile);
        pt_doc_int(doc, NULL, node->absent);
        pt_doc_end(doc, ']');
    }
    pt_doc_end(doc, ']');
}

static void write_pools(struct pt_doc *doc,
                        const struct pt_run_machine *machine)
{
    if (!machine->pools)
        return;
    pt_doc_begin(doc, "pools", '[');
    for (int32_t i = 0; i < machine->npools; i++) {
        const struct pt_pool_spec *pool = &machine->pools[i];
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", pool->name);
        pt_doc_int(doc, "parent", pool->parent);
        pt_doc_int(doc, "weight", pool->weight);
        pt_doc_int(doc, "min_share", pool->min_share);
        pt_doc_bool(doc, "fair", pool->fair);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

/* The text that DOC was written into OUT, which ends; the caller frees. */
static char *take_text(struct pt_out *out)
{
    while (out->used > 0 && out->buffer[out->used - 1] == '\n')
        out->used--;
    char *text = pt_text_dup(out->buffer, out->used);
    pt_out_abandon(out);
    return text;
}

char *pt_run_config(const struct pt_run *run,
                    const struct pt_settings *settings,
                    const struct pt_run_machine *machine)
{
    char *workload = pt_run_workload(run), *text;
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    struct pt_doc doc;

    pt_out_open(&out, NULL, &err);
    pt_doc_init(&doc, &out);
    doc.compact = true;
    pt_doc_begin(&doc, NULL, '{');
    pt_doc_text(&doc, "workload", workload);
    pt_doc_text(&doc, "source", run->source->name);
    pt_doc_text(&doc, "params", run->source_params);
    pt_doc_int(&doc, "nodes", machine->nodes);
    pt_doc_int(&doc, "cores", machine->cores);
    write_nodes(&doc, machine);
    write_pools(&doc, machine);
    pt_doc_text(&doc, "policy", run->floor ? "floor" : run->policy_text);
    write_settings(&doc, settings);
    pt_doc_end(&doc, '}');
    text = take_text(&out);
    pt_free(workload);
    return text;
}

/* Where an input may have been recorded under conditions, results depend on
 * what was said, not on values alone. */
static void write_given(struct pt_doc *doc, const struct pt_run *run)
{
    if (!run->source->staged)
        return;
    pt_doc_begin(doc, "given", '[');
    for (int i = 0; pt_settings_params[i].name; i++)
        if (run->settings.given >> i & 1)
            pt_doc_text(doc, NULL, pt_settings_params[i].name);
    pt_doc_end(doc, ']');
}

void pt_run_key(const struct pt_run *run, const char *input,
                char key[PT_DIGEST_TEXT])
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    struct pt_doc doc;

    pt_out_open(&out, NULL, &err);
    pt_doc_init(&doc, &out);
    doc.compact = true;
    pt_doc_begin(&doc, NULL, '{');
    pt_doc_text(&doc, "version", pt_version);
    pt_doc_text(&doc, "source", run->source->name);
    pt_doc_text(&doc, "params", run->source_params);
    pt_doc_text(&doc, "input", input);
    pt_doc_int(&doc, "nodes", run->nodes);
    pt_doc_int(&doc, "cores", run->cores);
    pt_doc_text(&doc, "policy", run->policy_text);
    pt_doc_bool(&doc, "tape", run->tape);
    write_settings(&doc, &run->settings);
    write_given(&doc, run);
    pt_doc_end(&doc, '}');
    pt_assert(out.bytes == 0);
    pt_digest_of(out.buffer, out.used, key);
    pt_out_abandon(&out);
}
