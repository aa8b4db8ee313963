/* draft.h - a failure trace while its rows are read.
 *
 * The reader of a format finds the nodes and adds a row for each line; log.c
 * makes the log of them: nodes in order, rows clipped, sorted and counted.
 *
 * Nodes are found by a key of the format's own and are numbered as they are met
 * here; in the log they are in the natural order of their names: letters by
 * their codes, digits by their value, so that n2 comes before n10. */
#ifndef PT_TRACES_FAILURE_DRAFT_H
#define PT_TRACES_FAILURE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "traces/failure/log.h"
#include "traces/text.h"

enum pt_log_format { PT_LOG_CSV, PT_LOG_FTA, PT_LOG_LANL, PT_LOG_FORMATS };

enum pt_log_rule {
    /* These drop the row: the first that applies. */
    PT_LOG_OTHER_SYSTEM,
    PT_LOG_NODE_MISSING,
    PT_LOG_TIME_MISSING,
    PT_LOG_BACKWARDS,
    PT_LOG_AVAILABLE,
    PT_LOG_ZERO,
    PT_LOG_OUTSIDE,
    /* These keep it. */
    PT_LOG_CLIPPED,
    PT_LOG_OPEN,
    PT_LOG_OVERLAP,
    PT_LOG_CAUSE,
    PT_LOG_MONTHS,
    /* And these are not of outages. */
    PT_LOG_GAP,
    PT_LOG_CONTRADICTION,
    PT_LOG_NEVER_FAILED,
    PT_LOG_BYTE_ORDER_MARK,
    PT_LOG_RULES
};

struct pt_log_row {
    pt_time down, up; /* up = PT_TIME_NEVER: it did not come back */
    int32_t node;     /* of the draft's */
    int line;
    uint8_t origin;
    bool available; /* not an outage, but the time between two */
    bool open;
    bool odd_cause;
    bool odd_months;
};

struct pt_log_draft_node {
    char *key, *name;
    pt_time from, until; /* it was watched; new: NEVER, 0 */
};

/* A field of the current line, in place, without quotes and the blanks around
 * it. */
struct pt_log_field {
    char *text;
    size_t length;
    int column; /* from 1 */
};

enum { PT_LOG_FIELDS = 64 };

struct pt_log_draft {
    struct pt_lines lines;
    const struct pt_log_reading *reading;
    enum pt_log_format format;
    struct pt_log_draft_node *node;
    int32_t nnodes, node_capacity;
    int32_t *slot; /* [nslots] nodes by the hash of their keys; -1: none */
    uint32_t nslots;
    struct pt_log_row *row;
    int64_t n, capacity;
    int64_t rows; /* of the file, those that are dropped included */
    int64_t counts[PT_LOG_RULES];
    struct pt_log_field field[PT_LOG_FIELDS]; /* [nfields] of the line */
    int nfields;
};

/* The node that has KEY; -1: none has. */
int32_t pt_log_draft_find(const struct pt_log_draft *draft, const char *key);

/* The same, but adds it, called NAME, if there is none. */
int32_t pt_log_draft_node(struct pt_log_draft *draft, const char *key,
                          const char *name);

void pt_log_draft_add(struct pt_log_draft *draft, const struct pt_log_row *row);

/* Sorts the rows by (node, down, line). */
void pt_log_draft_sort(struct pt_log_draft *draft);

/* As pt_lines_next(); skips a byte order mark. */
int pt_log_draft_next(struct pt_log_draft *draft, struct pt_err *err);

/* Splits the current line at commas, as RFC 4180 has it (but that a quoted
 * field ends on its line), or at tabs (if it has none: at blanks). */
int pt_log_draft_split(struct pt_log_draft *draft, struct pt_err *err);
int pt_log_draft_split_tabs(struct pt_log_draft *draft, struct pt_err *err);

/* Fails unless the line has N fields. */
int pt_log_draft_expect(const struct pt_log_draft *draft, int n,
                        struct pt_err *err);

/* Reads field I as a number of seconds, at least 0, or as a whole number of at
 * least MIN and at most MAX.  WHAT it is, for messages. */
int pt_log_draft_seconds(const struct pt_log_draft *draft, int i,
                         const char *what, pt_time *seconds,
                         struct pt_err *err);
int pt_log_draft_number(const struct pt_log_draft *draft, int i,
                        const char *what, int64_t min, int64_t max,
                        int64_t *number, struct pt_err *err);

/* Fails at field I, which is shown: "FIELD" TEXT. */
int pt_log_draft_bad(const struct pt_log_draft *draft, int i, const char *text,
                     struct pt_err *err);

void pt_log_draft_close(struct pt_log_draft *draft);

/* The readers: the lines are open, and none is read.  They leave each node with
 * when it was watched, the reading's window apart. */
int pt_log_read_csv(struct pt_log_draft *draft, struct pt_err *err);
int pt_log_read_fta(struct pt_log_draft *draft, struct pt_err *err);
int pt_log_read_lanl(struct pt_log_draft *draft, struct pt_err *err);

/* As pt_outage_log_read(), of BYTES [N]; NAME stands for the file. */
int pt_outage_log_read_bytes(struct pt_outage_log *log, const char *name,
                             const void *bytes, size_t n,
                             const struct pt_log_reading *reading,
                             struct pt_err *err);

/* A and B in the natural order: < 0, 0 or > 0. */
int pt_log_names_compare(const char *a, const char *b);

#endif
