#include "stage_rows.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include "base/alloc.h"
#include "base/vec.h"

enum column {
    JOB,
    ID,
    STAGE,
    TRY,
    MODE,
    TASKS,
    READY,
    START,
    END,
    BARRIER,
    OUTCOME,
    PARENTS,
    WANTED
};

static const char *const wanted[WANTED] = {
    [JOB] = "job_id",       [ID] = "stage_id",      [STAGE] = "stage",
    [TRY] = "try",          [MODE] = "mode",        [TASKS] = "tasks",
    [READY] = "ready_time", [START] = "start_time", [END] = "end_time",
    [BARRIER] = "barrier",  [OUTCOME] = "outcome",  [PARENTS] = "parents",
};

static const char *const modes[] = {"parallel", "gang"};
static const char *const outcomes[] = {
    [PT_STAGE_SUCCESS] = "success",
    [PT_STAGE_FAILURE] = "failure",
    [PT_STAGE_KILLED] = "killed",
};

int pt_stage_rows_open(struct pt_stage_rows *rows, const char *folder,
                       struct pt_err *err)
{
    char *path = pt_results_path(folder, "stages.csv");
    struct stat status;
    int result = 1;

    *rows = (struct pt_stage_rows){.csv = {.fd = -1}};
    if (stat(path, &status) == 0 || errno != ENOENT)
        result = pt_csv_open(&rows->csv, path, wanted, WANTED, err);
    pt_free(path);
    return result;
}

void pt_stage_rows_close(struct pt_stage_rows *rows)
{
    pt_csv_close(&rows->csv);
    pt_free(rows->parents);
    rows->parents = NULL;
    rows->capacity = 0;
}

/* Which of WORDS [N] FIELD is, or -1. */
static int word_of(const struct pt_csv_field *field, const char *const *words,
                   int n)
{
    for (int i = 0; i < n; i++)
        if (pt_csv_is(field, words[i]))
            return i;
    return -1;
}

static int take_words(const struct pt_csv *csv,
                      const struct pt_csv_field *fields,
                      struct pt_stage_row *row, struct pt_err *err)
{
    int mode = word_of(&fields[MODE], modes, 2);
    int outcome = word_of(&fields[OUTCOME], outcomes, 3);

    if (mode < 0)
        return pt_csv_bad(csv, &fields[MODE], "parallel or gang", err);
    if (outcome < 0)
        return pt_csv_bad(csv, &fields[OUTCOME], "success, failure or killed",
                          err);
    row->gang = mode == 1;
    row->outcome = (enum pt_stage_outcome)outcome;
    return 0;
}

static int take_numbers(const struct pt_csv *csv,
                        const struct pt_csv_field *fields,
                        struct pt_stage_row *row, struct pt_err *err)
{
    int64_t stage, try, tasks;

    if (pt_csv_int(csv, &fields[JOB], INT64_MIN, INT64_MAX, &row->job, err) ||
        pt_csv_int(csv, &fields[ID], INT64_MIN, INT64_MAX, &row->id, err) ||
        pt_csv_int(csv, &fields[STAGE], 0, INT32_MAX, &stage, err) ||
        pt_csv_int(csv, &fields[TRY], 0, INT32_MAX, &try, err) ||
        pt_csv_int(csv, &fields[TASKS], 1, INT32_MAX, &tasks, err))
        return -1;
    row->stage = (int32_t)stage;
    row->try = (int32_t)try;
    row->tasks = (int32_t)tasks;
    return 0;
}

static int take_times(const struct pt_csv *csv,
                      const struct pt_csv_field *fields,
                      struct pt_stage_row *row, struct pt_err *err)
{
    bool started = fields[START].length > 0;

    row->start = PT_TIME_NEVER;
    if (pt_csv_time(csv, &fields[READY], &row->ready, err) != 0 ||
        pt_csv_time(csv, &fields[END], &row->end, err) != 0 ||
        pt_csv_time(csv, &fields[BARRIER], &row->barrier, err) != 0 ||
        (started && pt_csv_time(csv, &fields[START], &row->start, err) != 0))
        return -1;
    if (row->end < row->ready || (started && row->end < row->start))
        return pt_csv_bad(csv, &fields[END],
                          "an end that is not before the attempt was ready, or "
                          "started",
                          err);
    if (started && row->start < row->ready)
        return pt_csv_bad(csv, &fields[START],
                          "a start that is not before the attempt was ready",
                          err);
    if (row->barrier < 0)
        return pt_csv_bad(csv, &fields[BARRIER], "0 or more", err);
    return 0;
}

/* "0 1 7". */
static int take_parents(struct pt_stage_rows *rows,
                        const struct pt_csv_field *field,
                        struct pt_stage_row *row, struct pt_err *err)
{
    const char *text = field->text;
    const char *end = text + field->length;
    int32_t n = 0;

    while (text < end) {
        struct pt_csv_field word = {.text = text};
        int64_t parent;

        while (text < end && *text != ' ')
            text++;
        word.length = (size_t)(text - word.text);
        if (pt_csv_int(&rows->csv, &word, 0, INT32_MAX, &parent, err) != 0)
            return -1;
        pt_vec_push(rows->parents, n, rows->capacity, (int32_t)parent);
        if (text < end)
            text++;
    }
    row->parents = rows->parents;
    row->nparents = n;
    return 0;
}

int pt_stage_rows_next(struct pt_stage_rows *rows, struct pt_stage_row *row,
                       struct pt_err *err)
{
    struct pt_csv_field fields[WANTED];
    int more = pt_csv_next(&rows->csv, fields, err);

    if (more <= 0)
        return more;
    if (take_numbers(&rows->csv, fields, row, err) != 0 ||
        take_words(&rows->csv, fields, row, err) != 0 ||
        take_times(&rows->csv, fields, row, err) != 0 ||
        take_parents(rows, &fields[PARENTS], row, err) != 0)
        return -1;
    return 1;
}

pt_time pt_stage_row_run(const struct pt_stage_row *row)
{
    return row->start == PT_TIME_NEVER ? 0 : row->end - row->start;
}

double pt_stage_row_barrier(const struct pt_stage_row *row)
{
    double whole = (double)pt_stage_row_run(row) * row->tasks;

    if (whole <= 0)
        return 0;
    return (double)row->barrier < whole ? (double)row->barrier / whole : 1;
}
