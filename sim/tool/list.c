#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "registry.h"
#include "run.h"
#include "sink/metric.h"
#include "ask/kinds.h"
#include "tool/page.h"
#include "tool/say.h"
#include "tool/verb.h"

/* What can be listed beside the kinds of plug-ins. */
enum extra { METRICS = PT_KINDS, SETTINGS, LISTS };

static const char *name_of(int list)
{
    if (list < PT_KINDS)
        return pt_kind_plural((enum pt_kind)list);
    return list == METRICS ? "metrics" : "settings";
}

static void say_param(const struct pt_param *param)
{
    char text[1024];
    int at = printf("      %s=%s", param->name, param->fallback);
    size_t used = 0;

    text[0] = '\0';
    if (param->choices) {
        pt_text_copy(text, sizeof text,
                     param->type == PT_PARAM_INT ? "(a number" : "(");
        for (int i = 0; param->choices[i]; i++) {
            used = strlen(text);
            snprintf(text + used, sizeof text - used, "%s%s",
                     used > 1 ? " | " : "", param->choices[i]);
        }
        used = strlen(text);
        pt_text_copy(text + used, sizeof text - used, ") ");
        used += strlen(text + used);
    }
    pt_text_copy(text + used, sizeof text - used, param->help);
    used += strlen(text + used);
    if (param->unit && param->unit[0] && param->type != PT_PARAM_TIME)
        snprintf(text + used, sizeof text - used, " [%s]", param->unit);
    /* A name that reaches the column has a line of its own. */
    pt_say_wrapped(stdout, at == 30 ? at + 1 : at, 30, text);
}

static void say_plugin(const struct pt_plugin *plugin)
{
    const int at = printf("  %s", plugin->name);

    pt_say_wrapped(stdout, at, 18, plugin->summary);
    if (plugin->cite) {
        printf("    ");
        pt_say_wrapped(stdout, 4, 4, plugin->cite);
    }
    for (const struct pt_param *p = plugin->params; p && p->name; p++)
        say_param(p);
}

static void say_presets(void)
{
    char text[256];

    printf("presets\n");
    for (const struct pt_preset *p = pt_presets; p->name; p++) {
        const int at = printf("  %s", p->name);
        snprintf(text, sizeof text, "%s: %s", p->text, p->summary);
        pt_say_wrapped(stdout, at, 18, text);
    }
}

static int say_metrics(struct pt_err *err)
{
    struct pt_page page;

    pt_page_open(&page);
    pt_summary_list_metrics(&page.out);
    return pt_page_close(&page, err);
}

static int say_list(int list, struct pt_err *err)
{
    const struct pt_plugin *plugin;

    printf("%s\n", name_of(list));
    if (list == METRICS)
        return say_metrics(err);
    if (list == SETTINGS) {
        for (const struct pt_param *p = pt_settings_params; p->name; p++)
            say_param(p);
        return 0;
    }
    for (int i = 0; (plugin = pt_kind_item((enum pt_kind)list, i)); i++)
        say_plugin(plugin);
    if (list == PT_KIND_POLICY)
        say_presets();
    return 0;
}

static void write_params(struct pt_doc *doc, const struct pt_param *params)
{
    static const char *const types[] = {
        [PT_PARAM_INT] = "int",       [PT_PARAM_TIME] = "time",
        [PT_PARAM_REAL] = "real",     [PT_PARAM_BOOL] = "bool",
        [PT_PARAM_CHOICE] = "choice", [PT_PARAM_TEXT] = "text"};

    for (const struct pt_param *p = params; p && p->name; p++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", p->name);
        pt_doc_text(doc, "type", types[p->type]);
        pt_doc_text(doc, "unit", p->unit);
        pt_doc_value(doc, "default", p, p->fallback);
        if (p->min < 0 || p->min > 0 || p->max < 0 || p->max > 0) {
            pt_doc_real(doc, "min", p->min);
            pt_doc_real(doc, "max", p->max);
        }
        if (p->choices) {
            pt_doc_begin(doc, "choices", '[');
            for (int i = 0; p->choices[i]; i++)
                pt_doc_text(doc, NULL, p->choices[i]);
            pt_doc_end(doc, ']');
        }
        pt_doc_text(doc, "help", p->help);
        pt_doc_end(doc, '}');
    }
}

static void write_plugins(struct pt_doc *doc, enum pt_kind kind)
{
    const struct pt_plugin *plugin;

    for (int i = 0; (plugin = pt_kind_item(kind, i)); i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", plugin->name);
        pt_doc_text(doc, "summary", plugin->summary);
        pt_doc_text(doc, "cite", plugin->cite);
        pt_doc_begin(doc, "params", '[');
        write_params(doc, plugin->params);
        pt_doc_end(doc, ']');
        pt_doc_end(doc, '}');
    }
}

static void write_presets(struct pt_doc *doc)
{
    pt_doc_begin(doc, "presets", '[');
    for (const struct pt_preset *p = pt_presets; p->name; p++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", p->name);
        pt_doc_text(doc, "policy", p->text);
        pt_doc_text(doc, "summary", p->summary);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

static void write_metric(struct pt_doc *doc, const char *name, const char *unit,
                         const char *help)
{
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "name", name);
    pt_doc_text(doc, "unit", unit);
    pt_doc_text(doc, "help", help);
    pt_doc_end(doc, '}');
}

static void write_metrics(struct pt_doc *doc)
{
    for (const struct pt_metric *m = pt_metrics; m->name; m++)
        write_metric(doc, m->name, m->unit, m->help);
    for (const struct pt_job_metric *m = pt_job_metrics; m->name; m++)
        write_metric(doc, m->name, m->unit, m->help);
    for (const struct pt_stage_metric *m = pt_stage_metrics; m->name; m++)
        write_metric(doc, m->name, m->unit, m->help);
}

static void write_list(struct pt_doc *doc, int list)
{
    pt_doc_begin(doc, name_of(list), '[');
    if (list == METRICS)
        write_metrics(doc);
    else if (list == SETTINGS)
        write_params(doc, pt_settings_params);
    else
        write_plugins(doc, (enum pt_kind)list);
    pt_doc_end(doc, ']');
    if (list == PT_KIND_POLICY)
        write_presets(doc);
}

static int find_list(const char *name, struct pt_err *err)
{
    const char *names[LISTS];
    const char *near;

    for (int i = 0; i < LISTS; i++) {
        names[i] = name_of(i);
        if (strcmp(names[i], name) == 0)
            return i;
    }
    near = pt_text_nearest(name, names, LISTS);
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "list '%s' is not known (did you mean '%s'?)", name,
                          near);
    return pt_err_set(err, PT_ERR_USAGE,
                      "list '%s' is not known (expected policies, places, "
                      "sources, models, stragglers, faults, failures, "
                      "checkpoints, changes, sinks, figures, "
                      "metrics or settings)",
                      name);
}

static int print(const bool *wanted, bool json, struct pt_err *err)
{
    struct pt_page page;
    bool first = true;

    if (json) {
        pt_page_open(&page);
        pt_doc_begin(&page.doc, NULL, '{');
        for (int i = 0; i < LISTS; i++)
            if (wanted[i])
                write_list(&page.doc, i);
        pt_doc_end(&page.doc, '}');
        return pt_page_close(&page, err);
    }
    for (int i = 0; i < LISTS; i++) {
        if (!wanted[i])
            continue;
        if (!first)
            fputc('\n', stdout);
        first = false;
        if (say_list(i, err) < 0)
            return -1;
    }
    return 0;
}

static int list_run(const struct pt_tool *tool, int argc, char **argv,
                    struct pt_err *err)
{
    bool wanted[LISTS] = {false};
    bool json = false, any = false;
    struct pt_options options;
    int status, list;

    (void)tool;
    pt_options_open(&options, "list", pt_verb_list.options, argc, argv);
    while ((status = pt_options_next(&options, err)) == 1) {
        if (options.option) {
            json = true;
            continue;
        }
        list = find_list(options.value, err);
        if (list < 0) {
            status = -1;
            break;
        }
        any = wanted[list] = true;
    }
    pt_options_close(&options);
    if (status < 0)
        return -1;
    for (int i = 0; i < LISTS; i++)
        wanted[i] |= !any;
    return print(wanted, json, err);
}

static const struct pt_option list_options[] = {
    {.name = "json", .help = "Print JSON."}, {.name = NULL}};

static const char *const list_examples[] = {
    "protium list policies", "protium list metrics settings", NULL};

const struct pt_verb pt_verb_list = {
    .name = "list",
    .args = "[policies|places|sources|models|stragglers|faults|sinks|figures|"
            "metrics|settings]...",
    .summary = "what there is, with every parameter and its default",
    .text = "",
    .options = list_options,
    .examples = list_examples,
    .run = list_run};
