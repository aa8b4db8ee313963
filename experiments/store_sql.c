#include "experiments/store_sql.h"

#include <math.h>
#include <string.h>

static int tell(const struct pt_sql *sql, int code, struct pt_err *err)
{
    int why = sqlite3_system_errno(sql->db);
    const char *words = sqlite3_errmsg(sql->db);

    switch (code & 0xff) {
    case SQLITE_NOTADB:
        return pt_err_at(err, PT_ERR_INPUT, sql->path, 0, 0,
                         "is no store of results (expected an SQLite file "
                         "made by protium)");
    case SQLITE_CORRUPT:
        return pt_err_at(err, PT_ERR_INPUT, sql->path, 0, 0,
                         "is damaged: %s (move it away, and run again)", words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return pt_err_at(err, PT_ERR_INTERNAL, sql->path, 0, 0,
                         "is in use by another program (close it there)");
    case SQLITE_CANTOPEN:
        return pt_err_at(err, PT_ERR_INTERNAL, sql->path, 0, 0,
                         "cannot be opened: %s",
                         why != 0 ? strerror(why) : words);
    case SQLITE_IOERR:
        if (why != 0)
            return pt_err_at(err, PT_ERR_INTERNAL, sql->path, 0, 0,
                             "cannot be read or written: %s: %s", words,
                             strerror(why));
        break;
    default:
        break;
    }
    return pt_err_at(err, PT_ERR_INTERNAL, sql->path, 0, 0,
                     "cannot be read or written: %s", words);
}

int pt_sql_fail(const struct pt_sql *sql, struct pt_err *err)
{
    return tell(sql, sqlite3_errcode(sql->db), err);
}

int pt_sql_run(const struct pt_sql *sql, const char *text, struct pt_err *err)
{
    if (sqlite3_exec(sql->db, text, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return pt_sql_fail(sql, err);
}

int pt_sql_run_built(const struct pt_sql *sql, sqlite3_str *text,
                     struct pt_err *err)
{
    char *built = sqlite3_str_finish(text);
    int status = built ? pt_sql_run(sql, built, err)
                       : pt_err_set(err, PT_ERR_INTERNAL,
                                    "a statement for SQLite is too long");

    sqlite3_free(built);
    return status;
}

sqlite3_stmt *pt_sql_prepare(const struct pt_sql *sql, const char *text,
                             struct pt_err *err)
{
    sqlite3_stmt *statement = NULL;

    if (sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT,
                           &statement, NULL) != SQLITE_OK)
        pt_sql_fail(sql, err);
    return statement;
}

int pt_sql_step(const struct pt_sql *sql, sqlite3_stmt *statement,
                struct pt_err *err)
{
    int code = sqlite3_step(statement);

    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        tell(sql, code, err);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? 0 : -1;
}

int pt_sql_ask(const struct pt_sql *sql, const char *text, int64_t *value,
               struct pt_err *err)
{
    sqlite3_stmt *statement = pt_sql_prepare(sql, text, err);
    int status = statement ? pt_sql_step(sql, statement, err) : -1;

    *value = status > 0 ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status < 0 ? -1 : 0;
}

void pt_sql_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    if (text)
        sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
    else
        sqlite3_bind_null(statement, at);
}

void pt_sql_bind_real(sqlite3_stmt *statement, int at, double value)
{
    if (isnan(value))
        sqlite3_bind_null(statement, at);
    else
        sqlite3_bind_double(statement, at, value);
}

const char *pt_sql_text(sqlite3_stmt *statement, int at)
{
    const unsigned char *text = sqlite3_column_text(statement, at);

    return text ? (const char *)text : "";
}
