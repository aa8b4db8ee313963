/* report_made.c - what was run, and how to do it again. */
#include <string.h>

#include "base/alloc.h"
#include "experiments/column.h"
#include "run.h"
#include "tool/report_parts.h"

/* "NAME: jobs=1000, nodes=128" of the members of OBJECT but FIRST, which names
 * it. */
static void say_plugin(struct pt_web *web, int32_t object, const char *first)
{
    const struct pt_json *json = &web->study;
    const char *name = pt_web_member_text(json, object, first);
    bool some = false;

    pt_web_put(web, "<code>");
    pt_web_say(web, name ? name : "?");
    pt_web_put(web, "</code>");
    for (int32_t key = pt_web_first(json, object); key >= 0;
         key = pt_web_next(json, object, key)) {
        const char *value = pt_web_text(json, key + 1);

        if (!value || strcmp(pt_json_text(json, key), first) == 0)
            continue;
        pt_web_put(web, some ? ", " : ": <span class=\"params\">");
        pt_web_say(web, pt_json_text(json, key));
        pt_web_put(web, "=");
        pt_web_say(web, value);
        some = true;
    }
    pt_web_put(web, some ? "</span>" : "");
}

static void begin_fact(struct pt_web *web, const char *name)
{
    pt_web_put(web, "<tr><th>");
    pt_web_say(web, name);
    pt_web_put(web, "</th><td>");
}

static void end_fact(struct pt_web *web)
{
    pt_web_put(web, "</td></tr>\n");
}

/* --- the workload and the machine --- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void put_inputs(struct pt_web *web)
{
    const struct pt_json *run = &web->run;
    const int32_t inputs = pt_web_member(run, 0, "inputs");

    for (int32_t i = pt_web_first(run, inputs); i >= 0;
         i = pt_web_next(run, inputs, i)) {
        const char *file = pt_web_member_text(run, i, "file");
        const char *digest = pt_web_member_text(run, i, "sha256");

        if (!file || !digest)
            continue;
        pt_web_put(web, "<br>");
        pt_web_say(web, file);
        pt_web_put(web, ": sha256 <code class=\"digest\">");
        pt_web_say(web, digest);
        pt_web_put(web, "</code>");
    }
}

static void put_workload(struct pt_web *web)
{
    const int32_t workload = pt_web_member(&web->study, 0, "workload");
    const bool trace = pt_web_member(&web->study, workload, "trace") >= 0;

    begin_fact(web, "Workload");
    say_plugin(web, workload, trace ? "trace" : "model");
    put_inputs(web);
    end_fact(web);
}

static void put_cluster(struct pt_web *web)
{
    const int32_t cluster = pt_web_member(&web->study, 0, "cluster");
    const int32_t machine = pt_web_member(&web->run, 0, "machine");
    const char *nodes = pt_web_member_text(&web->study, cluster, "nodes");
    const char *cores = pt_web_member_text(&web->study, cluster, "cores");
    const bool told = nodes != NULL;

    if (!told) {
        nodes = pt_web_member_text(&web->run, machine, "nodes");
        cores = pt_web_member_text(&web->run, machine, "cores");
    }
    begin_fact(web, "Cluster");
    if (nodes && cores) {
        pt_web_say(web, nodes);
        pt_web_put(web, strcmp(nodes, "1") == 0 ? " node" : " nodes");
        pt_web_put(web, strcmp(cores, "1") == 0 ? " of one processor"
                        : told                  ? " of "
                                                : " of up to ");
        if (strcmp(cores, "1") != 0) {
            pt_web_say(web, cores);
            pt_web_put(web, " processors");
        }
    }
    if (!told)
        pt_web_put(web, nodes ? " (as the workload has it)"
                              : "as the workload has it");
    end_fact(web);
}

/* --- policies, grid, replications --- */

static void put_policies(struct pt_web *web)
{
    const struct pt_json *json = &web->study;
    const int32_t policies = pt_web_member(json, 0, "policies");
    const char *baseline = pt_web_member_text(json, 0, "baseline");

    begin_fact(web, "Policies");
    pt_web_put(web, "<ul>");
    for (int32_t key = pt_web_first(json, policies); key >= 0;
         key = pt_web_next(json, policies, key)) {
        pt_web_put(web, "<li><b>");
        pt_web_say(web, pt_json_text(json, key));
        pt_web_put(web, "</b> = ");
        say_plugin(web, key + 1, "policy");
        if (web->is_study && baseline &&
            strcmp(baseline, pt_json_text(json, key)) == 0)
            pt_web_put(web, " (baseline)");
        pt_web_put(web, "</li>");
    }
    pt_web_put(web, "</ul>");
    end_fact(web);
}

/* What the first value of an axis sets: the others set the same. */
static void put_paths(struct pt_web *web, int32_t point)
{
    const struct pt_json *json = &web->study;
    const int32_t set = pt_web_member(json, point, "set");
    bool some = false;

    for (int32_t key = pt_web_first(json, set); key >= 0;
         key = pt_web_next(json, set, key)) {
        pt_web_put(web, some ? ", " : " (sets <code>");
        pt_web_say(web, pt_json_text(json, key));
        some = true;
    }
    pt_web_put(web, some ? "</code>)" : "");
}

static void put_axis(struct pt_web *web, int32_t axis, const char *name)
{
    const struct pt_json *json = &web->study;
    const int32_t points = pt_web_member(json, axis, "points");
    const char *title = pt_web_member_text(json, axis, "title");
    const char *unit = pt_web_member_text(json, axis, "unit");
    bool some = false;

    pt_web_put(web, "<li><b>");
    pt_web_say(web, title ? title : name);
    pt_web_put(web, "</b>");
    if (unit && unit[0]) {
        pt_web_put(web, " (");
        pt_web_say(web, unit);
        pt_web_put(web, ")");
    }
    for (int32_t i = pt_web_first(json, points); i >= 0;
         i = pt_web_next(json, points, i)) {
        const char *label = pt_web_member_text(json, i, "label");

        pt_web_put(web, some ? ", " : ": ");
        pt_web_say(web, label ? label : "?");
        some = true;
    }
    put_paths(web, pt_web_first(json, points));
    pt_web_put(web, "</li>");
}

static void put_grid(struct pt_web *web)
{
    const struct pt_json *json = &web->study;
    const int32_t grid = pt_web_member(json, 0, "grid");

    if (pt_web_first(json, grid) < 0)
        return;
    begin_fact(web, "Grid");
    pt_web_put(web, "<ul>");
    for (int32_t key = pt_web_first(json, grid); key >= 0;
         key = pt_web_next(json, grid, key))
        put_axis(web, key + 1, pt_json_text(json, key));
    pt_web_put(web, "</ul>");
    end_fact(web);
}

static void put_replications(struct pt_web *web)
{
    const struct pt_json *json = &web->study;
    const int32_t stop = pt_web_member(json, 0, "stop");
    const char *n = pt_web_member_text(json, 0, "replications");
    const char *metric = pt_web_member_text(json, stop, "metric");
    const char *relative = pt_web_member_text(json, stop, "relative");
    const char *most = pt_web_member_text(json, stop, "most");

    if (!web->is_study || !n)
        return;
    begin_fact(web, "Replications");
    pt_web_say(web, n);
    if (metric && relative && most) {
        pt_web_put(web, " at least, until half the interval of <code>");
        pt_web_say(web, metric);
        pt_web_put(web, "</code> is ");
        pt_web_say(web, relative);
        pt_web_put(web, " of its mean; ");
        pt_web_say(web, most);
        pt_web_put(web, " at most");
    }
    end_fact(web);
}

/* --- settings --- */

/* Whether KEY's VALUE is what it is without being asked for. */
static bool is_default(const struct pt_settings *settings, const char *key,
                       const char *value)
{
    const struct pt_param *param = pt_param_find(pt_settings_params, key);
    char text[PT_PARAM_TEXT_SIZE];

    if (!param)
        return false;
    pt_param_print(param, settings, text, sizeof text);
    return strcmp(text, value) == 0;
}

/* Settings that are at their defaults, or those that are not; how many. */
static int put_settings(struct pt_web *web, const struct pt_settings *settings,
                        bool defaults)
{
    const struct pt_json *json = &web->study;
    const int32_t set = pt_web_member(json, 0, "set");
    int n = 0;

    for (int32_t key = pt_web_first(json, set); key >= 0;
         key = pt_web_next(json, set, key)) {
        const char *name = pt_json_text(json, key);
        const char *value = pt_web_text(json, key + 1);

        if (!value || is_default(settings, name, value) != defaults)
            continue;
        pt_web_put(web, n++ > 0 ? ", " : "");
        pt_web_put(web, "<code>");
        pt_web_say(web, name);
        pt_web_put(web, "=");
        pt_web_say(web, value);
        pt_web_put(web, "</code>");
    }
    return n;
}

static void put_all_settings(struct pt_web *web)
{
    struct pt_settings *settings = pt_alloc(1, sizeof *settings);

    pt_param_defaults(pt_settings_params, settings);
    begin_fact(web, "Settings");
    if (put_settings(web, settings, false) == 0)
        pt_web_put(web, "all at their defaults");
    pt_web_put(web, "<details><summary>Settings at their defaults</summary>");
    put_settings(web, settings, true);
    pt_web_put(web, "</details>");
    end_fact(web);
    pt_free(settings);
}

static void put_program(struct pt_web *web)
{
    const char *version = pt_web_member_text(&web->run, 0, "version");
    const char *commit = pt_web_member_text(&web->run, 0, "commit");

    begin_fact(web, "Program");
    if (version && commit) {
        pt_web_put(web, "protium ");
        pt_web_say(web, version);
        pt_web_put(web, ", commit <code>");
        pt_web_say(web, commit);
        pt_web_put(web, "</code> (as recorded by the first of the runs)");
    } else {
        pt_web_put(web, "not recorded: the runs left no files");
    }
    end_fact(web);
}

void pt_web_made(struct pt_web *web)
{
    const char *confidence = pt_web_member_text(&web->study, 0, "confidence");

    pt_web_put(web, "<h2>What was run</h2>\n<table class=\"facts\">\n");
    put_workload(web);
    put_cluster(web);
    put_policies(web);
    put_grid(web);
    put_replications(web);
    if (web->is_study && confidence) {
        begin_fact(web, "Confidence");
        pt_web_say(web, confidence);
        pt_web_put(web, " of all intervals");
        end_fact(web);
    }
    put_all_settings(web);
    put_program(web);
    pt_web_put(web, "</table>\n");
}

/* --- the title --- */

void pt_web_title(struct pt_web *web)
{
    const struct pt_json *json = &web->study;
    const char *question = pt_web_member_text(json, 0, "question");
    const int32_t workload = pt_web_member(json, 0, "workload");
    const int32_t policies = pt_web_member(json, 0, "policies");
    const char *name = pt_web_member_text(json, workload, "trace");
    int n = 0;

    if (question && question[0]) {
        pt_web_say(web, question);
        return;
    }
    for (int32_t key = pt_web_first(json, policies); key >= 0 && n < 8;
         key = pt_web_next(json, policies, key)) {
        pt_web_put(web, n++ > 0 ? ", " : "");
        pt_web_say(web, pt_json_text(json, key));
    }
    pt_web_put(web, n == 8 ? " ... on " : " on ");
    name = name ? last_part(name) : pt_web_member_text(json, workload, "model");
    pt_web_say(web, name ? name : "?");
}

/* --- again --- */

void pt_web_again(struct pt_web *web)
{
    pt_web_put(web, "<h2>How to do it again</h2>\n<p>In the folder of this "
                    "page:</p>\n<pre>");
    pt_web_put(web, "protium run study.json --out again    # all of it, into "
                    "again/\n");
    pt_web_put(web, "protium verify .                      # are the results "
                    "what they were?\n");
    pt_web_put(web, "protium plot .                        # figures anew\n"
                    "protium report .                      # this page\n"
                    "</pre>\n<p>The numbers do not depend on the number of "
                    "workers, nor on the machine.</p>\n");
}

/* --- definitions --- */

void pt_web_definitions(struct pt_web *web)
{
    const struct pt_json *json = &web->study;
    const int32_t metrics = pt_web_member(json, 0, "metrics");
    struct pt_column column;

    if (pt_web_first(json, metrics) < 0)
        return;
    pt_web_put(web, "<h2>What the metrics are</h2>\n<dl>\n");
    for (int32_t i = pt_web_first(json, metrics); i >= 0;
         i = pt_web_next(json, metrics, i)) {
        const char *name = pt_web_text(json, i);

        if (!name || !pt_column_find(&column, name))
            continue;
        pt_web_put(web, "<dt><code>");
        pt_web_say(web, name);
        pt_web_put(web, "</code>");
        if (column.unit[0]) {
            pt_web_put(web, " (");
            pt_web_say(web, column.unit);
            pt_web_put(web, ")");
        }
        pt_web_put(web, "</dt><dd>");
        pt_web_say(web, column.help);
        pt_web_put(web, "</dd>\n");
    }
    pt_web_put(web, "</dl>\n");
}
