/* tape_bench.h - hand-made steps go onto a tape, and come off it again. */
#ifndef PT_TESTS_UNIT_TAPE_BENCH_H
#define PT_TESTS_UNIT_TAPE_BENCH_H

#include "tests/unit/check.h"
#include <unistd.h>
#include "base/alloc.h"
#include "sink/sink.h"
#include "tests/unit/reports.h"
#include "tests/unit/same_stage.h"
#include "world/tape.h"

extern const struct pt_sink pt_sink_tape;

/* What happened, on what machine. */
struct taped {
    const struct pt_step *steps;
    int nsteps;
    const struct pt_core_config *config;
};

/* In line LINE the text FROM becomes TO. */
struct damage {
    int line;
    const char *from, *to;
};

#define FACTS(list) .facts = (list), .nfacts = sizeof(list) / sizeof *(list)

/* --- recording --- */

/* The tape of all steps; the caller frees it. */
static inline char *record(const struct taped *taped)
{
    const struct pt_sink_context context = {.label = "easy", .config = "{}"};
    struct pt_report *report = calloc(1, sizeof *report);
    struct pt_err err = {.line = 0};
    void *state = calloc(1, pt_sink_tape.state_size);
    struct page page;

    open_page(&page);
    ASSERT_INT(pt_sink_tape.open(state, &page.out, &context, &err), 0);
    for (int i = 0; i < taped->nsteps; i++)
        ASSERT_INT(pt_sink_tape.step(state, &taped->steps[i], &err), 0);
    ASSERT_INT(pt_sink_tape.close(state, report, &err), 0);
    free(state);
    free(report);
    return close_page(&page);
}

/* TEXT with FROM in line LINE turned into TO, in a file of its own. */
static inline void write_damaged(char path[200], const char *text, int line,
                                 const char *from, const char *to)
{
    const char *root = getenv("TMPDIR");
    const char *at = text;

    snprintf(path, 200, "%s/protium-XXXXXX", root ? root : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *file = fdopen(fd, "wb");
    assert_non_null(file);
    for (int i = 1; i < line; i++)
        at = after_first_line(at);
    const char *found = strstr(at, from);
    if (!found || found > strchr(at, '\n')) {
        print_error("no %s in line %d: %.900s\n", from, line, at);
        fail();
    }
    fwrite(text, 1, (size_t)(found - text), file);
    fputs(to, file);
    fputs(found + strlen(from), file);
    fclose(file);
}

/* --- playing --- */

static inline void same_job(const struct pt_job *a, const struct pt_job *b)
{
    ASSERT_INT(a->rank, b->rank);
    ASSERT_INT(a->id, b->id);
    ASSERT_INT(a->user, b->user);
    ASSERT_INT(a->group, b->group);
    ASSERT_INT(a->queue, b->queue);
    ASSERT_INT(a->pool, b->pool);
    ASSERT_INT(a->submit, b->submit);
    ASSERT_INT(a->nstages, b->nstages);
    for (int32_t i = 0; i < a->nstages; i++)
        same_stage(&a->stages[i], &b->stages[i]);
}

static inline void same_fact(const struct pt_fact *a, const struct pt_fact *b)
{
    ASSERT_INT(a->kind, b->kind);
    ASSERT_INT(a->outcome, b->outcome);
    ASSERT_INT(a->fault, b->fault);
    ASSERT_INT(a->attempt, b->attempt);
    ASSERT_INT(a->task, b->task);
    ASSERT_INT(a->node, b->node);
    ASSERT_INT(a->parent, b->parent);
    ASSERT_INT(a->output, b->output);
    ASSERT_INT(a->sync, b->sync);
    ASSERT_INT(a->epoch, b->epoch);
    ASSERT_INT(a->width, b->width);
    ASSERT_INT(a->message, b->message);
    ASSERT_INT(a->since, b->since);
    ASSERT_INT(a->waited, b->waited);
    ASSERT_INT(a->seed, b->seed);
    ASSERT_INT(a->until, b->until);
    ASSERT_INT(a->origin, b->origin);
    ASSERT_INT(a->planned, b->planned);
    ASSERT_INT(a->drains, b->drains);
    ASSERT_INT(a->progress.restart, b->progress.restart);
    ASSERT_INT(a->progress.checkpoint, b->progress.checkpoint);
    ASSERT_INT(a->progress.saved, b->progress.saved);
    ASSERT_INT(a->job != NULL, b->job != NULL);
    if (a->job)
        same_job(a->job, b->job);
}

/* Plays PATH to a core that decides as the steps have it.  CHECK compares the
 * facts, too.  0, or -1 with ERR. */
static inline int play(const struct taped *taped, const char *path, bool check,
                       struct pt_tape_result *result, struct pt_err *err)
{
    struct pt_world *world =
        pt_tape_new(path, taped->config, false, result, err);
    const struct pt_fact *facts;
    int status = 1;
    int32_t n;
    pt_time now;

    if (!world)
        return -1;
    for (int i = 0; status == 1 && i <= taped->nsteps; i++) {
        status = world->next(world, PT_TIME_NEVER, &now, &facts, &n, err);
        if (status != 1)
            break;
        assert_true(i < taped->nsteps);
        if (check) {
            ASSERT_INT(now, taped->steps[i].now);
            ASSERT_INT(n, taped->steps[i].nfacts);
            for (int32_t k = 0; k < n; k++)
                same_fact(&facts[k], &taped->steps[i].facts[k]);
        }
        ASSERT_INT(world->carry_out(world, &taped->steps[i], err), 0);
    }
    world->close(world);
    return status;
}

/* All of it comes back as it was: the counts are for the caller to judge. */
static inline void check_round_trip(const struct taped *taped,
                                    struct pt_tape_result *result)
{
    struct pt_err err = {.line = 0};
    char path[200];
    char *text = record(taped);

    write_damaged(path, text, 1, "", "");
    int status = play(taped, path, true, result, &err);
    if (status < 0)
        print_error("line %d: %s\n", err.line, err.text);
    ASSERT_INT(status, 0);
    ASSERT_INT(result->differs, false);
    ASSERT_INT(result->steps, taped->nsteps);
    unlink(path);
    free(text);
}

/* Each is an error at its line. */
static inline void check_damages(const struct taped *taped,
                                 const struct damage *damages, size_t n)
{
    char *text = record(taped);
    int wrong = 0;

    for (size_t i = 0; i < n; i++) {
        const struct damage *d = &damages[i];
        struct pt_tape_result result;
        struct pt_err err = {.line = 0};
        char path[200];

        write_damaged(path, text, d->line, d->from, d->to);
        int status = play(taped, path, false, &result, &err);
        if (status != -1 || err.line != d->line || err.code != PT_ERR_INPUT) {
            print_error("line %d: %s -> %s: %s\n", d->line, d->from, d->to,
                        status < 0 ? err.text : "is not told");
            wrong++;
        }
        unlink(path);
    }
    free(text);
    ASSERT_INT(wrong, 0);
}

#endif
