/* param.h - one table per plug-in says what it can be told.
 *
 * Parsing, defaults, ranges, --help, `protium list`, the man page and the
 * resolved configuration are all read off this table.  A table ends with an
 * entry whose name is NULL. */
#ifndef PT_BASE_PARAM_H
#define PT_BASE_PARAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

enum pt_param_type {
    PT_PARAM_INT,    /* int64_t */
    PT_PARAM_TIME,   /* pt_time; text is seconds, or has a unit: 10s 5m 2h 1d
                        500ms 20us; "never" where the range allows it:
                        where there are no limits, or max > 9.2e12 */
    PT_PARAM_REAL,   /* double */
    PT_PARAM_BOOL,   /* bool; yes|no */
    PT_PARAM_CHOICE, /* int: index into choices */
    PT_PARAM_TEXT    /* char [PT_PARAM_TEXT_SIZE] */
};

#define PT_PARAM_TEXT_SIZE 1024

struct pt_param {
    const char *name;
    enum pt_param_type type;
    const char *unit;           /* "s", "procs", "" */
    const char *fallback;       /* the default, as one would type it */
    double min, max;            /* INT and REAL, inclusive; TIME in seconds;
                                   min == max == 0: no limits but TIME >= 0 */
    const char *const *choices; /* CHOICE: names, ended by NULL.  An INT may
                                   name one value "all" = INT64_MAX here */
    size_t offset;              /* of the member in the plug-in's state */
    const char *help;           /* one sentence */
};

#define PT_PARAM_END                                                           \
    {                                                                          \
        .name = NULL                                                           \
    }

/* Fills every parameter of STATE with its default.  A default that does not
 * parse is a bug. */
void pt_param_defaults(const struct pt_param *params, void *state);

/* Sets KEY of STATE to VALUE.  On a bad key (with did-you-mean, or the list of
 * keys) or value (with the range) fills ERR as PT_ERR_USAGE; returns -1.
 * OWNER names the plug-in in the message. */
int pt_param_set(const struct pt_param *params, void *state, const char *owner,
                 const char *key, const char *value, struct pt_err *err);

/* The parameter named KEY, or NULL. */
const struct pt_param *pt_param_find(const struct pt_param *params,
                                     const char *key);

/* PARAM's value in STATE, as one would type it, into TEXT [SIZE]. */
void pt_param_print(const struct pt_param *param, const void *state, char *text,
                    size_t size);

#endif
