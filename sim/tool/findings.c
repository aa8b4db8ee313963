#include "tool/findings.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"

const char *const pt_spell_words[PT_SPELLS] = {
    [PT_SPELL_UP] = "up", [PT_SPELL_DOWN] = "down"};

static void note(struct pt_spells *spells, pt_time length, bool whole)
{
    if (length <= 0)
        return;
    if (whole)
        pt_vec_push(spells->items, spells->n, spells->capacity, length);
    else
        spells->open++;
}

/* A time down: the faults from I on, of one node, that overlap or meet.  Where
 * it ends, and whether all of it is known; returns the fault after it. */
static int64_t take_outage(struct pt_findings *findings, int64_t i,
                           pt_time *end, bool *whole)
{
    const struct pt_outage_log *log = findings->log;
    const struct pt_logged_outage *first = &log->outage[i];

    *end = first->down;
    *whole = true;
    for (; i < log->n; i++) {
        const struct pt_logged_outage *fault = &log->outage[i];
        struct pt_share_of_cause *cause = &findings->causes[fault->origin];

        if (fault->node != first->node || fault->down > *end)
            break;
        cause->faults++;
        if (fault->up > *end) {
            cause->down += fault->up - *end;
            *end = fault->up;
        }
        *whole = *whole && !fault->open;
    }
    return i;
}

/* NODE's times up and down; its faults begin with I, and end before what is
 * returned. */
static int64_t take_node(struct pt_findings *findings, int32_t node, int64_t i)
{
    const struct pt_outage_log *log = findings->log;
    const struct pt_logged_node *own = &log->node[node];
    pt_time since = own->from;
    bool begun = false; /* in sight: the time up that it is in */

    while (i < log->n && log->outage[i].node == node) {
        const pt_time down = log->outage[i].down;
        pt_time end;
        bool whole;

        i = take_outage(findings, i, &end, &whole);
        findings->outages++;
        note(&findings->spells[PT_SPELL_UP], down - since, begun);
        note(&findings->spells[PT_SPELL_DOWN], end - down, whole);
        since = end;
        begun = true;
    }
    note(&findings->spells[PT_SPELL_UP], own->until - since, false);
    return i;
}

static void fit(struct pt_spells *spells)
{
    const size_t n = (size_t)spells->n;
    double *x = pt_alloc(n + 1, sizeof *x);
    pt_node_time sum = 0;

    if (n > 1)
        qsort(spells->items, n, sizeof *spells->items, pt_time_compare);
    for (size_t i = 0; i < n; i++) {
        x[i] = pt_time_seconds(spells->items[i]);
        sum += spells->items[i];
    }
    spells->mean = pt_findings_each(sum, spells->n);
    spells->best = pt_fit_all(x, n, spells->fits);
    pt_free(x);
}

void pt_findings_make(struct pt_findings *findings,
                      const struct pt_outage_log *log)
{
    int64_t i = 0;

    *findings = (struct pt_findings){.log = log};
    pt_outage_log_areas(log, &findings->watched, &findings->down);
    for (int32_t node = 0; node < log->nnodes; node++)
        i = take_node(findings, node, i);
    pt_assert(i == log->n);
    for (int k = 0; k < PT_SPELLS; k++)
        fit(&findings->spells[k]);
}

void pt_findings_fini(struct pt_findings *findings)
{
    for (int k = 0; k < PT_SPELLS; k++)
        pt_free(findings->spells[k].items);
    *findings = (struct pt_findings){.log = NULL};
}

int64_t pt_findings_availability(const struct pt_findings *findings)
{
    const pt_node_time watched = findings->watched;
    const pt_node_time up = watched - findings->down;

    if (watched <= 0)
        return -1;
    return (int64_t)((2000000 * up + watched) / (2 * watched));
}

double pt_findings_each(pt_node_time part, int64_t n)
{
    return n > 0 ? (double)part / 1e6 / (double)n : (double)NAN;
}
