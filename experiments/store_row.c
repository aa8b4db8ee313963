/* store_row.c - outcomes, and the values of their rows, out of the file. */
#include <math.h>
#include <string.h>
#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/store_parts.h"

static int find_column(const struct pt_store *store, const char *name,
                       size_t length)
{
    for (int i = 0; i < store->n; i++)
        if (strncmp(store->columns[i], name, length) == 0 &&
            store->columns[i][length] == '\0')
            return i;
    return -1;
}

static struct pt_layout make_layout(const struct pt_store *store, int64_t id,
                                    const char *names)
{
    struct pt_layout layout = {.id = id,
                               .same = strcmp(names, store->names) == 0};
    int capacity = 0;

    for (const char *at = names; *at != '\0';) {
        size_t length = strcspn(at, ",");

        pt_vec_push(layout.column, layout.n, capacity,
                    find_column(store, at, length));
        at += length + (at[length] == ',');
    }
    return layout;
}

const struct pt_layout *pt_store_layout(struct pt_store *store, int64_t id,
                                        struct pt_err *err)
{
    const struct pt_sql *sql = &store->sql;
    sqlite3_stmt *find;
    int status;

    for (int i = 0; i < store->nlayouts; i++)
        if (store->layouts[i].id == id)
            return &store->layouts[i];
    find = pt_sql_prepare(sql, "SELECT columns FROM layout WHERE layout_id = ?",
                          err);
    if (!find)
        return NULL;
    sqlite3_bind_int64(find, 1, id);
    status = pt_sql_step(sql, find, err);
    if (status > 0)
        pt_vec_push(store->layouts, store->nlayouts, store->layouts_capacity,
                    make_layout(store, id, pt_sql_text(find, 0)));
    sqlite3_finalize(find);
    if (status > 0)
        return &store->layouts[store->nlayouts - 1];
    if (status == 0)
        pt_err_at(err, PT_ERR_INPUT, store->path, 0, 0,
                  "has a row of a layout that it does not have (%lld)",
                  (long long)id);
    return NULL;
}

void pt_store_cut(struct pt_store *store, const struct pt_layout *layout,
                  const char *row)
{
    size_t size = strlen(row) + 1;

    if (size > store->text_size) {
        store->text = pt_realloc(store->text, size, 1);
        store->text_size = size;
    }
    memcpy(store->text, row, size);
    for (int i = 0; i < store->n; i++)
        store->fields[i] = store->text + size - 1;
    char *at = store->text;
    for (int i = 0; i < layout->n && at; i++) {
        char *comma = strchr(at, ',');

        if (comma)
            *comma = '\0';
        if (layout->column[i] >= 0)
            store->fields[layout->column[i]] = at;
        at = comma ? comma + 1 : NULL;
    }
}

double pt_store_value(const char *field)
{
    double value;

    return field[0] != '\0' && pt_text_read_real(&value, field) ? value
                                                                : (double)NAN;
}

/* ROW of LAYOUT with the store's columns. */
static const char *recast(struct pt_store *store,
                          const struct pt_layout *layout, const char *row)
{
    size_t size = strlen(row) + (size_t)store->n + 1;
    char *to;

    if (layout->same)
        return row;
    pt_store_cut(store, layout, row);
    if (size > store->recast_size) {
        store->recast = pt_realloc(store->recast, size, 1);
        store->recast_size = size;
    }
    to = store->recast;
    for (int i = 0; i < store->n; i++) {
        size_t length = strlen(store->fields[i]);

        if (i > 0)
            *to++ = ',';
        memcpy(to, store->fields[i], length);
        to += length;
    }
    *to = '\0';
    return store->recast;
}

int pt_store_read(struct pt_store *store, sqlite3_stmt *statement,
                  struct pt_store_outcome *outcome, struct pt_err *err)
{
    *outcome = (struct pt_store_outcome){
        .failed = sqlite3_column_type(statement, 1) != SQLITE_NULL,
        .path = (const char *)sqlite3_column_text(statement, 2),
        .bytes = sqlite3_column_int64(statement, 5),
        .rules = pt_sql_text(statement, 8),
    };
    pt_text_copy(outcome->key, sizeof outcome->key, pt_sql_text(statement, 0));
    pt_text_copy(outcome->digest, sizeof outcome->digest,
                 pt_sql_text(statement, 3));
    pt_text_copy(outcome->input, sizeof outcome->input,
                 pt_sql_text(statement, 4));
    if (outcome->failed) {
        outcome->text = pt_sql_text(statement, 1);
        return 0;
    }
    const struct pt_layout *layout =
        pt_store_layout(store, sqlite3_column_int64(statement, 6), err);
    if (!layout)
        return -1;
    outcome->row = recast(store, layout, pt_sql_text(statement, 7));
    return 0;
}

static int each_of(struct pt_store *store, const char *text,
                   int (*each)(void *context,
                               const struct pt_store_outcome *outcome),
                   void *context, struct pt_err *err)
{
    sqlite3_stmt *all = pt_sql_prepare(&store->sql, text, err);
    struct pt_store_outcome outcome;
    int status = all ? 0 : -1;

    while (status == 0) {
        status = pt_sql_step(&store->sql, all, err);
        if (status <= 0)
            break;
        status = pt_store_read(store, all, &outcome, err);
        if (status == 0)
            status = each(context, &outcome);
    }
    sqlite3_finalize(all);
    return status;
}

int pt_store_each(struct pt_store *store,
                  int (*each)(void *context,
                              const struct pt_store_outcome *outcome),
                  void *context, struct pt_err *err)
{
    int status = each_of(store, "SELECT " PT_STORE_COLUMNS " FROM other", each,
                         context, err);

    /* Runs that differ in nothing share a key. */
    return status != 0
               ? status
               : each_of(store,
                         "SELECT " PT_STORE_COLUMNS " FROM run "
                         "WHERE key NOT IN (SELECT key FROM other) "
                         "AND run_id = (SELECT min(run_id) FROM run AS same "
                         "WHERE same.key = run.key)",
                         each, context, err);
}

int pt_store_find(struct pt_store *store, const char *key, sqlite3_stmt **found,
                  struct pt_err *err)
{
    static const enum pt_kept order[] = {PT_KEPT_OTHER, PT_KEPT_RUN};
    int status = 0;

    for (size_t i = 0; i < 2 && status == 0; i++) {
        *found = pt_store_kept(store, order[i], err);
        if (!*found)
            return -1;
        pt_sql_bind_text(*found, 1, key);
        status = pt_sql_step(&store->sql, *found, err);
    }
    return status;
}

int pt_store_row(struct pt_store *store, const char *key, char **row,
                 double *values, struct pt_err *err)
{
    const struct pt_layout *layout = NULL;
    sqlite3_stmt *found;
    int status = pt_store_find(store, key, &found, err);

    if (status <= 0)
        return status;
    if (sqlite3_column_type(found, 1) != SQLITE_NULL) {
        status = 0;
    } else {
        layout = pt_store_layout(store, sqlite3_column_int64(found, 6), err);
        status = layout ? 1 : -1;
    }
    if (status > 0 && values) {
        pt_store_cut(store, layout, pt_sql_text(found, 7));
        for (int i = 0; i < store->n; i++)
            values[i] = pt_store_value(store->fields[i]);
    }
    if (status > 0 && row) {
        const char *text = recast(store, layout, pt_sql_text(found, 7));
        *row = pt_text_dup(text, strlen(text));
    }
    sqlite3_reset(found);
    return status;
}

int pt_store_look(struct pt_store *store, const char *key,
                  int (*each)(void *context,
                              const struct pt_store_outcome *outcome),
                  void *context, struct pt_err *err)
{
    struct pt_store_outcome outcome;
    sqlite3_stmt *found;
    int status = pt_store_find(store, key, &found, err);

    if (status <= 0)
        return status;
    status = pt_store_read(store, found, &outcome, err);
    if (status >= 0)
        status = each(context, &outcome);
    sqlite3_reset(found);
    return status;
}
