/* doc.h - a JSON document, written straight to a stream in the order of calls.
 *
 * Reals are the shortest that read back exactly; integers that a double cannot
 * hold are strings.  KEY is NULL inside an array and at the top. */
#ifndef PT_SINK_DOC_H
#define PT_SINK_DOC_H

#include <stdbool.h>
#include "base/param.h"
#include "metrics/ledger.h"
#include "sink/out.h"

struct pt_doc {
    struct pt_out *out;
    int depth;
    bool empty;   /* nothing yet in the innermost object or array */
    bool compact; /* all on one line; set by the caller after init */
};

void pt_doc_init(struct pt_doc *doc, struct pt_out *out);

/* BRACKET is '{' or '['; it ends with the matching pt_doc_end().  The end of
 * the outermost one ends the line. */
void pt_doc_begin(struct pt_doc *doc, const char *key, char bracket);
void pt_doc_end(struct pt_doc *doc, char bracket);

/* NULL gives null. */
void pt_doc_text(struct pt_doc *doc, const char *key, const char *text);
void pt_doc_bool(struct pt_doc *doc, const char *key, bool value);
void pt_doc_int(struct pt_doc *doc, const char *key, int64_t value);
/* NaN gives null. */
void pt_doc_real(struct pt_doc *doc, const char *key, double value);
/* In seconds, exactly. */
void pt_doc_time(struct pt_doc *doc, const char *key, pt_time time);
/* Always a string. */
void pt_doc_area(struct pt_doc *doc, const char *key, pt_area area);
/* TEXT is JSON already. */
void pt_doc_raw(struct pt_doc *doc, const char *key, const char *text);

/* Every parameter of STATE as a member of the object that is open: numbers and
 * booleans as such, all else as it would be typed. */
void pt_doc_params(struct pt_doc *doc, const struct pt_param *params,
                   const void *state);

/* One parameter's text, as typed, under KEY. */
void pt_doc_value(struct pt_doc *doc, const char *key,
                  const struct pt_param *param, const char *text);

#endif
