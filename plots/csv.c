/* csv.c - CSV files, column by column. */
#include "plots/results.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

#define CSV_BUFFER ((size_t)1 << 18)
#define CSV_ROW    ((size_t)1 << 28) /* a longer row is no CSV */

/* Moves the unread bytes to the front and reads more behind them. */
static int fill(struct pt_csv *csv, struct pt_err *err)
{
    ssize_t got;

    if (csv->begin > 0) {
        memmove(csv->buffer, csv->buffer + csv->begin, csv->end - csv->begin);
        csv->end -= csv->begin;
        csv->begin = 0;
    }
    if (csv->end == csv->capacity) {
        if (csv->capacity >= CSV_ROW)
            return pt_err_at(err, PT_ERR_INPUT, csv->path, csv->lines + 1, 0,
                             "a row without end (is a quote missing?)");
        csv->capacity *= 2;
        csv->buffer = pt_realloc(csv->buffer, csv->capacity, 1);
    }
    do
        got = read(csv->fd, csv->buffer + csv->end, csv->capacity - csv->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return pt_err_at(err, PT_ERR_INPUT, csv->path, 0, 0,
                         "cannot be read: %s", strerror(errno));
    csv->end += (size_t)got;
    csv->at_end = got == 0;
    return 0;
}

/* Length of the row that begins at BEGIN, without its newline, or -1 if more
 * bytes are needed. */
static ptrdiff_t row_length(const struct pt_csv *csv, bool *quoted)
{
    const char *text = csv->buffer + csv->begin;
    size_t n = csv->end - csv->begin;
    const char *newline = n == 0 ? NULL : memchr(text, '\n', n);
    size_t length = newline ? (size_t)(newline - text) : n;
    bool inside = false;

    *quoted = n > 0 && memchr(text, '"', length);
    if (!*quoted)
        return newline || csv->at_end ? (ptrdiff_t)length : -1;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '"')
            inside = !inside;
        else if (text[i] == '\n' && !inside)
            return (ptrdiff_t)i;
    }
    return csv->at_end ? (ptrdiff_t)n : -1;
}

/* Takes the quotes off the field that begins at TEXT, in place.  Returns where
 * the field's bytes end in the row. */
static char *unquote(char *text, char *end, struct pt_csv_field *field)
{
    char *to = text;
    char *from = text + 1;

    for (; from < end; from++) {
        if (*from == '"') {
            if (from + 1 == end || from[1] != '"')
                break;
            from++;
        }
        *to++ = *from;
    }
    *field = (struct pt_csv_field){text, (size_t)(to - text)};
    while (from < end && *from != ',')
        from++;
    return from;
}

/* Splits the row [TEXT, END) and keeps the wanted FIELDS.  Returns how many
 * there are of any kind. */
static int split(const struct pt_csv *csv, char *text, char *end, bool quoted,
                 struct pt_csv_field *fields)
{
    int column = 0;

    for (;; column++) {
        struct pt_csv_field field = {text, 0};
        char *stop;

        if (quoted && text < end && *text == '"') {
            stop = unquote(text, end, &field);
        } else {
            stop = text == end ? NULL : memchr(text, ',', (size_t)(end - text));
            stop = stop ? stop : end;
            field.length = (size_t)(stop - text);
        }
        if (column < PT_CSV_COLUMNS && csv->wanted[column] >= 0)
            fields[csv->wanted[column]] = field;
        if (stop == end)
            return column + 1;
        text = stop + 1;
    }
}

/* Takes the next row, [*TEXT, *END) without its line end.  Returns 1, or 0 at
 * the end of the file, or -1. */
static int take_row(struct pt_csv *csv, char **text, char **end, bool *quoted,
                    struct pt_err *err)
{
    ptrdiff_t length;

    while ((length = row_length(csv, quoted)) < 0)
        if (fill(csv, err) != 0)
            return -1;
    if (csv->at_end && csv->begin == csv->end)
        return 0;
    *text = csv->buffer + csv->begin;
    *end = *text + length;
    csv->row = *text;
    csv->line = ++csv->lines;
    for (const char *c = *text; *quoted && c < *end; c++)
        csv->lines += *c == '\n';
    csv->begin += (size_t)length;
    if (csv->begin < csv->end)
        csv->begin++;
    if (*end > *text && (*end)[-1] == '\r')
        (*end)--;
    return 1;
}

int pt_csv_next(struct pt_csv *csv, struct pt_csv_field *fields,
                struct pt_err *err)
{
    char *text, *end;
    bool quoted;
    int more = take_row(csv, &text, &end, &quoted, err);
    int n;

    if (more <= 0)
        return more;
    n = split(csv, text, end, quoted, fields);
    if (n != csv->ncolumns)
        return pt_err_at(err, PT_ERR_INPUT, csv->path, csv->line, 0,
                         "%d fields (expected %d, as in the header)", n,
                         csv->ncolumns);
    return 1;
}

/* Reads the header and finds COLUMNS [N] in it; of two with one name the first
 * is taken. */
static int read_header(struct pt_csv *csv, const char *const *columns, int n,
                       struct pt_err *err)
{
    struct pt_csv_field names[PT_CSV_COLUMNS];
    char *text, *end;
    bool quoted;
    int more = take_row(csv, &text, &end, &quoted, err);

    if (more < 0)
        return -1;
    if (more == 0)
        return pt_err_at(err, PT_ERR_INPUT, csv->path, 1, 0,
                         "is empty (expected a header)");
    for (int i = 0; i < PT_CSV_COLUMNS; i++)
        csv->wanted[i] = i;
    csv->ncolumns = split(csv, text, end, quoted, names);
    for (int i = 0; i < PT_CSV_COLUMNS; i++)
        csv->wanted[i] = -1;
    for (int k = 0; k < n; k++) {
        int i = 0;

        while (i < csv->ncolumns && i < PT_CSV_COLUMNS &&
               (strlen(columns[k]) != names[i].length ||
                memcmp(columns[k], names[i].text, names[i].length) != 0))
            i++;
        if (i == csv->ncolumns || i == PT_CSV_COLUMNS)
            return pt_err_at(err, PT_ERR_INPUT, csv->path, 1, 0,
                             "no column \"%s\" (expected it in the header)",
                             columns[k]);
        csv->wanted[i] = k;
    }
    return 0;
}

int pt_csv_open(struct pt_csv *csv, const char *path,
                const char *const *columns, int n, struct pt_err *err)
{
    pt_assert(n <= PT_CSV_COLUMNS);
    *csv = (struct pt_csv){
        .path = pt_text_dup(path, strlen(path)),
        .fd = open(path, O_RDONLY | O_CLOEXEC),
        .capacity = CSV_BUFFER,
    };
    if (csv->fd < 0)
        return pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "cannot be read: %s",
                         strerror(errno));
    csv->buffer = pt_alloc(csv->capacity, 1);
    return read_header(csv, columns, n, err);
}

void pt_csv_close(struct pt_csv *csv)
{
    if (csv->fd >= 0)
        close(csv->fd);
    pt_free(csv->buffer);
    pt_free(csv->path);
    *csv = (struct pt_csv){.fd = -1};
}

int pt_csv_bad(const struct pt_csv *csv, const struct pt_csv_field *field,
               const char *expected, struct pt_err *err)
{
    int length = field->length < 40 ? (int)field->length : 40;

    return pt_err_at(err, PT_ERR_INPUT, csv->path, csv->line,
                     (int)(field->text - csv->row) + 1,
                     "\"%.*s\" (expected %s)", length, field->text, expected);
}

int pt_csv_time(const struct pt_csv *csv, const struct pt_csv_field *field,
                pt_time *time, struct pt_err *err)
{
    size_t n = pt_time_read(time, field->text, field->length);

    if (n == 0 || n != field->length)
        return pt_csv_bad(csv, field, "a number of seconds", err);
    return 0;
}

bool pt_csv_is(const struct pt_csv_field *field, const char *text)
{
    return field->length == strlen(text) &&
           memcmp(field->text, text, field->length) == 0;
}

int pt_csv_real(const struct pt_csv *csv, const struct pt_csv_field *field,
                double high, double *value, struct pt_err *err)
{
    char text[64], expected[64];

    snprintf(text, sizeof text, "%.*s",
             field->length < sizeof text ? (int)field->length : 0, field->text);
    if (pt_text_read_real(value, text) && *value >= 0 && *value <= high)
        return 0;
    snprintf(expected, sizeof expected, "a number from 0 to %g", high);
    return pt_csv_bad(
        csv, field,
        high < HUGE_VAL ? expected : "a number that is not negative", err);
}

int pt_csv_int(const struct pt_csv *csv, const struct pt_csv_field *field,
               int64_t low, int64_t high, int64_t *value, struct pt_err *err)
{
    char text[24], expected[64];

    snprintf(text, sizeof text, "%.*s",
             field->length < sizeof text ? (int)field->length : 0, field->text);
    if (pt_text_read_int(value, text) && *value >= low && *value <= high)
        return 0;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld",
             (long long)low, (long long)high);
    return pt_csv_bad(csv, field, expected, err);
}

/* Reads digits from [*TEXT, END) into NUMBER; false if there are none or too
 * many. */
static bool read_number(const char **text, const char *end, int32_t *number)
{
    const char *c = *text;
    int64_t value = 0;

    for (; c < end && *c >= '0' && *c <= '9' && value < INT32_MAX; c++)
        value = value * 10 + (*c - '0');
    if (c == *text || value >= INT32_MAX)
        return false;
    *number = (int32_t)value;
    *text = c;
    return true;
}

int pt_csv_interval(const struct pt_csv *csv, struct pt_csv_field *field,
                    struct pt_interval *interval, struct pt_err *err)
{
    const char *text = field->text;
    const char *end = text + field->length;
    bool good;

    while (text < end && *text == ' ')
        text++;
    if (text == end) {
        field->length = 0;
        return 0;
    }
    good = read_number(&text, end, &interval->low);
    interval->high = interval->low;
    if (good && text < end && *text == '-') {
        text++;
        good = read_number(&text, end, &interval->high);
    }
    if (!good || interval->high < interval->low || (text < end && *text != ' '))
        return pt_csv_bad(csv, field, "processors, as in 0-3 7 9-15", err);
    *field = (struct pt_csv_field){text, (size_t)(end - text)};
    return 1;
}
