#include "experiments/store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "experiments/store_parts.h"

#define APPLICATION INT64_C(0x5072746d) /* "Prtm" */
#define FORMAT      1
#define PATIENCE_MS 5000

static const char *const statements[PT_KEPT] = {
    [PT_KEPT_PUT] = "INSERT OR REPLACE INTO other(" PT_STORE_COLUMNS
                    ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [PT_KEPT_OTHER] = "SELECT " PT_STORE_COLUMNS " FROM other WHERE key = ?1",
    [PT_KEPT_RUN] =
        "SELECT " PT_STORE_COLUMNS " FROM run WHERE key = ?1 LIMIT 1",
    [PT_KEPT_MOVE_OTHER] = "UPDATE other SET path = ?2 WHERE key = ?1",
    [PT_KEPT_MOVE_RUN] = "UPDATE run SET path = ?2 WHERE key = ?1",
};

char *pt_store_path(const char *a, const char *b)
{
    size_t size = strlen(a) + strlen(b) + 2;
    char *path = pt_alloc(size, 1);

    snprintf(path, size, "%s/%s", a, b);
    return path;
}

sqlite3_stmt *pt_store_kept(struct pt_store *store, enum pt_kept which,
                            struct pt_err *err)
{
    if (!store->kept[which])
        store->kept[which] =
            pt_sql_prepare(&store->sql, statements[which], err);
    return store->kept[which];
}

/* The rollback journal would be synced for each run; this is not, and yet the
 * file is whole whenever the process is killed. */
static int begin_writing(struct pt_store *store, struct pt_err *err)
{
    if (store->writing)
        return 0;
    if (pt_sql_run(&store->sql,
                   "PRAGMA journal_mode = WAL;"
                   "PRAGMA synchronous = NORMAL;"
                   "PRAGMA wal_autocheckpoint = 4000",
                   err) < 0)
        return -1;
    store->writing = true;
    return 0;
}

int pt_store_begin_file(const struct pt_sql *sql, const char *const *columns,
                        int n, struct pt_err *err)
{
    char text[128];

    snprintf(text, sizeof text,
             "BEGIN IMMEDIATE; PRAGMA application_id = %lld; "
             "PRAGMA user_version = %d",
             (long long)APPLICATION, FORMAT);
    if (pt_sql_run(sql, text, err) < 0)
        return -1;
    return pt_store_make_tables(sql, columns, n, err);
}

static int make_file(struct pt_store *store, struct pt_err *err)
{
    const char *const *columns = (const char *const *)store->columns;
    const struct pt_sql *sql = &store->sql;

    if (begin_writing(store, err) == 0 &&
        pt_store_begin_file(sql, columns, store->n, err) == 0 &&
        pt_store_make_indexes(sql, err) == 0 &&
        pt_store_make_views(sql, columns, store->n, NULL, 0, err) == 0 &&
        pt_sql_run(sql, "COMMIT", err) == 0)
        return 0;
    sqlite3_exec(sql->db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

/* Nothing is written before it is known that the file is ours. */
static int check_file(struct pt_store *store, struct pt_err *err)
{
    const struct pt_sql *sql = &store->sql;
    int64_t application, format, tables;

    if (pt_sql_ask(sql, "PRAGMA application_id", &application, err) < 0 ||
        pt_sql_ask(sql, "PRAGMA user_version", &format, err) < 0 ||
        pt_sql_ask(sql, "SELECT count(*) FROM sqlite_master", &tables, err) < 0)
        return -1;
    if (application == 0 && format == 0 && tables == 0)
        return make_file(store, err);
    if (application != APPLICATION)
        return pt_err_at(err, PT_ERR_INPUT, store->path, 0, 0,
                         "is another program's (expected an SQLite file made "
                         "by protium)");
    if (format != FORMAT)
        return pt_err_at(err, PT_ERR_INPUT, store->path, 0, 0,
                         "is of format %lld (expected %d: it was made by "
                         "another version of protium)",
                         (long long)format, FORMAT);
    return 0;
}

static void take_columns(struct pt_store *store, const char *const *columns,
                         int n)
{
    size_t size = 1;

    store->columns = pt_alloc((size_t)n, sizeof *store->columns);
    store->fields = pt_alloc((size_t)n, sizeof *store->fields);
    store->n = n;
    for (int i = 0; i < n; i++) {
        store->columns[i] = pt_text_dup(columns[i], strlen(columns[i]));
        size += strlen(columns[i]) + 1;
    }
    store->names = pt_alloc(size, 1);
    for (char *to = store->names; n > 0; n--, columns++) {
        size_t length = strlen(*columns);

        memcpy(to, *columns, length);
        to += length;
        *to++ = n > 1 ? ',' : '\0';
    }
}

struct pt_store *pt_store_open(const char *dir, const char *const *columns,
                               int n, struct pt_err *err)
{
    struct pt_store *store = pt_alloc(1, sizeof *store);

    store->costs = -1;
    store->dir = pt_text_dup(dir, strlen(dir));
    store->path = pt_store_path(dir, "results.db");
    store->sql.path = store->path;
    take_columns(store, columns, n);
    if (sqlite3_open_v2(store->path, &store->sql.db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                        NULL) != SQLITE_OK) {
        /* SQLite tells what became of its second try, to read only. */
        if (access(dir, W_OK | X_OK) != 0)
            pt_err_at(err, PT_ERR_INTERNAL, store->path, 0, 0,
                      "cannot be opened: %s", strerror(errno));
        pt_sql_fail(&store->sql, err);
    } else {
        sqlite3_busy_timeout(store->sql.db, PATIENCE_MS);
        if (check_file(store, err) == 0)
            return store;
    }
    pt_store_close(store);
    return NULL;
}

void pt_store_close(struct pt_store *store)
{
    if (!store)
        return;
    for (int i = 0; i < PT_KEPT; i++)
        sqlite3_finalize(store->kept[i]);
    sqlite3_close(store->sql.db);
    if (store->costs >= 0)
        close(store->costs);
    for (int i = 0; i < store->n; i++)
        pt_free(store->columns[i]);
    for (int i = 0; i < store->nlayouts; i++)
        pt_free(store->layouts[i].column);
    pt_free(store->layouts);
    pt_free(store->columns);
    pt_free(store->names);
    pt_free(store->fields);
    pt_free(store->text);
    pt_free(store->recast);
    pt_free(store->dir);
    pt_free(store->path);
    pt_free(store);
}

/* The number of the store's columns in the file, which gets them if need be. */
static int find_layout(struct pt_store *store, struct pt_err *err)
{
    const struct pt_sql *sql = &store->sql;
    sqlite3_stmt *add, *find;
    int status = -1;

    if (store->layout != 0)
        return 0;
    add = pt_sql_prepare(sql, "INSERT OR IGNORE INTO layout(columns) VALUES(?)",
                         err);
    find = pt_sql_prepare(sql, "SELECT layout_id FROM layout WHERE columns = ?",
                          err);
    if (add && find) {
        pt_sql_bind_text(add, 1, store->names);
        pt_sql_bind_text(find, 1, store->names);
        status = pt_sql_step(sql, add, err);
        if (status == 0)
            status = pt_sql_step(sql, find, err);
        if (status > 0)
            store->layout = sqlite3_column_int64(find, 0);
    }
    sqlite3_finalize(add);
    sqlite3_finalize(find);
    return status < 0 ? -1 : 0;
}

static int write_costs(struct pt_store *store, const char *text, size_t n,
                       struct pt_err *err)
{
    ssize_t done;

    do
        done = write(store->costs, text, n);
    while (done < 0 && errno == EINTR);
    if (done == (ssize_t)n)
        return 0;
    char *path = pt_store_path(store->dir, "costs.csv");
    pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0, "cannot be written: %s",
              done < 0 ? strerror(errno) : "no space is left");
    pt_free(path);
    return -1;
}

/* Ends the line that a full disk cut short. */
static int begin_costs(struct pt_store *store, struct pt_err *err)
{
    static const char header[] = "key,wall_s,cpu_s,peak_kib,finished\n";
    char *path = pt_store_path(store->dir, "costs.csv");
    struct stat found = {.st_size = 0};
    char last = '\n';
    int status = 0;

    store->costs = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (store->costs < 0)
        status = pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0,
                           "cannot be written: %s", strerror(errno));
    pt_free(path);
    if (status < 0)
        return -1;
    if (fstat(store->costs, &found) == 0 && found.st_size == 0)
        return write_costs(store, header, sizeof header - 1, err);
    if (pread(store->costs, &last, 1, found.st_size - 1) == 1 && last != '\n')
        return write_costs(store, "\n", 1, err);
    return 0;
}

static int add_costs(struct pt_store *store,
                     const struct pt_store_outcome *outcome, struct pt_err *err)
{
    struct timespec now;
    struct tm parts;
    char line[PT_DIGEST_TEXT + 128], day[32];

    if (store->costs < 0 && begin_costs(store, err) < 0)
        return -1;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%SZ", &parts);
    int n = snprintf(line, sizeof line, "%s,%.6f,%.6f,%lld,%s\n", outcome->key,
                     outcome->wall_s, outcome->cpu_s,
                     (long long)outcome->peak_kib, day);
    return write_costs(store, line, (size_t)n, err);
}

int pt_store_put(struct pt_store *store, const struct pt_store_outcome *outcome,
                 struct pt_err *err)
{
    sqlite3_stmt *put;

    if (begin_writing(store, err) < 0 || find_layout(store, err) < 0)
        return -1;
    put = pt_store_kept(store, PT_KEPT_PUT, err);
    if (!put)
        return -1;
    pt_sql_bind_text(put, 1, outcome->key);
    pt_sql_bind_text(put, 2,
                     !outcome->failed ? NULL
                     : outcome->text  ? outcome->text
                                      : "");
    pt_sql_bind_text(put, 3, outcome->path);
    pt_sql_bind_text(put, 4, outcome->digest);
    pt_sql_bind_text(put, 5, outcome->input);
    sqlite3_bind_int64(put, 6, outcome->bytes);
    if (outcome->failed) {
        sqlite3_bind_null(put, 7);
        sqlite3_bind_null(put, 8);
    } else {
        pt_assert(outcome->row);
        sqlite3_bind_int64(put, 7, store->layout);
        pt_sql_bind_text(put, 8, outcome->row);
    }
    pt_sql_bind_text(put, 9, outcome->rules ? outcome->rules : "");
    if (pt_sql_step(&store->sql, put, err) < 0)
        return -1;
    return add_costs(store, outcome, err);
}

static int move_in(struct pt_store *store, enum pt_kept which, const char *key,
                   const char *path, struct pt_err *err)
{
    sqlite3_stmt *move = pt_store_kept(store, which, err);

    if (!move)
        return -1;
    pt_sql_bind_text(move, 1, key);
    pt_sql_bind_text(move, 2, path);
    return pt_sql_step(&store->sql, move, err);
}

int pt_store_move(struct pt_store *store, const char *key, const char *path,
                  struct pt_err *err)
{
    if (begin_writing(store, err) < 0 ||
        move_in(store, PT_KEPT_MOVE_OTHER, key, path, err) < 0)
        return -1;
    return move_in(store, PT_KEPT_MOVE_RUN, key, path, err);
}
