#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/vec.h"
#include "core/words.h"
#include "world/tape_parts.h"

/* --- lines --- */

int pt_tape_bad(const struct pt_tape *t, struct pt_err *err, const char *what)
{
    return pt_err_at(err, PT_ERR_INPUT, t->path, t->number, 1, "%s", what);
}

/* The next line as JSON: 1, 0 = the end, -1. */
static int read_line(struct pt_tape *t, json_t **value, struct pt_err *err)
{
    json_error_t error;
    ssize_t n;

    errno = 0;
    n = getline(&t->line, &t->size, t->file);
    if (n < 0 && ferror(t->file))
        return pt_err_at(err, PT_ERR_INPUT, t->path, t->number, 0, "%s",
                         strerror(errno));
    if (n < 0)
        return 0;
    t->number++;
    *value = json_loadb(t->line, (size_t)n, JSON_REJECT_DUPLICATES, &error);
    if (!*value)
        return pt_err_at(err, PT_ERR_INPUT, t->path, t->number, error.column,
                         "not JSON: %s (expected a step of a tape)",
                         error.text);
    if (!json_is_object(*value)) {
        json_decref(*value);
        return pt_tape_bad(t, err,
                           "not a JSON object (expected a step of a tape)");
    }
    return 1;
}

int pt_tape_open(struct pt_tape *t, const char *path, struct pt_err *err)
{
    t->path = pt_text_dup(path, strlen(path));
    t->file = fopen(path, "r");
    if (!t->file)
        return pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "%s", strerror(errno));
    return 0;
}

json_t *pt_tape_header(struct pt_tape *t, struct pt_err *err)
{
    json_t *header = NULL;
    int got = read_line(t, &header, err);

    if (got == 0)
        pt_tape_bad(t, err,
                    "empty (expected a tape: replay --tape writes one)");
    if (got <= 0)
        return NULL;
    const char *schema = json_string_value(json_object_get(header, "schema"));
    if (!schema || strcmp(schema, "protium.tape/1") != 0 ||
        !json_is_object(json_object_get(header, "config"))) {
        json_decref(header);
        pt_tape_bad(t, err, "not a tape (expected schema protium.tape/1)");
        return NULL;
    }
    return header;
}

void pt_tape_free(struct pt_tape *t)
{
    if (t->file)
        fclose(t->file);
    pt_free(t->path);
    free(t->line);
    pt_free(t);
}

int pt_tape_read_step(struct pt_tape *t, struct pt_err *err)
{
    bool good = true;
    int got = read_line(t, &t->ahead, err);

    if (got < 0)
        return -1;
    if (got == 0)
        return t->whole
                   ? 0
                   : pt_tape_bad(t, err,
                                 "the tape ends early (expected a last line "
                                 "with the number of steps)");
    if (t->whole)
        return pt_tape_bad(t, err,
                           "a line after the last (expected the file's end)");
    t->nread++;
    if (!json_object_get(t->ahead, "steps"))
        return 1;
    t->whole = true;
    if (pt_tape_integer(t->ahead, "steps", 0, INT64_MAX, &good) != t->nread - 1)
        return pt_tape_bad(t, err,
                           "steps are missing (expected as many as there are)");
    json_decref(t->ahead);
    t->ahead = NULL;
    return pt_tape_read_step(t, err);
}

/* --- members --- */

int64_t pt_tape_integer(const json_t *object, const char *key, int64_t min,
                        int64_t max, bool *good)
{
    const json_t *value = json_object_get(object, key);
    int64_t n = json_integer_value(value);

    if (!json_is_integer(value) || n < min || n > max) {
        *good = false;
        return min;
    }
    return n;
}

int64_t pt_tape_integer_or(const json_t *object, const char *key, int64_t min,
                           int64_t max, int64_t fallback, bool *good)
{
    if (!json_object_get(object, key))
        return fallback;
    return pt_tape_integer(object, key, min, max, good);
}

static int32_t index_in(const json_t *object, const char *key, int32_t min,
                        bool *good)
{
    return (int32_t)pt_tape_integer(object, key, min, INT32_MAX, good);
}

int32_t pt_tape_word(const json_t *object, const char *key,
                     const char *const *words, int32_t n)
{
    const char *word = json_string_value(json_object_get(object, key));

    for (int32_t i = 0; word && i < n; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    return -1;
}

/* As pt_tape_word(), but it has to be one. */
static int32_t word_in(const json_t *object, const char *key,
                       const char *const *words, int32_t n, bool *good)
{
    int32_t word = pt_tape_word(object, key, words, n);

    if (word < 0)
        *good = false;
    return word < 0 ? 0 : word;
}

/* True, or left out. */
static bool flag_in(const json_t *object, const char *key, bool *good)
{
    const json_t *value = json_object_get(object, key);

    if (value && !json_is_true(value))
        *good = false;
    return value != NULL;
}

/* --- jobs --- */

static const int32_t *read_parents(const json_t *list, int32_t number,
                                   bool *good)
{
    size_t n = json_array_size(list);
    int32_t *parents = pt_alloc(n + 1, sizeof *parents);

    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);
        int64_t parent = json_integer_value(item);

        if (!json_is_integer(item) || parent < 0 || parent >= number) {
            *good = false;
            break;
        }
        parents[i] = (int32_t)parent;
    }
    return parents;
}

static bool read_site(const json_t *pair, struct pt_site *site)
{
    const char *kind = json_string_value(json_array_get(pair, 0));
    const json_t *number = json_array_get(pair, 1);
    int64_t n = json_integer_value(number);
    bool is_node = kind && strcmp(kind, "node") == 0;

    *site = (struct pt_site){.kind = is_node ? PT_SITE_NODE : PT_SITE_HOST};
    if (!kind || (!is_node && strcmp(kind, "host") != 0) ||
        !json_is_integer(number) || n < 0 || n > INT32_MAX ||
        json_array_size(pair) != 2)
        return false;
    site->number = (int32_t)n;
    return true;
}

static void read_sites(const json_t *lists, struct pt_stage *stage, bool *good)
{
    size_t n = json_array_size(lists), all = 0, at = 0;

    if (!lists)
        return;
    for (size_t t = 0; t < n; t++)
        all += json_array_size(json_array_get(lists, t));
    if (n != (size_t)stage->ntasks || all > INT32_MAX) {
        *good = false;
        return;
    }
    int32_t *sites_at = pt_alloc(n + 1, sizeof *sites_at);
    struct pt_site *sites = pt_alloc(all + 1, sizeof *sites);
    stage->sites_at = sites_at;
    stage->sites = sites;
    for (size_t t = 0; t < n; t++) {
        const json_t *list = json_array_get(lists, t);

        for (size_t i = 0; i < json_array_size(list); i++)
            if (!read_site(json_array_get(list, i), &sites[at++]))
                *good = false;
        sites_at[t + 1] = (int32_t)at;
    }
}

/* What most stages have nothing of. */
static void read_rest(const json_t *object, struct pt_stage *stage, bool *good)
{
    static const char *const flaws[] = {"chain"};

    stage->id = pt_tape_integer_or(object, "id", INT64_MIN, INT64_MAX, 0, good);
    stage->retries = flag_in(object, "retries", good);
    stage->result = flag_in(object, "result", good);
    if (json_object_get(object, "flaw")) {
        word_in(object, "flaw", flaws, 1, good);
        stage->flaw = PT_FLAW_CHAIN;
    }
    stage->profile =
        (int32_t)pt_tape_integer_or(object, "profile", 0, INT32_MAX, 0, good);
    read_sites(json_object_get(object, "sites"), stage, good);
}

static void read_stage(const json_t *object, struct pt_stage *stage,
                       int32_t number, bool *good)
{
    static const char *const modes[] = {
        [PT_PARALLEL] = "parallel", [PT_GANG] = "gang"};
    const json_t *need = json_object_get(object, "need");
    const json_t *above = json_object_get(object, "parents");

    *stage = (struct pt_stage){
        .ntasks = index_in(object, "tasks", 1, good),
        .mode = (enum pt_mode)word_in(object, "mode", modes, 2, good),
        .limit = pt_tape_integer(object, "limit", 1, INT64_MAX, good),
        .nparents = (int32_t)json_array_size(above),
        .parents = read_parents(above, number, good)};
    for (size_t r = 0; r < PT_RESOURCES; r++) {
        const json_t *amount = json_array_get(need, r);

        if (!json_is_integer(amount))
            *good = false;
        stage->need.amount[r] = json_integer_value(amount);
    }
    read_rest(object, stage, good);
}

static struct pt_taped_job *read_job(struct pt_tape *t, const json_t *fact,
                                     bool *good)
{
    const json_t *stages = json_object_get(fact, "stages");
    size_t n = json_array_size(stages);
    struct pt_taped_job *taped = pt_alloc(1, sizeof *taped);

    taped->stages = pt_alloc(n + 1, sizeof *taped->stages);
    if (n == 0 || n > INT32_MAX)
        *good = false;
    taped->job = (struct pt_job){
        .rank = pt_tape_integer(fact, "submitted", 0, INT64_MAX, good),
        .id = pt_tape_integer(fact, "id", INT64_MIN, INT64_MAX, good),
        .user = pt_tape_integer(fact, "user", INT64_MIN, INT64_MAX, good),
        .group = pt_tape_integer(fact, "group", INT64_MIN, INT64_MAX, good),
        .queue = pt_tape_integer(fact, "queue", INT64_MIN, INT64_MAX, good),
        .pool =
            (int32_t)pt_tape_integer_or(fact, "pool", 0, INT32_MAX, 0, good),
        .tag = t->njobs,
        .nstages = (int32_t)n,
        .submit = t->now,
        .stages = taped->stages};
    for (size_t i = 0; i < n; i++)
        read_stage(json_array_get(stages, i), &taped->stages[i], (int32_t)i,
                   good);
    pt_vec_push(t->jobs, t->njobs, t->job_capacity, taped);
    return taped;
}

void pt_taped_job_free(struct pt_taped_job *taped)
{
    if (!taped)
        return;
    for (int32_t i = 0; i < taped->job.nstages; i++) {
        pt_free((void *)(uintptr_t)taped->stages[i].parents);
        pt_free((void *)(uintptr_t)taped->stages[i].sites_at);
        pt_free((void *)(uintptr_t)taped->stages[i].sites);
    }
    pt_free(taped->stages);
    pt_free(taped);
}

/* --- facts --- */

static void read_submitted(struct pt_tape *t, const json_t *object,
                           struct pt_fact *fact, bool *good)
{
    fact->job = &read_job(t, object, good)->job;
    *good = *good && fact->job->rank > t->rank && pt_tape_can_ask(t, fact->job);
    t->rank = fact->job->rank;
}

/* None, or some of its parts and nothing else. */
static void read_progress(const json_t *object, struct pt_progress *progress,
                          bool *good)
{
    const struct {
        const char *key;
        pt_time *part;
    } parts[] = {{"restart", &progress->restart},
                 {"checkpoint", &progress->checkpoint},
                 {"saved", &progress->saved}};
    const json_t *list = json_object_get(object, "progress");
    size_t known = 0;

    if (!list)
        return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!json_object_get(list, parts[i].key))
            continue;
        *parts[i].part =
            pt_tape_integer(list, parts[i].key, 0, INT64_MAX, good);
        known++;
    }
    if (known == 0 || known != json_object_size(list))
        *good = false;
}

static void read_ended(const json_t *object, struct pt_fact *fact, bool *good)
{
    fact->attempt = index_in(object, "ended", 1, good);
    fact->task = index_in(object, "task", -1, good);
    fact->outcome = (enum pt_outcome)word_in(
        object, "outcome", pt_outcome_words, PT_OUTCOME_WORDS, good);
    if (json_object_get(object, "fault"))
        fact->fault = (enum pt_fault)word_in(object, "fault", pt_fault_words,
                                             PT_FAULT_WORDS, good);
    read_progress(object, &fact->progress, good);
    fact->own = json_object_get(object, "waited") != NULL;
    if (fact->own)
        fact->waited = pt_tape_integer(object, "waited", 0, INT64_MAX, good);
    if (fact->fault != PT_FAULT_FETCH)
        return;
    fact->parent = index_in(object, "parent", 0, good);
    fact->output = index_in(object, "output", 0, good);
}

static void read_entered(const json_t *object, struct pt_fact *fact, bool *good)
{
    fact->attempt = index_in(object, "entered", 1, good);
    fact->task = index_in(object, "task", 0, good);
    fact->sync = (enum pt_sync)word_in(object, "sync", pt_sync_words,
                                       PT_SYNC_WORDS, good);
    fact->epoch = index_in(object, "epoch", 0, good);
    fact->width = index_in(object, "width", 0, good);
    fact->message =
        pt_tape_integer_or(object, "message", INT64_MIN, INT64_MAX, 0, good);
}

static void read_synced(const json_t *object, struct pt_fact *fact, bool *good)
{
    fact->attempt = index_in(object, "synced", 1, good);
    fact->since = pt_tape_integer(object, "since", INT64_MIN, INT64_MAX, good);
    fact->waited = pt_tape_integer(object, "waited", 0, INT64_MAX, good);
}

static int32_t read_node(const struct pt_tape *t, const json_t *object,
                         const char *key, bool *good)
{
    return (int32_t)pt_tape_integer(object, key, 0, t->config.nodes - 1, good);
}

static void read_down(const struct pt_tape *t, const json_t *object,
                      struct pt_fact *fact, bool *good)
{
    fact->node = read_node(t, object, "down", good);
    if (json_object_get(object, "origin"))
        fact->origin = (enum pt_origin)word_in(
            object, "origin", pt_origin_words, PT_ORIGINS, good);
    fact->planned = flag_in(object, "planned", good);
    fact->drains = flag_in(object, "drains", good);
}

/* Of what is to come, and lasts. */
static void read_notice(const struct pt_tape *t, const json_t *object,
                        struct pt_fact *fact, bool *good)
{
    fact->node = read_node(t, object, "notice", good);
    fact->since = pt_tape_integer(object, "since", t->now, PT_TIME_FAR, good);
    fact->until = pt_tape_integer_or(object, "until", INT64_MIN, PT_TIME_FAR,
                                     PT_TIME_NEVER, good);
    *good = *good && fact->until > fact->since;
}

/* The key that a fact of each kind has, and no other. */
static const char *const kind_keys[] = {
    [PT_FACT_ENDED] = "ended",         [PT_FACT_NODE_UP] = "up",
    [PT_FACT_NODE_DOWN] = "down",      [PT_FACT_NODE_NOTICE] = "notice",
    [PT_FACT_ENTERED] = "entered",     [PT_FACT_SYNCED] = "synced",
    [PT_FACT_SUBMITTED] = "submitted", [PT_FACT_SHUFFLE] = "shuffle",
};

enum { KINDS = sizeof kind_keys / sizeof *kind_keys };

static bool read_fact(struct pt_tape *t, const json_t *object,
                      struct pt_fact *fact)
{
    int kind = 0;
    bool good = true;

    while (kind < KINDS && !json_object_get(object, kind_keys[kind]))
        kind++;
    if (kind == KINDS)
        return false;
    *fact = (struct pt_fact){.kind = (enum pt_fact_kind)kind, .task = -1};
    switch (fact->kind) {
    case PT_FACT_ENDED:
        read_ended(object, fact, &good);
        break;
    case PT_FACT_NODE_UP:
        fact->node = read_node(t, object, "up", &good);
        break;
    case PT_FACT_NODE_DOWN:
        read_down(t, object, fact, &good);
        break;
    case PT_FACT_NODE_NOTICE:
        read_notice(t, object, fact, &good);
        break;
    case PT_FACT_ENTERED:
        read_entered(object, fact, &good);
        break;
    case PT_FACT_SYNCED:
        read_synced(object, fact, &good);
        break;
    case PT_FACT_SUBMITTED:
        read_submitted(t, object, fact, &good);
        break;
    case PT_FACT_SHUFFLE:
        fact->seed =
            pt_tape_integer(object, "shuffle", INT64_MIN, INT64_MAX, &good);
        break;
    }
    return good;
}

int pt_tape_read_facts(struct pt_tape *t, pt_time at, struct pt_err *err)
{
    const json_t *list = json_object_get(t->step, "facts");
    bool good = true;

    t->now = at;
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        struct pt_fact fact = {.task = -1};

        good = read_fact(t, json_array_get(list, i), &fact);
        pt_vec_push(t->facts, t->nfacts, t->fact_capacity, fact);
    }
    if (!good || !pt_tape_can_be(t))
        return pt_tape_bad(
            t, err,
            "a fact that cannot be (expected submitted, ended, entered, "
            "synced, shuffle, down, up or notice, with all its members, of "
            "what is there)");
    t->result->steps++;
    t->result->facts += t->nfacts;
    return 1;
}
