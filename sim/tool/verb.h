/* verb.h - what `protium VERB` can do: one const struct per verb.
 *
 * The help texts and the man page are printed from these tables. */
#ifndef PT_TOOL_VERB_H
#define PT_TOOL_VERB_H

#include <stdbool.h>
#include "base/error.h"
#include "tool/options.h"

/* What main() knows and a verb may need. */
struct pt_tool {
    const volatile int *interrupted; /* set by SIGINT and SIGTERM */
    bool progress;                   /* stderr is a terminal */
};

struct pt_verb {
    const char *name;
    const char *args;    /* "TRACE", "[FIGURE]..."; may be "" */
    const char *summary; /* one line, no full stop */
    const char *text;    /* paragraphs, each ended by a newline; may be "" */
    const struct pt_option *options; /* ended by name NULL, or NULL */
    const char *const *examples;     /* ended by NULL, or NULL */
    /* ARGV [ARGC] begins with the verb.  Prints results to stdout and all else
     * to stderr.  Returns 0, or -1 with ERR filled. */
    int (*run)(const struct pt_tool *tool, int argc, char **argv,
               struct pt_err *err);
};

extern const struct pt_verb *const pt_verbs[]; /* ended by NULL */

extern const struct pt_verb pt_verb_replay;
extern const struct pt_verb pt_verb_init;
extern const struct pt_verb pt_verb_run;
extern const struct pt_verb pt_verb_verify;
extern const struct pt_verb pt_verb_trace;
extern const struct pt_verb pt_verb_tape;
extern const struct pt_verb pt_verb_plot;
extern const struct pt_verb pt_verb_report;
extern const struct pt_verb pt_verb_selftest;
extern const struct pt_verb pt_verb_list;
extern const struct pt_verb pt_verb_help;

/* The verb called NAME; NULL with ERR filled (did-you-mean). */
const struct pt_verb *pt_verb_find(const char *name, struct pt_err *err);

#endif
