#include "plots/jobs.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "plots/legend.h"
#include "plots/letters.h"

/* Differences of two times that are no farther from 0 are times. */
#define FARTHEST (INT64_C(3000000000000) * PT_SECOND)

const char *const pt_jobs_metrics[PT_JOBS_METRICS + 1] = {
    [PT_JOBS_WAIT] = "wait",
    [PT_JOBS_RESPONSE] = "response",
    [PT_JOBS_BOUNDED] = "bounded_slowdown",
};

const char *pt_jobs_title(enum pt_jobs_metric metric)
{
    static const char *const titles[PT_JOBS_METRICS] = {
        [PT_JOBS_WAIT] = "Waiting time",
        [PT_JOBS_RESPONSE] = "Response time",
        [PT_JOBS_BOUNDED] = "Bounded slowdown",
    };

    return titles[metric];
}

/* Columns of jobs.csv; the first two tell whether a job ran. */
enum column { END, WAIT, RESPONSE, BOUNDED, ID, SUBMIT, WIDTH, LIMIT, COLUMNS };

static const struct {
    const char *name;
    unsigned wanted_by;
} column_of[COLUMNS] = {
    [END] = {"finish_time", ~0U},
    [WAIT] = {"waiting_time", ~0U},
    [RESPONSE] = {"turnaround_time", 1 << PT_JOBS_RESPONSE},
    [BOUNDED] = {"bounded_slowdown", 1 << PT_JOBS_BOUNDED},
    [ID] = {"job_id", PT_JOBS_ID},
    [SUBMIT] = {"submission_time", PT_JOBS_SPAN},
    [WIDTH] = {"requested_number_of_resources", PT_JOBS_WIDTH},
    [LIMIT] = {"requested_time", PT_JOBS_LIMIT},
};

struct reader {
    struct pt_csv csv;
    struct pt_csv_field fields[COLUMNS]; /* those not read are empty */
    int place[COLUMNS];                  /* among those read, or -1 */
    int n;
};

/* Opens FOLDER/jobs.csv; 1: there is none, or it lacks a column.  A header that
 * can be read without asking for anything is a good one. */
static int reader_open(struct reader *reader, const char *folder,
                       unsigned columns, struct pt_err *err)
{
    const char *names[COLUMNS];
    struct pt_err lack = {.code = PT_ERR_NONE};
    char *path;
    int result;

    reader->csv = (struct pt_csv){.fd = -1};
    if (!pt_results_hold(folder, "jobs.csv")) {
        pt_text_copy(err->text, sizeof err->text, "there is no jobs.csv");
        return 1;
    }
    reader->n = 0;
    for (int c = 0; c < COLUMNS; c++) {
        reader->place[c] = -1;
        if (!(column_of[c].wanted_by & columns))
            continue;
        names[reader->n] = column_of[c].name;
        reader->place[c] = reader->n++;
    }
    path = pt_results_path(folder, "jobs.csv");
    result = pt_csv_open(&reader->csv, path, names, 0, err);
    if (result == 0) {
        pt_csv_close(&reader->csv);
        result = pt_csv_open(&reader->csv, path, names, reader->n, &lack);
        if (result != 0)
            result = snprintf(err->text, sizeof err->text, "jobs.csv: %s",
                              lack.text) > 0;
    }
    pt_free(path);
    return result;
}

static int reader_next(struct reader *reader, struct pt_err *err)
{
    struct pt_csv_field fields[COLUMNS];
    int more = pt_csv_next(&reader->csv, fields, err);

    for (int c = 0; c < COLUMNS && more > 0; c++)
        reader->fields[c] = reader->place[c] < 0 ? (struct pt_csv_field){"", 0}
                                                 : fields[reader->place[c]];
    return more;
}

/* The time in column C, if it was asked for. */
static int read_time(const struct reader *reader, enum column c, pt_time *time,
                     struct pt_err *err)
{
    const struct pt_csv_field *field = &reader->fields[c];

    *time = 0;
    if (reader->place[c] < 0)
        return 0;
    if (pt_csv_time(&reader->csv, field, time, err) != 0)
        return -1;
    if (*time < -FARTHEST || *time > FARTHEST)
        return pt_csv_bad(&reader->csv, field, "less than 3e12 seconds", err);
    return 0;
}

/* What is there of all jobs. */
static int read_job(const struct reader *reader, struct pt_jobs_row *row,
                    struct pt_err *err)
{
    int64_t width = 0;

    row->limit = PT_TIME_NEVER;
    if (reader->place[ID] >= 0 &&
        pt_csv_int(&reader->csv, &reader->fields[ID], INT64_MIN, INT64_MAX,
                   &row->id, err) != 0)
        return -1;
    if (reader->place[WIDTH] >= 0 &&
        pt_csv_int(&reader->csv, &reader->fields[WIDTH], 1, INT32_MAX, &width,
                   err) != 0)
        return -1;
    row->width = (int32_t)width;
    if (reader->fields[LIMIT].length > 0 &&
        read_time(reader, LIMIT, &row->limit, err) != 0)
        return -1;
    return read_time(reader, SUBMIT, &row->submit, err);
}

static int read_row(const struct reader *reader, struct pt_jobs_row *row,
                    struct pt_err *err)
{
    pt_time wait, end;

    if (read_job(reader, row, err) != 0)
        return -1;
    row->ran =
        reader->fields[END].length > 0 && reader->fields[WAIT].length > 0;
    if (!row->ran)
        return 0;
    if (read_time(reader, WAIT, &wait, err) != 0 ||
        read_time(reader, END, &end, err) != 0 ||
        read_time(reader, RESPONSE, &row->values[PT_JOBS_RESPONSE], err) != 0 ||
        read_time(reader, BOUNDED, &row->values[PT_JOBS_BOUNDED], err) != 0)
        return -1;
    row->values[PT_JOBS_WAIT] = wait;
    if (reader->place[SUBMIT] >= 0) {
        row->start = pt_time_add(row->submit, wait > 0 ? wait : 0);
        row->end = end > row->start ? end : row->start;
    }
    return 0;
}

static int read_folder(const char *folder, int replication, unsigned columns,
                       pt_jobs_visit *visit, void *to, struct pt_err *err)
{
    struct reader reader;
    int more = reader_open(&reader, folder, columns, err);

    if (more == 0) {
        while ((more = reader_next(&reader, err)) > 0) {
            struct pt_jobs_row row = {.replication = replication};

            if (read_row(&reader, &row, err) != 0) {
                more = -1;
                break;
            }
            visit(to, &row);
        }
    }
    pt_csv_close(&reader.csv);
    return more;
}

static int path_order(const void *a, const void *b)
{
    char *const *x = a;
    char *const *y = b;

    return strcmp(*x, *y);
}

/* The replications beside PATH, sorted; none if it is not one itself. */
static char **find_replications(const char *path, int *n)
{
    const char *name = strrchr(path, '/');
    char **paths = NULL, *folder;
    int capacity = 0;
    DIR *dir;

    *n = 0;
    if (!name || strncmp(name, "/rep-", 5) != 0)
        return NULL;
    folder = pt_text_dup(path, (size_t)(name - path));
    dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char *below;

        if (strncmp(entry->d_name, "rep-", 4) != 0)
            continue;
        below = pt_results_path(folder, entry->d_name);
        if (pt_results_hold(below, "jobs.csv"))
            pt_vec_push(paths, *n, capacity, below);
        else
            pt_free(below);
    }
    if (dir)
        closedir(dir);
    pt_free(folder);
    if (*n > 1)
        qsort(paths, (size_t)*n, sizeof *paths, path_order);
    return paths;
}

int pt_jobs_read(const struct pt_results_run *run, unsigned columns, bool all,
                 pt_jobs_visit *visit, void *to, struct pt_err *err)
{
    int n = 0, result = 0;
    char **paths = all ? find_replications(run->path, &n) : NULL;

    if (n == 0)
        result = read_folder(run->path, 0, columns, visit, to, err);
    for (int i = 0; i < n; i++) {
        if (result == 0)
            result = read_folder(paths[i], i, columns, visit, to, err);
        pt_free(paths[i]);
    }
    pt_free(paths);
    return result;
}

void pt_jobs_values_add(struct pt_jobs_values *values, pt_time value)
{
    pt_vec_push(values->items, values->n, values->capacity, value);
}

void pt_jobs_values_sort(struct pt_jobs_values *values)
{
    if (values->n > 1)
        qsort(values->items, (size_t)values->n, sizeof *values->items,
              pt_time_compare);
}

void pt_jobs_values_fini(struct pt_jobs_values *values)
{
    pt_free(values->items);
    *values = (struct pt_jobs_values){0};
}

double pt_jobs_values_quantile(const struct pt_jobs_values *values, double q)
{
    double place = q * (double)(values->n - 1);
    int64_t i = (int64_t)place;
    double low, high;

    pt_assert(values->n > 0);
    low = (double)values->items[i];
    high = (double)values->items[i + 1 < values->n ? i + 1 : i];
    return (low + (place - (double)i) * (high - low)) / 1e6;
}

int pt_jobs_class(int32_t width)
{
    int class = 0;

    while (class + 1 < PT_JOBS_CLASSES && (INT64_C(1) << (2 * class)) < width)
        class ++;
    return class;
}

/* A power of two, in thousands (of 1,024) where it has them. */
static void print_power(int64_t value, char *text, size_t size)
{
    if (value >= 1 << 20)
        snprintf(text, size, "%lldM", (long long)(value >> 20));
    else if (value >= 1 << 10)
        snprintf(text, size, "%lldk", (long long)(value >> 10));
    else
        snprintf(text, size, "%lld", (long long)value);
}

void pt_jobs_class_print(int class, enum pt_jobs_words words, char *text,
                         size_t size)
{
    int64_t low = INT64_C(1) << (class == 0 ? 0 : 2 * class - 2);
    int64_t high = INT64_C(1) << (2 * class);
    char from[24], to[24];

    print_power(low < 1 << 10 ? low + 1 : low, from, sizeof from);
    print_power(high, to, sizeof to);
    if (class == 0)
        pt_text_copy(text, size, "1");
    else if (words == PT_JOBS_FULL)
        snprintf(text, size, "%lld-%lld", (long long)low + 1, (long long)high);
    else if (words == PT_JOBS_BRIEF)
        snprintf(text, size, "%s-%s", from, to);
    else
        snprintf(text, size, "<=%s", to);
}

/* The longest words that fit into LETTERS for all classes that have jobs. */
static enum pt_jobs_words choose_words(const int64_t *most, int letters)
{
    for (enum pt_jobs_words words = PT_JOBS_FULL; words < PT_JOBS_BOUND;
         words++) {
        bool fit = true;

        for (int c = 0; c < PT_JOBS_CLASSES; c++) {
            char text[48];

            pt_jobs_class_print(c, words, text, sizeof text);
            if (most[c] > 0 && (int)strlen(text) > letters)
                fit = false;
        }
        if (fit)
            return words;
    }
    return PT_JOBS_BOUND;
}

/* "FEWEST-MOST", or less where there is no room for it. */
static void print_jobs(int64_t fewest, int64_t most, int letters, char *text,
                       size_t size)
{
    char low[40], high[40];

    if (fewest == most) {
        pt_jobs_count(most, letters, text, size);
        return;
    }
    pt_jobs_count(fewest, (letters - 1) / 2, low, sizeof low);
    pt_jobs_count(most, (letters - 1) / 2, high, sizeof high);
    if (strcmp(low, high) == 0)
        pt_text_copy(text, size, high);
    else if ((int)(strlen(low) + strlen(high)) + 1 <= letters)
        snprintf(text, size, "%s-%s", low, high);
    else
        snprintf(text, size, "%s+", low);
}

int pt_jobs_classes(struct pt_figure_job *job, const int64_t *fewest,
                    const int64_t *most, double inches)
{
    int n = 0, at = 0, letters;
    enum pt_jobs_words words;

    for (int c = 0; c < PT_JOBS_CLASSES; c++)
        n += most[c] > 0;
    letters = (int)(inches / n / pt_jobs_letter(job) - 0.2);
    words = choose_words(most, letters);
    pt_figure_int(job, "classes", n);
    fprintf(job->script, "array width[%d]\narray jobs[%d]\n", n, n);
    for (int c = 0; c < PT_JOBS_CLASSES; c++) {
        char name[48], count[100];

        if (most[c] == 0)
            continue;
        at++;
        pt_jobs_class_print(c, words, name, sizeof name);
        print_jobs(fewest[c], most[c], letters - 1, count, sizeof count);
        fprintf(job->script, "width[%d] = '%s'; jobs[%d] = '%s'\n", at, name,
                at, count);
    }
    return n;
}

const struct pt_jobs_mark pt_jobs_marks[] = {
    {"1 us", 1},
    {"10 us", 10},
    {"0.1 ms", 100},
    {"1 ms", 1000},
    {"10 ms", 10000},
    {"0.1 s", 100000},
    {"1 s", PT_SECOND},
    {"10 s", 10 * PT_SECOND},
    {"1 min", 60 * PT_SECOND},
    {"10 min", 600 * PT_SECOND},
    {"1 h", 3600 * PT_SECOND},
    {"6 h", 21600 * PT_SECOND},
    {"1 d", 86400 * PT_SECOND},
    {"10 d", 864000 * PT_SECOND},
    {"100 d", 8640000 * PT_SECOND},
    {"1000 d", 86400000 * PT_SECOND},
    {NULL, 0},
};

void pt_jobs_tics_open(struct pt_jobs_tics *tics, struct pt_figure_job *job,
                       const char *axis, double inches)
{
    *tics = (struct pt_jobs_tics){
        .job = job,
        .upright = axis[0] == 'y',
        .inches = inches,
        .end = -1e9,
    };
    fprintf(job->script,
            "%s_named = 1\n%s_name(text) = %s_named ? text : ''\n"
            "%s_tics = \"set %stics (",
            axis, axis, axis, axis, axis);
}

void pt_jobs_tics_add(struct pt_jobs_tics *tics, double at, const char *name)
{
    double letter = pt_jobs_letter(tics->job);
    double half =
        tics->upright ? 0.9 * letter : letter * (double)(strlen(name) + 1) / 2;
    bool fits = at * tics->inches - half >= tics->end;
    char *quoted = pt_figure_quote(fits ? name : "");

    fprintf(tics->job->script, "%s%s_name(%s) %.10g", tics->n++ ? ", " : "",
            tics->upright ? "y" : "x", quoted, at);
    if (fits && name[0] != '\0')
        tics->end = at * tics->inches + half;
    pt_free(quoted);
}

void pt_jobs_tics_close(struct pt_jobs_tics *tics)
{
    fputs(")\"\n", tics->job->script);
}

double pt_jobs_letter(const struct pt_figure_job *job)
{
    return pt_letters_width("0", job->paper->points);
}

double pt_jobs_legend(struct pt_figure_job *job, double width)
{
    const char *labels[PT_RESULTS_MOST];

    for (int i = 0; i < job->results->n; i++)
        labels[i] = job->results->runs[i].label;
    pt_figure_int(job, "n", job->results->n);
    fprintf(job->script, "array style[%d]\n", job->results->n);
    for (int i = 0; i < job->results->n; i++)
        fprintf(job->script, "style[%d] = %d\n", i + 1,
                job->results->runs[i].style);
    return pt_legend_write(job, labels, job->results->n, NULL, width);
}

void pt_jobs_count(int64_t n, int letters, char *text, size_t size)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = {{1e3, "k"}, {1e6, "M"}, {1e9, "G"}};

    if (snprintf(text, size, "%lld", (long long)n) <= letters || n < 1000)
        return;
    for (int i = 0; i < 3; i++) {
        double value = (double)n / units[i].unit;

        if (value >= 999.5 && i < 2)
            continue;
        snprintf(text, size, "%.*f%s", value < 9.95 ? 1 : 0, value,
                 units[i].name);
        return;
    }
}

/* n and label[n], cut to be no wider than WIDTH. */
static void write_labels(struct pt_figure_job *job, double width)
{
    pt_figure_int(job, "n", job->results->n);
    fprintf(job->script, "array label[%d]\n", job->results->n);
    for (int i = 0; i < job->results->n; i++) {
        char label[256], variable[32];

        pt_letters_cut(label, sizeof label, job->results->runs[i].label,
                       job->paper->points, width);
        snprintf(variable, sizeof variable, "label[%d]", i + 1);
        pt_figure_text(job, variable, label);
    }
}

struct pt_panels pt_jobs_panels(struct pt_figure_job *job, double left,
                                double foot)
{
    const double gap = 0.26, between = 0.24, right = 0.18;
    double width = pt_figure_width(job, 2);
    int n = job->results->n;
    int most = width > 6 && n > 4 ? 3 : width < 4 && n <= 2 ? 1 : 2;
    int columns = n < most ? n : most;
    int rows = (n + columns - 1) / columns;
    double panel = (width - left - right - (columns - 1) * between) / columns;
    double height = panel * 0.8;

    height = height > 2.2 ? 2.2 : height < 1.1 ? 1.1 : height;
    pt_figure_real(job, "W", width);
    pt_figure_real(job, "H", rows * (height + gap) + foot);
    pt_figure_int(job, "columns", columns);
    pt_figure_real(job, "panel_w", panel);
    pt_figure_real(job, "panel_h", height);
    pt_figure_real(job, "gap", gap);
    pt_figure_real(job, "between", between);
    pt_figure_real(job, "left", left);
    pt_figure_real(job, "foot", foot);
    write_labels(job, panel);
    /* Viridis (S. van der Walt and N. Smith, 2015) from its light end. */
    fputs("set palette defined (0 '#FDE725', 1 '#ADDC30', 2 '#5EC962', "
          "3 '#28AE80', 4 '#21918C', 5 '#2C728E', 6 '#3B528B', 7 '#472D7B', "
          "8 '#440154')\n",
          job->script);
    return (struct pt_panels){columns, rows, panel, height};
}
