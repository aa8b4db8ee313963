/* json.h - JSON (RFC 8259) that remembers where everything stood.
 *
 * Every value keeps its line and column, so that what is wrong with its meaning
 * is told as exactly as what is wrong with its syntax; and numbers stay text,
 * so that decimals are exact. */
#ifndef PT_TRACES_JSON_H
#define PT_TRACES_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"
#include "base/time.h"

/* Lists and objects in one another. */
#define PT_JSON_DEPTH 64
/* Bytes. */
#define PT_JSON_SIZE (INT32_C(1) << 30)
/* Seconds: no time that is read is longer. */
#define PT_JSON_TIME_MAX INT64_C(100000000000)

enum pt_json_kind {
    PT_JSON_NULL,
    PT_JSON_FALSE,
    PT_JSON_TRUE,
    PT_JSON_NUMBER,
    PT_JSON_TEXT,
    PT_JSON_LIST,
    PT_JSON_OBJECT
};

/* An item is followed by what it holds: a list by its items, an object by key,
 * value, key, value.  Items are known by their number; the document is 0. */
struct pt_json_item {
    enum pt_json_kind kind;
    int32_t line, column; /* from 1; columns are bytes */
    int32_t from;         /* NUMBER, TEXT: its text, ended by a zero byte */
    int32_t n;            /* bytes of it; LIST: items; OBJECT: pairs */
    int32_t end;          /* the item after it and all that it holds */
};

struct pt_json {
    const char *file; /* for messages; borrowed */
    bool comments;    /* see pt_json_open_commented() */
    char *text;
    struct pt_json_item *items;
    int32_t nitems, capacity;
};

/* Reads TEXT [N], which it takes over, changes, and frees in the end; there is
 * room for a byte more.  On -1 there is nothing to close. */
int pt_json_open(struct pt_json *json, const char *file, char *text, size_t n,
                 struct pt_err *err);
void pt_json_close(struct pt_json *json);

/* The same for JSON in which comments may stand between the values, from two
 * slashes to the end of the line, or as in C; and in which the keys "$comment"
 * and those that begin with two slashes mean nothing to pt_json_keys(). */
int pt_json_open_commented(struct pt_json *json, const char *file, char *text,
                           size_t n, struct pt_err *err);

/* Whether KEY, a TEXT, is such a key. */
bool pt_json_is_remark(const struct pt_json *json, int32_t key);

/* Of a NUMBER or a TEXT. */
static inline const char *pt_json_text(const struct pt_json *json, int32_t item)
{
    return json->text + json->items[item].from;
}

static inline const struct pt_json_item *pt_json_at(const struct pt_json *json,
                                                    int32_t item)
{
    return &json->items[item];
}

/* Fills ERR with the place of ITEM; returns -1. */
int pt_json_bad(const struct pt_json *json, int32_t item, struct pt_err *err,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* All that follow read ITEM into a variable: 0, or -1 with ERR filled.  An item
 * of -1 is absent, and leaves the variable as it is.  WHAT is its name in
 * messages. */

/* Of OBJECT's pairs the number of the value of each of NAMES [N], -1 where it
 * is absent, into AT [N]. A key not among NAMES, or there twice, is an
 * error, and so is an item that is no object. */
int pt_json_keys(const struct pt_json *json, int32_t object, const char *what,
                 const char *const *names, int32_t n, int32_t *at,
                 struct pt_err *err);

int pt_json_bool(const struct pt_json *json, int32_t item, const char *what,
                 bool *value, struct pt_err *err);

/* A whole number of MIN ... MAX. */
int pt_json_int(const struct pt_json *json, int32_t item, const char *what,
                int64_t min, int64_t max, int64_t *value, struct pt_err *err);

/* A number of MIN ... MAX. */
int pt_json_real(const struct pt_json *json, int32_t item, const char *what,
                 double min, double max, double *value, struct pt_err *err);

/* A number of 0 ... MAX with up to three decimals, in thousandths. */
int pt_json_milli(const struct pt_json *json, int32_t item, const char *what,
                  int64_t max, int64_t *value, struct pt_err *err);

/* MiB, or a text with a unit: "512MiB", "16GiB", "1TiB". */
int pt_json_memory(const struct pt_json *json, int32_t item, const char *what,
                   int64_t *value, struct pt_err *err);

/* Seconds, or a text with a unit: "90s", "5m", "2h"; from 0 on. */
int pt_json_time(const struct pt_json *json, int32_t item, const char *what,
                 pt_time *value, struct pt_err *err);

/* Which of NAMES, ended by NULL, the text is. */
int pt_json_choice(const struct pt_json *json, int32_t item, const char *what,
                   const char *const *names, int *value, struct pt_err *err);

/* A name: a text that is not empty, or a whole number from 0 on, as text.  It
 * is good until JSON is closed. */
int pt_json_name(const struct pt_json *json, int32_t item, const char *what,
                 const char **value, struct pt_err *err);

/* Items that KIND expects: an object, a list or a text. */
int pt_json_expect(const struct pt_json *json, int32_t item, const char *what,
                   enum pt_json_kind kind, struct pt_err *err);

#endif
