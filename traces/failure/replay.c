/* replay.c - the failure model that does again what a failure trace tells.
 *
 * clock=begin: the log's own beginning, plus `from`, is the run's start;
 * clock=run: its time is the run's.  Its nodes are in the natural order of
 * their names, so that n2 comes before n10; by=index makes the first of them
 * the machine's first, by=number takes a name for the number of a node, from 0.
 * Nodes that the machine does not have are left out, nodes that the log does
 * not have never fail, and nothing fails once the log is over. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "models/failure.h"
#include "traces/failure/log.h"

/* Those of a log, and one more. */
enum { RULES = PT_LOG_MOST_RULES + 1 };

enum by { BY_AUTO, BY_INDEX, BY_NUMBER, BY_NAME };
enum clock { CLOCK_AUTO, CLOCK_BEGIN, CLOCK_RUN };

/* A log that is on another clock begins so long before or after the run. */
#define OTHER_CLOCK (INT64_C(3650) * 24 * 3600 * PT_SECOND)

struct fault {
    pt_time down, up;
    int32_t node;
    enum pt_origin origin;
};

struct trace {
    char file[PT_PARAM_TEXT_SIZE];
    int64_t system;
    pt_time from;
    int by, clock;
    struct pt_rule rules[RULES];
    int32_t nrules;
    int64_t rows;
    char digest[65];
    struct fault *fault; /* [n] in order */
    int64_t n, at;
    struct pt_implied implied;
};

struct named {
    const char *name;
    int32_t node;
};

static int compare_named(const void *left, const void *right)
{
    const struct named *a = left, *b = right;
    int order = strcmp(a->name, b->name);

    return order != 0 ? order : (a->node > b->node) - (a->node < b->node);
}

static int compare_names(const void *left, const void *right)
{
    const struct named *a = left, *b = right;

    return strcmp(a->name, b->name);
}

/* Sorts NAMED [N]; returns how many there are without those that have another's
 * name, of which the first node is left. */
static size_t sort_names(struct named *named, size_t n)
{
    size_t kept = 0;

    if (n > 1)
        qsort(named, n, sizeof *named, compare_named);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(named[kept - 1].name, named[i].name) != 0)
            named[kept++] = named[i];
    return kept;
}

/* The machine's node for each of the log's by its name, -1 if it has none, into
 * NODE; returns how many it has. */
static int32_t match_names(const struct pt_outage_log *log,
                           const struct pt_cluster *cluster, int32_t *node)
{
    struct named *named = pt_alloc((size_t)cluster->nodes, sizeof *named);
    size_t n = 0;
    int32_t found = 0;

    for (int32_t i = 0; i < cluster->nodes; i++)
        if (cluster->names[i])
            named[n++] = (struct named){.name = cluster->names[i], .node = i};
    n = sort_names(named, n);
    for (int32_t i = 0; i < log->nnodes; i++) {
        const struct named key = {.name = log->node[i].name};
        const struct named *twin =
            n > 0 ? bsearch(&key, named, n, sizeof *named, compare_names)
                  : NULL;
        node[i] = twin ? twin->node : -1;
        found += twin != NULL;
    }
    pt_free(named);
    return found;
}

/* The number that NAME is, or -1. */
static int64_t number_of(const char *name)
{
    int64_t number;

    return pt_text_read_int(&number, name) && number >= 0 ? number : -1;
}

static bool all_numbers(const struct pt_outage_log *log)
{
    for (int32_t i = 0; i < log->nnodes; i++)
        if (number_of(log->node[i].name) < 0)
            return false;
    return true;
}

static int match_numbers(const struct pt_outage_log *log,
                         const struct pt_cluster *cluster, int32_t *node,
                         struct pt_err *err)
{
    for (int32_t i = 0; i < log->nnodes; i++) {
        int64_t number = number_of(log->node[i].name);
        if (number < 0)
            return pt_err_set(err, PT_ERR_USAGE,
                              "trace: by=number, and a node is called "
                              "\"%.60s\" (expected by=index)",
                              log->node[i].name);
        node[i] = number < cluster->nodes ? (int32_t)number : -1;
    }
    return 0;
}

static enum by way_of(const struct trace *trace,
                      const struct pt_outage_log *log)
{
    if (trace->by != BY_AUTO)
        return (enum by)trace->by;
    return strcmp(log->format, "csv") == 0 && all_numbers(log) ? BY_NUMBER
                                                               : BY_INDEX;
}

/* The machine's node for each of the log's into NODE. */
static int match(const struct trace *trace, const struct pt_outage_log *log,
                 const struct pt_cluster *cluster, int32_t *node,
                 struct pt_err *err)
{
    enum by by = way_of(trace, log);

    if (by == BY_NUMBER)
        return match_numbers(log, cluster, node, err);
    if (by == BY_INDEX) {
        for (int32_t i = 0; i < log->nnodes; i++)
            node[i] = i < cluster->nodes ? i : -1;
        return 0;
    }
    if (!cluster->names)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace: by=name, and the machine's nodes "
                          "have no names (expected by=index)");
    if (match_names(log, cluster, node) > 0)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "trace: by=name, and no node of the machine has "
                      "a name of the log's, such as \"%.60s\" (expected "
                      "by=index)",
                      log->node[0].name);
}

/* What was measured from the instant BEGIN on, of the nodes that are used;
 * those of the machine that the log does not have were up all the time. */
static struct pt_implied measure(const struct pt_outage_log *log,
                                 const int32_t *node, pt_time begin,
                                 int32_t nodes)
{
    const pt_time none = -1;
    pt_node_time watched = 0, down = 0;
    pt_time reach = none;
    int64_t faults = 0;

    for (int32_t i = 0; i < log->nnodes; i++) {
        const pt_time from = log->node[i].from;
        nodes -= node[i] >= 0;
        if (node[i] >= 0 && log->node[i].until > begin)
            watched += log->node[i].until - (from > begin ? from : begin);
    }
    if (log->until > begin)
        watched += (pt_node_time)nodes * (log->until - begin);
    for (int64_t i = 0; i < log->n; i++) {
        const struct pt_logged_outage *outage = &log->outage[i];
        if (i == 0 || outage->node != outage[-1].node)
            reach = none;
        if (node[outage->node] < 0 || outage->up <= begin)
            continue;
        pt_time from = outage->down > begin ? outage->down : begin;
        faults += from >= reach;
        from = from > reach ? from : reach;
        if (outage->up > from) {
            down += outage->up - from;
            reach = outage->up;
        }
    }
    const double all = (double)watched / 1e6, lost = (double)down / 1e6;
    return (struct pt_implied){
        .availability = watched > 0 ? 1 - lost / all : (double)NAN,
        .mtbf = faults > 0 ? (all - lost) / (double)faults : (double)NAN,
        .mttr = faults > 0 ? lost / (double)faults : (double)NAN};
}

static int compare_faults(const void *left, const void *right)
{
    const struct fault *a = left, *b = right;

    if (a->down != b->down)
        return a->down < b->down ? -1 : 1;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->up != b->up)
        return a->up < b->up ? -1 : 1;
    return (a->origin > b->origin) - (a->origin < b->origin);
}

/* The faults from BEGIN on, which is START in the run. */
static void take_faults(struct trace *trace, const struct pt_outage_log *log,
                        const int32_t *node, pt_time begin, pt_time start)
{
    trace->fault = pt_alloc((size_t)log->n, sizeof *trace->fault);
    trace->n = trace->at = 0;
    for (int64_t i = 0; i < log->n; i++) {
        const struct pt_logged_outage *outage = &log->outage[i];
        if (node[outage->node] < 0 || outage->up <= begin)
            continue;
        const pt_time down = outage->down > begin ? outage->down : begin;
        const struct fault fault = {.node = node[outage->node],
                                    .origin = outage->origin,
                                    .down = pt_time_add(start, down - begin),
                                    .up =
                                        pt_time_add(start, outage->up - begin)};
        if (fault.down < fault.up)
            trace->fault[trace->n++] = fault;
    }
    if (trace->n > 1)
        qsort(trace->fault, (size_t)trace->n, sizeof *trace->fault,
              compare_faults);
}

/* The run would start when the log is over. */
static int beyond(pt_time from, pt_time length, struct pt_err *err)
{
    char asked[PT_TIME_TEXT] = "never", most[PT_TIME_TEXT];

    if (from != PT_TIME_NEVER)
        asked[pt_time_print(asked, from)] = '\0';
    most[pt_time_print(most, length)] = '\0';
    return pt_err_set(err, PT_ERR_USAGE,
                      "trace: from=%s is not within the log (expected less "
                      "than %s)",
                      asked, most);
}

static bool is_on_runs_clock(const struct trace *trace,
                             const struct pt_outage_log *log)
{
    if (trace->clock == CLOCK_AUTO)
        return strcmp(log->format, "csv") == 0 && trace->from == 0;
    return trace->clock == CLOCK_RUN;
}

/* The instant of the log that is START in the run. */
static int find_begin(const struct trace *trace,
                      const struct pt_outage_log *log, pt_time start,
                      pt_time *begin, struct pt_err *err)
{
    *begin = pt_time_add(log->from, trace->from);
    if (!is_on_runs_clock(trace, log))
        return *begin < log->until
                   ? 0
                   : beyond(trace->from, log->until - log->from, err);
    *begin = start;
    if (trace->from > 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace: from= and clock=run (expected clock=begin)");
    if (log->until < start || log->from > pt_time_add(start, OTHER_CLOCK))
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace: its times are those of another clock than "
                          "the run's, which starts at %.0f s (expected "
                          "clock=begin)",
                          pt_time_seconds(start));
    return 0;
}

/* Nodes of the log that the machine does not have are told. */
static void note_unused(struct trace *trace, const struct pt_outage_log *log,
                        const int32_t *node)
{
    struct pt_rule rule = {.name = "node-beyond",
                           .what =
                               "node left out: the machine does not have it"};

    for (int32_t i = 0; i < log->nnodes; i++)
        rule.rows += node[i] < 0;
    trace->rows = log->rows;
    memcpy(trace->digest, log->digest, sizeof trace->digest);
    for (int32_t i = 0; i < log->nrules; i++)
        trace->rules[trace->nrules++] = log->rules[i];
    trace->rules[trace->nrules++] = rule;
}

static int open_log(struct trace *trace, const struct pt_outage_log *log,
                    const struct pt_cluster *cluster, struct pt_err *err)
{
    int32_t *node = pt_alloc((size_t)log->nnodes, sizeof *node);
    pt_time begin;
    int status = find_begin(trace, log, cluster->start, &begin, err);

    if (status == 0)
        status = match(trace, log, cluster, node, err);
    if (status == 0) {
        take_faults(trace, log, node, begin, cluster->start);
        trace->implied = measure(log, node, begin, cluster->nodes);
        trace->nrules = 0;
        note_unused(trace, log, node);
    }
    pt_free(node);
    return status;
}

static int open_trace(void *state, const struct pt_cluster *cluster,
                      struct pt_err *err)
{
    struct trace *trace = state;
    const struct pt_log_reading reading = {.system = trace->system,
                                           .until = PT_TIME_NEVER};
    struct pt_outage_log log;

    if (trace->file[0] == '\0')
        return pt_err_set(err, PT_ERR_USAGE,
                          "trace: no file (expected file=FILE)");
    if (pt_outage_log_read(&log, trace->file, &reading, err) < 0)
        return -1;
    const int status = open_log(trace, &log, cluster, err);
    pt_outage_log_close(&log);
    return status;
}

static bool next_fault(void *state, struct pt_outage *outage)
{
    struct trace *trace = state;

    if (trace->at == trace->n)
        return false;
    const struct fault *fault = &trace->fault[trace->at++];
    *outage = (struct pt_outage){.down = fault->down,
                                 .up = fault->up,
                                 .told = fault->down,
                                 .origin = fault->origin,
                                 .nodes = &fault->node,
                                 .nnodes = 1};
    return true;
}

static void implied_by_trace(const void *state, struct pt_implied *implied)
{
    const struct trace *trace = state;

    *implied = trace->implied;
}

static void close_trace(void *state)
{
    struct trace *trace = state;

    pt_free(trace->fault);
    trace->fault = NULL;
}

static void input_of_trace(const void *state, struct pt_failure_input *input)
{
    const struct trace *trace = state;

    input->path = trace->file;
    input->digest = trace->digest;
    input->rows = trace->rows;
    input->rules = trace->rules;
    input->nrules = trace->nrules;
}

static const char *const ways[] = {"auto", "index", "number", "name", NULL};
static const char *const clocks[] = {"auto", "begin", "run", NULL};

static const struct pt_param params[] = {
    {.name = "file",
     .type = PT_PARAM_TEXT,
     .unit = "",
     .fallback = "",
     .offset = offsetof(struct trace, file),
     .help = "The failure trace; it may be packed with gzip, xz or zstd."},
    {.name = "system",
     .type = PT_PARAM_INT,
     .unit = "",
     .fallback = "0",
     .min = 0,
     .max = INT32_MAX,
     .offset = offsetof(struct trace, system),
     .help = "Of a file of LANL's: this system alone; 0: all of them."},
    {.name = "from",
     .type = PT_PARAM_TIME,
     .unit = "s",
     .fallback = "0",
     .offset = offsetof(struct trace, from),
     .help = "How long after the log's beginning the run starts."},
    {.name = "by",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = ways,
     .offset = offsetof(struct trace, by),
     .help = "index: the log's first node is the machine's first, and so on, "
             "in the order of names (n2 before n10); number: a name is a "
             "node's number, from 0; name: of the same name; auto: number for "
             "a CSV that has numbers alone, else index."},
    {.name = "clock",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "auto",
     .choices = clocks,
     .offset = offsetof(struct trace, clock),
     .help = "The log begins when the run does, or its times are the run's, "
             "which are those of its jobs' submits.  auto: run for CSV, begin "
             "for others, and with from=."},
    PT_PARAM_END};

const struct pt_failure_model pt_failure_trace = {
    .name = "trace",
    .summary = "the outages of a failure trace, node by node: csv, Failure "
               "Trace Archive or LANL",
    .cite = "D. Kondo et al., The Failure Trace Archive, CCGrid 2010; B. "
            "Schroeder and G. Gibson, DSN 2006",
    .params = params,
    .state_size = sizeof(struct trace),
    .open = open_trace,
    .next = next_fault,
    .implied = implied_by_trace,
    .input = input_of_trace,
    .close = close_trace,
};
