/* selftest_page.h - what `protium selftest` found, as a page: text, Markdown or
 * JSON. */
#ifndef PT_TOOL_SELFTEST_PAGE_H
#define PT_TOOL_SELFTEST_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "sink/out.h"

enum pt_verdict {
    PT_VERDICT_OK,
    PT_VERDICT_DIFFERS,
    PT_VERDICT_SKIPPED,
    PT_VERDICTS
};

/* One row.  Numbers that there are not are NaN. */
struct pt_finding {
    char quantity[64];
    const char *source; /* of the reference; one line for all rows in a row that
                           share it */
    enum pt_verdict verdict;
    double expected, found;
    double half;                  /* of the 95 % interval of `found` */
    double deviation;             /* found / expected - 1 */
    int64_t runs;                 /* independent replications; 0: not sampled */
    char reference[32], ours[32]; /* both, as they are printed */
    char why[160]; /* it differs, or was skipped; else it may be empty */
};

/* Rows that are judged alike. */
struct pt_chapter {
    const char *name, *title;
    const char *rule; /* of the verdicts: sentences */
    struct pt_finding *findings;
    int n, capacity;
};

enum pt_page_form { PT_PAGE_TEXT, PT_PAGE_MARKDOWN, PT_PAGE_JSON };

/* How many of the findings have VERDICT. */
int pt_page_count(const struct pt_chapter *chapters, int n,
                  enum pt_verdict verdict);

/* "42 checks: 40 ok, 0 differ, 2 skipped", into TEXT [SIZE]. */
void pt_page_sum_up(const struct pt_chapter *chapters, int n, char *text,
                    size_t size);

/* CHAPTERS [N] to OUT.  SEED is the one that all was drawn with. */
void pt_page_write(struct pt_out *out, enum pt_page_form form,
                   const struct pt_chapter *chapters, int n, int64_t seed);

#endif
