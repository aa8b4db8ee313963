/* store_jobs.c - the rows of jobs.csv (RFC 4180) as rows of table job. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/time.h"
#include "experiments/store_parts.h"

#define BUFFER ((size_t)1 << 16)

enum kind { TEXT, INT, TIME };

/* The columns of the table after run_id, and those of the file. */
static const struct {
    const char *name, *from;
    enum kind kind;
} columns[] = {
    {"job_id", "job_id", INT},
    {"user", "user_id", INT},
    {"group_id", "group_id", INT},
    {"queue", "queue", INT},
    {"mode", "profile", TEXT},
    {"state", "final_state", TEXT},
    {"width", "requested_number_of_resources", INT},
    {"submit_us", "submission_time", TIME},
    {"limit_us", "requested_time", TIME},
    {"wait_us", "waiting_time", TIME},
    {"first_start_us", "first_start_time", TIME},
    {"start_us", "starting_time", TIME},
    {"end_us", "finish_time", TIME},
    {"attempts", "attempts", INT},
    {"hold_timeouts", "hold_timeouts", INT},
    {"held_us", "held_time", TIME},
    {"lost_us", "lost_time", TIME},
    {"checkpoint_us", "checkpoint_time", TIME},
    {"restart_us", "restart_time", TIME},
    {"useful_us", "useful_time", TIME},
    {"promise_us", "first_promise", TIME},
};

enum { NCOLUMNS = sizeof columns / sizeof columns[0], NFIELDS = 256 };

struct field {
    char *text; /* quotes are off; no final zero byte */
    size_t length;
};

struct reader {
    const char *path;
    int fd;
    char *buffer; /* [capacity]; unread bytes are [begin, end) */
    size_t begin, end, capacity;
    int line;                      /* where the row at hand begins */
    int lines;                     /* read */
    struct field fields[NFIELDS];  /* [n] of the row at hand */
    int n, column[NFIELDS], width; /* of each of WIDTH fields its column, or -1
                                    */
};

sqlite3_stmt *pt_store_insert_job(const struct pt_sql *sql, struct pt_err *err)
{
    sqlite3_str *text = sqlite3_str_new(sql->db);
    sqlite3_stmt *insert;
    char *built;

    sqlite3_str_appendall(text, "INSERT INTO job(run_id");
    for (int i = 0; i < NCOLUMNS; i++)
        sqlite3_str_appendf(text, ", %s", columns[i].name);
    sqlite3_str_appendall(text, ") VALUES(?");
    for (int i = 0; i < NCOLUMNS; i++)
        sqlite3_str_appendall(text, ", ?");
    sqlite3_str_appendall(text, ")");
    built = sqlite3_str_finish(text);
    insert = pt_sql_prepare(sql, built ? built : "", err);
    sqlite3_free(built);
    return insert;
}

/* More bytes behind those there are: 1, or 0 at the end, or -1. */
static int fill(struct reader *reader, struct pt_err *err)
{
    ssize_t n;

    if (reader->begin > 0) {
        memmove(reader->buffer, reader->buffer + reader->begin,
                reader->end - reader->begin);
        reader->end -= reader->begin;
        reader->begin = 0;
    }
    if (reader->end == reader->capacity) {
        reader->capacity *= 2;
        reader->buffer = pt_realloc(reader->buffer, reader->capacity, 1);
    }
    do
        n = read(reader->fd, reader->buffer + reader->end,
                 reader->capacity - reader->end);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return pt_err_at(err, PT_ERR_INTERNAL, reader->path, 0, 0,
                         "cannot be read: %s", strerror(errno));
    reader->end += (size_t)n;
    return n > 0;
}

/* The length of the next row with its line end, all of it in the buffer: 1, or
 * 0 at the end, or -1. */
static int find_row(struct reader *reader, size_t *length, struct pt_err *err)
{
    bool quoted = false;

    for (size_t at = 0;; at++) {
        if (reader->begin + at == reader->end) {
            int status = fill(reader, err);

            if (status < 0)
                return -1;
            if (status == 0) {
                *length = at;
                return at > 0;
            }
        }
        char c = reader->buffer[reader->begin + at];
        if (c == '"')
            quoted = !quoted;
        if (c == '\n' && !quoted) {
            *length = at + 1;
            return 1;
        }
    }
}

/* Takes the quotes off the field at TEXT, in place; returns where it ended. */
static char *take_field(struct field *field, char *text, const char *end)
{
    char *to = text;
    bool quoted = false;

    field->text = text;
    for (; text < end && (quoted || *text != ','); text++) {
        if (*text != '"')
            *to++ = *text;
        else if (quoted && text + 1 < end && text[1] == '"')
            *to++ = *text++;
        else
            quoted = !quoted;
    }
    field->length = (size_t)(to - field->text);
    return text;
}

/* The fields of the next row: 1, or 0 at the end, or -1. */
static int next_row(struct reader *reader, struct pt_err *err)
{
    size_t length;
    int status = find_row(reader, &length, err);
    char *at = reader->buffer + reader->begin, *end;

    if (status <= 0)
        return status;
    end = at + length;
    reader->begin += length;
    reader->line = reader->lines + 1;
    for (const char *c = at; c < end; c++)
        reader->lines += *c == '\n';
    while (end > at && (end[-1] == '\n' || end[-1] == '\r'))
        end--;
    for (reader->n = 0; reader->n < NFIELDS; at++) {
        at = take_field(&reader->fields[reader->n++], at, end);
        if (at == end)
            return 1;
    }
    return pt_err_at(err, PT_ERR_INPUT, reader->path, reader->line, 0,
                     "has too many columns (expected at most %d)", NFIELDS);
}

static int read_header(struct reader *reader, struct pt_err *err)
{
    int status = next_row(reader, err);

    if (status <= 0)
        return status;
    reader->width = reader->n;
    for (int i = 0; i < reader->n; i++) {
        const struct field *field = &reader->fields[i];

        reader->column[i] = -1;
        for (int c = 0; c < NCOLUMNS; c++)
            if (strlen(columns[c].from) == field->length &&
                memcmp(columns[c].from, field->text, field->length) == 0)
                reader->column[i] = c;
    }
    return 1;
}

static bool bind(sqlite3_stmt *insert, int column, const struct field *field)
{
    char text[32];
    int64_t whole;
    int at = column + 2;

    if (field->length == 0)
        return sqlite3_bind_null(insert, at) == SQLITE_OK;
    switch (columns[column].kind) {
    case TEXT:
        return field->length <= INT_MAX &&
               sqlite3_bind_text(insert, at, field->text, (int)field->length,
                                 SQLITE_STATIC) == SQLITE_OK;
    case INT:
        if (field->length >= sizeof text)
            return false;
        memcpy(text, field->text, field->length);
        text[field->length] = '\0';
        if (!pt_text_read_int(&whole, text))
            return false;
        break;
    case TIME:
        if (pt_time_read(&whole, field->text, field->length) != field->length)
            return false;
        break;
    }
    return sqlite3_bind_int64(insert, at, whole) == SQLITE_OK;
}

static int put_row(const struct reader *reader, const struct pt_sql *sql,
                   sqlite3_stmt *insert, struct pt_err *err)
{
    if (reader->n != reader->width)
        return pt_err_at(err, PT_ERR_INPUT, reader->path, reader->line, 0,
                         "has %d columns (expected %d)", reader->n,
                         reader->width);
    for (int i = 0; i < reader->n; i++)
        if (reader->column[i] >= 0 &&
            !bind(insert, reader->column[i], &reader->fields[i]))
            return pt_err_at(
                err, PT_ERR_INPUT, reader->path, reader->line, 0,
                "'%.*s' is no %s",
                (int)(reader->fields[i].length < 40 ? reader->fields[i].length
                                                    : 40),
                reader->fields[i].text, columns[reader->column[i]].from);
    return pt_sql_step(sql, insert, err);
}

int pt_store_put_jobs(const struct pt_sql *sql, sqlite3_stmt *insert,
                      int64_t run, const char *path, struct pt_err *err)
{
    struct reader reader = {.path = path, .capacity = BUFFER};
    int status;

    reader.fd = open(path, O_RDONLY | O_CLOEXEC);
    if (reader.fd < 0 && errno == ENOENT)
        return 0;
    if (reader.fd < 0)
        return pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0, "cannot be read: %s",
                         strerror(errno));
    reader.buffer = pt_alloc(BUFFER, 1);
    sqlite3_clear_bindings(insert);
    sqlite3_bind_int64(insert, 1, run);
    status = read_header(&reader, err);
    while (status > 0) {
        status = next_row(&reader, err);
        if (status > 0 && put_row(&reader, sql, insert, err) < 0)
            status = -1;
    }
    pt_free(reader.buffer);
    close(reader.fd);
    return status;
}
