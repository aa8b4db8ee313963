/* store_finish.c - results.db anew, in the order of the study.
 *
 * The new file depends on what was put alone: it is filled by one transaction
 * in one order, beside the old one, and takes its place when it is whole and on
 * the disk. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/store_parts.h"

struct finish {
    struct pt_store *from;
    const struct pt_store_study *study;
    struct pt_sql to;
    sqlite3_stmt *point, *value, *run, *result, *other, *layout, *job, *has;
    struct {
        int64_t from, to;
    } * layouts; /* [nlayouts] */
    int nlayouts, layouts_capacity;
    int64_t last_point; /* that was put; -1: none */
};

/* The number of the old file's layout FROM in the new file: in the order in
 * which they are met. */
static int move_layout(struct finish *finish, int64_t from, int64_t *to,
                       struct pt_err *err)
{
    sqlite3_stmt *find;
    int status;

    for (int i = 0; i < finish->nlayouts; i++)
        if (finish->layouts[i].from == from) {
            *to = finish->layouts[i].to;
            return 0;
        }
    find =
        pt_sql_prepare(&finish->from->sql,
                       "SELECT columns FROM layout WHERE layout_id = ?", err);
    if (!find)
        return -1;
    *to = 0;
    sqlite3_bind_int64(find, 1, from);
    status = pt_sql_step(&finish->from->sql, find, err);
    if (status > 0) {
        pt_sql_bind_text(finish->layout, 1, pt_sql_text(find, 0));
        status = pt_sql_step(&finish->to, finish->layout, err);
        *to = sqlite3_last_insert_rowid(finish->to.db);
        pt_vec_reserve(finish->layouts, finish->layouts_capacity,
                       finish->nlayouts + 1);
        finish->layouts[finish->nlayouts].from = from;
        finish->layouts[finish->nlayouts++].to = *to;
    }
    sqlite3_finalize(find);
    if (status == 0 && *to == 0)
        return pt_err_at(err, PT_ERR_INPUT, finish->from->path, 0, 0,
                         "is damaged: it has no layout %lld (move it away, and "
                         "run again)",
                         (long long)from);
    return status < 0 ? -1 : 0;
}

/* Binds what table run and table other have alike, from parameter AT on: FOUND
 * from column 1 on. */
static int bind_outcome(struct finish *finish, sqlite3_stmt *insert, int at,
                        sqlite3_stmt *found, struct pt_err *err)
{
    int64_t layout;

    for (int i = 0; i < 4; i++)
        pt_sql_bind_text(insert, at + i,
                         (const char *)sqlite3_column_text(found, 1 + i));
    sqlite3_bind_int64(insert, at + 4, sqlite3_column_int64(found, 5));
    sqlite3_bind_null(insert, at + 5);
    if (sqlite3_column_type(found, 6) != SQLITE_NULL) {
        if (move_layout(finish, sqlite3_column_int64(found, 6), &layout, err) <
            0)
            return -1;
        sqlite3_bind_int64(insert, at + 5, layout);
    }
    for (int i = 6; i < 8; i++)
        pt_sql_bind_text(insert, at + i,
                         (const char *)sqlite3_column_text(found, 1 + i));
    return 0;
}

static int put_point(struct finish *finish, const struct pt_store_run *run,
                     struct pt_err *err)
{
    const struct pt_store_study *study = finish->study;

    if (run->point == finish->last_point)
        return 0;
    finish->last_point = run->point;
    sqlite3_bind_int64(finish->point, 1, run->point);
    pt_sql_bind_text(finish->point, 2, run->name);
    if (pt_sql_step(&finish->to, finish->point, err) < 0)
        return -1;
    for (int a = 0; a < study->naxes; a++) {
        double x;
        const char *label = study->value(study->context, run->point, a, &x);

        sqlite3_bind_int64(finish->value, 1, run->point);
        pt_sql_bind_text(finish->value, 2, study->axes[a]);
        pt_sql_bind_text(finish->value, 3, label);
        pt_sql_bind_real(finish->value, 4, x);
        if (pt_sql_step(&finish->to, finish->value, err) < 0)
            return -1;
    }
    return 0;
}

static int put_result(struct finish *finish, int64_t run, sqlite3_stmt *found,
                      struct pt_err *err)
{
    struct pt_store *from = finish->from;
    const struct pt_layout *layout =
        pt_store_layout(from, sqlite3_column_int64(found, 6), err);

    if (!layout)
        return -1;
    pt_store_cut(from, layout, pt_sql_text(found, 7));
    sqlite3_bind_int64(finish->result, 1, run);
    for (int i = 0; i < from->n; i++)
        pt_sql_bind_real(finish->result, i + 2,
                         pt_store_value(from->fields[i]));
    return pt_sql_step(&finish->to, finish->result, err);
}

static int put_jobs(struct finish *finish, int64_t run, const char *path,
                    struct pt_err *err)
{
    char *folder, *file;
    int status;

    if (!path)
        return 0;
    folder = pt_store_path(finish->from->dir, path);
    file = pt_store_path(folder, "jobs.csv");
    status = pt_store_put_jobs(&finish->to, finish->job, run, file, err);
    pt_free(folder);
    pt_free(file);
    return status;
}

static int put_run(struct finish *finish, int64_t i,
                   const struct pt_store_run *run, sqlite3_stmt *found,
                   struct pt_err *err)
{
    bool failed = sqlite3_column_type(found, 1) != SQLITE_NULL;
    sqlite3_stmt *insert = finish->run;

    if (put_point(finish, run, err) < 0)
        return -1;
    sqlite3_bind_int64(insert, 1, i + 1);
    pt_sql_bind_text(insert, 2, run->key);
    sqlite3_bind_int64(insert, 3, run->point);
    pt_sql_bind_text(insert, 4, run->label);
    pt_sql_bind_text(insert, 5, run->policy);
    sqlite3_bind_int64(insert, 6, run->replication);
    pt_sql_bind_text(insert, 7,
                     !run->counted ? "extra"
                     : failed      ? "failed"
                                   : "ok");
    if (bind_outcome(finish, insert, 8, found, err) < 0 ||
        pt_sql_step(&finish->to, insert, err) < 0)
        return -1;
    if (failed)
        return 0;
    if (put_result(finish, i + 1, found, err) < 0)
        return -1;
    return finish->study->jobs
               ? put_jobs(finish, i + 1,
                          (const char *)sqlite3_column_text(found, 2), err)
               : 0;
}

/* The runs that are there, in the order of the study. */
static int put_runs(struct finish *finish, struct pt_err *err)
{
    const struct pt_store_study *study = finish->study;
    struct pt_store_run run;
    sqlite3_stmt *found;

    for (int64_t i = 0; i < study->n; i++) {
        study->run(study->context, i, &run);
        int status = pt_store_find(finish->from, run.key, &found, err);

        if (status > 0) {
            status = put_run(finish, i, &run, found, err);
            sqlite3_reset(found);
        }
        if (status < 0)
            return -1;
    }
    return 0;
}

static int put_other(struct finish *finish, const char *key, struct pt_err *err)
{
    sqlite3_stmt *found;
    int status;

    pt_sql_bind_text(finish->has, 1, key);
    status = pt_sql_step(&finish->to, finish->has, err);
    if (status > 0)
        sqlite3_reset(finish->has);
    if (status != 0)
        return status < 0 ? -1 : 0;
    status = pt_store_find(finish->from, key, &found, err);
    if (status <= 0)
        return status;
    pt_sql_bind_text(finish->other, 1, key);
    status = bind_outcome(finish, finish->other, 2, found, err);
    if (status == 0)
        status = pt_sql_step(&finish->to, finish->other, err);
    sqlite3_reset(found);
    return status;
}

/* The rest, by key: the order in which they were put is forgotten. */
static int put_others(struct finish *finish, struct pt_err *err)
{
    const struct pt_sql *from = &finish->from->sql;
    sqlite3_stmt *keys = pt_sql_prepare(
        from, "SELECT key FROM other UNION SELECT key FROM run ORDER BY key",
        err);
    int status = keys ? 1 : -1;

    while (status > 0) {
        status = pt_sql_step(from, keys, err);
        if (status > 0 && put_other(finish, pt_sql_text(keys, 0), err) < 0)
            status = -1;
    }
    sqlite3_finalize(keys);
    return status;
}

static int put_study(struct finish *finish, struct pt_err *err)
{
    const struct pt_store_study *study = finish->study;
    sqlite3_stmt *put =
        pt_sql_prepare(&finish->to, "INSERT INTO study VALUES(?)", err);
    int status = -1;

    if (put) {
        pt_sql_bind_text(put, 1, study->study);
        status = pt_sql_step(&finish->to, put, err);
    }
    sqlite3_finalize(put);
    if (status < 0)
        return -1;
    put = pt_sql_prepare(&finish->to, "INSERT INTO axis VALUES(?, ?)", err);
    for (int a = 0; a < study->naxes && put && status == 0; a++) {
        sqlite3_bind_int64(put, 1, a + 1);
        pt_sql_bind_text(put, 2, study->axes[a]);
        status = pt_sql_step(&finish->to, put, err);
    }
    sqlite3_finalize(put);
    return put ? status : -1;
}

static int prepare_all(struct finish *finish, struct pt_err *err)
{
    const struct pt_store *from = finish->from;
    const struct {
        sqlite3_stmt **statement;
        const char *text;
    } rows[] = {
        {&finish->point, "INSERT OR IGNORE INTO point VALUES(?, ?)"},
        {&finish->value, "INSERT OR IGNORE INTO value VALUES(?, ?, ?, ?)"},
        {&finish->run, "INSERT INTO run VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
                       "?, ?, ?, ?, ?)"},
        {&finish->other, "INSERT INTO other VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"},
        {&finish->layout, "INSERT INTO layout(columns) VALUES(?)"},
        {&finish->has, "SELECT 1 FROM run WHERE key = ? LIMIT 1"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *rows[i].statement = pt_sql_prepare(&finish->to, rows[i].text, err);
        if (!*rows[i].statement)
            return -1;
    }
    finish->result = pt_store_insert_result(
        &finish->to, (const char *const *)from->columns, from->n, err);
    finish->job = pt_store_insert_job(&finish->to, err);
    return finish->result && finish->job ? 0 : -1;
}

static void finalize_all(struct finish *finish)
{
    sqlite3_stmt *all[] = {finish->point,  finish->value, finish->run,
                           finish->result, finish->other, finish->layout,
                           finish->job,    finish->has};

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        sqlite3_finalize(all[i]);
}

static int fill(struct finish *finish, struct pt_err *err)
{
    const struct pt_store *from = finish->from;
    const struct pt_store_study *study = finish->study;
    const char *const *columns = (const char *const *)from->columns;

    if (pt_store_begin_file(&finish->to, columns, from->n, err) < 0 ||
        put_study(finish, err) < 0 || prepare_all(finish, err) < 0 ||
        put_runs(finish, err) < 0 ||
        pt_store_make_indexes(&finish->to, err) < 0 ||
        put_others(finish, err) < 0 ||
        pt_store_make_views(&finish->to, columns, from->n, study->axes,
                            study->naxes, err) < 0)
        return -1;
    return pt_sql_run(&finish->to, "COMMIT", err);
}

static int sync_path(const char *path, const char *told, struct pt_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int status = fd >= 0 ? fsync(fd) : -1;
    int why = errno;

    if (fd >= 0)
        close(fd);
    /* Some file systems know no fsync() of a folder. */
    if (status == 0 || why == EINVAL)
        return 0;
    return pt_err_at(err, PT_ERR_INTERNAL, told, 0, 0, "cannot be written: %s",
                     strerror(why));
}

/* Makes the file that is to be PATH, at PARTIAL. */
static int make(struct finish *finish, const char *partial, struct pt_err *err)
{
    int status = -1;

    unlink(partial);
    finish->to.path = partial;
    if (sqlite3_open_v2(partial, &finish->to.db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        NULL) != SQLITE_OK)
        pt_sql_fail(&finish->to, err);
    else if (pt_sql_run(&finish->to,
                        "PRAGMA journal_mode = OFF;"
                        "PRAGMA synchronous = OFF;"
                        "PRAGMA locking_mode = EXCLUSIVE;"
                        "PRAGMA cache_size = -32768",
                        err) == 0)
        status = fill(finish, err);
    finalize_all(finish);
    sqlite3_close(finish->to.db);
    pt_free(finish->layouts);
    return status == 0 ? sync_path(partial, partial, err) : -1;
}

/* Ends the log of the old file, which must not be taken for the new one's; what
 * is left of it after that is empty. */
static int end_log(const char *path, struct pt_err *err)
{
    static const char *const ends[] = {"-wal", "-shm"};
    int status = 0;

    for (size_t i = 0; i < 2 && status == 0; i++) {
        size_t size = strlen(path) + 5;
        char *log = pt_alloc(size, 1);
        struct stat found;

        snprintf(log, size, "%s%s", path, ends[i]);
        if (stat(log, &found) == 0) {
            if (i == 0 && found.st_size > 0)
                status = pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0,
                                   "is in use by another program, or the disk "
                                   "is full (all is kept: run again)");
            else
                unlink(log);
        }
        pt_free(log);
    }
    return status;
}

int pt_store_finish(struct pt_store *store, const struct pt_store_study *study,
                    struct pt_err *err)
{
    struct finish finish = {.from = store, .study = study, .last_point = -1};
    char *dir = pt_text_dup(store->dir, strlen(store->dir));
    char *path = pt_text_dup(store->path, strlen(store->path));
    char *partial = pt_store_path(dir, "results.db.tmp");
    int status = make(&finish, partial, err);

    if (status == 0)
        sqlite3_wal_checkpoint_v2(store->sql.db, NULL,
                                  SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    pt_store_close(store);
    if (status == 0)
        status = end_log(path, err);
    if (status == 0 && rename(partial, path) != 0)
        status = pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0,
                           "cannot be written: %s", strerror(errno));
    if (status == 0)
        status = sync_path(dir, path, err);
    else
        unlink(partial);
    pt_free(dir);
    pt_free(path);
    pt_free(partial);
    return status;
}
