/* failing.h - a failure model under test, and what it yields. */
#ifndef PT_TESTS_UNIT_FAILING_H
#define PT_TESTS_UNIT_FAILING_H

#include "tests/unit/check.h"

#include "base/alloc.h"
#include "models/failure.h"

#define HOUR (3600 * PT_SECOND)
#define DAY  (24 * HOUR)

/* Twelve nodes in four racks, which are mixed, with 0 to 8 GPUs. */
static const int32_t failing_racks[12] = {1, 0, 2, 0, 1, 2, 3, 3, 0, 1, 2, 3};
static const int64_t failing_gpus[12] = {8000, 8000, 0,    4000, 4000, 8000,
                                         8000, 500,  1000, 8000, 8000, 8000};
static const struct pt_cluster twelve = {
    .nodes = 12,
    .rack = failing_racks,
    .gpus = failing_gpus,
    .start = 1000 * PT_SECOND,
    .seed = 7,
};

/* With all of its levels: spines of two racks, feeds of three. */
#define TREE_OF_ALL                                                            \
    "tree:mtbf=9d,rack_mtbf=20d,switch_mtbf=30d,spine=2,spine_mtbf=40d,"       \
    "feed=3,feed_mtbf=50d"

struct failing {
    const struct pt_failure_model *model;
    void *state;
};

static inline const struct pt_plugin *
failing_plugin(const char *text, void **state, struct pt_err *err)
{
    static const struct pt_failure_model *const models[] = {
        &pt_failure_none, &pt_failure_nodes,       &pt_failure_fta,
        &pt_failure_gpus, &pt_failure_lemons,      &pt_failure_bursts,
        &pt_failure_tree, &pt_failure_maintenance, NULL};

    return pt_plugin_open((const struct pt_plugin *const *)models,
                          "failure model", text, state, err);
}

/* The model that TEXT asks for, open on CLUSTER. */
static inline struct failing failing_open(const char *text,
                                          const struct pt_cluster *cluster)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct failing failing = {.state = NULL};

    failing.model = (const struct pt_failure_model *)failing_plugin(
        text, &failing.state, &err);
    if (!failing.model || failing.model->open(failing.state, cluster, &err) < 0)
        fail_msg("%s", err.text);
    return failing;
}

static inline bool failing_next(const struct failing *failing,
                                struct pt_outage *outage)
{
    return failing->model->next(failing->state, outage);
}

static inline struct pt_implied failing_implied(const struct failing *failing)
{
    struct pt_implied implied;

    failing->model->implied(failing->state, &implied);
    return implied;
}

static inline void failing_close(const struct failing *failing)
{
    failing->model->close(failing->state);
    pt_free(failing->state);
}

/* What holds of any outage of CLUSTER. */
static inline void check_outage(const struct pt_outage *outage,
                                const struct pt_cluster *cluster)
{
    assert_true(outage->told >= cluster->start);
    assert_true(outage->told <= outage->down);
    assert_true(outage->down < outage->up);
    assert_true(outage->nnodes >= 1);
    assert_true(outage->nodes[0] >= 0);
    for (int32_t i = 1; i < outage->nnodes; i++)
        assert_true(outage->nodes[i - 1] < outage->nodes[i]);
    assert_true(outage->nodes[outage->nnodes - 1] < cluster->nodes);
}

#endif
