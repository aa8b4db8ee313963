/* report_page.c - what a page is written from, and with. */
#include <string.h>

#include "base/alloc.h"
#include "experiments/folder.h"
#include "plots/results.h"
#include "tool/report_parts.h"

/* FILE of DIR into JSON; its name for messages is the caller's. */
static int open_json(struct pt_json *json, const char *dir, const char *file,
                     struct pt_err *err)
{
    char *text = pt_folder_read(dir, file, err);

    return text ? pt_json_open_commented(json, file, text, strlen(text), err)
                : -1;
}

/* The first run that left a run.json; none is no error. */
static int open_run(struct pt_web *web, struct pt_err *err)
{
    struct pt_results results;
    int status = pt_results_find(&results, web->dir, "", err);

    for (int i = 0; status == 0 && i < results.n; i++)
        if (pt_results_hold(results.runs[i].path, "run.json")) {
            status =
                open_json(&web->run, results.runs[i].path, "run.json", err);
            break;
        }
    pt_results_fini(&results);
    return status;
}

int pt_web_init(struct pt_web *web, const char *dir, struct pt_err *err)
{
    *web = (struct pt_web){.dir = dir};
    if (!pt_results_hold(dir, "study.json"))
        return pt_err_at(
            err, PT_ERR_INPUT, dir, 0, 0,
            "holds no study.json (expected a folder of results, as "
            "run --out and replay --out make it)");
    if (!pt_results_hold(dir, "summary.csv"))
        return pt_err_at(err, PT_ERR_INPUT, dir, 0, 0,
                         "holds no summary.csv (is the study still under way? "
                         "protium run goes on with it)");
    web->is_study = pt_results_hold(dir, "cells.csv");
    if (open_json(&web->study, dir, "study.json", err) < 0)
        return -1;
    if (pt_json_expect(&web->study, 0, "study.json", PT_JSON_OBJECT, err) < 0)
        return -1;
    return open_run(web, err);
}

void pt_web_fini(struct pt_web *web)
{
    if (web->study.items)
        pt_json_close(&web->study);
    if (web->run.items)
        pt_json_close(&web->run);
    *web = (struct pt_web){.dir = NULL};
}

static bool is_kind(const struct pt_json *json, int32_t item,
                    enum pt_json_kind kind)
{
    return item >= 0 && item < json->nitems &&
           pt_json_at(json, item)->kind == kind;
}

int32_t pt_web_first(const struct pt_json *json, int32_t list)
{
    if (!is_kind(json, list, PT_JSON_OBJECT) &&
        !is_kind(json, list, PT_JSON_LIST))
        return -1;
    return pt_json_at(json, list)->n > 0 ? list + 1 : -1;
}

int32_t pt_web_next(const struct pt_json *json, int32_t list, int32_t item)
{
    const int32_t last = is_kind(json, list, PT_JSON_OBJECT) ? item + 1 : item;
    const int32_t next = pt_json_at(json, last)->end;

    return next < pt_json_at(json, list)->end ? next : -1;
}

int32_t pt_web_member(const struct pt_json *json, int32_t object,
                      const char *name)
{
    if (!is_kind(json, object, PT_JSON_OBJECT))
        return -1;
    for (int32_t key = pt_web_first(json, object); key >= 0;
         key = pt_web_next(json, object, key))
        if (strcmp(pt_json_text(json, key), name) == 0)
            return key + 1;
    return -1;
}

const char *pt_web_text(const struct pt_json *json, int32_t item)
{
    if (is_kind(json, item, PT_JSON_TEXT) ||
        is_kind(json, item, PT_JSON_NUMBER))
        return pt_json_text(json, item);
    if (is_kind(json, item, PT_JSON_TRUE))
        return "yes";
    return is_kind(json, item, PT_JSON_FALSE) ? "no" : NULL;
}

const char *pt_web_member_text(const struct pt_json *json, int32_t object,
                               const char *name)
{
    return pt_web_text(json, pt_web_member(json, object, name));
}

void pt_web_put(struct pt_web *web, const char *html)
{
    pt_out_text(&web->out, html);
}

void pt_web_say(struct pt_web *web, const char *text)
{
    pt_html_text(&web->out, text);
}
