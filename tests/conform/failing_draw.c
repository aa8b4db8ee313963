#include <stdio.h>
#include <string.h>

#include "base/param.h"
#include "tests/conform/failing_case.h"
#include "tests/conform/trial.h"

#define COUNT(array) ((int32_t)(sizeof(array) / sizeof *(array)))

/* A case that is being drawn. */
struct drawing {
    struct failing_case *it;
    uint64_t chance;
    double unit; /* seconds: as long as a job takes, about */
    int32_t nodes, cores;
    bool patient; /* nodes hold long enough for anything to end */
    int32_t dice[24];
};

static int32_t below(struct drawing *d, int32_t n)
{
    return trial_below(&d->chance, n);
}

static bool one_in(struct drawing *d, int32_t n)
{
    return below(d, n) == 0;
}

/* Throws the dice: arguments of one call are evaluated in any order, and yet
 * every compiler is to draw the same. */
static void roll(struct drawing *d)
{
    for (int32_t i = 0; i < COUNT(d->dice); i++)
        d->dice[i] = below(d, 1 << 20);
}

static int32_t die(const struct drawing *d, int32_t i, int32_t n)
{
    return d->dice[i] % n;
}

#define ANY(d, i, words) ((words)[die((d), (i), COUNT(words))])

/* One of these many units of time, by die I. */
#define UNITS(d, i, ...)                                                       \
    (((const double[]){__VA_ARGS__})[die(                                      \
         (d), (i),                                                             \
         (int32_t)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)))] * \
     (d)->unit)

static void add_set(struct drawing *d, const char *key, const char *value)
{
    struct failing_case *it = d->it;

    if (it->nsets < FAILING_SETS)
        snprintf(it->sets[it->nsets++], FAILING_TEXT, "%.30s=%.200s", key,
                 value);
}

static void set_time(struct drawing *d, const char *key, double seconds)
{
    char text[40];

    snprintf(text, sizeof text, "%.6f", seconds);
    add_set(d, key, text);
}

static void set_int(struct drawing *d, const char *key, int value)
{
    char text[20];

    snprintf(text, sizeof text, "%d", value);
    add_set(d, key, text);
}

/* One of the words, in one of N cases. */
static void maybe(struct drawing *d, int32_t n, const char *key,
                  const char *const *words, int32_t nwords)
{
    const char *word = words[below(d, nwords)];

    if (one_in(d, n))
        add_set(d, key, word);
}

#define MAYBE(d, n, key, ...)                                                  \
    maybe((d), (n), (key), (const char *const[]){__VA_ARGS__},                 \
          (int32_t)(sizeof((const char *const[]){__VA_ARGS__}) /               \
                    sizeof(char *)))

/* --- workloads --- */

static void draw_lublin(struct drawing *d)
{
    struct failing_case *it = d->it;

    d->unit = 3000;
    it->jobs = 3 + below(d, 20);
    roll(d);
    snprintf(it->model, sizeof it->model, "lublin");
    snprintf(it->params, sizeof it->params,
             "nodes=%d,load=%d.%d,estimate=%s,users=%d", d->nodes * d->cores,
             die(d, 0, 3), 3 + die(d, 1, 6), die(d, 2, 2) ? "exact" : "factor",
             die(d, 3, 4));
}

static void draw_poisson(struct drawing *d)
{
    static const char *const shapes[] = {"exponential", "deterministic",
                                         "lognormal", "hyperexp"};
    struct failing_case *it = d->it;
    int slots = d->nodes * d->cores;

    d->unit = 100;
    it->jobs = 3 + below(d, 25);
    roll(d);
    snprintf(it->model, sizeof it->model, "poisson");
    snprintf(it->params, sizeof it->params,
             "nodes=%d,widths=1+%d+%d:%d,mean=100,law=%s,load=%d.%d,users=%d%s",
             slots, 1 + die(d, 0, slots), 1 + die(d, 1, slots),
             1 + die(d, 2, 3), ANY(d, 3, shapes), die(d, 4, 2),
             4 + die(d, 5, 6), die(d, 6, 4),
             die(d, 7, 4) == 0 ? ",saturated=yes" : "");
}

static void draw_hydrogen(struct drawing *d)
{
    struct failing_case *it = d->it;
    int slots = d->nodes * d->cores, train = d->cores > 1 ? below(d, 4) : 1;

    d->unit = 60;
    it->unit = train != 0;
    it->jobs = 1 + below(d, 7);
    roll(d);
    snprintf(it->model, sizeof it->model, "hydrogen");
    snprintf(it->params, sizeof it->params,
             "nodes=%d,cores=%d,load=%d.%d,prepare=0.%d,prepare_min=1,"
             "prepare_max=%d,widths=%d+%d,train_mean=60,iterations=%d,"
             "together=%s,infer_min=1,infer_max=5,factor=%d,train_cores=%d",
             d->nodes, d->cores, die(d, 0, 2), 4 + die(d, 1, 6),
             5 + die(d, 2, 5), 2 + die(d, 3, 8), 1 + die(d, 4, slots),
             1 + die(d, 5, slots / 2 + 1), die(d, 6, 7),
             die(d, 7, 2) ? "yes" : "no", die(d, 8, 3), train == 0 ? 2 : 1);
}

/* --- documents --- */

static void put(char *text, size_t size, const char *more)
{
    size_t n = strlen(text);

    snprintf(text + n, size - n, "%s", more);
}

static void put_lengths(struct drawing *d, int ntasks)
{
    char *text = d->it->document, number[40];
    const size_t size = sizeof d->it->document;
    int kind = below(d, 4);

    if (kind == 0) {
        snprintf(number, sizeof number, "{\"exp\": %d}", 5 + below(d, 20));
        put(text, size, number);
    } else if (kind == 1) {
        snprintf(number, sizeof number, "%d", below(d, 30));
        put(text, size, number);
    } else {
        for (int i = 0; i < ntasks; i++) {
            snprintf(number, sizeof number, "%s%.1f", i == 0 ? "[" : ", ",
                     below(d, 300) / 10.0);
            put(text, size, number);
        }
        put(text, size, "]");
    }
}

static void put_stage(struct drawing *d, int number)
{
    char *text = d->it->document, part[200];
    const size_t size = sizeof d->it->document;
    int slots = d->nodes * d->cores;
    bool gang = one_in(d, 2);
    int ntasks = 1 + below(d, gang ? slots : 9);

    snprintf(part, sizeof part,
             "%s{\"id\": \"s%d\", \"mode\": \"%s\", \"tasks\": %d, "
             "\"length\": ",
             number == 0 ? "" : ",\n   ", number, gang ? "gang" : "parallel",
             ntasks);
    put(text, size, part);
    put_lengths(d, ntasks);
    if (gang && one_in(d, 2)) {
        int parts = 1 + below(d, 6);
        snprintf(part, sizeof part, ", \"iterations\": %d, \"together\": %s",
                 parts, one_in(d, 2) ? "true" : "false");
        put(text, size, part);
    }
    if (number > 0 && !one_in(d, 4)) {
        snprintf(part, sizeof part, ", \"after\": \"s%d\"", below(d, number));
        put(text, size, part);
    }
    if (one_in(d, 6)) {
        snprintf(part, sizeof part, ", \"limit\": %d", 10 + below(d, 40));
        put(text, size, part);
    }
    put(text, size, "}");
}

static void put_machine(struct drawing *d)
{
    char *text = d->it->document, part[200];
    const size_t size = sizeof d->it->document;
    bool gpus = one_in(d, 3), comes = one_in(d, 4);

    put(text, size, "\n \"machine\": {\"nodes\": [");
    for (int i = 0; i < d->nodes; i++) {
        snprintf(part, sizeof part,
                 "%s{\"name\": \"n%d\", \"cores\": %d, \"rack\": \"r%d\"",
                 i == 0 ? "" : ",\n   ", i, d->cores, i / 3);
        put(text, size, part);
        if (gpus) {
            snprintf(part, sizeof part, ", \"gpus\": %d", below(d, 9));
            put(text, size, part);
        }
        if (comes && one_in(d, 3)) {
            int up = below(d, 60);
            snprintf(part, sizeof part, ", \"up\": %d, \"down\": %d", up,
                     up + 20 + below(d, 500));
            put(text, size, part);
        }
        put(text, size, "}");
    }
    put(text, size, "]},");
}

static void draw_document(struct drawing *d)
{
    struct failing_case *it = d->it;
    const size_t size = sizeof it->document;
    int njobs = 1 + below(d, 4);
    char part[80];

    d->unit = 20;
    put(it->document, size, "{\"schema\": \"protium.pipeline/1\",");
    if (one_in(d, 2)) {
        put_machine(d);
        it->nodes[0] = '\0';
    }
    put(it->document, size, "\n \"jobs\": [");
    for (int i = 0; i < njobs; i++) {
        int nstages = 1 + below(d, 3);
        snprintf(part, sizeof part, "%s{\"submit\": %d, \"stages\": [",
                 i == 0 ? "" : ",\n  ", i * below(d, 30));
        put(it->document, size, part);
        for (int k = 0; k < nstages; k++)
            put_stage(d, k);
        put(it->document, size, "]}");
    }
    put(it->document, size, "]}\n");
}

static void draw_workload(struct drawing *d)
{
    struct failing_case *it = d->it;

    d->nodes = 1 + below(d, 12);
    d->cores = one_in(d, 2) ? 1 : 1 + below(d, 4);
    it->unit = true;
    snprintf(it->nodes, sizeof it->nodes, "%dx%d", d->nodes, d->cores);
    switch (below(d, 4)) {
    case 0:
        draw_lublin(d);
        break;
    case 1:
        draw_poisson(d);
        break;
    case 2:
        draw_hydrogen(d);
        break;
    default:
        draw_document(d);
        break;
    }
}

/* --- failures --- */

static const char *const laws[] = {"exponential", "weibull", "lognormal",
                                   "gamma", "fixed"};

static double mtbf(const struct drawing *d, int32_t i)
{
    return d->patient ? UNITS(d, i, 4, 10, 40) : UNITS(d, i, 1, 3, 8);
}

static void draw_nodes(struct drawing *d, char *text)
{
    roll(d);
    snprintf(text, FAILING_TEXT,
             "nodes:mtbf=%g,up=%s,up_shape=0.%d,mttr=%g,down=%s,"
             "down_shape=1.%d,crews=%d",
             mtbf(d, 0), laws[die(d, 1, COUNT(laws) - 1)], 5 + die(d, 2, 5),
             UNITS(d, 3, 0.1, 0.5, 2), ANY(d, 4, laws), die(d, 5, 9),
             die(d, 6, 3));
}

static void draw_fta(struct drawing *d, char *text)
{
    static const char *const traces[] = {
        "lanl05", "g5k06",     "ldns04",  "microsoft99", "nd07cpu",
        "pl05",   "overnet03", "skype06", "websites02"};

    roll(d);
    snprintf(text, FAILING_TEXT, "fta:trace=%s,law=%s", ANY(d, 0, traces),
             laws[die(d, 1, COUNT(laws) - 1)]);
}

/* A node has as many failures as one of mtbf(). */
static void draw_gpus(struct drawing *d, char *text)
{
    roll(d);
    snprintf(text, FAILING_TEXT,
             "gpus:rate=%.0f,per=%d,mttr=%g,down=%s,down_shape=%d",
             1000 * 86400 / mtbf(d, 0), 1 + die(d, 1, 8),
             UNITS(d, 2, 0.1, 0.5, 2), ANY(d, 3, laws), 1 + die(d, 4, 3));
}

static void draw_lemons(struct drawing *d, char *text)
{
    roll(d);
    snprintf(text, FAILING_TEXT, "lemons:share=0.%d,mtbf=%g,mttr=%g",
             3 + die(d, 0, 7), mtbf(d, 1), UNITS(d, 2, 0.1, 0.5, 2));
}

static void draw_bursts(struct drawing *d, char *text)
{
    roll(d);
    snprintf(text, FAILING_TEXT,
             "bursts:interval=%g,interval_sigma=0.%d,size_mu=%d,"
             "size_sigma=0.%d,down=%g,down_sigma=0.%d,cap=%g,neighbours=%s",
             mtbf(d, 0), 1 + die(d, 1, 9), die(d, 2, 3), die(d, 3, 9),
             UNITS(d, 4, 0.1, 0.5, 1), die(d, 5, 9), UNITS(d, 6, 1, 5),
             die(d, 7, 2) ? "yes" : "no");
}

static void draw_tree(struct drawing *d, char *text)
{
    roll(d);
    snprintf(text, FAILING_TEXT,
             "tree:mtbf=%g,mttr=%g,rack_mtbf=%g,rack_mttr=%g,"
             "switch_mtbf=%g,switch_mttr=%g,spine=%d,spine_mtbf=%g,"
             "spine_mttr=%g,feed=%d,feed_mtbf=%g,feed_mttr=%g,down=%s",
             UNITS(d, 0, 0, 4, 20), UNITS(d, 1, 0.2, 1), UNITS(d, 2, 0, 5, 20),
             UNITS(d, 3, 0.2, 1), UNITS(d, 4, 0, 5), UNITS(d, 5, 0.2, 1),
             1 + die(d, 6, 3), UNITS(d, 7, 0, 6), UNITS(d, 8, 0.2, 1),
             1 + die(d, 9, 4), UNITS(d, 10, 0, 8), UNITS(d, 11, 0.2, 1),
             ANY(d, 12, laws));
}

static void draw_maintenance(struct drawing *d, char *text)
{
    roll(d);
    snprintf(text, FAILING_TEXT,
             "maintenance:every=%g,length=%g,first=%g,groups=%d,"
             "notice=%g,kill=%s",
             UNITS(d, 0, 10, 30), UNITS(d, 1, 0.1, 0.5, 2),
             UNITS(d, 2, 0, 1, 5), 1 + die(d, 3, d->nodes < 4 ? d->nodes : 4),
             UNITS(d, 4, 0, 1, 8, 50), die(d, 5, 2) ? "yes" : "no");
}

/* Outages of each node, which may overlap; models of failures start at the
 * first submit, which the log's beginning is. */
static void draw_trace(struct drawing *d, char *text)
{
    static const char *const causes[] = {"hardware", "software", "network",
                                         "human",    "unknown",  "facilities",
                                         "node"};
    struct failing_case *it = d->it;
    char row[80];

    snprintf(it->log, sizeof it->log, "node,down,up,cause\n");
    for (int i = 0; i < d->nodes * 3; i++) {
        roll(d);
        double down = UNITS(d, 0, 0, 1, 3, 7, 15) * (1 + die(d, 1, 100)) / 50;
        snprintf(row, sizeof row, "n%d,%.3f,%.3f,%s\n", die(d, 2, d->nodes),
                 down, down + UNITS(d, 3, 0.2, 1, 3), ANY(d, 4, causes));
        put(it->log, sizeof it->log, row);
    }
    snprintf(row, sizeof row, "n0,%.3f,%.3f,node\n", 100 * d->unit,
             101 * d->unit);
    put(it->log, sizeof it->log, row);
    bool named = one_in(d, 3) && it->nodes[0] == '\0';
    roll(d);
    snprintf(text, FAILING_TEXT, "trace:file=%s/log.csv,by=%s,from=%g",
             it->folder, named ? "name" : "index", UNITS(d, 0, 0, 0, 1));
}

static void draw_failures(struct drawing *d)
{
    static void (*const draws[])(struct drawing *, char *) = {
        draw_nodes,  draw_fta,  draw_gpus,        draw_lemons,
        draw_bursts, draw_tree, draw_maintenance, draw_trace};
    struct failing_case *it = d->it;
    int wanted = one_in(d, 12) ? 0 : 1 + below(d, one_in(d, 2) ? 1 : 3);
    int32_t at = below(d, COUNT(draws));
    size_t length = 0;

    it->nfailures = 0;
    for (int i = 0; i < wanted; i++) {
        char *text = it->failures[it->nfailures];
        /* The archive's nodes hold for hours. */
        if (draws[at] == draw_fta && d->unit < 1000)
            at++;
        draws[at](d, text);
        length += strlen(text) + 1;
        at = (at + 1 + below(d, 2)) % COUNT(draws);
        if (length < PT_PARAM_TEXT_SIZE)
            it->nfailures++;
    }
}

/* --- what is done about them --- */

static void draw_policy(struct drawing *d)
{
    const char *names[TRIAL_POLICIES];
    struct failing_case *it = d->it;
    size_t n = trial_policies(names);

    roll(d);
    if (one_in(d, 4))
        snprintf(it->policy, sizeof it->policy,
                 "fifo:%s,hold_timeout=%.3f,backoff=%.3f,tries=%d",
                 die(d, 0, 2) ? "order=fair" : "drivers=2",
                 UNITS(d, 1, 0.1, 1, 10), UNITS(d, 2, 0, 0.1),
                 1 + die(d, 3, 20));
    else
        snprintf(it->policy, sizeof it->policy, "%s",
                 names[below(d, (int32_t)n)]);
}

static void draw_checkpoint(struct drawing *d)
{
    static const char *const rules[] = {"young", "daly", "optimum"};
    char text[200];

    roll(d);
    double cost = UNITS(d, 0, 0, 0.01, 0.1),
           restart = UNITS(d, 1, 0, 0.02, 0.2);
    if (one_in(d, 3))
        return;
    if (one_in(d, 6))
        snprintf(text, sizeof text, "none:restart=%.6f", restart);
    else if (one_in(d, 2))
        snprintf(text, sizeof text,
                 "fixed:interval=%.6f,cost=%.6f,restart=%.6f,size=%d,"
                 "bandwidth=%d",
                 UNITS(d, 2, 0.03, 0.3, 1), cost, restart, die(d, 3, 3),
                 die(d, 4, 2) * 5);
    else
        snprintf(text, sizeof text, "%s:mtbf=%.6f,cost=%.6f,restart=%.6f",
                 ANY(d, 2, rules), UNITS(d, 3, 0, 0, 5, 50), cost, restart);
    add_set(d, "checkpoint", text);
}

static void draw_answers(struct drawing *d)
{
    roll(d);
    MAYBE(d, 1, "requeue", "head", "tail", "hold", "spare");
    if (one_in(d, 2))
        set_time(d, "patience", UNITS(d, 0, 1e-3, 0.01, 0.5, 5, 1000));
    set_int(d, "losses",
            d->patient ? die(d, 1, 50) : 1 + die(d, 1, die(d, 2, 2) ? 3 : 50));
    if (one_in(d, 3)) {
        set_int(d, "node_failures", 1 + below(d, 3));
        set_time(d, "node_window", UNITS(d, 3, 1, 10, 100));
        set_time(d, "node_rest", UNITS(d, 4, 0.01, 1, 10));
    }
    draw_checkpoint(d);
}

/* --- the rest --- */

static void draw_tasks(struct drawing *d)
{
    MAYBE(d, 5, "slowness", "lognormal:sigma=0.3", "slow:p=0.3,factor=2",
          "pareto:alpha=3");
    MAYBE(d, 5, "straggler", "lognormal", "exponential", "slow", "pareto");
    MAYBE(d, 5, "fault", "chance:p=0.05", "chance:p=0.5",
          "exponential:mtbf=200");
    MAYBE(d, 6, "speculation", "on");
    MAYBE(d, 6, "exclude", "on");
    MAYBE(d, 6, "gate", "on");
    MAYBE(d, 3, "outputs", "local");
    MAYBE(d, 5, "barriers", "each");
    MAYBE(d, 12, "sync_timeout", "5s", "30s");
    MAYBE(d, 6, "launch_delay", "0.5s", "3s");
    MAYBE(d, 8, "holes", "as-spark", "h2", "h3", "h9");
    MAYBE(d, 8, "task_failures", "1", "2");
    MAYBE(d, 8, "stage_attempts", "1", "8");
    MAYBE(d, 8, "resubmit", "0", "5s");
}

static void draw_machine(struct drawing *d)
{
    MAYBE(d, 2, "place", "first", "best", "pack", "spread", "racks:prefer=pack",
          "racks:prefer=spread");
    MAYBE(d, 2, "racks", "1", "2", "4");
    MAYBE(d, 3, "machine", "named");
    MAYBE(d, 4, "exclusive", "node");
    MAYBE(d, 2, "ties", "instant", "event", "pyss");
    MAYBE(d, 2, "overrun", "truncate", "kill", "extend");
    MAYBE(d, 4, "rounds", "spark");
    if (d->unit > 1000)
        add_set(d, "revive", "60s"); /* else these runs take for ever */
    else
        MAYBE(d, 8, "revive", "0.2s", "20s");
    set_int(d, "seed", 1 + below(d, 1000));
    roll(d);
    set_time(d, "stall", UNITS(d, 0, 300, 1000));
}

/* Who asks for racks has to have some. */
static void mend_racks(struct drawing *d)
{
    const struct failing_case *it = d->it;
    const char *place = failing_value(it, "place");
    bool wanted = place && strncmp(place, "racks", 5) == 0;

    for (int i = 0; i < it->nfailures; i++)
        wanted = wanted || strncmp(it->failures[i], "tree", 4) == 0;
    if (wanted && it->nodes[0] && !failing_value(it, "racks"))
        set_int(d, "racks", 1 + (int)(it->seed % 4));
}

static struct drawing begin(struct failing_case *it, uint64_t seed)
{
    struct drawing d = {.it = it, .chance = seed * 2654435761u + 12345};

    for (int i = 0; i < 3; i++)
        below(&d, 2);
    return d;
}

void failing_draw(struct failing_case *it, uint64_t seed, const char *folder)
{
    struct drawing d = begin(it, seed);

    memset(it, 0, sizeof *it);
    it->seed = seed;
    snprintf(it->folder, sizeof it->folder, "%s", folder);
    draw_workload(&d);
    d.patient = one_in(&d, 3);
    draw_failures(&d);
    draw_policy(&d);
    draw_machine(&d);
    draw_answers(&d);
    draw_tasks(&d);
    mend_racks(&d);
}

static bool is_about(const char *set, const char *key)
{
    size_t n = strlen(key);

    return strncmp(set, key, n) == 0 && set[n] == '=';
}

void failing_redraw(struct failing_case *it, uint64_t seed)
{
    static const char *const keys[] = {
        "requeue",   "patience",    "losses",     "node_failures",
        "node_rest", "node_window", "checkpoint", "ties",
        "place",     "exclusive",   "overrun"};
    struct drawing d = begin(it, seed);
    int n = 0;

    d.unit = it->document[0] ? 20 : 200;
    for (int i = 0; i < it->nsets; i++) {
        bool kept = true;
        for (int k = 0; k < COUNT(keys); k++)
            kept = kept && !is_about(it->sets[i], keys[k]);
        if (kept && n++ != i)
            memcpy(it->sets[n - 1], it->sets[i], FAILING_TEXT);
    }
    it->nsets = n;
    draw_policy(&d);
    draw_answers(&d);
    MAYBE(&d, 2, "ties", "instant", "event", "pyss");
    MAYBE(&d, 2, "place", "first", "best", "pack", "spread", "racks");
    MAYBE(&d, 4, "exclusive", "node");
    MAYBE(&d, 2, "overrun", "truncate", "kill", "extend");
    mend_racks(&d);
}
