/* error.h - bad input, told to the caller.
 *
 * The caller owns a struct pt_err and passes it last, never NULL.  A function
 * that fails returns -1 (or NULL) and has filled it; the first error wins. */
#ifndef PT_BASE_ERROR_H
#define PT_BASE_ERROR_H

enum pt_err_code {
    PT_ERR_NONE = 0,
    PT_ERR_INTERNAL, /* exit 1: a promise of ours is broken, or the disk is */
    PT_ERR_USAGE,    /* exit 2: the command line */
    PT_ERR_INPUT,    /* exit 3: a file's contents */
    PT_ERR_CHECK,    /* exit 4: a comparison failed */
    PT_ERR_PARTIAL,  /* exit 5: some runs of a campaign failed */
    PT_ERR_INTERRUPTED, /* exit 130 */
    PT_ERR_UNSORTED     /* a trace steps back in time: read it again, sorted */
};

struct pt_err {
    enum pt_err_code code;
    int line; /* from 1; 0 = no line */
    int column;
    char file[256]; /* "" = none */
    char text[512]; /* what is wrong (what was expected) */
};

/* Fills ERR unless it holds an error already; returns -1 for `return`. */
int pt_err_set(struct pt_err *err, enum pt_err_code code, const char *format,
               ...) __attribute__((format(printf, 3, 4)));

/* The same, at FILE:LINE:COLUMN. */
int pt_err_at(struct pt_err *err, enum pt_err_code code, const char *file,
              int line, int column, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* "FILE:LINE:COL: text" into TEXT [SIZE]. */
void pt_err_print(const struct pt_err *err, char *text, int size);

#endif
