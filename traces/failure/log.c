#include "traces/failure/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "traces/failure/draft.h"

#define OF(format) (1u << (format))
#define OF_ALL     (OF(PT_LOG_FORMATS) - 1)

static const struct {
    const char *name, *what;
    bool drops;
    unsigned formats;
} rules[PT_LOG_RULES] = {
    [PT_LOG_OTHER_SYSTEM] = {.name = "other-system",
                             .what = "row dropped: of another system",
                             .drops = true,
                             .formats = OF(PT_LOG_LANL)},
    [PT_LOG_NODE_MISSING] = {.name = "node-missing",
                             .what = "row dropped: its node is not told",
                             .drops = true,
                             .formats = OF(PT_LOG_LANL)},
    [PT_LOG_TIME_MISSING] = {.name = "time-missing",
                             .what = "row dropped: its beginning or its end is "
                                     "not told",
                             .drops = true,
                             .formats = OF(PT_LOG_LANL)},
    [PT_LOG_BACKWARDS] = {.name = "backwards",
                          .what = "row dropped: it ends before it begins",
                          .drops = true,
                          .formats = OF(PT_LOG_LANL)},
    [PT_LOG_AVAILABLE] = {.name = "available",
                          .what = "row dropped: its node was available",
                          .drops = true,
                          .formats = OF(PT_LOG_FTA)},
    [PT_LOG_ZERO] = {.name = "down-zero",
                     .what = "row dropped: down for no time at all",
                     .drops = true,
                     .formats = OF_ALL},
    [PT_LOG_OUTSIDE] = {.name = "outside",
                        .what = "row dropped: before or after its node was "
                                "watched",
                        .drops = true,
                        .formats = OF_ALL},
    [PT_LOG_CLIPPED] = {.name = "clipped",
                        .what = "cut to when its node was watched",
                        .formats = OF_ALL},
    [PT_LOG_OPEN] = {.name = "open",
                     .what = "it began before its node was watched, or ended "
                             "after",
                     .formats = OF_ALL},
    [PT_LOG_OVERLAP] = {.name = "overlap",
                        .what = "it begins while its node is down: that time "
                                "counts once",
                        .formats = OF_ALL},
    [PT_LOG_CAUSE] = {.name = "cause-unknown",
                      .what = "not one cause that is known (node, gpu, rack, "
                              "switch, spine, feed, burst, lemon, "
                              "maintenance, hardware, software, network, "
                              "human, facilities): unknown",
                      .formats = OF_ALL},
    [PT_LOG_MONTHS] = {.name = "months-missing",
                       .what = "when its node was in production is not told: "
                               "its system's first outage, the file's end",
                       .formats = OF(PT_LOG_LANL)},
    [PT_LOG_GAP] = {.name = "gap",
                    .what = "no row tells of the time before: up",
                    .formats = OF(PT_LOG_FTA)},
    [PT_LOG_CONTRADICTION] = {.name = "contradiction",
                              .what = "it begins while another row has its "
                                      "node in the other state: down",
                              .formats = OF(PT_LOG_FTA)},
    [PT_LOG_NEVER_FAILED] = {.name = "never-failed",
                             .what = "nodes added that no row tells of: always "
                                     "up",
                             .formats = OF_ALL},
    [PT_LOG_BYTE_ORDER_MARK] = {.name = "byte-order-mark",
                                .what = "UTF-8 byte order mark skipped",
                                .formats = OF_ALL},
};

static const struct {
    const char *name;
    int (*read)(struct pt_log_draft *draft, struct pt_err *err);
} formats[PT_LOG_FORMATS] = {
    [PT_LOG_CSV] = {.name = "csv", .read = pt_log_read_csv},
    [PT_LOG_FTA] = {.name = "fta", .read = pt_log_read_fta},
    [PT_LOG_LANL] = {.name = "lanl", .read = pt_log_read_lanl},
};

/* ---- which format ---- */

/* Whether LINE begins with WORDS, which are separated by commas: the blanks and
 * quotes in between do not matter. */
static bool begins_with(const char *line, const char *words)
{
    for (; *words != '\0'; line++) {
        if (*line == '\0')
            return false;
        if (*line == ' ' || *line == '\t' || *line == '"')
            continue;
        if (strncasecmp(line, words, 1) != 0)
            return false;
        words++;
    }
    line += strspn(line, " \t\"\r");
    return *line == ',' || *line == '\0';
}

static bool is_comment_of_fta(const char *line)
{
    line += strspn(line, "# \t");
    return strcspn(line, " \t\r") == strlen("event_id") &&
           strncmp(line, "event_id", strlen("event_id")) == 0;
}

/* By the first line, or the first comments, of HEAD [N]; PT_LOG_FORMATS: it is
 * none. */
static enum pt_log_format format_of(const char *head, size_t n)
{
    const char *end = head + n;
    char line[512];

    if (n >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0)
        head += 3;
    for (bool first = true; head < end; first = false) {
        size_t rest = (size_t)(end - head);
        const char *stop = memchr(head, '\n', rest);
        size_t length = stop ? (size_t)(stop - head) : rest;
        size_t shown = length < sizeof line ? length : sizeof line - 1;
        memcpy(line, head, shown);
        line[shown] = '\0';
        if (first && begins_with(line, "node,down"))
            return PT_LOG_CSV;
        if (first && begins_with(line, "System,machinetype,nodes"))
            return PT_LOG_LANL;
        if (*line != '#')
            break;
        if (is_comment_of_fta(line))
            return PT_LOG_FTA;
        head += length + (stop != NULL);
    }
    return PT_LOG_FORMATS;
}

bool pt_outage_log_sniff(const char *head, size_t n)
{
    return format_of(head, n) < PT_LOG_FORMATS;
}

/* ---- from a draft to a log ---- */

struct ranked {
    const struct pt_log_draft_node *node;
    int32_t index;
};

static int compare_nodes(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;
    int order = pt_log_names_compare(a->node->name, b->node->name);

    return order != 0 ? order
                      : pt_log_names_compare(a->node->key, b->node->key);
}

static void push_node(struct pt_outage_log *log, const char *name, pt_time from,
                      pt_time until)
{
    log->node[log->nnodes++] = (struct pt_logged_node){
        .name = pt_text_dup(name, strlen(name)), .from = from, .until = until};
}

/* The draft's nodes in order, each cut to the reading's window; the rows follow
 * them. */
static void order_nodes(struct pt_outage_log *log, struct pt_log_draft *draft)
{
    const struct pt_log_reading *reading = draft->reading;
    const size_t n = (size_t)draft->nnodes;
    struct ranked *ranked = pt_alloc(n, sizeof *ranked);
    int32_t *number = pt_alloc(n, sizeof *number);

    for (int32_t i = 0; i < draft->nnodes; i++)
        ranked[i] = (struct ranked){.node = &draft->node[i], .index = i};
    if (n > 1)
        qsort(ranked, n, sizeof *ranked, compare_nodes);
    for (int32_t i = 0; i < draft->nnodes; i++) {
        pt_time from = ranked[i].node->from, until = ranked[i].node->until;
        if (reading->windowed) {
            from = from > reading->from ? from : reading->from;
            until = until < reading->until ? until : reading->until;
        }
        number[ranked[i].index] = i;
        push_node(log, ranked[i].node->name, from, until > from ? until : from);
    }
    for (int64_t i = 0; i < draft->n; i++)
        draft->row[i].node = number[draft->row[i].node];
    pt_free(number);
    pt_free(ranked);
}

/* The window of all: as asked for, or as the nodes have it. */
static int find_window(struct pt_outage_log *log,
                       const struct pt_log_draft *draft, struct pt_err *err)
{
    const struct pt_log_reading *reading = draft->reading;
    pt_time from = PT_TIME_NEVER, until = 0;

    for (int32_t i = 0; i < log->nnodes; i++) {
        const struct pt_logged_node *node = &log->node[i];
        from = node->from < from ? node->from : from;
        until = node->until > until ? node->until : until;
    }
    if (reading->windowed) {
        from = reading->from;
        if (reading->until != PT_TIME_NEVER)
            until = reading->until;
    }
    log->from = from;
    log->until = until;
    if (from < until)
        return 0;
    return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, 0, 0,
                     "no time between its first row and its last (expected "
                     "outages that end, or --span)");
}

/* Adds nodes that never fail, "+1" and so on, up to N in all. */
static void add_nodes(struct pt_outage_log *log, struct pt_log_draft *draft,
                      int32_t n)
{
    char name[16];

    for (int32_t i = 1; log->nnodes < n; i++) {
        snprintf(name, sizeof name, "+%d", i);
        if (draft->format == PT_LOG_CSV && pt_log_draft_find(draft, name) >= 0)
            continue;
        push_node(log, name, log->from, log->until);
        draft->counts[PT_LOG_NEVER_FAILED]++;
    }
}

/* Cuts ROW to when its node was watched; returns the rule that drops it, or
 * PT_LOG_RULES. */
static enum pt_log_rule clip(const struct pt_logged_node *node,
                             struct pt_log_row *row, bool *cut)
{
    const bool early = row->down < node->from;
    const bool late = row->up > node->until;

    if (row->available)
        return PT_LOG_AVAILABLE;
    if (row->up == row->down)
        return PT_LOG_ZERO;
    *cut = early || (late && row->up != PT_TIME_NEVER);
    row->open = row->open || *cut;
    if (early)
        row->down = node->from;
    if (late)
        row->up = node->until;
    return row->up <= row->down ? PT_LOG_OUTSIDE : PT_LOG_RULES;
}

/* Leaves the rows that are outages, cut and in order. */
static void sieve(const struct pt_outage_log *log, struct pt_log_draft *draft)
{
    int64_t kept = 0;

    for (int64_t i = 0; i < draft->n; i++) {
        struct pt_log_row row = draft->row[i];
        bool cut = false;
        enum pt_log_rule rule = clip(&log->node[row.node], &row, &cut);
        if (rule < PT_LOG_RULES) {
            draft->counts[rule]++;
            continue;
        }
        draft->counts[PT_LOG_CLIPPED] += cut;
        draft->counts[PT_LOG_OPEN] += row.open;
        draft->counts[PT_LOG_CAUSE] += row.odd_cause;
        draft->counts[PT_LOG_MONTHS] += row.odd_months;
        draft->row[kept++] = row;
    }
    draft->n = kept;
    pt_log_draft_sort(draft);
}

static void take_outages(struct pt_outage_log *log, struct pt_log_draft *draft)
{
    pt_time reach = 0;

    log->outage = pt_alloc((size_t)draft->n, sizeof *log->outage);
    log->n = draft->n;
    for (int64_t i = 0; i < draft->n; i++) {
        const struct pt_log_row *row = &draft->row[i];
        if (i == 0 || row->node != row[-1].node)
            reach = 0;
        if (row->down < reach)
            draft->counts[PT_LOG_OVERLAP]++;
        reach = row->up > reach ? row->up : reach;
        log->outage[i] = (struct pt_logged_outage){.node = row->node,
                                                   .origin = row->origin,
                                                   .down = row->down,
                                                   .up = row->up,
                                                   .open = row->open};
    }
}

static void take_rules(struct pt_outage_log *log,
                       const struct pt_log_draft *draft)
{
    _Static_assert((size_t)PT_LOG_RULES <=
                       sizeof log->rules / sizeof log->rules[0],
                   "there is room for all rules");
    for (int i = 0; i < PT_LOG_RULES; i++)
        if (rules[i].formats & OF(draft->format))
            log->rules[log->nrules++] =
                (struct pt_rule){.name = rules[i].name,
                                 .what = rules[i].what,
                                 .rows = draft->counts[i],
                                 .drops = rules[i].drops};
}

static int finish(struct pt_outage_log *log, struct pt_log_draft *draft,
                  struct pt_err *err)
{
    const int32_t more = draft->reading->nodes;
    const int32_t nodes = more > draft->nnodes ? more : draft->nnodes;

    if (nodes == 0)
        return pt_err_at(err, PT_ERR_INPUT, draft->lines.file,
                         draft->lines.line, 1,
                         "no rows that tell of a node (expected outages)");
    log->format = formats[draft->format].name;
    log->node = pt_alloc((size_t)nodes, sizeof *log->node);
    log->rows = draft->rows;
    order_nodes(log, draft);
    if (find_window(log, draft, err) < 0)
        return -1;
    add_nodes(log, draft, nodes);
    sieve(log, draft);
    take_outages(log, draft);
    take_rules(log, draft);
    pt_text_copy(log->digest, sizeof log->digest, draft->lines.digest);
    return 0;
}

static int read_draft(struct pt_outage_log *log, struct pt_log_draft *draft,
                      struct pt_err *err)
{
    const struct pt_log_reading *reading = draft->reading;
    const char *head;
    size_t n = pt_lines_head(&draft->lines, &head);

    if (reading->windowed && reading->until <= reading->from)
        return pt_err_set(err, PT_ERR_USAGE,
                          "a window of no length (expected it to end after it "
                          "begins)");
    draft->format = format_of(head, n);
    if (draft->format == PT_LOG_FORMATS) {
        /* What is wrong with the bytes comes first. */
        if (pt_lines_next(&draft->lines, err) < 0)
            return -1;
        return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, 1, 1,
                         "not a failure trace (expected a header "
                         "node,down,up,cause, an event table of the Failure "
                         "Trace Archive, or LA-UR-05-7318)");
    }
    if (formats[draft->format].read(draft, err) < 0)
        return -1;
    return finish(log, draft, err);
}

/* The draft's lines are open. */
static int read_and_close(struct pt_outage_log *log, struct pt_log_draft *draft,
                          struct pt_err *err)
{
    *log = (struct pt_outage_log){.nnodes = 0};
    const int status = read_draft(log, draft, err);
    pt_log_draft_close(draft);
    pt_free(draft);
    if (status < 0)
        pt_outage_log_close(log);
    return status;
}

static struct pt_log_draft *draft_new(const struct pt_log_reading *reading)
{
    struct pt_log_draft *draft = pt_alloc(1, sizeof *draft);

    draft->reading = reading;
    return draft;
}

int pt_outage_log_read(struct pt_outage_log *log, const char *path,
                       const struct pt_log_reading *reading, struct pt_err *err)
{
    struct pt_log_draft *draft = draft_new(reading);

    if (pt_lines_open(&draft->lines, path, err) == 0)
        return read_and_close(log, draft, err);
    pt_free(draft);
    return -1;
}

int pt_outage_log_read_bytes(struct pt_outage_log *log, const char *name,
                             const void *bytes, size_t n,
                             const struct pt_log_reading *reading,
                             struct pt_err *err)
{
    struct pt_log_draft *draft = draft_new(reading);

    if (pt_lines_open_bytes(&draft->lines, name, bytes, n, err) == 0)
        return read_and_close(log, draft, err);
    pt_free(draft);
    return -1;
}

void pt_outage_log_close(struct pt_outage_log *log)
{
    for (int32_t i = 0; i < log->nnodes; i++)
        pt_free(log->node[i].name);
    pt_free(log->node);
    pt_free(log->outage);
    *log = (struct pt_outage_log){.nnodes = 0};
}

void pt_outage_log_areas(const struct pt_outage_log *log, pt_node_time *watched,
                         pt_node_time *down)
{
    pt_time reach = 0;

    *watched = *down = 0;
    for (int32_t i = 0; i < log->nnodes; i++)
        *watched += log->node[i].until - log->node[i].from;
    for (int64_t i = 0; i < log->n; i++) {
        const struct pt_logged_outage *outage = &log->outage[i];
        if (i == 0 || outage->node != outage[-1].node)
            reach = 0;
        const pt_time from = outage->down > reach ? outage->down : reach;
        if (outage->up > from) {
            *down += outage->up - from;
            reach = outage->up;
        }
    }
}
