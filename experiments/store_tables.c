/* store_tables.c - the tables and views of results.db.
 *
 *   study      the study, as resolved
 *   axis       what is varied
 *   point      one value of every axis
 *   value      the value of an axis at a point: as text, and as a number
 *   run        a run of the study; its row is a line of summary.csv, whose
 *              columns are those of its layout
 *   result     the numbers of that row, a column each
 *   metric     the names of these columns
 *   job        the jobs of the runs, from their jobs.csv, if they were asked
 * for other      runs that are not, or not yet, of the study layout     names
 * of a row's columns and the views runs       a run a row: its axes and its
 * results means      a point and policy a row: the means of all its runs
 *   metrics    a number a row
 *   v_job      jobs, in seconds */
#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/store_parts.h"

#define PARTS 400
#define OUTCOME                                                                \
    "error TEXT, path TEXT, digest TEXT NOT NULL, input TEXT NOT NULL, "       \
    "bytes INTEGER NOT NULL, layout_id INTEGER REFERENCES layout, "            \
    "\"row\" TEXT, rules TEXT"

static const char tables[] =
    "CREATE TABLE study(json TEXT NOT NULL) STRICT;"
    "CREATE TABLE axis(axis_id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;"
    "CREATE TABLE point(point_id INTEGER PRIMARY KEY, name TEXT NOT NULL) "
    "STRICT;"
    "CREATE TABLE value(point_id INTEGER NOT NULL REFERENCES point, "
    "axis TEXT NOT NULL, label TEXT NOT NULL, x REAL, "
    "PRIMARY KEY(point_id, axis)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE layout(layout_id INTEGER PRIMARY KEY, "
    "columns TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE run(run_id INTEGER PRIMARY KEY, key TEXT NOT NULL, "
    "point_id INTEGER NOT NULL REFERENCES point, label TEXT NOT NULL, "
    "policy TEXT NOT NULL, replication INTEGER NOT NULL, "
    "status TEXT NOT NULL CHECK(status IN ('ok', 'failed', 'extra')), " OUTCOME
    ") STRICT;"
    "CREATE TABLE metric(metric_id INTEGER PRIMARY KEY, name TEXT NOT NULL) "
    "STRICT;"
    "CREATE TABLE other(key TEXT NOT NULL PRIMARY KEY, " OUTCOME ") STRICT;"
    "CREATE TABLE job(run_id INTEGER NOT NULL REFERENCES run, "
    "job_id INTEGER NOT NULL, user INTEGER, group_id INTEGER, queue INTEGER, "
    "mode TEXT, state TEXT, width INTEGER, submit_us INTEGER, "
    "limit_us INTEGER, wait_us INTEGER, first_start_us INTEGER, "
    "start_us INTEGER, end_us INTEGER, attempts INTEGER, "
    "hold_timeouts INTEGER, held_us INTEGER, lost_us INTEGER, "
    "checkpoint_us INTEGER, restart_us INTEGER, useful_us INTEGER, "
    "promise_us INTEGER) STRICT;";

int pt_store_make_tables(const struct pt_sql *sql, const char *const *columns,
                         int n, struct pt_err *err)
{
    sqlite3_str *text = sqlite3_str_new(sql->db);

    sqlite3_str_appendall(text, tables);
    sqlite3_str_appendall(text, "CREATE TABLE result(run_id INTEGER PRIMARY "
                                "KEY REFERENCES run");
    for (int i = 0; i < n; i++)
        sqlite3_str_appendf(text, ", \"%w\" REAL", columns[i]);
    sqlite3_str_appendall(text, ") STRICT;");
    for (int i = 0; i < n; i++)
        sqlite3_str_appendf(text, "INSERT INTO metric VALUES(%d, %Q);", i + 1,
                            columns[i]);
    return pt_sql_run_built(sql, text, err);
}

int pt_store_make_indexes(const struct pt_sql *sql, struct pt_err *err)
{
    return pt_sql_run(sql,
                      "CREATE INDEX run_key ON run(key);"
                      "CREATE INDEX job_run ON job(run_id);",
                      err);
}

sqlite3_stmt *pt_store_insert_result(const struct pt_sql *sql,
                                     const char *const *columns, int n,
                                     struct pt_err *err)
{
    sqlite3_str *text = sqlite3_str_new(sql->db);
    sqlite3_stmt *insert;
    char *built;

    sqlite3_str_appendall(text, "INSERT INTO result(run_id");
    for (int i = 0; i < n; i++)
        sqlite3_str_appendf(text, ", \"%w\"", columns[i]);
    sqlite3_str_appendall(text, ") VALUES(?");
    for (int i = 0; i < n; i++)
        sqlite3_str_appendall(text, ", ?");
    sqlite3_str_appendall(text, ")");
    built = sqlite3_str_finish(text);
    insert = pt_sql_prepare(sql, built ? built : "", err);
    sqlite3_free(built);
    return insert;
}

/* --- views --- */

/* What the columns of a view are called: no two alike, in any case of letters.
 */
struct headings {
    char **names; /* [n] */
    int n, capacity;
};

static bool is_taken(const struct headings *headings, const char *name)
{
    for (int i = 0; i < headings->n; i++)
        if (sqlite3_stricmp(headings->names[i], name) == 0)
            return true;
    return false;
}

/* NAME, or what is made of it where another has it. */
static const char *take_name(struct headings *headings, const char *before,
                             const char *name)
{
    char *taken = pt_text_dup(name, strlen(name));

    for (int i = 1; is_taken(headings, taken); i++) {
        char *other = i == 1 ? sqlite3_mprintf("%s%s", before, name)
                             : sqlite3_mprintf("%s%s_%d", before, name, i);

        pt_assert(other);
        pt_free(taken);
        taken = pt_text_dup(other, strlen(other));
        sqlite3_free(other);
    }
    pt_vec_push(headings->names, headings->n, headings->capacity, taken);
    return taken;
}

/* The views' own columns, then the N columns of results, then the axes. */
static void take_names(struct headings *headings, const char *const *columns,
                       int n, const char *const *axes, int naxes)
{
    static const char *const own[] = {"run_id", "point_id", "point",
                                      "label",  "policy",   "replication",
                                      "status", "n"};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        take_name(headings, "", own[i]);
    for (int i = 0; i < n; i++)
        take_name(headings, "result_", columns[i]);
    for (int i = 0; i < naxes; i++)
        take_name(headings, "axis_", axes[i]);
}

static void free_headings(struct headings *headings)
{
    for (int i = 0; i < headings->n; i++)
        pt_free(headings->names[i]);
    pt_free(headings->names);
}

/* The axes as columns: a number where it is one. */
static void append_axes(sqlite3_str *text, const char *const *axes, int naxes,
                        char *const *names)
{
    for (int i = 0; i < naxes; i++)
        sqlite3_str_appendf(text,
                            ", (SELECT coalesce(x, value.label) FROM value "
                            "WHERE value.point_id = run.point_id AND "
                            "axis = %Q) AS \"%w\"",
                            axes[i], names[i]);
}

/* A part a metric, so that a question about one reads no other.  SQLite joins
 * no more than 500 parts at once. */
static void append_metrics_view(sqlite3_str *text, const char *const *columns,
                                int n)
{
    sqlite3_str_appendall(text, "CREATE VIEW metrics AS SELECT * FROM (");
    for (int i = 0; i < n; i++)
        sqlite3_str_appendf(
            text,
            "%sSELECT run.run_id, point_id, label, replication, status, "
            "%Q AS name, result.\"%w\" AS value FROM run JOIN result "
            "USING(run_id) WHERE result.\"%w\" IS NOT NULL",
            i == 0           ? ""
            : i % PARTS == 0 ? ") UNION ALL SELECT * FROM ("
                             : " UNION ALL ",
            columns[i], columns[i], columns[i]);
    if (n == 0)
        sqlite3_str_appendall(text, "SELECT run_id, point_id, label, "
                                    "replication, status, '' AS name, "
                                    "0.0 AS value FROM run WHERE 0");
    sqlite3_str_appendall(text, ");");
}

static void append_job_view(sqlite3_str *text, const char *const *columns,
                            int n)
{
    bool has_tau = false;

    for (int i = 0; i < n; i++)
        has_tau |= strcmp(columns[i], "tau") == 0;
    sqlite3_str_appendf(
        text,
        "CREATE VIEW v_job AS SELECT job.run_id, run.point_id, run.label, "
        "run.replication, job.job_id, job.user, job.group_id, job.queue, "
        "job.mode, job.state, job.width, job.submit_us / 1e6 AS submit_s, "
        "job.limit_us / 1e6 AS limit_s, job.wait_us / 1e6 AS wait_s, "
        "job.first_start_us / 1e6 AS start_s, job.end_us / 1e6 AS end_s, "
        "(job.end_us - job.first_start_us) / 1e6 AS run_s, (job.end_us - "
        "job.submit_us) / 1e6 AS response_s, 1.0 * (job.end_us - "
        "job.submit_us) / nullif(job.end_us - job.first_start_us, 0) AS "
        "slowdown, max(1.0, 1.0 * (job.end_us - job.submit_us) / max(%s * "
        "1e6, job.end_us - job.first_start_us)) AS bounded_slowdown, "
        "job.attempts, job.hold_timeouts, job.held_us / 1e6 AS held_s, "
        "job.lost_us / 1e6 AS lost_s, job.checkpoint_us / 1e6 AS "
        "checkpoint_s, job.restart_us / 1e6 AS restart_s, job.useful_us / "
        "1e6 AS useful_s, job.promise_us / 1e6 AS promise_s FROM job JOIN "
        "run USING(run_id) JOIN result USING(run_id);",
        has_tau ? "coalesce(result.tau, 10.0)" : "10.0");
}

int pt_store_make_views(const struct pt_sql *sql, const char *const *columns,
                        int n, const char *const *axes, int naxes,
                        struct pt_err *err)
{
    sqlite3_str *text = sqlite3_str_new(sql->db);
    struct headings headings = {.n = 0};
    char **names, **axis_names;

    take_names(&headings, columns, n, axes, naxes);
    names = headings.names + headings.n - naxes - n;
    axis_names = names + n;
    sqlite3_str_appendall(
        text, "CREATE VIEW runs AS SELECT run.run_id, run.point_id, "
              "point.name AS point, run.label, run.policy, "
              "run.replication, run.status");
    append_axes(text, axes, naxes, axis_names);
    for (int i = 0; i < n; i++)
        sqlite3_str_appendf(text, ", result.\"%w\" AS \"%w\"", columns[i],
                            names[i]);
    sqlite3_str_appendall(text, " FROM run JOIN point USING(point_id) "
                                "LEFT JOIN result USING(run_id);"
                                "CREATE VIEW means AS SELECT run.point_id, "
                                "point.name AS point, run.label, run.policy, "
                                "count(*) AS n");
    append_axes(text, axes, naxes, axis_names);
    for (int i = 0; i < n; i++)
        sqlite3_str_appendf(text, ", avg(result.\"%w\") AS \"%w\"", columns[i],
                            names[i]);
    sqlite3_str_appendall(text, " FROM run JOIN point USING(point_id) "
                                "JOIN result USING(run_id) "
                                "WHERE run.status = 'ok' "
                                "GROUP BY run.point_id, run.label "
                                "ORDER BY min(run.run_id);");
    append_metrics_view(text, columns, n);
    append_job_view(text, columns, n);
    free_headings(&headings);
    return pt_sql_run_built(sql, text, err);
}
