/* Random jobs with gangs, retries and preferences, on machines that come and
 * go, under every policy with Spark's rules: by seed.  One seed alone is run
 * when it is given on the command line, and tells all that happens. */
#include "tests/conform/spark_wild.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/alloc.h"

enum { SEEDS = 3000, ROW = 100, SECONDS = 120, STEPS = 150, DRAIN = 4000 };

static void say(struct wild *w, struct pt_fact fact)
{
    WILD_TRUE(w, w->nfacts < WILD_FACTS);
    w->facts[w->nfacts++] = fact;
}

/* --- endings --- */

static void note_success(struct wild *w, const struct wild_run *run, int32_t i)
{
    w->job[run->job].seen[run->stage].ever |= 1U << run->task[i];
}

static void draw_fault(struct wild *w, const struct wild_run *run,
                       struct pt_fact *fact)
{
    const struct pt_stage *stage = &w->job[run->job].stage[run->stage];

    fact->fault = (enum pt_fault)wild_below(w, 4);
    if (fact->fault == PT_FAULT_FATAL && wild_chance(w, 70))
        fact->fault = PT_FAULT_ERROR;
    if (fact->fault != PT_FAULT_FETCH)
        return;
    if (stage->nparents == 0) {
        fact->fault = PT_FAULT_ERROR;
        return;
    }
    fact->parent = stage->parents[wild_below(w, (uint32_t)stage->nparents)];
    fact->output = (int32_t)wild_below(
        w, (uint32_t)w->job[run->job].stage[fact->parent].ntasks);
}

/* The task INDEX (-1: all that are left) of the run ends. */
static void end(struct wild *w, struct wild_run *run, int32_t index,
                enum pt_outcome outcome)
{
    struct pt_fact fact = {.kind = PT_FACT_ENDED,
                           .attempt = run->handle,
                           .task = index < 0 ? -1 : run->task[index],
                           .outcome = outcome};

    if (outcome == PT_FAILURE)
        draw_fault(w, run, &fact);
    for (int32_t i = 0; outcome == PT_SUCCESS && i < run->ntasks; i++)
        if (wild_left(run) >> i & 1 && (index < 0 || i == index))
            note_success(w, run, i);
    run->going |= index < 0 ? wild_left(run) : 1U << index;
    say(w, fact);
}

static int32_t draw_member(struct wild *w, const struct wild_run *run)
{
    for (;;) {
        int32_t i = (int32_t)wild_below(w, (uint32_t)run->ntasks);
        if (wild_left(run) >> i & 1)
            return i;
    }
}

static void answer_kill(struct wild *w, struct wild_run *run)
{
    int32_t one = draw_member(w, run);

    if (wild_chance(w, 60))
        end(w, run, -1, PT_KILLED);
    else if (wild_chance(w, 50))
        end(w, run, one, PT_KILLED);
    else if (wild_chance(w, 50) || run->waiting >> one & 1)
        end(w, run, one, PT_FAILURE);
    else
        end(w, run, one, PT_SUCCESS);
}

static void end_some(struct wild *w, struct wild_run *run)
{
    int32_t one = wild_chance(w, 40) ? -1 : draw_member(w, run);
    bool blocked = one < 0 ? run->waiting != 0 : run->waiting >> one & 1;

    if (blocked && !wild_chance(w, w->fails))
        return;
    end(w, run, one,
        blocked || wild_chance(w, w->fails) ? PT_FAILURE : PT_SUCCESS);
}

/* --- syncs --- */

static void enter(struct wild *w, struct wild_run *run, int32_t i)
{
    struct pt_fact fact = {
        .kind = PT_FACT_ENTERED,
        .attempt = run->handle,
        .task = run->task[i],
        .sync = wild_chance(w, 96) ? PT_SYNC_BARRIER : PT_SYNC_GATHER,
        .epoch = run->epoch[i] + (wild_chance(w, 97) ? 0 : 1),
        .width = w->job[run->job].stage[run->stage].ntasks,
        .message = (int64_t)wild_below(w, 1000)};

    fact.width += wild_chance(w, 97) ? 0 : 1;
    run->said[i] = fact.message;
    run->waiting |= 1U << i;
    say(w, fact);
}

static void meet(struct wild *w, struct wild_run *run)
{
    int64_t span = w->now - run->synced, live = 0;

    for (int32_t i = 0; i < run->ntasks; i++)
        live += wild_left(run) >> i & 1;
    if (run->sums && span > 0) {
        int64_t most = span * live;
        struct pt_fact fact = {.kind = PT_FACT_SYNCED,
                               .attempt = run->handle,
                               .since = run->synced,
                               .waited =
                                   (int64_t)wild_below(w, (uint32_t)most + 1)};
        run->synced = w->now;
        w->synced += fact.waited;
        say(w, fact);
    }
    for (int32_t i = 0; !run->sums && i < run->ntasks; i++)
        if (wild_left(run) >> i & 1 && !(run->waiting >> i & 1) &&
            wild_chance(w, 70))
            enter(w, run, i);
}

/* --- a step's facts --- */

static void live_on(struct wild *w, struct wild_run *run)
{
    bool due = w->config.limits == PT_LIMITS_TRUST && w->now >= run->until;

    if (w->calm || due) {
        end(w, run, -1,
            run->killed         ? PT_KILLED
            : run->waiting != 0 ? PT_FAILURE
                                : PT_SUCCESS);
        return;
    }
    if (run->gang && wild_chance(w, w->enters))
        meet(w, run);
    if (run->killed) {
        if (wild_chance(w, w->answers))
            answer_kill(w, run);
    } else if (wild_chance(w, w->ends)) {
        end_some(w, run);
    }
}

static void move_nodes(struct wild *w)
{
    for (int32_t i = 0; i < w->config.nodes; i++) {
        if (!w->calm && !wild_chance(w, w->moves))
            continue;
        if (w->calm && w->up[i])
            continue;
        w->up[i] = !w->up[i];
        w->was_up[i] = true;
        say(w, (struct pt_fact){.kind = w->up[i] ? PT_FACT_NODE_UP
                                                 : PT_FACT_NODE_DOWN,
                                .node = i});
    }
}

static void submit(struct wild *w)
{
    while (w->nsubmitted < w->njobs && (w->calm || wild_chance(w, 40))) {
        struct wild_job *own = &w->job[w->nsubmitted++];
        own->submitted = true;
        own->job.submit = w->now;
        say(w, (struct pt_fact){.kind = PT_FACT_SUBMITTED, .job = &own->job});
    }
}

static void draw_facts(struct wild *w)
{
    if (wild_chance(w, 50))
        say(w, (struct pt_fact){.kind = PT_FACT_SHUFFLE,
                                .seed = (int64_t)wild_below(w, 1000)});
    for (int32_t i = 0; i < w->nruns; i++)
        live_on(w, &w->runs[i]);
    move_nodes(w);
    submit(w);
}

/* --- the course of it --- */

/* The next instant: the core's own, or one before it. */
static void go_on(struct wild *w)
{
    pt_time next = w->now + (wild_chance(w, 20) ? 0 : 1 + wild_below(w, 4));

    if (w->calm && w->nruns == 0 && w->wake < PT_TIME_NEVER)
        next = w->wake;
    for (int32_t i = 0; w->config.limits == PT_LIMITS_TRUST && i < w->nruns;
         i++)
        next = w->runs[i].until < next ? w->runs[i].until : next;
    next = w->wake < next ? w->wake : next;
    next = next > w->now ? next : w->now;
    pt_time span = next - w->now;
    w->ran += span * (w->census.running + w->census.barrier);
    w->barrier += span * w->census.barrier;
    w->held += span * w->census.held;
    w->idle = w->wake > w->now ? 0 : w->idle + 1;
    for (int32_t i = 0; span > 0 && i < w->config.nodes; i++)
        w->was_up[i] = w->up[i];
    w->now = next;
}

/* What is trusted to end within its limit is told as soon as it does. */
static bool is_due(const struct wild *w)
{
    for (int32_t i = 0; i < w->nruns; i++)
        if (w->config.limits == PT_LIMITS_TRUST && w->now >= w->runs[i].until)
            return true;
    return false;
}

static void step(struct wild *w, bool facts)
{
    if (facts || is_due(w))
        draw_facts(w);
    if (w->nfacts > 0)
        w->idle = 0;
    wild_step(w);
    WILD_TRUE(w, w->idle < 5);
}

static void tell_config(const struct wild *w)
{
    const struct pt_rules *r = &w->rules;

    print_message("%s named %d own %d exclusive %d ties %d limits %d\n",
                  w->policy, w->config.named, w->config.node != NULL,
                  w->config.exclusive, (int)w->config.ties,
                  (int)w->config.limits);
    print_message("rounds %d gate %d/%d tasks %d attempts %d local %d spec %d "
                  "exclude %d holes %x locality %d\n",
                  (int)r->rounds, r->gate, r->gate_failures, r->task_failures,
                  r->stage_attempts, r->local_outputs, r->speculation,
                  r->exclude, r->holes, (int)r->locality[0]);
    for (int32_t i = 0; i < w->config.nodes; i++)
        print_message("node %d: cores %d gpus %d host %d rack %d prof %d %d\n",
                      i, (int)w->node[i].size.amount[0],
                      (int)w->node[i].size.amount[1], w->node[i].host,
                      w->node[i].rack, w->node[i].profile, w->up[i]);
    for (int32_t k = 0; k < w->njobs; k++)
        for (int32_t i = 0; i < w->job[k].job.nstages; i++) {
            const struct pt_stage *s = &w->job[k].stage[i];
            print_message("job %d.%d: %s x%d cores %d gpu %d limit %d retries "
                          "%d result %d prof %d parents %d sites %d\n",
                          k, i, s->mode == PT_GANG ? "gang" : "par", s->ntasks,
                          (int)s->need.amount[0], (int)s->need.amount[1],
                          (int)s->limit, s->retries, s->result, s->profile,
                          s->nparents, s->sites_at != NULL);
        }
}

static void run_seed(uint64_t seed, bool talks)
{
    struct wild *w = pt_alloc(1, sizeof *w);

    wild_open(w, seed);
    w->talks = talks;
    if (talks)
        tell_config(w);
    for (int i = 0; i < STEPS; i++) {
        go_on(w);
        step(w, w->wake > w->now || wild_chance(w, 50));
    }
    w->calm = true;
    for (int i = 0; i < DRAIN; i++) {
        go_on(w);
        step(w, true);
        if (w->nruns == 0 && w->wake == PT_TIME_NEVER)
            break;
        if (w->nover == w->njobs)
            break;
    }
    wild_finish(w);
    wild_close(w);
    pt_free(w);
}

static void test_no_seed_breaks_a_rule(void **state)
{
    (void)state;
    alarm(SECONDS); /* an endless loop is a bug, too */
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        if (seed % ROW == 0)
            print_message("seeds %" PRIu64 " ...\n", seed);
        run_seed(seed, false);
    }
    alarm(0);
}

static uint64_t asked;

static void test_one_seed(void **state)
{
    (void)state;
    run_seed(asked, true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_seed_breaks_a_rule)};
    const struct CMUnitTest one[] = {cmocka_unit_test(test_one_seed)};

    if (argc > 1) {
        setvbuf(stdout, NULL, _IOLBF, 0);
        asked = strtoull(argv[1], NULL, 10);
        return cmocka_run_group_tests_name("spark_random", one, NULL, NULL) !=
               0;
    }
    return cmocka_run_group_tests_name("spark_random", tests, NULL, NULL) != 0;
}
