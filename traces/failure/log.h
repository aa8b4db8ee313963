/* log.h - a failure trace in memory: when which node was down.
 *
 * Formats: the Failure Trace Archive's event tables, LANL's LA-UR-05-7318, and
 * plain CSV (node,down,up,cause).  Rows of one node may overlap: faults are
 * counted, so down time is their union. */
#ifndef PT_TRACES_FAILURE_LOG_H
#define PT_TRACES_FAILURE_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"
#include "core/fact.h"
#include "traces/source.h"

struct pt_logged_node {
    char *name;
    pt_time from, until; /* it was watched in [from, until) */
};

struct pt_logged_outage {
    int32_t node;
    enum pt_origin origin;
    pt_time down, up; /* down < up; clipped to when its node was watched */
    bool open;        /* it went on when its node was watched no more, or began
                         before: how long it was is not known */
};

/* What may be done to rows. */
#define PT_LOG_MOST_RULES 16

struct pt_outage_log {
    const char *format;          /* "csv", "fta", "lanl" */
    struct pt_logged_node *node; /* [nnodes] */
    int32_t nnodes;
    struct pt_logged_outage *outage; /* [n] in order of (node, down, row) */
    int64_t n;
    pt_time from, until; /* the window: the nodes' in all, or as asked for */
    struct pt_rule rules[PT_LOG_MOST_RULES]; /* what was done to rows, each with
                                                its count */
    int32_t nrules;
    int64_t rows;
    char digest[65]; /* SHA-256 of the file, in hexadecimal */
};

/* How a file is read.  All zero but `until` = PT_TIME_NEVER: as it is. */
struct pt_log_reading {
    int64_t system; /* LANL: of this system alone; 0: of all of them */
    int32_t nodes;  /* at least so many: the others never fail */
    bool windowed;  /* only what is in [from, until) counts */
    pt_time from, until;
};

/* Whether HEAD, the first N bytes (decompressed), is of a failure trace. */
bool pt_outage_log_sniff(const char *head, size_t n);

/* Reads PATH (plain, .gz, .xz or zstd): 0, or -1 with ERR filled; then there is
 * nothing to close. */
int pt_outage_log_read(struct pt_outage_log *log, const char *path,
                       const struct pt_log_reading *reading,
                       struct pt_err *err);
void pt_outage_log_close(struct pt_outage_log *log);

/* Exactly, in node-microseconds of the log's window: watched, and down (where
 * faults overlap, once). */
__extension__ typedef __int128 pt_node_time;
void pt_outage_log_areas(const struct pt_outage_log *log, pt_node_time *watched,
                         pt_node_time *down);

#endif
