/* findings.h - what a failure trace amounts to. */
#ifndef PT_TOOL_FINDINGS_H
#define PT_TOOL_FINDINGS_H

#include <stdint.h>
#include "models/fit.h"
#include "traces/failure/log.h"

enum { PT_SPELL_UP, PT_SPELL_DOWN, PT_SPELLS };

extern const char *const pt_spell_words[PT_SPELLS]; /* "up", "down" */

/* All the times up, or down, of all nodes. */
struct pt_spells {
    pt_time *items; /* [n] sorted: those with both their ends in the trace */
    int64_t n, capacity;
    int64_t open; /* the others: they say little, and are left
                     out */
    double mean;  /* of the items, seconds; NaN: there are none */
    struct pt_fit fits[PT_FITS]; /* by family */
    int best;                    /* of the fits; -1: none */
};

struct pt_share_of_cause {
    int64_t faults;
    pt_node_time down; /* each moment once: the earliest fault's */
};

struct pt_findings {
    const struct pt_outage_log *log;
    pt_node_time watched, down;
    int64_t outages; /* times down of nodes, in which faults overlap or meet */
    struct pt_share_of_cause causes[PT_ORIGINS]; /* their sum is `down` */
    struct pt_spells spells[PT_SPELLS];
};

/* Of LOG, which FINDINGS goes on borrowing.  pt_findings_fini() afterwards. */
void pt_findings_make(struct pt_findings *findings,
                      const struct pt_outage_log *log);
void pt_findings_fini(struct pt_findings *findings);

/* Share of the node-time watched that is not down, in millionths, rounded to
 * nearest, half up; -1: nothing was watched. */
int64_t pt_findings_availability(const struct pt_findings *findings);

/* Seconds of PART for each of N; NaN: there is none. */
double pt_findings_each(pt_node_time part, int64_t n);

/* On stdout, for people or as JSON; PATH is the trace's, to name it by. */
void pt_findings_print(const struct pt_findings *findings, const char *path);
int pt_findings_print_json(const struct pt_findings *findings, const char *path,
                           struct pt_err *err);

/* Leaves survival.csv and the figure `survival` in the folder DIR, which is
 * made if need be.  Without gnuplot it says so, and the .gp and .dat stay. */
int pt_findings_draw(const struct pt_findings *findings, const char *dir,
                     struct pt_err *err);

#endif
