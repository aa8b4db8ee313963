/* store_parts.h - what the files of the store share.
 *
 * While a study is under way all that is put is in table `other`, by key; it
 * stands before a row of `run` with the same key.  Only _finish() fills the
 * other tables, in a new file. */
#ifndef PT_EXPERIMENTS_STORE_PARTS_H
#define PT_EXPERIMENTS_STORE_PARTS_H

#include "experiments/store.h"
#include "experiments/store_sql.h"

/* The names of the values of a row, as they were when it was put. */
struct pt_layout {
    int64_t id; /* in the file */
    int n;
    int *column; /* [n]: which of the store's columns it is, or -1 */
    bool same;   /* they are the store's */
};

/* Statements: of `other`, which comes first, and of `run`, by key. */
enum pt_kept {
    PT_KEPT_PUT,
    PT_KEPT_OTHER,
    PT_KEPT_RUN,
    PT_KEPT_MOVE_OTHER,
    PT_KEPT_MOVE_RUN,
    PT_KEPT
};

struct pt_store {
    char *dir, *path;
    struct pt_sql sql;
    char **columns; /* [n] */
    int n;
    char *names;               /* the columns, with commas between */
    int64_t layout;            /* theirs in the file; 0: it is not in it yet */
    struct pt_layout *layouts; /* [nlayouts] of the file */
    int nlayouts, layouts_capacity;
    sqlite3_stmt *kept[PT_KEPT]; /* prepared when first wanted */
    bool writing;                /* is ready for many small transactions */
    int costs;                   /* descriptor of costs.csv; -1: not open */
    char **fields;               /* [n] of the row at hand, in `text` */
    char *text;                  /* [text_size] */
    size_t text_size;
    char *recast; /* [recast_size] */
    size_t recast_size;
};

#define PT_STORE_COLUMNS                                                       \
    "key, error, path, digest, input, bytes, layout_id, \"row\", rules"

/* The prepared statement, or NULL with ERR filled. */
sqlite3_stmt *pt_store_kept(struct pt_store *store, enum pt_kept which,
                            struct pt_err *err);

/* The statement that has KEY's PT_STORE_COLUMNS, to be reset afterwards, in
 * *FOUND: 1, or 0, or -1. */
int pt_store_find(struct pt_store *store, const char *key, sqlite3_stmt **found,
                  struct pt_err *err);

/* The outcome in the row of STATEMENT, whose columns are PT_STORE_COLUMNS;
 * until the next step. */
int pt_store_read(struct pt_store *store, sqlite3_stmt *statement,
                  struct pt_store_outcome *outcome, struct pt_err *err);

/* Layout ID of the file, or NULL with ERR filled. */
const struct pt_layout *pt_store_layout(struct pt_store *store, int64_t id,
                                        struct pt_err *err);

/* Cuts ROW of LAYOUT into the store's fields, "" where there is none. */
void pt_store_cut(struct pt_store *store, const struct pt_layout *layout,
                  const char *row);

/* The value of FIELD; NaN where it is none. */
double pt_store_value(const char *field);

/* Begins the one transaction in which an empty file is made ours, and its
 * tables; the caller commits. */
int pt_store_begin_file(const struct pt_sql *sql, const char *const *columns,
                        int n, struct pt_err *err);

/* Makes the tables, in an empty file.  _indexes() and _views() come after the
 * rows; they are the same for the same COLUMNS and AXES. */
int pt_store_make_tables(const struct pt_sql *sql, const char *const *columns,
                         int n, struct pt_err *err);
int pt_store_make_indexes(const struct pt_sql *sql, struct pt_err *err);
int pt_store_make_views(const struct pt_sql *sql, const char *const *columns,
                        int n, const char *const *axes, int naxes,
                        struct pt_err *err);

/* INSERT INTO result for N columns; the caller finalizes. */
sqlite3_stmt *pt_store_insert_result(const struct pt_sql *sql,
                                     const char *const *columns, int n,
                                     struct pt_err *err);

/* INSERT INTO job; the caller finalizes. */
sqlite3_stmt *pt_store_insert_job(const struct pt_sql *sql, struct pt_err *err);

/* Puts the rows of the jobs.csv at PATH in with it, as those of RUN; none if
 * there is no such file. */
int pt_store_put_jobs(const struct pt_sql *sql, sqlite3_stmt *insert,
                      int64_t run, const char *path, struct pt_err *err);

/* "A/B" and so on, on the heap. */
char *pt_store_path(const char *a, const char *b);

#endif
