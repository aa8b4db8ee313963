/* results.h - a results folder, and its CSV files column by column.
 *
 * A run is a folder under DIR/runs that holds jobs.csv or timeline.csv.  Where
 * a run was replicated (rep-001, rep-002, ...) its first replication stands for
 * it.  Runs come in the order of DIR/summary.csv's column "label" (below the
 * folder of its column "point", if there is one); those that it does not name
 * follow, sorted. */
#ifndef PT_PLOTS_RESULTS_H
#define PT_PLOTS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"

/* More panels or curves than this are no figure. */
#define PT_RESULTS_MOST 16

struct pt_results_run {
    char *label; /* as the user gave it: any bytes but '/' and zero */
    char *path;  /* of its folder */
    int policy;  /* from 1: which one it is of */
    int style;   /* from 1: how it is drawn.  That of its policy, the same in
                    all figures of DIR, unless two runs would be drawn alike */
};

struct pt_results {
    char *dir;
    struct pt_results_run *runs; /* [n] */
    int n;                       /* at most PT_RESULTS_MOST */
    int left_out;                /* runs beyond that */
};

/* Finds the runs in DIR; none at all is PT_ERR_INPUT.  pt_results_fini()
 * afterwards, also on failure. */
int pt_results_init(struct pt_results *results, const char *dir,
                    struct pt_err *err);
void pt_results_fini(struct pt_results *results);

/* The same, of the runs that ONLY chooses (see only.h); none is no error. */
int pt_results_find(struct pt_results *results, const char *dir,
                    const char *only, struct pt_err *err);

/* Whether there is a FOLDER/NAME. */
bool pt_results_hold(const char *folder, const char *name);

/* "FOLDER/NAME" on the heap: pt_free(). */
char *pt_results_path(const char *folder, const char *name);

/* A field of the current row; no final zero byte. */
struct pt_csv_field {
    const char *text; /* inside the reader's buffer, until the next row */
    size_t length;
};

#define PT_CSV_COLUMNS 64

/* A reader of some columns of a CSV file (RFC 4180; LF or CRLF), chosen by
 * name, in one pass through a buffer. */
struct pt_csv {
    char *path;
    int fd;
    char *buffer; /* [capacity]; unread bytes are [begin, end) */
    size_t begin, end, capacity;
    bool at_end;
    int line;                   /* of the current row, from 1 */
    int lines;                  /* read so far: a quoted field may hold some */
    const char *row;            /* where the current row begins */
    int ncolumns;               /* in the header */
    int wanted[PT_CSV_COLUMNS]; /* of each header column: which field it is,
                                   or -1 */
};

/* Opens PATH and finds COLUMNS [N] in its header.  A missing file, or column,
 * is PT_ERR_INPUT.  pt_csv_close() afterwards, also on failure. */
int pt_csv_open(struct pt_csv *csv, const char *path,
                const char *const *columns, int n, struct pt_err *err);

/* The next row's wanted FIELDS [N], in the order of pt_csv_open().  Returns 1,
 * or 0 at the end, or -1. */
int pt_csv_next(struct pt_csv *csv, struct pt_csv_field *fields,
                struct pt_err *err);
void pt_csv_close(struct pt_csv *csv);

/* FIELD as a time; text that is none is PT_ERR_INPUT at its place. */
int pt_csv_time(const struct pt_csv *csv, const struct pt_csv_field *field,
                pt_time *time, struct pt_err *err);

/* Whether FIELD is TEXT. */
bool pt_csv_is(const struct pt_csv_field *field, const char *text);

/* FIELD as a number from 0 to HIGH, which may be HUGE_VAL; else PT_ERR_INPUT at
 * its place. */
int pt_csv_real(const struct pt_csv *csv, const struct pt_csv_field *field,
                double high, double *value, struct pt_err *err);

/* FIELD as a whole number from LOW to HIGH; else PT_ERR_INPUT at its place. */
int pt_csv_int(const struct pt_csv *csv, const struct pt_csv_field *field,
               int64_t low, int64_t high, int64_t *value, struct pt_err *err);

/* PT_ERR_INPUT at FIELD's place: what it is (EXPECTED).  Returns -1. */
int pt_csv_bad(const struct pt_csv *csv, const struct pt_csv_field *field,
               const char *expected, struct pt_err *err);

/* An interval of processors, both ends in it. */
struct pt_interval {
    int32_t low, high;
};

/* Takes the first interval off FIELD, an interval set as "0-3 7 9-15".  Returns
 * 1, or 0 when FIELD is empty, or -1. */
int pt_csv_interval(const struct pt_csv *csv, struct pt_csv_field *field,
                    struct pt_interval *interval, struct pt_err *err);

#endif
