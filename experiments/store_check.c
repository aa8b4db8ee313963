#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "experiments/store_parts.h"

/* Whether VALUES are those in the columns of STATEMENT from FIRST on. */
static bool is_same(const struct pt_store *store, sqlite3_stmt *statement,
                    int first, const double *values)
{
    for (int i = 0; i < store->n; i++) {
        const bool none =
            sqlite3_column_type(statement, first + i) == SQLITE_NULL;
        const double value = sqlite3_column_double(statement, first + i);

        if (none != (bool)isnan(values[i]) ||
            (!none && (value < values[i] || value > values[i])))
            return false;
    }
    return true;
}

static int check_results(struct pt_store *store,
                         void (*tell)(void *context, const char *what,
                                      const char *why),
                         void *context, struct pt_err *err)
{
    sqlite3_stmt *all = pt_sql_prepare(
        &store->sql,
        "SELECT run.key, run.path, run.run_id, result.* FROM run "
        "JOIN result USING(run_id) ORDER BY run.run_id",
        err);
    double *values = pt_alloc((size_t)store->n, sizeof *values);
    int status = all ? 0 : -1;

    /* The table of another version has other columns. */
    if (all && sqlite3_column_count(all) != store->n + 4)
        status = 1;
    while (status == 0) {
        const int step = pt_sql_step(&store->sql, all, err);

        if (step <= 0) {
            status = step;
            break;
        }
        status = pt_store_row(store, pt_sql_text(all, 0), NULL, values, err);
        if (status == 1 && !is_same(store, all, 4, values)) {
            char what[64];

            snprintf(what, sizeof what, "results.db, run %" PRId64,
                     (int64_t)sqlite3_column_int64(all, 2));
            tell(context, what, "its table `result` is not its row");
        }
        status = status < 0 ? -1 : 0;
    }
    sqlite3_finalize(all);
    pt_free(values);
    return status < 0 ? -1 : 0;
}

int pt_store_check(struct pt_store *store,
                   void (*tell)(void *context, const char *what,
                                const char *why),
                   void *context, struct pt_err *err)
{
    sqlite3_stmt *check =
        pt_sql_prepare(&store->sql, "PRAGMA integrity_check(1)", err);
    const int step = check ? pt_sql_step(&store->sql, check, err) : -1;

    if (step > 0 && strcmp(pt_sql_text(check, 0), "ok") != 0)
        tell(context, "results.db", pt_sql_text(check, 0));
    sqlite3_finalize(check);
    return step < 0 ? -1 : check_results(store, tell, context, err);
}

int pt_store_replications(struct pt_store *store, int64_t point, int64_t *n,
                          struct pt_err *err)
{
    sqlite3_stmt *most = pt_sql_prepare(
        &store->sql,
        "SELECT coalesce(max(replication), 0) FROM run WHERE point_id = ?1 AND "
        "status <> 'extra'",
        err);
    int step = -1;

    if (most) {
        sqlite3_bind_int64(most, 1, point);
        step = pt_sql_step(&store->sql, most, err);
    }
    if (step > 0)
        *n = sqlite3_column_int64(most, 0);
    sqlite3_finalize(most);
    return step < 0 ? -1 : 0;
}
