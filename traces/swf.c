#include "traces/swf.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "base/text.h"
#include "traces/row.h"
#include "traces/text.h"

/* The columns that are used, from 0. */
enum {
    JOB,
    SUBMIT,
    RUN = 3,
    ALLOCATED,
    REQUESTED = 7,
    LIMIT,
    STATUS = 10,
    USER,
    GROUP,
    QUEUE = 14,
    PRECEDING = 16
};

/* In units of 1 / unit: seconds are held as microseconds, memory too (both may
 * have a fraction); what is counted is held as it is. */
static const struct {
    const char *name;
    int64_t unit;
} columns[PT_SWF_FIELDS] = {
    {.name = "job number", .unit = 1},
    {.name = "submit time", .unit = PT_SECOND},
    {.name = "wait time", .unit = PT_SECOND},
    {.name = "run time", .unit = PT_SECOND},
    {.name = "allocated processors", .unit = 1},
    {.name = "average CPU time", .unit = PT_SECOND},
    {.name = "used memory", .unit = PT_SECOND},
    {.name = "requested processors", .unit = 1},
    {.name = "requested time", .unit = PT_SECOND},
    {.name = "requested memory", .unit = PT_SECOND},
    {.name = "status", .unit = 1},
    {.name = "user", .unit = 1},
    {.name = "group", .unit = 1},
    {.name = "executable", .unit = 1},
    {.name = "queue", .unit = 1},
    {.name = "partition", .unit = 1},
    {.name = "preceding job", .unit = 1},
    {.name = "think time", .unit = PT_SECOND},
};

/* Any of up to 12 digits is in range, and so is its number of microseconds. */
#define QUICK_DIGITS 12

struct swf {
    struct pt_lines lines;
    struct pt_sieve sieve;
    struct pt_swf_header header;
    struct pt_machine machine;
    bool waiting; /* the current line is a row that is not read yet */
    int marks;    /* byte order marks */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *at)
{
    while (is_blank(*at))
        at++;
    return at;
}

static size_t word_length(const char *at)
{
    return strcspn(at, " \t");
}

static int column_of(const struct swf *swf, const char *at)
{
    return (int)(at - swf->lines.text) + 1;
}

/* The beginning of the word at AT, fit to print, into TEXT [32]. */
static void quote(char text[32], const char *at)
{
    size_t n = word_length(at);
    size_t shown = n > 24 ? 24 : n;

    for (size_t i = 0; i < shown; i++)
        text[i] = at[i] >= ' ' && at[i] <= '~' ? at[i] : '?';
    memcpy(text + shown, n > shown ? "..." : "", n > shown ? 4 : 1);
}

/* Tells what is wrong with the word at AT, and where in it: at WRONG. */
static int bad_word(const struct swf *swf, const char *at, const char *wrong,
                    int column, const char *what, struct pt_err *err)
{
    char word[32];

    quote(word, at);
    return pt_err_at(err, PT_ERR_INPUT, swf->lines.file, swf->lines.line,
                     column_of(swf, wrong), "\"%s\" %s as field %d, %s", word,
                     what, column + 1, columns[column].name);
}

/* Whether there is nothing but the characters of decimal numbers, and a digit
 * to begin with. */
static bool looks_like_number(const char *at, size_t n)
{
    size_t sign = *at == '-' || *at == '+' ? 1 : 0;

    return strspn(at, "0123456789.+-eE") >= n && is_digit(at[sign]);
}

/* A whole number that is too long for microseconds: many an id is. */
static bool read_long_int(const char *at, size_t n, int64_t *value)
{
    char text[24];

    if (n >= sizeof text)
        return false;
    memcpy(text, at, n);
    text[n] = '\0';
    return pt_text_read_int(value, text);
}

/* Reads the word at AT, of COLUMN, with all that decimal numbers may have. */
static int read_word(const struct swf *swf, const char *at, int column,
                     int64_t *value, struct pt_err *err)
{
    size_t n = word_length(at);
    size_t used = pt_time_read(value, at, n);
    bool counted = columns[column].unit == 1;

    if (counted && read_long_int(at, n, value))
        return 0;
    if (used == 0 && looks_like_number(at, n))
        return bad_word(swf, at, at, column,
                        "is out of range (expected at most 9.2e12)", err);
    if (used < n)
        return bad_word(swf, at, at + used, column,
                        "is not a number (expected one, or -1 for unknown)",
                        err);
    if (!counted)
        return 0;
    if (*value % PT_SECOND != 0)
        return bad_word(swf, at, at, column,
                        "is not whole (expected a whole number)", err);
    *value /= PT_SECOND;
    return 0;
}

/* Reads digits and an optional sign before them, if the word at AT has nothing
 * else and few enough of them; returns where it ends, or NULL. */
static inline const char *read_quick(const char *at, int64_t *value)
{
    bool minus = *at == '-';
    const char *first = at + minus;
    const char *to = first;
    int64_t sum = 0;

    while (is_digit(*to) && to - first < QUICK_DIGITS)
        sum = 10 * sum + (*to++ - '0');
    if (to == first || (!is_blank(*to) && *to != '\0'))
        return NULL;
    *value = minus ? -sum : sum;
    return to;
}

static int too_few(const struct swf *swf, int n, struct pt_err *err)
{
    return pt_err_at(err, PT_ERR_INPUT, swf->lines.file, swf->lines.line,
                     (int)swf->lines.length + 1, "%d fields (expected %d)", n,
                     PT_SWF_FIELDS);
}

/* Reads the fields from AT on, and where they begin. */
static int read_fields(struct swf *swf, const char *at,
                       int64_t values[PT_SWF_FIELDS], int begins[PT_SWF_FIELDS],
                       struct pt_err *err)
{
    for (int i = 0; i < PT_SWF_FIELDS; i++) {
        at = skip_blanks(at);
        if (*at == '\0')
            return too_few(swf, i, err);
        begins[i] = column_of(swf, at);
        const char *to = read_quick(at, &values[i]);
        if (to) {
            values[i] *= columns[i].unit;
            at = to;
            continue;
        }
        if (read_word(swf, at, i, &values[i], err) < 0)
            return -1;
        at += word_length(at);
    }
    if (*skip_blanks(at) != '\0')
        swf->sieve.rules[PT_ROW_EXTRA_COLUMNS].rows++;
    return 0;
}

/* The current line begins its row at AT. */
static int read_line(struct swf *swf, const char *at, struct pt_row *row,
                     struct pt_err *err)
{
    int64_t values[PT_SWF_FIELDS];
    int begins[PT_SWF_FIELDS];

    if (read_fields(swf, at, values, begins, err) < 0)
        return -1;
    *row = (struct pt_row){.id = values[JOB],
                           .submit = values[SUBMIT],
                           .run = values[RUN],
                           .limit = values[LIMIT],
                           .allocated = values[ALLOCATED],
                           .requested = values[REQUESTED],
                           .status = values[STATUS],
                           .user = values[USER],
                           .group = values[GROUP],
                           .queue = values[QUEUE],
                           .preceding = values[PRECEDING],
                           .line = swf->lines.line,
                           .column = {.submit = begins[SUBMIT],
                                      .limit = begins[LIMIT],
                                      .allocated = begins[ALLOCATED],
                                      .requested = begins[REQUESTED]}};
    return 1;
}

/* Goes to the next line with a row, and where it begins in there: 1, 0 or -1
 * as pt_lines_next(). */
static int next_line(struct swf *swf, const char **at, struct pt_err *err)
{
    for (;;) {
        int status = pt_lines_next(&swf->lines, err);
        if (status <= 0)
            return status;
        *at = skip_blanks(swf->lines.text);
        if (**at != '\0' && **at != ';')
            return 1;
    }
}

static int read_row(void *reader, struct pt_row *row, struct pt_err *err)
{
    struct swf *swf = reader;
    const char *at;

    if (swf->waiting) {
        swf->waiting = false;
        return read_line(swf, skip_blanks(swf->lines.text), row, err);
    }
    int status = next_line(swf, &at, err);
    return status <= 0 ? status : read_line(swf, at, row, err);
}

/* The number that VALUE begins with, 0 if none that makes sense. */
static int64_t leading_number(const char *value)
{
    char digits[20];
    int64_t number;
    size_t n = strspn(value, "0123456789");

    if (n == 0 || n >= sizeof digits)
        return 0;
    memcpy(digits, value, n);
    digits[n] = '\0';
    return pt_text_read_int(&number, digits) ? number : 0;
}

static void keep_largest(int64_t *number, const char *value)
{
    int64_t now = leading_number(value);

    if (now > *number)
        *number = now;
}

static void keep_first(char *text, size_t size, const char *value)
{
    if (text[0] == '\0')
        pt_text_copy(text, size, value);
}

/* Takes one line of the header: LABEL [N], VALUE without blanks around it. */
static void take_label(struct pt_swf_header *header, const char *label,
                       size_t n, const char *value)
{
    const struct {
        const char *label;
        int64_t *number;
    } numbers[] = {
        {.label = "MaxProcs", .number = &header->max_procs},
        {.label = "MaxNodes", .number = &header->max_nodes},
        {.label = "MaxJobs", .number = &header->max_jobs},
    };
    const struct {
        const char *label;
        char *text;
        size_t size;
    } texts[] = {
        {"Version", header->version, sizeof header->version},
        {"Computer", header->computer, sizeof header->computer},
        {"Installation", header->installation, sizeof header->installation},
        {"Acknowledge", header->acknowledge, sizeof header->acknowledge},
        {"Preemption", header->preemption, sizeof header->preemption},
        {"TimeZoneString", header->time_zone, sizeof header->time_zone},
    };
    int64_t runtime = header->max_runtime / PT_SECOND;

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strlen(numbers[i].label) == n &&
            strncasecmp(label, numbers[i].label, n) == 0)
            keep_largest(numbers[i].number, value);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strlen(texts[i].label) == n &&
            strncasecmp(label, texts[i].label, n) == 0)
            keep_first(texts[i].text, texts[i].size, value);
    if (n == strlen("UnixStartTime") &&
        strncasecmp(label, "UnixStartTime", n) == 0 && header->unix_start == 0)
        header->unix_start = leading_number(value);
    if (n == strlen("MaxRuntime") && strncasecmp(label, "MaxRuntime", n) == 0)
        keep_largest(&runtime, value);
    if (runtime <= PT_TIME_NEVER / PT_SECOND)
        header->max_runtime = runtime * PT_SECOND;
}

/* Takes a comment of the header, which begins at AT. */
static void take_comment(struct pt_swf_header *header, char *at)
{
    at += strspn(at, "; \t");
    char *colon = strchr(at, ':');
    if (!colon)
        return;
    char *to = colon;
    while (to > at && is_blank(to[-1]))
        to--;
    char *value = colon + 1 + strspn(colon + 1, " \t");
    size_t n = strlen(value);
    while (n > 0 && is_blank(value[n - 1]))
        n--;
    value[n] = '\0';
    take_label(header, at, (size_t)(to - at), value);
}

/* Reads up to the first row: 1 = there is one, 0 = there is none. */
static int read_header(struct swf *swf, struct pt_err *err)
{
    int status;

    while ((status = pt_lines_next(&swf->lines, err)) > 0) {
        char *at = swf->lines.text;
        if (swf->lines.line == 1 && strncmp(at, "\xef\xbb\xbf", 3) == 0) {
            memset(at, ' ', 3);
            swf->marks = 1;
        }
        at += strspn(at, " \t");
        if (*at == ';')
            take_comment(&swf->header, at);
        else if (*at != '\0')
            return 1;
    }
    return status;
}

/* The machine to simulate: the reading's, or else the trace's own. */
static int find_processors(const struct swf *swf,
                           const struct pt_reading *reading, int64_t *n,
                           struct pt_err *err)
{
    *n = reading->processors > 0 ? reading->processors : swf->header.max_procs;
    if (*n > 0)
        return 0;
    return pt_err_at(err, PT_ERR_INPUT, swf->lines.file, swf->lines.line, 1,
                     "the jobs begin and no header said MaxProcs (expected "
                     "one, or --nodes N)");
}

/* The lines are open. */
static int begin(struct swf *swf, const struct pt_reading *reading,
                 struct pt_err *err)
{
    int64_t processors;
    int status = read_header(swf, err);

    if (status < 0)
        return -1;
    if (status == 0)
        return pt_err_at(err, PT_ERR_INPUT, swf->lines.file, swf->lines.line, 0,
                         "no jobs (expected lines of %d numbers)",
                         PT_SWF_FIELDS);
    if (find_processors(swf, reading, &processors, err) < 0)
        return -1;
    swf->waiting = true;
    swf->machine = (struct pt_machine){.processors = swf->header.max_procs,
                                       .nodes = swf->header.max_nodes,
                                       .unix_start = swf->header.unix_start};
    pt_sieve_open(&swf->sieve, swf->lines.file, reading, processors,
                  swf->header.max_runtime);
    swf->sieve.rules[PT_ROW_BYTE_ORDER_MARK].rows = swf->marks;
    return 0;
}

static int begin_or_close(struct swf *swf, const struct pt_reading *reading,
                          struct pt_err *err)
{
    if (begin(swf, reading, err) == 0)
        return 0;
    pt_lines_close(&swf->lines);
    return -1;
}

static int swf_open(void *state, const char *path,
                    const struct pt_reading *reading, struct pt_err *err)
{
    struct swf *swf = state;

    if (pt_lines_open(&swf->lines, path, err) < 0)
        return -1;
    return begin_or_close(swf, reading, err);
}

int pt_swf_open_bytes(void *state, const char *name, const void *bytes,
                      size_t n, const struct pt_reading *reading,
                      struct pt_err *err)
{
    struct swf *swf = state;

    if (pt_lines_open_bytes(&swf->lines, name, bytes, n, err) < 0)
        return -1;
    return begin_or_close(swf, reading, err);
}

static int swf_next(void *state, struct pt_work *work, struct pt_err *err)
{
    struct swf *swf = state;

    return pt_sieve_next(&swf->sieve, read_row, swf, work, err);
}

static void swf_info(const void *state, struct pt_source_info *info)
{
    const struct swf *swf = state;

    *info = (struct pt_source_info){.machine = &swf->machine,
                                    .digest = swf->lines.digest,
                                    .bytes = swf->lines.bytes};
    pt_sieve_info(&swf->sieve, info);
}

static void swf_close(void *state)
{
    struct swf *swf = state;

    pt_sieve_close(&swf->sieve);
    pt_lines_close(&swf->lines);
}

const struct pt_swf_header *pt_swf_header(const void *state)
{
    const struct swf *swf = state;

    return &swf->header;
}

static bool has_ending(const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);

    return n >= m && strcasecmp(path + n - m, ending) == 0;
}

/* Whether HEAD begins with a `;` comment, or with ten numbers. */
static bool looks_like_swf(const char *head, size_t n)
{
    size_t i = 0;
    int words = 0;

    if (n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
        i = 3;
    while (i < n && (is_blank(head[i]) || head[i] == '\r' || head[i] == '\n'))
        i++;
    if (i < n && head[i] == ';')
        return true;
    for (; i < n && head[i] != '\n' && head[i] != '\r'; i++) {
        if (is_blank(head[i]))
            continue;
        if (!is_digit(head[i]) && !memchr(".+-eE", head[i], 5))
            return false;
        words += i == 0 || is_blank(head[i - 1]);
    }
    return words >= 10;
}

static bool swf_sniff(const char *path, const char *head, size_t n)
{
    return has_ending(path, ".swf") || has_ending(path, ".swf.gz") ||
           looks_like_swf(head, n);
}

const struct pt_source pt_source_swf = {
    .name = "swf",
    .summary = "Standard Workload Format 2.2, plain or gzipped",
    .cite = "Chapin et al., Benchmarks and Standards for the Evaluation of "
            "Parallel Job Schedulers, JSSPP 1999; "
            "https://www.cs.huji.ac.il/labs/parallel/workload/swf.html",
    .state_size = sizeof(struct swf),
    .sniff = swf_sniff,
    .open = swf_open,
    .next = swf_next,
    .info = swf_info,
    .close = swf_close,
};
