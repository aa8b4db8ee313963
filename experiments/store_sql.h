/* store_sql.h - SQLite, with its errors told our way. */
#ifndef PT_EXPERIMENTS_STORE_SQL_H
#define PT_EXPERIMENTS_STORE_SQL_H

#include <sqlite3.h>
#include <stdint.h>
#include "base/error.h"

/* PATH is of the file of DB, for messages. */
struct pt_sql {
    sqlite3 *db;
    const char *path;
};

/* Tells what went wrong last; returns -1. */
int pt_sql_fail(const struct pt_sql *sql, struct pt_err *err);

/* Carries out TEXT, statements whose rows are of no interest. */
int pt_sql_run(const struct pt_sql *sql, const char *text, struct pt_err *err);

/* The same for what was put together, which it frees. */
int pt_sql_run_built(const struct pt_sql *sql, sqlite3_str *text,
                     struct pt_err *err);

/* The first value of TEXT's first row. */
int pt_sql_ask(const struct pt_sql *sql, const char *text, int64_t *value,
               struct pt_err *err);

/* NULL with ERR filled; sqlite3_finalize() afterwards. */
sqlite3_stmt *pt_sql_prepare(const struct pt_sql *sql, const char *text,
                             struct pt_err *err);

/* 1 = a row, 0 = there is no more, -1 = ERR is filled.  After 0 and -1 the
 * statement is ready for the next time. */
int pt_sql_step(const struct pt_sql *sql, sqlite3_stmt *statement,
                struct pt_err *err);

/* Binds TEXT, which stays as it is until the statement has been stepped; NULL
 * where it is none. */
void pt_sql_bind_text(sqlite3_stmt *statement, int at, const char *text);

/* NaN is NULL. */
void pt_sql_bind_real(sqlite3_stmt *statement, int at, double value);

/* "" for NULL. */
const char *pt_sql_text(sqlite3_stmt *statement, int at);

#endif
