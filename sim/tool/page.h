/* page.h - what a verb prints to standard output by way of a sink. */
#ifndef PT_TOOL_PAGE_H
#define PT_TOOL_PAGE_H

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

/* What a reader did to rows: "rules", an array with each of RULES [N]. */
void pt_json_rules(struct pt_doc *doc, const struct pt_rule *rules, int32_t n);

#endif
