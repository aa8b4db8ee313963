#include "models/failure.h"

#include <math.h>

static int open_none(void *state, const struct pt_cluster *cluster,
                     struct pt_err *err)
{
    (void)state;
    (void)cluster;
    (void)err;
    return 0;
}

static bool next_none(void *state, struct pt_outage *outage)
{
    (void)state;
    (void)outage;
    return false;
}

static void implied_none(const void *state, struct pt_implied *implied)
{
    (void)state;
    *implied = (struct pt_implied){
        .availability = 1,
        .mtbf = HUGE_VAL,
        .mttr = (double)NAN,
    };
}

static void close_none(void *state)
{
    (void)state;
}

const struct pt_failure_model pt_failure_none = {
    .name = "none",
    .summary = "nodes never fail",
    .cite = "protium's README, \"Failures\"",
    .open = open_none,
    .next = next_none,
    .implied = implied_none,
    .close = close_none,
};
