/* row.h - a raw row of a trace, and the sieve that makes jobs of rows.
 *
 * A reader of a format parses; what the rows mean, and what becomes of dirty
 * ones, is decided here, the same for every format.  Each rule has a name and
 * counts the rows that it touches.  A row that is dropped counts under the rule
 * that drops it and under no other; the first that applies, in the order below.
 *
 * clean=none keeps every row that can be simulated.  clean=strict is the filter
 * of the published tables of pyss and predictsim: it drops as well what is
 * wider than the machine, allocated or requested; what has no requested time;
 * what has no run time, or zero.  So `wide` and `missing_limit` have no say
 * there. `overrun` has; its default, truncate, is that filter's. */
#ifndef PT_TRACES_ROW_H
#define PT_TRACES_ROW_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "traces/source.h"

enum pt_row_rule {
    /* These may drop the row. */
    PT_ROW_PARTIAL,        /* a burst of a job that has a row of its own */
    PT_ROW_SUBMIT_MISSING, /* submit < 0 */
    PT_ROW_SIZE_MISSING,
    PT_ROW_RUN_MISSING,
    PT_ROW_RUN_ZERO,      /* kept, and dropped by strict */
    PT_ROW_WIDE,          /* wider than the machine: by `wide` */
    PT_ROW_LIMIT_MISSING, /* requested time <= 0: by `missing_limit` */
    /* These keep it. */
    PT_ROW_SIZE_DIFFERS, /* requested and allocated: requested is taken */
    PT_ROW_LIMIT_ZERO,   /* raised to a microsecond */
    PT_ROW_OVERRUN,      /* run > limit: by `overrun` */
    PT_ROW_STATUS_MISSING,
    PT_ROW_STATUS_ODD,
    PT_ROW_DEPENDENCY,
    PT_ROW_ID_NOT_ASCENDING,
    /* And these are counted by the reader, who alone sees them. */
    PT_ROW_EXTRA_COLUMNS,
    PT_ROW_BYTE_ORDER_MARK,
    PT_ROW_RULES
};

/* What a row says.  Negative is unknown, but for the id. */
struct pt_row {
    int64_t id;
    pt_time submit;
    pt_time run;
    pt_time limit;                /* requested time */
    int64_t allocated, requested; /* processors */
    int64_t status;               /* SWF's code: 1 done, 0 failed, 5 cancelled,
                                     2, 3, 4 a burst of a job */
    int64_t user, group, queue;
    int64_t preceding; /* id of the job that has to end first; <= 0: none */
    int line;          /* where it stands */
    struct {
        int submit, limit, allocated, requested; /* from 1 */
    } column;
};

/* Fills ROW with the next one: 1 = a row, 0 = the end, -1 = ERR is filled. */
typedef int pt_row_read(void *reader, struct pt_row *row, struct pt_err *err);

/* What is left of a row that is kept. */
struct pt_row_kept {
    pt_time submit, length, limit;
    int64_t id, user, group, queue;
    int64_t order; /* of input */
    int32_t size;
    enum pt_outcome outcome;
};

struct pt_sieve {
    struct pt_reading reading;
    const char *file;   /* for messages; borrowed */
    int64_t processors; /* of the simulated machine */
    pt_time longest;    /* the machine's own limit on run times; 0 = unknown */
    struct pt_rule rules[PT_ROW_RULES];
    int64_t rows, kept, jobs;

    int64_t last_id; /* of the row kept last */
    pt_time last_submit;
    pt_time first_submit;       /* of all */
    struct pt_row_kept *sorted; /* [kept] if reading.sorted */
    int64_t capacity;
    bool gathered;
    struct pt_stage stage;
    struct pt_truth truth;
};

/* FILE is borrowed.  PROCESSORS >= 1 is the simulated machine's size; LONGEST
 * is the longest run time that the recorded machine allowed, 0 = unknown. */
void pt_sieve_open(struct pt_sieve *sieve, const char *file,
                   const struct pt_reading *reading, int64_t processors,
                   pt_time longest);

/* The next job of the rows that READ gets from READER, as pt_source.next().
 * Unless reading.sorted it holds one row at a time. */
int pt_sieve_next(struct pt_sieve *sieve, pt_row_read *read, void *reader,
                  struct pt_work *work, struct pt_err *err);

/* Fills in rules, rows and jobs. */
void pt_sieve_info(const struct pt_sieve *sieve, struct pt_source_info *info);

void pt_sieve_close(struct pt_sieve *sieve);

/* GAP * SCALE, exactly and then rounded to the nearest microsecond (half up);
 * PT_TIME_NEVER if it is out of range.  GAP >= 0; SCALE > 0 and finite. */
pt_time pt_row_scale(pt_time gap, double scale);

#endif
