#include "traces/row.h"

#include <math.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"

__extension__ typedef unsigned __int128 product;

pt_time pt_row_scale(pt_time gap, double scale)
{
    int exponent;

    pt_assert(gap >= 0);
    pt_assert(isfinite(scale) && scale > 0);
    /* scale = mantissa * 2^(exponent - 53), where the mantissa is whole. */
    uint64_t mantissa = (uint64_t)ldexp(frexp(scale, &exponent), 53);
    product scaled = (product)gap * mantissa;
    exponent -= 53;
    if (exponent < -126)
        return 0;
    if (exponent < 0)
        scaled = (scaled + ((product)1 << (-exponent - 1))) >> -exponent;
    else if (exponent < 63 && scaled <= (product)PT_TIME_NEVER >> exponent)
        scaled <<= exponent;
    else if (gap > 0)
        return PT_TIME_NEVER;
    return scaled < (product)PT_TIME_NEVER ? (pt_time)scaled : PT_TIME_NEVER;
}

static void name_rules(struct pt_sieve *sieve)
{
    static const struct pt_rule names[PT_ROW_RULES] = {
        [PT_ROW_PARTIAL] = {.name = "partial-execution",
                            .what = "row dropped: one burst of a job that has "
                                    "its own row (status 2, 3, 4)",
                            .drops = true},
        [PT_ROW_SUBMIT_MISSING] = {.name = "submit-missing",
                                   .what = "row dropped: no submit time",
                                   .drops = true},
        [PT_ROW_SIZE_MISSING] = {.name = "size-missing",
                                 .what = "row dropped: processors neither "
                                         "requested nor allocated",
                                 .drops = true},
        [PT_ROW_RUN_MISSING] = {.name = "run-missing",
                                .what = "row dropped: no run time",
                                .drops = true},
        [PT_ROW_RUN_ZERO] = {.name = "run-zero",
                             .what = "runs for no time at all"},
        [PT_ROW_WIDE] = {.name = "wide",
                         .what = "wider than the machine: to be rejected"},
        [PT_ROW_LIMIT_MISSING] = {.name = "limit-missing",
                                  .what = "no requested time: the run time "
                                          "taken"},
        [PT_ROW_SIZE_DIFFERS] = {.name = "size-differs",
                                 .what = "processors requested, not those "
                                         "allocated, taken"},
        [PT_ROW_LIMIT_ZERO] = {.name = "limit-zero",
                               .what = "limit raised from zero to a "
                                       "microsecond"},
        [PT_ROW_OVERRUN] = {.name = "overrun",
                            .what = "runs beyond its limit: cut to it"},
        [PT_ROW_STATUS_MISSING] = {.name = "status-missing",
                                   .what = "no status: a success"},
        [PT_ROW_STATUS_ODD] = {.name = "status-odd",
                               .what = "a status that the format does not "
                                       "have: a success"},
        [PT_ROW_DEPENDENCY] = {.name = "dependency-ignored",
                               .what = "preceding job ignored"},
        [PT_ROW_ID_NOT_ASCENDING] = {.name = "id-not-ascending",
                                     .what = "job number not above the one "
                                             "before: kept"},
        [PT_ROW_EXTRA_COLUMNS] = {.name = "extra-columns",
                                  .what = "columns beyond the format's "
                                          "ignored"},
        [PT_ROW_BYTE_ORDER_MARK] = {.name = "byte-order-mark",
                                    .what = "UTF-8 byte order mark skipped"},
    };

    for (int i = 0; i < PT_ROW_RULES; i++)
        sieve->rules[i] = names[i];
}

static void say(struct pt_sieve *sieve, enum pt_row_rule rule, bool drops,
                const char *what)
{
    sieve->rules[rule].drops = drops;
    sieve->rules[rule].what = what;
}

/* What some rules do is for the reading to say. */
static void adapt_rules(struct pt_sieve *sieve)
{
    const struct pt_reading *reading = &sieve->reading;
    bool strict = reading->clean == PT_CLEAN_STRICT;

    if (strict) {
        say(sieve, PT_ROW_RUN_ZERO, true, "row dropped: runs for no time");
        say(sieve, PT_ROW_WIDE, true,
            "row dropped: wider than the machine, allocated or requested");
    } else if (reading->wide == PT_WIDE_DROP) {
        say(sieve, PT_ROW_WIDE, true, "row dropped: wider than the machine");
    } else if (reading->wide == PT_WIDE_ERROR) {
        say(sieve, PT_ROW_WIDE, false, "wider than the machine: an error");
    }
    if (strict || reading->missing_limit == PT_MISSING_DROP)
        say(sieve, PT_ROW_LIMIT_MISSING, true,
            "row dropped: no requested time");
    else if (reading->missing_limit == PT_MISSING_MAX)
        say(sieve, PT_ROW_LIMIT_MISSING, false,
            "no requested time: the machine's longest taken");
    if (reading->overrun == PT_OVERRUN_KILL)
        say(sieve, PT_ROW_OVERRUN, false,
            "runs beyond its limit: to be killed there");
    else if (reading->overrun == PT_OVERRUN_EXTEND)
        say(sieve, PT_ROW_OVERRUN, false, "runs beyond its limit: let run");
}

void pt_sieve_open(struct pt_sieve *sieve, const char *file,
                   const struct pt_reading *reading, int64_t processors,
                   pt_time longest)
{
    pt_assert(processors >= 1);
    pt_assert(isfinite(reading->scale) && reading->scale > 0);
    *sieve = (struct pt_sieve){.reading = *reading,
                               .file = file,
                               .processors = processors,
                               .longest = longest};
    name_rules(sieve);
    adapt_rules(sieve);
}

static void count(struct pt_sieve *sieve, enum pt_row_rule rule)
{
    sieve->rules[rule].rows++;
}

static int check_width(const struct pt_sieve *sieve, int64_t width, int line,
                       int column, struct pt_err *err)
{
    if (width >= -1 && width <= INT32_MAX)
        return 0;
    return pt_err_at(err, PT_ERR_INPUT, sieve->file, line, column,
                     "%lld processors (expected -1 to %d)", (long long)width,
                     INT32_MAX);
}

static int too_wide(const struct pt_sieve *sieve, const struct pt_row *row,
                    int64_t size, struct pt_err *err)
{
    int column =
        row->requested > 0 ? row->column.requested : row->column.allocated;

    return pt_err_at(err, PT_ERR_INPUT, sieve->file, row->line, column,
                     "%lld processors are more than the machine has (expected "
                     "at most %lld, or wide=reject or wide=drop)",
                     (long long)size, (long long)sieve->processors);
}

/* Whether the row is too wide, by the rule in force. */
static bool is_wide(const struct pt_sieve *sieve, const struct pt_row *row,
                    int64_t size)
{
    int64_t p = sieve->processors;

    if (sieve->reading.clean == PT_CLEAN_STRICT)
        return row->allocated > p || row->requested > p;
    return size > p;
}

/* The rule that drops ROW, of size SIZE; PT_ROW_RULES if it is kept. */
static enum pt_row_rule dropped_by(const struct pt_sieve *sieve,
                                   const struct pt_row *row, int64_t size)
{
    const struct pt_rule *rules = sieve->rules;

    if (row->status >= 2 && row->status <= 4)
        return PT_ROW_PARTIAL;
    if (row->submit < 0)
        return PT_ROW_SUBMIT_MISSING;
    if (size <= 0)
        return PT_ROW_SIZE_MISSING;
    if (row->run < 0)
        return PT_ROW_RUN_MISSING;
    if (row->run == 0 && rules[PT_ROW_RUN_ZERO].drops)
        return PT_ROW_RUN_ZERO;
    if (rules[PT_ROW_WIDE].drops && is_wide(sieve, row, size))
        return PT_ROW_WIDE;
    if (row->limit <= 0 && rules[PT_ROW_LIMIT_MISSING].drops)
        return PT_ROW_LIMIT_MISSING;
    return PT_ROW_RULES;
}

/* The limit of a row that has none. */
static int make_limit(struct pt_sieve *sieve, const struct pt_row *row,
                      pt_time *limit, struct pt_err *err)
{
    count(sieve, PT_ROW_LIMIT_MISSING);
    if (sieve->reading.missing_limit == PT_MISSING_RUN) {
        *limit = row->run;
        return 0;
    }
    if (sieve->longest <= 0)
        return pt_err_at(err, PT_ERR_INPUT, sieve->file, row->line,
                         row->column.limit,
                         "no requested time, and the trace does not tell the "
                         "machine's longest (expected a header MaxRuntime for "
                         "missing_limit=max)");
    *limit = sieve->longest;
    return 0;
}

static enum pt_outcome outcome(int64_t status)
{
    return status == 0 || status == 5 ? PT_FAILURE : PT_SUCCESS;
}

/* Counts what is only worth a mention. */
static void remark(struct pt_sieve *sieve, const struct pt_row *row)
{
    if (row->run == 0)
        count(sieve, PT_ROW_RUN_ZERO);
    if (row->allocated > 0 && row->requested > 0 &&
        row->allocated != row->requested)
        count(sieve, PT_ROW_SIZE_DIFFERS);
    if (row->status == -1)
        count(sieve, PT_ROW_STATUS_MISSING);
    else if (row->status != 0 && row->status != 1 && row->status != 5)
        count(sieve, PT_ROW_STATUS_ODD);
    if (row->preceding > 0)
        count(sieve, PT_ROW_DEPENDENCY);
    if (sieve->kept > 0 && row->id <= sieve->last_id)
        count(sieve, PT_ROW_ID_NOT_ASCENDING);
}

/* Length and limit of KEPT, within the bounds that the reading sets. */
static void bound(struct pt_sieve *sieve, struct pt_row_kept *kept)
{
    if (kept->limit == 0) {
        count(sieve, PT_ROW_LIMIT_ZERO);
        kept->limit = 1;
    }
    if (kept->length <= kept->limit)
        return;
    count(sieve, PT_ROW_OVERRUN);
    if (sieve->reading.overrun == PT_OVERRUN_TRUNCATE)
        kept->length = kept->limit;
}

/* A run must end long before time does: queues add up. */
#define LAST_END (PT_TIME_NEVER / 4)

static int check_end(const struct pt_sieve *sieve, const struct pt_row *row,
                     struct pt_err *err)
{
    if (pt_time_add(row->submit, row->run) <= LAST_END &&
        row->limit <= LAST_END)
        return 0;
    return pt_err_at(
        err, PT_ERR_INPUT, sieve->file, row->line, row->column.submit,
        "a run that would end too late (expected submit + run, and "
        "the requested time, below 2.3e12 s)");
}

/* What ROW comes to: 1 = it is KEPT, 0 = it is dropped. */
static int sift(struct pt_sieve *sieve, const struct pt_row *row,
                struct pt_row_kept *kept, struct pt_err *err)
{
    int64_t size = row->requested > 0 ? row->requested : row->allocated;
    pt_time limit = row->limit;
    enum pt_row_rule rule;

    if (check_width(sieve, row->allocated, row->line, row->column.allocated,
                    err) < 0 ||
        check_width(sieve, row->requested, row->line, row->column.requested,
                    err) < 0)
        return -1;
    rule = dropped_by(sieve, row, size);
    if (rule != PT_ROW_RULES) {
        count(sieve, rule);
        return 0;
    }
    if (is_wide(sieve, row, size)) {
        count(sieve, PT_ROW_WIDE);
        if (sieve->reading.wide == PT_WIDE_ERROR)
            return too_wide(sieve, row, size, err);
    }
    if (limit <= 0 && make_limit(sieve, row, &limit, err) < 0)
        return -1;
    if (check_end(sieve, row, err) < 0)
        return -1;
    remark(sieve, row);
    *kept = (struct pt_row_kept){.submit = row->submit,
                                 .length = row->run,
                                 .limit = limit,
                                 .id = row->id,
                                 .user = row->user < 0 ? -1 : row->user,
                                 .group = row->group < 0 ? -1 : row->group,
                                 .queue = row->queue < 0 ? -1 : row->queue,
                                 .order = sieve->kept,
                                 .size = (int32_t)size,
                                 .outcome = outcome(row->status)};
    bound(sieve, kept);
    return 1;
}

static int steps_back(const struct pt_sieve *sieve, const struct pt_row *row,
                      struct pt_err *err)
{
    char now[PT_TIME_TEXT], before[PT_TIME_TEXT];

    now[pt_time_print(now, row->submit)] = '\0';
    before[pt_time_print(before, sieve->last_submit)] = '\0';
    return pt_err_at(
        err, PT_ERR_UNSORTED, sieve->file, row->line, row->column.submit,
        "the submit time %s steps back (expected %s or later)", now, before);
}

/* The next row that is kept. */
static int next_kept(struct pt_sieve *sieve, pt_row_read *read, void *reader,
                     struct pt_row_kept *kept, struct pt_err *err)
{
    struct pt_row row;
    int status;

    do {
        status = read(reader, &row, err);
        if (status <= 0)
            return status;
        sieve->rows++;
        status = sift(sieve, &row, kept, err);
        if (status < 0)
            return -1;
    } while (status == 0);

    if (sieve->kept == 0)
        sieve->first_submit = row.submit;
    else if (!sieve->reading.sorted && row.submit < sieve->last_submit)
        return steps_back(sieve, &row, err);
    sieve->kept++;
    sieve->last_id = row.id;
    sieve->last_submit = row.submit;
    return 1;
}

static int compare(const void *left, const void *right)
{
    const struct pt_row_kept *a = left, *b = right;

    if (a->submit != b->submit)
        return a->submit < b->submit ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* Reads all rows, and puts them in order of (submit, input order). */
static int gather(struct pt_sieve *sieve, pt_row_read *read, void *reader,
                  struct pt_err *err)
{
    struct pt_row_kept kept;
    int64_t n = 0;
    int status;

    while ((status = next_kept(sieve, read, reader, &kept, err)) > 0)
        pt_vec_push(sieve->sorted, n, sieve->capacity, kept);
    if (status < 0)
        return -1;
    pt_assert(n == sieve->kept);
    if (n > 0) {
        qsort(sieve->sorted, (size_t)n, sizeof *sieve->sorted, compare);
        sieve->first_submit = sieve->sorted[0].submit;
    }
    sieve->gathered = true;
    return 0;
}

/* The instant at which KEPT is submitted, with the gaps between submits
 * stretched.  It is the order of the input all the same, for scaling never
 * turns two instants round. */
static int stretch(const struct pt_sieve *sieve, const struct pt_row_kept *kept,
                   pt_time *submit, struct pt_err *err)
{
    pt_time first = sieve->first_submit;
    pt_time gap = pt_row_scale(kept->submit - first, sieve->reading.scale);

    *submit = pt_time_add(first, gap);
    if (*submit != PT_TIME_NEVER)
        return 0;
    return pt_err_at(err, PT_ERR_INPUT, sieve->file, 0, 0,
                     "job %lld: the submit time is out of range once it is "
                     "scaled (expected a smaller scale)",
                     (long long)kept->id);
}

static int yield(struct pt_sieve *sieve, const struct pt_row_kept *kept,
                 struct pt_work *work, struct pt_err *err)
{
    pt_time submit;

    if (stretch(sieve, kept, &submit, err) < 0)
        return -1;
    sieve->stage = (struct pt_stage){.ntasks = kept->size,
                                     .mode = PT_GANG,
                                     .need.amount[PT_CORES] = 1000,
                                     .limit = kept->limit};
    sieve->truth =
        (struct pt_truth){.length = kept->length, .outcome = kept->outcome};
    *work = (struct pt_work){.job = {.id = kept->id,
                                     .user = kept->user,
                                     .group = kept->group,
                                     .queue = kept->queue,
                                     .nstages = 1,
                                     .submit = submit,
                                     .stages = &sieve->stage},
                             .truths = &sieve->truth};
    sieve->jobs++;
    return 1;
}

int pt_sieve_next(struct pt_sieve *sieve, pt_row_read *read, void *reader,
                  struct pt_work *work, struct pt_err *err)
{
    struct pt_row_kept kept;

    if (!sieve->reading.sorted) {
        int status = next_kept(sieve, read, reader, &kept, err);
        return status > 0 ? yield(sieve, &kept, work, err) : status;
    }
    if (!sieve->gathered && gather(sieve, read, reader, err) < 0)
        return -1;
    if (sieve->jobs == sieve->kept)
        return 0;
    return yield(sieve, &sieve->sorted[sieve->jobs], work, err);
}

void pt_sieve_info(const struct pt_sieve *sieve, struct pt_source_info *info)
{
    info->rules = sieve->rules;
    info->nrules = PT_ROW_RULES;
    info->rows = sieve->rows;
    info->jobs = sieve->jobs;
}

void pt_sieve_close(struct pt_sieve *sieve)
{
    pt_free(sieve->sorted);
    sieve->sorted = NULL;
}
