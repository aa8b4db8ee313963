/* report_parts.h - the parts of report.html. */
#ifndef PT_TOOL_REPORT_PARTS_H
#define PT_TOOL_REPORT_PARTS_H

#include <stdbool.h>
#include "experiments/table.h"
#include "traces/json.h"

/* The page that is written, and what it is about. */
struct pt_web {
    const char *dir;
    struct pt_out out;
    struct pt_json study; /* study.json */
    struct pt_json run;   /* of some run; no items: there is none */
    bool is_study;        /* it has cells.csv; else it is a replay */
};

/* Reads DIR's study.json, and a run.json if there is one.  _fini() afterwards,
 * also on failure; the caller opens and ends `out`. */
int pt_web_init(struct pt_web *web, const char *dir, struct pt_err *err);
void pt_web_fini(struct pt_web *web);

/* The member NAME of OBJECT, or -1; that of no object is -1. */
int32_t pt_web_member(const struct pt_json *json, int32_t object,
                      const char *name);

/* ITEM as text, if it is a number, a text or a boolean; else NULL. */
const char *pt_web_text(const struct pt_json *json, int32_t item);

/* The text of the member NAME of OBJECT, or NULL. */
const char *pt_web_member_text(const struct pt_json *json, int32_t object,
                               const char *name);

/* The first item of LIST or, for an object, its first key; and the one after
 * ITEM; -1 at the end. */
int32_t pt_web_first(const struct pt_json *json, int32_t list);
int32_t pt_web_next(const struct pt_json *json, int32_t list, int32_t item);

/* Text as it is, and text of a user. */
void pt_web_put(struct pt_web *web, const char *html);
void pt_web_say(struct pt_web *web, const char *text);

/* The page's sections, each with its heading, in their order. */
void pt_web_title(struct pt_web *web);
int pt_web_results(struct pt_web *web, struct pt_err *err);
int pt_web_figures(struct pt_web *web, struct pt_err *err);
void pt_web_made(struct pt_web *web);
int pt_web_rules(struct pt_web *web, struct pt_err *err);
void pt_web_again(struct pt_web *web);
void pt_web_definitions(struct pt_web *web);

#endif
