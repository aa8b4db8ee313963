#include "tool/generate_failures.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "core/words.h"
#include "sink/out.h"
#include "world/outages.h"

struct row {
    pt_time down, up; /* PT_TIME_NEVER: it was not over */
    int32_t node;
    enum pt_origin origin;
};

struct making {
    struct pt_outages outages;
    struct pt_facts facts;
    struct row *rows; /* [n] in order of (down, node) */
    int64_t n, capacity;
    int64_t *open; /* [nodes] 1 + the row of the outage that it is in; 0 */
};

/* Facts of one instant are in no order of nodes. */
static int by_instant(const void *a, const void *b)
{
    const struct row *p = a, *q = b;

    if (p->down != q->down)
        return p->down < q->down ? -1 : 1;
    return (p->node > q->node) - (p->node < q->node);
}

static void note(struct making *m, pt_time now, const struct pt_fact *fact)
{
    if (fact->kind == PT_FACT_NODE_UP) {
        m->rows[m->open[fact->node] - 1].up = now;
        m->open[fact->node] = 0;
    } else if (fact->kind == PT_FACT_NODE_DOWN && m->open[fact->node] == 0) {
        pt_vec_push(m->rows, m->n, m->capacity,
                    ((struct row){.down = now,
                                  .up = PT_TIME_NEVER,
                                  .node = fact->node,
                                  .origin = fact->origin}));
        m->open[fact->node] = m->n;
    }
}

static int run(struct making *m, pt_time until, const volatile int *stop,
               struct pt_err *err)
{
    pt_time now;

    while ((now = pt_outages_next(&m->outages)) < until) {
        m->facts.n = 0;
        pt_outages_act(&m->outages, now, &m->facts);
        for (int32_t i = 0; i < m->facts.n; i++)
            note(m, now, &m->facts.items[i]);
        if (stop && *stop)
            return pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
    }
    return 0;
}

static int write_rows(const struct making *m, const char *path,
                      struct pt_err *err)
{
    char digest[PT_DIGEST_TEXT];
    struct pt_out out;

    if (pt_out_open(&out, path, err) < 0)
        return -1;
    pt_out_text(&out, "node,down,up,cause\n");
    for (int64_t i = 0; i < m->n; i++) {
        const struct row *row = &m->rows[i];
        pt_out_int(&out, row->node);
        pt_out_char(&out, ',');
        pt_out_time(&out, row->down);
        pt_out_char(&out, ',');
        if (row->up != PT_TIME_NEVER)
            pt_out_time(&out, row->up);
        pt_out_char(&out, ',');
        pt_out_text(&out, pt_origin_words[row->origin]);
        pt_out_char(&out, '\n');
    }
    return pt_out_commit(&out, digest, err);
}

static int make(struct making *m, const struct pt_cluster *cluster,
                const struct pt_breaker *breakers, int32_t n, pt_time until,
                const volatile int *stop, struct pt_err *err)
{
    int status = pt_outages_open(&m->outages, NULL, cluster, breakers, n, err);

    if (status == 0)
        status = run(m, until, stop, err);
    pt_outages_close(&m->outages);
    if (m->n > 1)
        qsort(m->rows, (size_t)m->n, sizeof *m->rows, by_instant);
    return status;
}

/* The rack of each node; NULL: they have none. */
static int32_t *make_racks(const struct pt_study *study)
{
    int64_t each = study->settings.racks;

    if (each == 0)
        return NULL;
    int32_t *rack = pt_alloc((size_t)study->nodes, sizeof *rack);
    for (int64_t i = 0; i < study->nodes; i++)
        rack[i] = (int32_t)(i / each);
    return rack;
}

int pt_generate_failures(const struct pt_study *study, const char *models,
                         pt_time from, pt_time until, const char *path,
                         const volatile int *stop, int64_t *outages,
                         struct pt_err *err)
{
    struct pt_breaker breakers[PT_FAILURE_MODELS];
    struct making m = {.n = 0};

    if (study->nodes == 0 || until == PT_TIME_NEVER)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace generate: failures need --nodes N and --span "
                          "A..B");
    int32_t n = pt_run_breakers(models, breakers, err);
    if (n < 0)
        return -1;
    int32_t *rack = make_racks(study);
    struct pt_cluster cluster = {.nodes = (int32_t)study->nodes,
                                 .rack = rack,
                                 .start = from,
                                 .seed = (uint64_t)study->settings.seed};
    m.open = pt_alloc((size_t)study->nodes, sizeof *m.open);
    int status = 0;
    for (int32_t i = 0; i < n && !rack; i++)
        if (breakers[i].model->racked)
            status = pt_err_set(err, PT_ERR_USAGE,
                                "trace generate: %s needs racks (expected "
                                "--set racks=N, so many nodes in each)",
                                breakers[i].model->name);
    if (status == 0)
        status = make(&m, &cluster, breakers, n, until, stop, err);
    if (status == 0)
        status = write_rows(&m, path, err);
    *outages = m.n;
    pt_run_breakers_fini(breakers, n);
    pt_free(m.facts.items);
    pt_free(m.rows);
    pt_free(m.open);
    pt_free(rack);
    return status;
}
