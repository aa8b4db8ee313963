/* outage_reading.h - reads a failure trace from a text, and looks at it. */
#ifndef PT_TESTS_UNIT_OUTAGE_READING_H
#define PT_TESTS_UNIT_OUTAGE_READING_H

#include "base/error.h"
#include "tests/unit/check.h"
#include "traces/failure/draft.h"
#include "traces/failure/log.h"

#define SECONDS(n) ((pt_time)((n)*PT_SECOND))

static const struct pt_log_reading as_it_is = {.until = PT_TIME_NEVER};

/* Reads TEXT, which is called "t". */
static inline void read_text(struct pt_outage_log *log, const char *text,
                             const struct pt_log_reading *reading)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_outage_log_read_bytes(log, "t", text, strlen(text), reading, &err) <
        0) {
        char said[900];
        pt_err_print(&err, said, sizeof said);
        fail_msg("%s", said);
    }
}

/* Reading TEXT is refused, with the message SAID. */
static inline void refuses_so(const char *text,
                              const struct pt_log_reading *reading,
                              const char *said)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_outage_log log;
    char message[900];

    ASSERT_INT(
        pt_outage_log_read_bytes(&log, "t", text, strlen(text), reading, &err),
        -1);
    pt_err_print(&err, message, sizeof message);
    ASSERT_TEXT(message, said);
}

static inline void refuses(const char *text, const char *said)
{
    refuses_so(text, &as_it_is, said);
}

/* How many rows the rule called NAME touched. */
static inline int64_t touched(const struct pt_outage_log *log, const char *name)
{
    for (int32_t i = 0; i < log->nrules; i++)
        if (strcmp(log->rules[i].name, name) == 0)
            return log->rules[i].rows;
    fail_msg("no rule %s", name);
    return -1;
}

/* Outage I is of the node called NAME, in [DOWN, UP) seconds. */
static inline void check_outage(const struct pt_outage_log *log, int64_t i,
                                const char *name, double down, double up,
                                bool open, enum pt_origin origin)
{
    const struct pt_logged_outage *outage = &log->outage[i];

    assert_true(i < log->n);
    ASSERT_TEXT(log->node[outage->node].name, name);
    ASSERT_NEAR(pt_time_seconds(outage->down), down, 0, 0);
    ASSERT_NEAR(pt_time_seconds(outage->up), up, 0, 0);
    ASSERT_INT(outage->open, open);
    ASSERT_INT(outage->origin, origin);
}

/* Node I is called NAME and was watched in [FROM, UNTIL) seconds. */
static inline void check_node(const struct pt_outage_log *log, int32_t i,
                              const char *name, double from, double until)
{
    assert_true(i < log->nnodes);
    ASSERT_TEXT(log->node[i].name, name);
    ASSERT_NEAR(pt_time_seconds(log->node[i].from), from, 0, 0);
    ASSERT_NEAR(pt_time_seconds(log->node[i].until), until, 0, 0);
}

/* In microseconds; and every row is an outage, or some rule dropped it. */
static inline void check_areas(const struct pt_outage_log *log, int64_t watched,
                               int64_t down)
{
    pt_node_time area, lost;
    int64_t dropped = 0;

    pt_outage_log_areas(log, &area, &lost);
    ASSERT_INT(area, watched);
    ASSERT_INT(lost, down);
    for (int32_t i = 0; i < log->nrules; i++)
        if (log->rules[i].drops)
            dropped += log->rules[i].rows;
    ASSERT_INT(log->rows, log->n + dropped);
}

#endif
