/* page.h - what a verb prints to standard output by way of a sink, and how
 * parameters are said in JSON. */
#ifndef PT_TOOL_PAGE_H
#define PT_TOOL_PAGE_H

#include "base/param.h"
#include "sink/doc.h"
#include "traces/source.h"

/* Standard output: write to `out`, or through `doc`. */
struct pt_page {
    struct pt_out out;
    struct pt_doc doc;
};

void pt_page_open(struct pt_page *page);
/* A reader that has gone is no error. */
int pt_page_close(struct pt_page *page, struct pt_err *err);

/* Every parameter of STATE as a member of the object that is open: numbers and
 * booleans as such, all else as it would be typed. */
void pt_json_params(struct pt_doc *doc, const struct pt_param *params,
                    const void *state);

/* One parameter's text, as typed, under KEY. */
void pt_json_value(struct pt_doc *doc, const char *key,
                   const struct pt_param *param, const char *text);

/* What a reader did to rows: "rules", an array with each of RULES [N]. */
void pt_json_rules(struct pt_doc *doc, const struct pt_rule *rules, int32_t n);

#endif
