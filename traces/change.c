#include "traces/change.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

/* A change, and what it makes of the level under it. */
struct level {
    struct pt_source source; /* as it is read from above */
    const struct pt_change *change;
    void *state;
    void *fresh; /* the state before it was opened */
    bool opened;
    struct pt_below below;
    struct pt_chain *chain;
    int64_t jobs; /* yielded */
    struct pt_machine machine;
    struct pt_rule rules[PT_CHANGE_RULES];
};

struct pt_chain {
    struct pt_chain_config config;
    void *bottom; /* NULL: closed */
    struct level level[PT_CHANGES_MOST];
    int32_t n; /* levels that have a state */
};

static double factor_of(const struct pt_change *change, const void *state)
{
    return change->machine ? change->machine(state) : 1;
}

double pt_changes_machine(const struct pt_changing *changes, int32_t n)
{
    double factor = 1;

    for (int32_t i = 0; i < n; i++)
        factor *= factor_of(changes[i].change, changes[i].state);
    return factor;
}

/* PROCESSORS of a machine that is FACTOR times as large; 0 is unknown. */
static int64_t multiply(int64_t processors, double factor)
{
    double many = (double)processors * factor;

    if (processors == 0 || !(many < 9e15))
        return processors;
    return many < 1 ? 1 : llround(many);
}

/* --- a level as a source --- */

static int next_changed(void *state, struct pt_work *work, struct pt_err *err)
{
    struct level *level = state;
    int got = level->change->next(level->state, &level->below, work, err);

    level->jobs += got > 0;
    return got;
}

/* The machine of the level under it, as it becomes. */
static const struct pt_machine *change_machine(struct level *level,
                                               const struct pt_machine *under)
{
    double factor = factor_of(level->change, level->fresh);

    if (!under || (factor >= 1 && factor <= 1))
        return under;
    level->machine = *under;
    level->machine.processors = multiply(under->processors, factor);
    level->machine.nodes = multiply(under->nodes, factor);
    return &level->machine;
}

static int32_t rules_of(const struct level *level, const struct pt_rule **rules)
{
    *rules = NULL;
    return level->change->rules ? level->change->rules(level->state, rules) : 0;
}

static void info_changed(const void *state, struct pt_source_info *info)
{
    const struct level *level = state;
    struct level *own = &level->chain->level[level - level->chain->level];
    const struct pt_rule *rules;

    level->below.source->info(level->below.state, info);
    info->machine = change_machine(own, info->machine);
    info->jobs = level->jobs;
    int32_t n = rules_of(level, &rules);
    if (n == 0)
        return;
    pt_assert(info->nrules + n <= PT_CHANGE_RULES);
    for (int32_t i = 0; i < info->nrules; i++)
        own->rules[i] = info->rules[i];
    for (int32_t i = 0; i < n; i++)
        own->rules[info->nrules++] = rules[i];
    info->rules = own->rules;
}

static bool recorded_changed(const void *state, int64_t job, int64_t stage,
                             pt_time *ready, pt_time *end)
{
    const struct level *level = state;

    return level->below.source->recorded(level->below.state, job, stage, ready,
                                         end);
}

/* --- opening --- */

static int open_bottom(struct pt_chain *chain, struct pt_err *err)
{
    chain->bottom = chain->config.open(chain->config.context, err);
    chain->level[0].below.state = chain->bottom;
    return chain->bottom ? 0 : -1;
}

static void close_bottom(struct pt_chain *chain)
{
    if (!chain->bottom)
        return;
    chain->config.source->close(chain->bottom);
    pt_free(chain->bottom);
    chain->bottom = NULL;
}

static int open_level(struct level *level, struct pt_err *err)
{
    memcpy(level->state, level->fresh, level->change->state_size);
    level->jobs = 0;
    level->opened = level->change->open(level->state, &level->below, err) == 0;
    return level->opened ? 0 : -1;
}

static void close_level(struct level *level)
{
    if (level->opened && level->change->close)
        level->change->close(level->state);
    level->opened = false;
}

/* What is below a level is opened again, from the bottom up. */
static int rewind_below(struct pt_below *below, struct pt_err *err)
{
    struct level *level = below->owner;
    struct pt_chain *chain = level->chain;
    ptrdiff_t n = level - chain->level;

    for (ptrdiff_t i = n; i-- > 0;)
        close_level(&chain->level[i]);
    close_bottom(chain);
    if (open_bottom(chain, err) < 0)
        return -1;
    for (ptrdiff_t i = 0; i < n; i++)
        if (open_level(&chain->level[i], err) < 0)
            return -1;
    return 0;
}

static void make_level(struct pt_chain *chain, int32_t i)
{
    const struct pt_changing *changing = &chain->config.changes[i];
    const struct pt_source *bottom = chain->config.source;
    struct level *level = &chain->level[i];
    size_t size = changing->change->state_size;

    *level = (struct level){
        .source = {.name = bottom->name,
                   .summary = bottom->summary,
                   .cite = bottom->cite,
                   .staged = bottom->staged,
                   .next = next_changed,
                   .info = info_changed,
                   .recorded = bottom->recorded ? recorded_changed : NULL},
        .change = changing->change,
        .state = pt_alloc(1, size),
        .fresh = pt_alloc(1, size),
        .below = {.source = i > 0 ? &chain->level[i - 1].source : bottom,
                  .state = i > 0 ? &chain->level[i - 1] : chain->bottom,
                  .rewind = rewind_below,
                  .owner = level,
                  .seed = chain->config.seed},
        .chain = chain};
    memcpy(level->fresh, changing->state, size);
    chain->n = i + 1;
}

/* For how large a machine the jobs of each level are. */
static void size_machines(struct pt_chain *chain)
{
    const struct pt_chain_config *config = &chain->config;
    struct pt_source_info info = {0};
    int64_t first = 0;
    double factor = 1;

    config->source->info(chain->bottom, &info);
    if (config->processors > 0)
        first = multiply(config->processors,
                         1 / pt_changes_machine(config->changes, config->n));
    else if (info.machine)
        first = info.machine->processors;
    for (int32_t i = 0; i < chain->n; i++) {
        struct level *level = &chain->level[i];
        level->below.processors = multiply(first, factor);
        factor *= factor_of(level->change, level->fresh);
        level->below.becomes = multiply(first, factor);
    }
    if (config->processors > 0)
        chain->level[chain->n - 1].below.becomes = config->processors;
}

static int check_rules(const struct pt_chain *chain, struct pt_err *err)
{
    struct pt_source_info info = {0};
    const struct pt_rule *rules;

    chain->config.source->info(chain->bottom, &info);
    int32_t n = info.nrules;
    for (int32_t i = 0; i < chain->n; i++)
        n += rules_of(&chain->level[i], &rules);
    if (n <= PT_CHANGE_RULES)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "so many changes have too many rules to count for %s "
                      "(expected fewer)",
                      chain->config.source->name);
}

int pt_changes_check(const struct pt_changing *changes, int32_t n,
                     const struct pt_source *source, struct pt_err *err)
{
    for (int32_t i = 0; i < n; i++) {
        const struct pt_change *change = changes[i].change;
        if (source->staged && !change->staged)
            return pt_err_set(err, PT_ERR_USAGE,
                              "changes=%s: the jobs of %s are pipelines "
                              "(expected jobs of one stage)",
                              change->name, source->name);
    }
    return 0;
}

struct pt_chain *pt_chain_open(const struct pt_chain_config *config,
                               struct pt_err *err)
{
    struct pt_chain *chain;
    int status;

    pt_assert(config->n >= 1 && config->n <= PT_CHANGES_MOST);
    if (pt_changes_check(config->changes, config->n, config->source, err) < 0)
        return NULL;
    chain = pt_alloc(1, sizeof *chain);
    chain->config = *config;
    status = open_bottom(chain, err);
    for (int32_t i = 0; status == 0 && i < config->n; i++)
        make_level(chain, i);
    if (status == 0)
        size_machines(chain);
    for (int32_t i = 0; status == 0 && i < config->n; i++)
        status = open_level(&chain->level[i], err);
    if (status == 0)
        status = check_rules(chain, err);
    chain->config.context = NULL;
    chain->config.changes = NULL;
    if (status == 0)
        return chain;
    pt_chain_close(chain);
    return NULL;
}

/* --- the chain --- */

const struct pt_source *pt_chain_source(const struct pt_chain *chain)
{
    return &chain->level[chain->n - 1].source;
}

void *pt_chain_state(struct pt_chain *chain)
{
    return &chain->level[chain->n - 1];
}

void *pt_chain_bottom(const struct pt_chain *chain)
{
    return chain->bottom;
}

void pt_chain_close(struct pt_chain *chain)
{
    for (int32_t i = chain->n; i-- > 0;) {
        close_level(&chain->level[i]);
        pt_free(chain->level[i].state);
        pt_free(chain->level[i].fresh);
    }
    close_bottom(chain);
    pt_free(chain);
}
