/* options.h - a verb's options: one table for parsing, --help and man page. */
#ifndef PT_TOOL_OPTIONS_H
#define PT_TOOL_OPTIONS_H

#include <stdbool.h>
#include "base/error.h"

struct pt_option {
    const char *name; /* without the dashes */
    char letter;      /* 0: none */
    bool hidden;      /* not in the help */
    const char *arg;  /* name of its value; NULL: takes none */
    const char *help; /* one sentence */
};

/* A walk over ARGV.  Only one at a time: getopt_long() keeps its place in
 * globals of libc. */
struct pt_options {
    const char *verb;
    const struct pt_option *table;
    struct option *native;
    char *letters;
    int argc;
    char **argv;
    bool rest; /* past "--" */
    /* what pt_options_next() found */
    const struct pt_option *option; /* NULL: a plain word */
    const char *value;              /* of the option, or the word */
};

/* Begins at ARGV[1]; TABLE may be NULL.  pt_options_close() afterwards. */
void pt_options_open(struct pt_options *options, const char *verb,
                     const struct pt_option *table, int argc, char **argv);
void pt_options_close(struct pt_options *options);

/* The next option or word, in the order of the command line, whatever
 * POSIXLY_CORRECT says; all after "--" are words.  1 = there is one, 0 = the
 * end, -1 = ERR is filled. */
int pt_options_next(struct pt_options *options, struct pt_err *err);

/* Whether the option found is the one called NAME. */
bool pt_options_is(const struct pt_options *options, const char *name);

#endif
