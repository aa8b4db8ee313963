/* fta.c - event tables of the Failure Trace Archive: a row for each interval in
 * which a node's component was available, or was not (D. Kondo, B. Javadi, A.
 * Iosup, D. Epema, The Failure Trace Archive, CCGrid 2010).
 *
 * A node is a platform's node's component, by their numbers; its name is but a
 * name.  It was watched from its first interval's start to its last one's stop.
 * Time of which no interval tells, in between, is taken as available; where two
 * of them contradict each other, as not.  An outage at either end of the time
 * watched is open.  The reason of an interval's end is not taken as a cause. */
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "traces/failure/draft.h"

enum {
    COMPONENT = 1,
    NODE,
    PLATFORM,
    NAME,
    TYPE,
    START,
    STOP,
    REASON,
    COLUMNS
};

/* Whether TEXT has nothing but digits, and few enough for an int64_t. */
static bool is_plain(const char *text)
{
    size_t n = strspn(text, "0123456789");

    return n > 0 && n <= 18 && text[n] == '\0';
}

/* The node of the current line; LAST is the one of the line before. */
static int find_node(struct pt_log_draft *draft, int32_t last, int32_t *node,
                     struct pt_err *err)
{
    static const struct {
        int column;
        const char *what;
    } parts[] = {{PLATFORM, "platform_id"},
                 {NODE, "node_id"},
                 {COMPONENT, "component_id"}};
    const struct pt_log_field *field = draft->field;
    char key[80];
    int64_t number;

    for (int i = 0; i < 3; i++)
        if (!is_plain(field[parts[i].column].text) &&
            pt_log_draft_number(draft, parts[i].column, parts[i].what, 0,
                                INT64_C(999999999999999999), &number, err) < 0)
            return -1;
    snprintf(key, sizeof key, "%s/%s/%s", field[PLATFORM].text,
             field[NODE].text, field[COMPONENT].text);
    if (last >= 0 && strcmp(draft->node[last].key, key) == 0) {
        *node = last;
        return 0;
    }
    const struct pt_log_field *name = &field[NAME];
    if (name->length == 0 || strcmp(name->text, "NULL") == 0)
        name = &field[NODE];
    *node = pt_log_draft_node(draft, key, name->text);
    return 0;
}

static int read_row(struct pt_log_draft *draft, int32_t last,
                    struct pt_log_row *row, struct pt_err *err)
{
    const struct pt_log_field *field = draft->field;
    int64_t type;

    *row = (struct pt_log_row){.line = draft->lines.line};
    if (find_node(draft, last, &row->node, err) < 0 ||
        pt_log_draft_number(draft, TYPE, "event_type", 0, 1, &type, err) < 0 ||
        pt_log_draft_seconds(draft, START, "event_start_time", &row->down,
                             err) < 0 ||
        pt_log_draft_seconds(draft, STOP, "event_stop_time", &row->up, err) < 0)
        return -1;
    if (row->up < row->down)
        return pt_log_draft_bad(draft, STOP,
                                "as event_stop_time is before the start "
                                "(expected it not to be)",
                                err);
    row->available = type == 1;
    row->odd_cause = !row->available && field[REASON].length > 0 &&
                     strcmp(field[REASON].text, "NULL") != 0;
    return 0;
}

/* How far the intervals of a node reach that are of each type. */
struct reach {
    int32_t node;
    pt_time type[2];
};

/* Compares ROW with those of its node before it.  A row of no time tells
 * nothing. */
static void compare(struct pt_log_draft *draft, const struct pt_log_row *row,
                    struct reach *reach)
{
    if (row->up == row->down)
        return;
    if (row->node != reach->node) {
        *reach = (struct reach){.node = row->node, .type = {-1, -1}};
    } else {
        if (row->down > reach->type[0] && row->down > reach->type[1])
            draft->counts[PT_LOG_GAP]++;
        if (row->down < reach->type[!row->available])
            draft->counts[PT_LOG_CONTRADICTION]++;
    }
    pt_time *own = &reach->type[row->available];
    *own = row->up > *own ? row->up : *own;
}

/* All rows are there. */
static void watch(struct pt_log_draft *draft)
{
    struct reach reach = {.node = -1};

    for (int64_t i = 0; i < draft->n; i++) {
        const struct pt_log_row *row = &draft->row[i];
        struct pt_log_draft_node *node = &draft->node[row->node];
        node->from = row->down < node->from ? row->down : node->from;
        node->until = row->up > node->until ? row->up : node->until;
    }
    pt_log_draft_sort(draft);
    for (int64_t i = 0; i < draft->n; i++) {
        struct pt_log_row *row = &draft->row[i];
        const struct pt_log_draft_node *node = &draft->node[row->node];
        compare(draft, row, &reach);
        row->open = row->down == node->from || row->up == node->until;
    }
}

int pt_log_read_fta(struct pt_log_draft *draft, struct pt_err *err)
{
    struct pt_log_row row = {.node = -1};
    int status;

    while ((status = pt_log_draft_next(draft, err)) > 0) {
        const char *text = draft->lines.text;
        text += strspn(text, " \t");
        if (*text == '\0' || *text == '#')
            continue;
        if (pt_log_draft_split_tabs(draft, err) < 0 ||
            pt_log_draft_expect(draft, COLUMNS, err) < 0 ||
            read_row(draft, row.node, &row, err) < 0)
            return -1;
        draft->rows++;
        pt_log_draft_add(draft, &row);
    }
    if (status == 0)
        watch(draft);
    return status;
}
