/* Feeds bytes to the SWF reader, under every way of cleaning: no input may
 * break it, and whatever it yields must be a job that can be simulated. */
#include <stddef.h>
#include <stdint.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/error.h"
#include "traces/row.h"
#include "traces/source.h"
#include "traces/swf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_work(const struct pt_work *work, pt_time last)
{
    const struct pt_job *job = &work->job;
    const struct pt_stage *stage = job->stages;

    pt_assert(job->nstages == 1);
    pt_assert(job->submit >= last);
    pt_assert(stage->ntasks >= 1);
    pt_assert(stage->limit >= 1);
    pt_assert(work->truths->length >= 0);
    pt_assert(work->truths->outcome != PT_KILLED);
}

static void check_end(const void *state, const struct pt_reading *reading)
{
    struct pt_source_info info;
    int64_t dropped = 0;

    pt_source_swf.info(state, &info);
    for (int32_t i = 0; i < info.nrules; i++)
        if (info.rules[i].drops)
            dropped += info.rules[i].rows;
    pt_assert(info.rows == info.jobs + dropped);
    pt_assert(info.rows >= 1);
    pt_assert(info.digest);
    if (reading->clean == PT_CLEAN_STRICT)
        pt_assert(info.rules[PT_ROW_LIMIT_ZERO].rows == 0);
}

static void read_all(void *state, const struct pt_reading *reading,
                     struct pt_err *err)
{
    struct pt_work work;
    pt_time last = 0;
    int status;

    while ((status = pt_source_swf.next(state, &work, err)) > 0) {
        check_work(&work, last);
        last = work.job.submit;
        if (reading->overrun == PT_OVERRUN_TRUNCATE)
            pt_assert(work.truths->length <= work.job.stages->limit);
    }
    if (status == 0)
        check_end(state, reading);
    else
        pt_assert(reading->sorted ? err->code == PT_ERR_INPUT
                                  : err->code != PT_ERR_NONE);
    pt_source_swf.close(state);
}

static void read_once(const uint8_t *bytes, size_t n,
                      const struct pt_reading *reading)
{
    void *state = pt_alloc(1, pt_source_swf.state_size);
    struct pt_err err = {.code = PT_ERR_NONE};

    if (pt_swf_open_bytes(state, "fuzz", bytes, n, reading, &err) == 0)
        read_all(state, reading, &err);
    else
        pt_assert(err.code == PT_ERR_INPUT);
    pt_free(state);
}

/* Every mode of `clean` with every mode of `overrun`; the other settings go
 * round with them. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const double scales[] = {1, 0.5, 3.7};

    for (unsigned i = 0; i < 6; i++) {
        struct pt_reading reading = {
            .clean = i % 2 == 0 ? PT_CLEAN_NONE : PT_CLEAN_STRICT,
            .overrun = (enum pt_overrun)(i / 2),
            .missing_limit = (enum pt_missing_limit)(i / 2),
            .wide = (enum pt_wide)(i / 2),
            .processors = i == 0 ? 0 : 64,
            .scale = scales[i / 2],
            .sorted = i % 3 != 0};
        read_once(bytes, n, &reading);
    }
    return 0;
}
