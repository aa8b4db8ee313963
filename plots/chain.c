#include "chain.h"

#include <stddef.h>
#include "base/alloc.h"
#include "base/vec.h"

void pt_chain_add(struct pt_chain *chain, const struct pt_stage_row *row)
{
    struct pt_chain_attempt attempt = {
        .row = *row, .parents_at = chain->nparents, .next = -1};

    for (int i = 0; i < row->nparents; i++)
        pt_vec_push(chain->parents, chain->nparents, chain->parents_capacity,
                    row->parents[i]);
    attempt.row.parents = NULL;
    pt_vec_push(chain->attempts, chain->n, chain->capacity, attempt);
}

static bool is_parent(const struct pt_chain *chain,
                      const struct pt_chain_attempt *child, int32_t stage)
{
    for (int i = 0; i < child->row.nparents; i++)
        if (chain->parents[child->parents_at + i] == stage)
            return true;
    return false;
}

/* Whether B could be what made A ready: a parent; or, for a later try, an
 * earlier one or the failure of any stage. */
static bool may_precede(const struct pt_chain *chain,
                        const struct pt_chain_attempt *b,
                        const struct pt_chain_attempt *a)
{
    if (b->critical || b->row.end > a->row.ready)
        return false;
    if (is_parent(chain, a, b->row.stage))
        return b->row.outcome == PT_STAGE_SUCCESS;
    return a->row.try > 0 &&
           (b->row.outcome == PT_STAGE_FAILURE ||
            (b->row.stage == a->row.stage && b->row.try < a->row.try));
}

/* The one that ended last, or -1. */
static int predecessor(const struct pt_chain *chain, int of)
{
    int last = -1;

    for (int i = 0; i < chain->n; i++)
        if (i != of &&
            may_precede(chain, &chain->attempts[i], &chain->attempts[of]) &&
            (last < 0 ||
             chain->attempts[i].row.end >= chain->attempts[last].row.end))
            last = i;
    return last;
}

/* The attempt with which the job ended: what was killed then did not end it. */
static int last_attempt(const struct pt_chain *chain)
{
    int last = -1;

    for (int i = 0; i < chain->n; i++) {
        const struct pt_stage_row *row = &chain->attempts[i].row;

        if (row->outcome == PT_STAGE_KILLED)
            continue;
        if (last < 0 || row->end >= chain->attempts[last].row.end)
            last = i;
    }
    return last < 0 ? chain->n - 1 : last;
}

static void spend(struct pt_chain *chain, enum pt_chain_use use, pt_time from,
                  pt_time to)
{
    struct pt_chain_piece piece = {use, from, to};

    if (to <= from)
        return;
    chain->spent[use] += to - from;
    pt_vec_push(chain->pieces, chain->npieces, chain->pieces_capacity, piece);
}

static void spend_attempt(struct pt_chain *chain,
                          const struct pt_stage_row *row)
{
    pt_time start = row->end - pt_stage_row_run(row);
    pt_time met =
        (pt_time)((double)(row->end - start) * pt_stage_row_barrier(row));

    if (row->outcome != PT_STAGE_SUCCESS) {
        spend(chain, PT_CHAIN_RETRY, start, row->end);
    } else {
        spend(chain, PT_CHAIN_BARRIER, row->end - met, row->end);
        spend(chain, PT_CHAIN_RUNNING, start, row->end - met);
    }
    spend(chain, PT_CHAIN_WAITING, row->ready, start);
}

void pt_chain_walk(struct pt_chain *chain)
{
    int at = last_attempt(chain), next = -1;

    chain->end = chain->attempts[at].row.end;
    while (at >= 0) {
        struct pt_chain_attempt *attempt = &chain->attempts[at];
        int before;

        attempt->critical = true;
        attempt->next = next;
        spend_attempt(chain, &attempt->row);
        before = predecessor(chain, at);
        if (before < 0)
            spend(chain, PT_CHAIN_WAITING, chain->submit, attempt->row.ready);
        else
            spend(chain,
                  chain->attempts[before].row.outcome == PT_STAGE_SUCCESS
                      ? PT_CHAIN_WAITING
                      : PT_CHAIN_RETRY,
                  chain->attempts[before].row.end, attempt->row.ready);
        next = at;
        at = before;
    }
}

int pt_chain_parent(const struct pt_chain *chain, int32_t stage, int to)
{
    int last = -1;

    for (int i = 0; i < chain->n; i++) {
        const struct pt_stage_row *row = &chain->attempts[i].row;

        if (row->stage == stage && row->outcome == PT_STAGE_SUCCESS &&
            row->end <= chain->attempts[to].row.ready &&
            (last < 0 || row->end >= chain->attempts[last].row.end))
            last = i;
    }
    return last;
}

void pt_chain_fini(struct pt_chain *chain)
{
    pt_free(chain->attempts);
    pt_free(chain->parents);
    pt_free(chain->pieces);
    *chain = (struct pt_chain){.n = 0};
}
