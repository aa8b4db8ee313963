/* lanl.c - the outages of Los Alamos' clusters, LA-UR-05-7318 (B. Schroeder, G.
 * Gibson, A large-scale study of failures in high-performance computing
 * systems, DSN 2006).
 *
 * A node is a system's node, "SYSTEM.NODENUMZ".  Times have no zone, and are
 * taken as UTC.  A node was watched from the first day of the month in which
 * its production began to the last one of the month in which it was put out of
 * use, but no longer than to the last time that the file tells of any system.
 * Where a month is not told ("before tracking"), from its system's first
 * outage, or to that last time.
 *
 * A system has as many nodes as its column `nodes` says: those that have no row
 * never failed, and are taken to have been there as long as their system.  They
 * have the lowest numbers that no other has. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "traces/failure/draft.h"

enum {
    SYSTEM,
    NODES,
    NUMBER,
    PROD,
    DECOM,
    STARTED,
    FIXED,
    CAUSE,
    COLUMNS = CAUSE + 6
};

static const char *const names[COLUMNS] = {
    "System",       "nodes",        "nodenumz",   "node prod", "node decom",
    "Prob Started", "Prob Fixed",   "Facilities", "Hardware",  "Human Error",
    "Network",      "Undetermined", "Software"};

static const uint8_t origins[6] = {PT_ORIGIN_FACILITIES, PT_ORIGIN_HARDWARE,
                                   PT_ORIGIN_HUMAN,      PT_ORIGIN_NETWORK,
                                   PT_ORIGIN_UNKNOWN,    PT_ORIGIN_SOFTWARE};

enum { MAX_NODES = 100000 };

struct system {
    int64_t id;
    int64_t nodes; /* that it has, as told */
    int32_t seen;  /* nodes with rows */
    pt_time first; /* outage */
    pt_time from, until;
};

struct machine {
    int32_t system;
    pt_time prod, decom; /* NEVER, -1: not told */
};

struct lanl {
    struct pt_log_draft *draft;
    int column[COLUMNS]; /* where they are */
    int ncolumns;        /* of the file */
    struct system *system;
    int32_t nsystems, system_capacity;
    struct machine *machine; /* as the draft's nodes */
    int32_t nmachines, machine_capacity;
    pt_time last; /* time that is told */
};

/* A row as it is told. */
struct told {
    int64_t system, nodes, number;
    pt_time started, fixed, prod, decom; /* -1: not told */
    bool nameless, timeless;
};

static int read_header(struct lanl *lanl, struct pt_err *err)
{
    struct pt_log_draft *draft = lanl->draft;
    char text[80];

    if (pt_log_draft_next(draft, err) <= 0 ||
        pt_log_draft_split(draft, err) < 0)
        return -1;
    lanl->ncolumns = draft->nfields;
    for (int i = 0; i < COLUMNS; i++) {
        int k = 0;
        while (k < draft->nfields &&
               strcasecmp(draft->field[k].text, names[i]) != 0)
            k++;
        lanl->column[i] = k;
        if (k < draft->nfields)
            continue;
        snprintf(text, sizeof text, "no column \"%s\" (expected one)",
                 names[i]);
        return pt_err_at(err, PT_ERR_INPUT, draft->lines.file,
                         draft->lines.line, (int)draft->lines.length + 1, "%s",
                         text);
    }
    return 0;
}

/* ---- times ---- */

/* Days from 1970-01-01 to the first of MONTH (1 .. 12) of YEAR. */
static int64_t days_to(int64_t year, int64_t month)
{
    /* Years that begin in March: the day that leaps is their last. */
    const int64_t y = month > 2 ? year : year - 1;
    const int64_t m = month > 2 ? month - 3 : month + 9;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 - 719468;
}

static pt_time month_at(int64_t year, int64_t month)
{
    return days_to(year + (month - 1) / 12, (month - 1) % 12 + 1) * 86400 *
           PT_SECOND;
}

/* Reads digits at *AT, at most MOST of them, and then STOP, which is skipped
 * unless it is the end. */
static bool read_part(const char **at, int most, char stop, int64_t *value)
{
    int n = 0;

    *value = 0;
    for (; **at >= '0' && **at <= '9' && n < most; n++)
        *value = 10 * *value + (*(*at)++ - '0');
    if (n == 0 || **at != stop)
        return false;
    *at += stop != '\0';
    return true;
}

/* MONTH/DAY/YEAR HOUR:MINUTE. */
static bool read_instant(const char *at, pt_time *instant)
{
    int64_t month, day, year, hour, minute;

    if (!read_part(&at, 2, '/', &month) || !read_part(&at, 2, '/', &day) ||
        !read_part(&at, 4, ' ', &year) || !read_part(&at, 2, ':', &hour) ||
        !read_part(&at, 2, '\0', &minute))
        return false;
    if (month < 1 || month > 12 || year < 1970 || hour > 23 || minute > 59)
        return false;
    const int64_t first = days_to(year, month);
    const int64_t next = days_to(year + month / 12, month % 12 + 1);
    if (day < 1 || day > next - first)
        return false;
    *instant = (((first + day - 1) * 24 + hour) * 60 + minute) * 60 * PT_SECOND;
    return true;
}

/* The month whose name TEXT begins with, from 1; 0: none. */
static int64_t month_of(const char *text)
{
    static const char *const months[12] = {"jan", "feb", "mar", "apr",
                                           "may", "jun", "jul", "aug",
                                           "sep", "oct", "nov", "dec"};

    for (int i = 0; i < 12; i++)
        if (strncasecmp(text, months[i], 3) == 0)
            return i + 1;
    return 0;
}

/* "Jan-97", or what spreadsheets make of "Apr-05": "5-Apr".  Years of fewer
 * than four digits are those from 1970 to 2069. */
static bool read_month(const char *text, int64_t *year, int64_t *month)
{
    const char *at = text;

    *month = month_of(text);
    if (*month > 0) {
        at += 3;
        if (*at++ != '-' || !read_part(&at, 4, '\0', year))
            return false;
    } else {
        if (!read_part(&at, 4, '-', year))
            return false;
        *month = month_of(at);
        if (*month == 0 || at[3] != '\0')
            return false;
    }
    if (*year < 100)
        *year += *year < 70 ? 2000 : 1900;
    return *year >= 1970;
}

/* ---- rows ---- */

static int read_time(const struct lanl *lanl, int column, pt_time *instant,
                     struct pt_err *err)
{
    const int i = lanl->column[column];
    const struct pt_log_field *field = &lanl->draft->field[i];

    *instant = -1;
    if (field->length == 0 || read_instant(field->text, instant))
        return 0;
    return pt_log_draft_bad(
        lanl->draft, i,
        "as an instant (expected MONTH/DAY/YEAR HOUR:MINUTE, "
        "from 1970 on)",
        err);
}

static int read_count(const struct lanl *lanl, int column, int64_t max,
                      int64_t *number, struct pt_err *err)
{
    const int i = lanl->column[column];

    *number = -1;
    if (lanl->draft->field[i].length == 0)
        return 0;
    return pt_log_draft_number(lanl->draft, i, names[column], 0, max, number,
                               err);
}

/* When the node was put into production, and out of it. */
static void read_months(const struct lanl *lanl, struct told *told, bool *odd)
{
    const struct pt_log_field *field = lanl->draft->field;
    const char *prod = field[lanl->column[PROD]].text;
    const char *decom = field[lanl->column[DECOM]].text;
    int64_t year, month;

    told->prod = told->decom = -1;
    if (read_month(prod, &year, &month))
        told->prod = month_at(year, month);
    if (read_month(decom, &year, &month))
        told->decom = month_at(year, month + 1);
    *odd = told->prod < 0 ||
           (told->decom < 0 && strcasecmp(decom, "current") != 0);
}

/* The origin by the one column that is not empty. */
static void read_cause(const struct lanl *lanl, struct pt_log_row *row)
{
    int found = 0;

    for (int i = 0; i < 6; i++)
        if (lanl->draft->field[lanl->column[CAUSE + i]].length > 0) {
            row->origin = origins[i];
            found++;
        }
    row->odd_cause = found != 1;
    if (row->odd_cause)
        row->origin = PT_ORIGIN_UNKNOWN;
}

static int32_t find_system(struct lanl *lanl, int64_t id)
{
    const struct system system = {.id = id, .first = PT_TIME_NEVER};

    for (int32_t i = lanl->nsystems; i > 0; i--)
        if (lanl->system[i - 1].id == id)
            return i - 1;
    pt_vec_push(lanl->system, lanl->nsystems, lanl->system_capacity, system);
    return lanl->nsystems - 1;
}

static int32_t find_node(struct lanl *lanl, int64_t system, int64_t number)
{
    char name[48];

    snprintf(name, sizeof name, "%lld.%lld", (long long)system,
             (long long)number);
    return pt_log_draft_node(lanl->draft, name, name);
}

/* The node of TOLD, of the system numbered SYSTEM, with what is told of it. */
static int32_t take_node(struct lanl *lanl, int32_t system,
                         const struct told *told)
{
    const int32_t node = find_node(lanl, told->system, told->number);

    if (node == lanl->nmachines) {
        const struct machine new = {
            .system = system, .prod = PT_TIME_NEVER, .decom = -1};
        pt_vec_push(lanl->machine, lanl->nmachines, lanl->machine_capacity,
                    new);
        lanl->system[system].seen++;
    }
    struct machine *machine = &lanl->machine[node];
    if (told->prod >= 0 && told->prod < machine->prod)
        machine->prod = told->prod;
    if (told->decom > machine->decom)
        machine->decom = told->decom;
    return node;
}

static int read_told(const struct lanl *lanl, struct told *told,
                     struct pt_err *err)
{
    if (read_count(lanl, SYSTEM, INT32_MAX, &told->system, err) < 0 ||
        read_count(lanl, NODES, MAX_NODES, &told->nodes, err) < 0 ||
        read_count(lanl, NUMBER, INT32_MAX, &told->number, err) < 0 ||
        read_time(lanl, STARTED, &told->started, err) < 0 ||
        read_time(lanl, FIXED, &told->fixed, err) < 0)
        return -1;
    if (told->system < 0)
        return pt_log_draft_bad(lanl->draft, lanl->column[SYSTEM],
                                "as System (expected its number)", err);
    return 0;
}

/* Which rule drops the row, of a system that is wanted or not; PT_LOG_RULES:
 * none does. */
static enum pt_log_rule dropped_by(const struct told *told, bool wanted)
{
    if (!wanted)
        return PT_LOG_OTHER_SYSTEM;
    if (told->number < 0)
        return PT_LOG_NODE_MISSING;
    if (told->started < 0 || told->fixed < 0)
        return PT_LOG_TIME_MISSING;
    return told->fixed < told->started ? PT_LOG_BACKWARDS : PT_LOG_RULES;
}

static int take_row(struct lanl *lanl, struct pt_err *err)
{
    struct pt_log_draft *draft = lanl->draft;
    const int64_t only = draft->reading->system;
    struct told told;

    if (read_told(lanl, &told, err) < 0)
        return -1;
    draft->rows++;
    lanl->last = told.started > lanl->last ? told.started : lanl->last;
    lanl->last = told.fixed > lanl->last ? told.fixed : lanl->last;
    const int32_t number = find_system(lanl, told.system);
    struct system *system = &lanl->system[number];
    system->nodes = told.nodes > system->nodes ? told.nodes : system->nodes;
    if (told.started >= 0 && told.started < system->first)
        system->first = told.started;
    enum pt_log_rule rule = dropped_by(&told, only == 0 || only == told.system);
    if (rule < PT_LOG_RULES) {
        draft->counts[rule]++;
        return 0;
    }
    struct pt_log_row row = {
        .down = told.started, .up = told.fixed, .line = draft->lines.line};
    read_months(lanl, &told, &row.odd_months);
    read_cause(lanl, &row);
    row.node = take_node(lanl, number, &told);
    pt_log_draft_add(draft, &row);
    return 0;
}

/* ---- nodes ---- */

static void watch(struct lanl *lanl)
{
    for (int32_t i = 0; i < lanl->nsystems; i++) {
        lanl->system[i].from = PT_TIME_NEVER;
        lanl->system[i].until = 0;
    }
    for (int32_t i = 0; i < lanl->nmachines; i++) {
        const struct machine *machine = &lanl->machine[i];
        struct system *system = &lanl->system[machine->system];
        pt_time from = machine->prod, until = machine->decom;
        if (from == PT_TIME_NEVER)
            from = system->first;
        if (until < 0 || until > lanl->last)
            until = lanl->last;
        lanl->draft->node[i].from = from;
        lanl->draft->node[i].until = until;
        system->from = from < system->from ? from : system->from;
        system->until = until > system->until ? until : system->until;
    }
}

/* Adds the nodes of SYSTEM that never failed. */
static void add_others(struct lanl *lanl, const struct system *system)
{
    struct pt_log_draft *draft = lanl->draft;
    int64_t number = 0;

    if (system->seen == 0)
        return;
    for (int64_t k = system->seen; k < system->nodes; number++) {
        const int32_t before = draft->nnodes;
        const int32_t node = find_node(lanl, system->id, number);
        if (node < before)
            continue;
        draft->node[node].from = system->from;
        draft->node[node].until = system->until;
        draft->counts[PT_LOG_NEVER_FAILED]++;
        k++;
    }
}

/* Of the system that was asked for there is nothing. */
static int no_rows(const struct lanl *lanl, struct pt_err *err)
{
    const struct pt_log_draft *draft = lanl->draft;
    const long long wanted = (long long)draft->reading->system;
    char list[200] = "";
    size_t n = 0;

    for (int32_t i = 0; i < lanl->nsystems && n + 20 < sizeof list; i++) {
        const long long id = (long long)lanl->system[i].id;
        if (id == wanted)
            return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, 0, 0,
                             "no outage of system %lld tells its node and its "
                             "times (expected one that does)",
                             wanted);
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%lld",
                              i == 0 ? "" : ", ", id);
    }
    return pt_err_at(err, PT_ERR_INPUT, draft->lines.file, 0, 0,
                     "no system %lld (expected one of the file's: %s)", wanted,
                     list);
}

static int read_rows(struct lanl *lanl, struct pt_err *err)
{
    struct pt_log_draft *draft = lanl->draft;
    int status;

    if (read_header(lanl, err) < 0)
        return -1;
    while ((status = pt_log_draft_next(draft, err)) > 0) {
        if (draft->lines.text[strspn(draft->lines.text, " \t")] == '\0')
            continue;
        if (pt_log_draft_split(draft, err) < 0 ||
            pt_log_draft_expect(draft, lanl->ncolumns, err) < 0 ||
            take_row(lanl, err) < 0)
            return -1;
    }
    if (status < 0)
        return -1;
    if (draft->n == 0 && draft->reading->system > 0)
        return no_rows(lanl, err);
    watch(lanl);
    for (int32_t i = 0; i < lanl->nsystems; i++)
        add_others(lanl, &lanl->system[i]);
    return 0;
}

int pt_log_read_lanl(struct pt_log_draft *draft, struct pt_err *err)
{
    struct lanl lanl = {.draft = draft};
    const int status = read_rows(&lanl, err);

    pt_free(lanl.system);
    pt_free(lanl.machine);
    return status;
}
