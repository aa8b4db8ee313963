/* csv.c - outages as a table: node,down,up and, if need be, cause.
 *
 * Times are seconds since whenever, in any order.  An empty `up` means that the
 * node did not come back.  All nodes were watched from the earliest `down` to
 * the latest time that is told, or in the reading's window. */
#include <string.h>
#include <strings.h>

#include "core/words.h"
#include "traces/failure/draft.h"

enum { NODE, DOWN, UP, CAUSE, COLUMNS };

static const char *const names[COLUMNS] = {"node", "down", "up", "cause"};

/* Reads the header; returns how many columns there are. */
static int read_header(struct pt_log_draft *draft, struct pt_err *err)
{
    int status = pt_log_draft_next(draft, err);

    if (status <= 0 || pt_log_draft_split(draft, err) < 0)
        return -1;
    for (int i = 0; i < draft->nfields; i++)
        if (i == COLUMNS || strcmp(draft->field[i].text, names[i]) != 0)
            return pt_log_draft_bad(draft, i,
                                    "in the header (expected node,down,up or "
                                    "node,down,up,cause)",
                                    err);
    if (draft->nfields == CAUSE)
        return draft->nfields;
    return pt_log_draft_expect(draft, COLUMNS, err) < 0 ? -1 : COLUMNS;
}

/* What the cause in FIELD is; whether it is a word that is known. */
static bool read_cause(const struct pt_log_field *field, uint8_t *origin)
{
    *origin = PT_ORIGIN_UNKNOWN;
    for (int i = 0; i < PT_ORIGINS; i++)
        if (strcasecmp(field->text, pt_origin_words[i]) == 0) {
            *origin = (uint8_t)i;
            return true;
        }
    return field->length == 0;
}

static int read_row(struct pt_log_draft *draft, struct pt_log_row *row,
                    struct pt_err *err)
{
    const struct pt_log_field *field = draft->field;

    *row = (struct pt_log_row){.up = PT_TIME_NEVER, .line = draft->lines.line};
    if (field[NODE].length == 0)
        return pt_log_draft_bad(draft, NODE, "as a node (expected its name)",
                                err);
    if (pt_log_draft_seconds(draft, DOWN, "down", &row->down, err) < 0)
        return -1;
    if (field[UP].length > 0 &&
        pt_log_draft_seconds(draft, UP, "up", &row->up, err) < 0)
        return -1;
    if (row->up < row->down)
        return pt_log_draft_bad(
            draft, UP, "as up is before down (expected it not to be)", err);
    row->open = row->up == PT_TIME_NEVER;
    if (draft->nfields == COLUMNS)
        row->odd_cause = !read_cause(&field[CAUSE], &row->origin);
    row->node = pt_log_draft_node(draft, field[NODE].text, field[NODE].text);
    return 0;
}

static void watch(struct pt_log_draft *draft, pt_time from, pt_time until)
{
    const struct pt_log_reading *reading = draft->reading;

    if (reading->windowed) {
        from = reading->from;
        if (reading->until != PT_TIME_NEVER)
            until = reading->until;
    }
    for (int32_t i = 0; i < draft->nnodes; i++) {
        draft->node[i].from = from;
        draft->node[i].until = until;
    }
}

int pt_log_read_csv(struct pt_log_draft *draft, struct pt_err *err)
{
    pt_time from = PT_TIME_NEVER, until = 0;
    struct pt_log_row row;
    int columns = read_header(draft, err);
    int status;

    if (columns < 0)
        return -1;
    while ((status = pt_log_draft_next(draft, err)) > 0) {
        if (draft->lines.text[strspn(draft->lines.text, " \t")] == '\0')
            continue;
        if (pt_log_draft_split(draft, err) < 0 ||
            pt_log_draft_expect(draft, columns, err) < 0 ||
            read_row(draft, &row, err) < 0)
            return -1;
        draft->rows++;
        pt_log_draft_add(draft, &row);
        const pt_time last = row.up == PT_TIME_NEVER ? row.down : row.up;
        from = row.down < from ? row.down : from;
        until = last > until ? last : until;
    }
    watch(draft, from, until);
    return status;
}
