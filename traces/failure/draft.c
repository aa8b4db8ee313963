#include "traces/failure/draft.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"

/* ---- nodes ---- */

static uint32_t hash_of(const char *key)
{
    uint32_t hash = 2166136261u;

    for (; *key != '\0'; key++)
        hash = (hash ^ (uint8_t)*key) * 16777619u;
    return hash;
}

/* Where KEY is, or would be. */
static int32_t *slot_of(const struct pt_log_draft *draft, const char *key)
{
    uint32_t at = hash_of(key) & (draft->nslots - 1);

    while (draft->slot[at] >= 0 &&
           strcmp(draft->node[draft->slot[at]].key, key) != 0)
        at = (at + 1) & (draft->nslots - 1);
    return &draft->slot[at];
}

static void grow(struct pt_log_draft *draft)
{
    draft->nslots = draft->nslots == 0 ? 64 : 2 * draft->nslots;
    draft->slot = pt_realloc(draft->slot, draft->nslots, sizeof *draft->slot);
    for (uint32_t i = 0; i < draft->nslots; i++)
        draft->slot[i] = -1;
    for (int32_t i = 0; i < draft->nnodes; i++)
        *slot_of(draft, draft->node[i].key) = i;
}

int32_t pt_log_draft_find(const struct pt_log_draft *draft, const char *key)
{
    return draft->nslots == 0 ? -1 : *slot_of(draft, key);
}

int32_t pt_log_draft_node(struct pt_log_draft *draft, const char *key,
                          const char *name)
{
    if ((uint32_t)draft->nnodes >= draft->nslots / 2)
        grow(draft);
    int32_t *slot = slot_of(draft, key);
    if (*slot >= 0)
        return *slot;
    *slot = draft->nnodes;
    const struct pt_log_draft_node node = {.key = pt_text_dup(key, strlen(key)),
                                           .name =
                                               pt_text_dup(name, strlen(name)),
                                           .from = PT_TIME_NEVER};
    pt_vec_push(draft->node, draft->nnodes, draft->node_capacity, node);
    return draft->nnodes - 1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(const char *at)
{
    return strspn(at, "0123456789");
}

int pt_log_names_compare(const char *a, const char *b)
{
    const char *at = a, *bt = b;

    while (*at != '\0' && *bt != '\0') {
        if (!is_digit(*at) || !is_digit(*bt)) {
            if (*at != *bt)
                return (unsigned char)*at < (unsigned char)*bt ? -1 : 1;
            at++;
            bt++;
            continue;
        }
        at += strspn(at, "0");
        bt += strspn(bt, "0");
        size_t n = digits_at(at), m = digits_at(bt);
        if (n != m)
            return n < m ? -1 : 1;
        int order = strncmp(at, bt, n);
        if (order != 0)
            return order;
        at += n;
        bt += n;
    }
    if (*at != *bt)
        return *at == '\0' ? -1 : 1;
    return strcmp(a, b);
}

/* ---- rows ---- */

void pt_log_draft_add(struct pt_log_draft *draft, const struct pt_log_row *row)
{
    pt_vec_push(draft->row, draft->n, draft->capacity, *row);
}

static int compare_rows(const void *left, const void *right)
{
    const struct pt_log_row *a = left, *b = right;

    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->down != b->down)
        return a->down < b->down ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

void pt_log_draft_sort(struct pt_log_draft *draft)
{
    if (draft->n > 1)
        qsort(draft->row, (size_t)draft->n, sizeof *draft->row, compare_rows);
}

/* ---- fields ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int bad_at(const struct pt_log_draft *draft, const char *at,
                  const char *text, struct pt_err *err)
{
    return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, draft->lines.line,
                     (int)(at - draft->lines.text) + 1, "%s", text);
}

int pt_log_draft_next(struct pt_log_draft *draft, struct pt_err *err)
{
    int status = pt_lines_next(&draft->lines, err);

    if (status > 0 && draft->lines.line == 1 &&
        strncmp(draft->lines.text, "\xef\xbb\xbf", 3) == 0) {
        memset(draft->lines.text, ' ', 3);
        draft->counts[PT_LOG_BYTE_ORDER_MARK]++;
    }
    return status;
}

/* Adds what is in [FROM, TO) but for the blanks around it. */
static int take(struct pt_log_draft *draft, char *from, char *to,
                struct pt_err *err)
{
    if (draft->nfields == PT_LOG_FIELDS)
        return bad_at(draft, from, "too many fields (expected at most 64)",
                      err);
    while (from < to && is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        to--;
    *to = '\0';
    draft->field[draft->nfields++] =
        (struct pt_log_field){.text = from,
                              .length = (size_t)(to - from),
                              .column = (int)(from - draft->lines.text) + 1};
    return 0;
}

/* Takes the quoted field at AT, and goes to what follows it. */
static int take_quoted(struct pt_log_draft *draft, char **at,
                       struct pt_err *err)
{
    char *from = *at + 1, *next = from, *to = from;

    for (; *next != '"' || next[1] == '"'; *to++ = *next++) {
        if (*next == '"')
            next++;
        if (*next == '\0')
            return bad_at(draft, *at,
                          "a quoted field that does not end (expected a quote "
                          "on the same line)",
                          err);
    }
    next++;
    next += strspn(next, " \t");
    if (*next != ',' && *next != '\0')
        return bad_at(draft, next,
                      "text after a quoted field (expected a comma)", err);
    *at = next;
    return take(draft, from, to, err);
}

int pt_log_draft_split(struct pt_log_draft *draft, struct pt_err *err)
{
    char *at = draft->lines.text;

    draft->nfields = 0;
    for (;;) {
        char *from = at + strspn(at, " \t");
        char stop;
        if (*from == '"') {
            at = from;
            if (take_quoted(draft, &at, err) < 0)
                return -1;
            stop = *at;
        } else {
            at = from + strcspn(from, ",");
            stop = *at;
            if (take(draft, from, at, err) < 0)
                return -1;
        }
        if (stop == '\0')
            return 0;
        at++;
    }
}

int pt_log_draft_split_tabs(struct pt_log_draft *draft, struct pt_err *err)
{
    char *at = draft->lines.text;
    const bool tabs = strchr(at, '\t') != NULL;

    draft->nfields = 0;
    for (;;) {
        char *to = at + strcspn(at, tabs ? "\t" : " ");
        const char stop = *to;
        if ((tabs || to > at) && take(draft, at, to, err) < 0)
            return -1;
        if (stop == '\0')
            return 0;
        at = to + 1;
    }
}

int pt_log_draft_expect(const struct pt_log_draft *draft, int n,
                        struct pt_err *err)
{
    int column = (int)draft->lines.length + 1;

    if (draft->nfields == n)
        return 0;
    if (draft->nfields > n)
        column = draft->field[n].column;
    return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, draft->lines.line,
                     column, "%d fields (expected %d)", draft->nfields, n);
}

int pt_log_draft_bad(const struct pt_log_draft *draft, int i, const char *text,
                     struct pt_err *err)
{
    const struct pt_log_field *field = &draft->field[i];
    char shown[32];
    size_t n = field->length > 24 ? 24 : field->length;

    for (size_t k = 0; k < n; k++)
        shown[k] = field->text[k] >= ' ' && field->text[k] <= '~'
                       ? field->text[k]
                       : '?';
    pt_text_copy(shown + n, sizeof shown - n, field->length > n ? "..." : "");
    return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, draft->lines.line,
                     field->column, "\"%s\" %s", shown, text);
}

static int bad_number(const struct pt_log_draft *draft, int i, const char *what,
                      const char *expected, struct pt_err *err)
{
    char text[160];

    snprintf(text, sizeof text, "as %s (expected %s)", what, expected);
    return pt_log_draft_bad(draft, i, text, err);
}

int pt_log_draft_seconds(const struct pt_log_draft *draft, int i,
                         const char *what, pt_time *seconds, struct pt_err *err)
{
    const struct pt_log_field *field = &draft->field[i];
    size_t used = pt_time_read(seconds, field->text, field->length);

    if (used == 0 || used < field->length || *seconds < 0)
        return bad_number(draft, i, what, "seconds, from 0 to 9.2e12", err);
    return 0;
}

int pt_log_draft_number(const struct pt_log_draft *draft, int i,
                        const char *what, int64_t min, int64_t max,
                        int64_t *number, struct pt_err *err)
{
    char expected[80];

    if (pt_text_read_int(number, draft->field[i].text) && *number >= min &&
        *number <= max)
        return 0;
    snprintf(expected, sizeof expected, "a whole number from %lld to %lld",
             (long long)min, (long long)max);
    return bad_number(draft, i, what, expected, err);
}

void pt_log_draft_close(struct pt_log_draft *draft)
{
    for (int32_t i = 0; i < draft->nnodes; i++) {
        pt_free(draft->node[i].key);
        pt_free(draft->node[i].name);
    }
    pt_free(draft->node);
    pt_free(draft->slot);
    pt_free(draft->row);
    pt_lines_close(&draft->lines);
}
