/* swf_reading.h - reads a whole SWF text, and keeps what came of it. */
#ifndef PT_TESTS_UNIT_SWF_READING_H
#define PT_TESTS_UNIT_SWF_READING_H

#include "base/alloc.h"
#include "base/error.h"
#include "base/vec.h"
#include "tests/unit/check.h"
#include "traces/source.h"
#include "traces/swf.h"

#define MAX_PROCS "; MaxProcs: 100\n"

/* A row; what is not named is of no weight. */
#define ROW(job, submit, run, allocated, requested, limit, status)             \
    job " " submit " -1 " run " " allocated " -1 -1 " requested " " limit      \
        " -1 " status " 5 6 -1 7 -1 -1 -1\n"

/* 4 processors for 60 s. */
#define PLAIN_ROW(job, submit) ROW(job, submit, "60", "4", "4", "90", "1")

struct seen_job {
    struct pt_job job; /* its stages are below */
    struct pt_stage stage;
    struct pt_truth truth;
};

struct seen {
    int status; /* 0: read to the end; -1: error */
    struct seen_job *jobs;
    int n, capacity;
    int64_t rows;
    struct pt_machine machine;
    struct pt_swf_header header;
    struct pt_rule rules[32];
    int nrules;
    char digest[65];
    int64_t bytes;
    struct pt_err err;
    char message[900];
};

static const struct pt_reading as_it_is = {.scale = 1};

static inline void see_info(struct seen *seen, const void *state)
{
    struct pt_source_info info;

    pt_source_swf.info(state, &info);
    assert_true(info.nrules <= 32);
    memcpy(seen->rules, info.rules, (size_t)info.nrules * sizeof *info.rules);
    seen->nrules = info.nrules;
    seen->machine = *info.machine;
    seen->rows = info.rows;
    seen->bytes = info.bytes;
    seen->header = *pt_swf_header(state);
    snprintf(seen->digest, sizeof seen->digest, "%s",
             info.digest ? info.digest : "");
    ASSERT_INT(info.jobs, seen->n);
}

static inline void see_all(struct seen *seen, void *state)
{
    struct pt_work work;

    while ((seen->status = pt_source_swf.next(state, &work, &seen->err)) > 0) {
        ASSERT_INT(work.job.nstages, 1);
        struct seen_job job = {.job = work.job,
                               .stage = work.job.stages[0],
                               .truth = work.truths[0]};
        pt_vec_push(seen->jobs, seen->n, seen->capacity, job);
    }
    see_info(seen, state);
    pt_source_swf.close(state);
}

/* Reads TEXT [N], or the file at PATH if TEXT is NULL.  The caller frees it
 * with forget(). */
static inline struct seen *see(const char *path, const char *text, size_t n,
                               const struct pt_reading *reading)
{
    struct seen *seen = pt_alloc(1, sizeof *seen);
    void *state = pt_alloc(1, pt_source_swf.state_size);

    seen->status =
        text ? pt_swf_open_bytes(state, path, text, n, reading, &seen->err)
             : pt_source_swf.open(state, path, reading, &seen->err);
    if (seen->status == 0)
        see_all(seen, state);
    if (seen->status < 0)
        pt_err_print(&seen->err, seen->message, sizeof seen->message);
    pt_free(state);
    return seen;
}

static inline void forget(struct seen *seen)
{
    pt_free(seen->jobs);
    pt_free(seen);
}

static inline struct seen *see_text(const char *text,
                                    const struct pt_reading *reading)
{
    return see("t.swf", text, strlen(text), reading);
}

/* How many rows the rule touched; -1 = there is no such rule. */
static inline int64_t rule(const struct seen *seen, const char *name)
{
    for (int i = 0; i < seen->nrules; i++)
        if (strcmp(seen->rules[i].name, name) == 0)
            return seen->rules[i].rows;
    return -1;
}

/* All rows are accounted for. */
static inline void assert_sums(const struct seen *seen)
{
    int64_t dropped = 0;

    for (int i = 0; i < seen->nrules; i++)
        if (seen->rules[i].drops)
            dropped += seen->rules[i].rows;
    ASSERT_INT(seen->rows, seen->n + dropped);
}

/* Reading TEXT fails with MESSAGE, which is all of it or its beginning. */
static inline void assert_error(const char *text, size_t n,
                                const struct pt_reading *reading,
                                enum pt_err_code code, const char *message)
{
    struct seen *seen = see("t.swf", text, n, reading);

    ASSERT_INT(seen->status, -1);
    ASSERT_INT(seen->err.code, code);
    if (strncmp(seen->message, message, strlen(message)) != 0)
        ASSERT_TEXT(seen->message, message);
    forget(seen);
}

static inline void assert_bad(const char *text, const char *message)
{
    assert_error(text, strlen(text), &as_it_is, PT_ERR_INPUT, message);
}

#endif
