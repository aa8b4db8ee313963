/* tape_parts.h - what the three files of the tape's world share.
 *
 * tape_read.c turns lines into steps and facts; tape_check.c knows what runs,
 * and so which facts can be; tape.c tells them to the core, and compares. */
#ifndef PT_WORLD_TAPE_PARTS_H
#define PT_WORLD_TAPE_PARTS_H

#include <jansson.h>
#include <stdio.h>
#include "world/tape.h"

/* A task of what runs, once anything happened to it alone. */
struct pt_taped_member {
    pt_time arrived; /* where it waits; PT_TIME_NEVER: it does not */
    pt_time waited;  /* before that */
    bool ended;
};

/* What runs, by the core's handle. */
struct pt_taped_run {
    int32_t tag, stage;
    int32_t task, ntasks, left; /* left 0: it does not run */
    int64_t *tasks; /* [ntasks] of a partial gang; NULL: from task */
    bool gang, killing;
    pt_time start;
    pt_time met;  /* it started, or its members met last */
    int64_t sums; /* task-microseconds that they have waited, told in sum, but
                     for those that ended */
    struct pt_taped_member *members; /* [ntasks]; NULL: nothing yet */
};

/* What a node does. */
enum pt_taped_node { PT_TAPED_UP, PT_TAPED_DRAINS, PT_TAPED_DOWN };

/* A job as the tape has it; the core borrows it until its record is out. */
struct pt_taped_job {
    struct pt_job job;
    struct pt_stage *stages;
};

struct pt_tape {
    struct pt_world world;
    struct pt_tape_result *result;
    bool other;
    FILE *file;
    char *path, *line;
    size_t size;
    int number; /* of the line */
    json_t *step;
    struct pt_fact *facts;
    int32_t nfacts, fact_capacity;
    struct pt_taped_job **jobs; /* by tag; NULL: gone */
    int32_t njobs, job_capacity;
    int32_t *leaving;
    int32_t nleaving, leaving_capacity;
    pt_time now;
    int64_t rank; /* of the last submission */
    struct pt_core_config config;
    struct pt_taped_run *runs; /* [run_capacity] by handle */
    int32_t run_capacity;
    enum pt_taped_node *nodes; /* [config.nodes] */
    bool whole;                /* the last line has been read */
    json_t *ahead; /* a step that has been read, and is not due yet */
    int64_t nread; /* lines that are steps, and the last */
};

/* --- tape_read.c --- */

/* Fills ERR with WHAT at the line that was read last; returns -1. */
int pt_tape_bad(const struct pt_tape *tape, struct pt_err *err,
                const char *what);
int pt_tape_open(struct pt_tape *tape, const char *path, struct pt_err *err);
/* The header's line, checked; NULL with ERR filled. */
json_t *pt_tape_header(struct pt_tape *tape, struct pt_err *err);
/* The next step into `ahead`: 1, 0 = the end, -1. */
int pt_tape_read_step(struct pt_tape *tape, struct pt_err *err);
/* The facts of `step`, at AT, into `facts`: 1, or -1. */
int pt_tape_read_facts(struct pt_tape *tape, pt_time at, struct pt_err *err);

/* OBJECT's integer KEY in [min, max], FALLBACK if there is none; *good is
 * cleared if it is not one. */
int64_t pt_tape_integer(const json_t *object, const char *key, int64_t min,
                        int64_t max, bool *good);
int64_t pt_tape_integer_or(const json_t *object, const char *key, int64_t min,
                           int64_t max, int64_t fallback, bool *good);
/* Which of WORDS [N] OBJECT's text KEY is; -1: none. */
int32_t pt_tape_word(const json_t *object, const char *key,
                     const char *const *words, int32_t n);

void pt_taped_job_free(struct pt_taped_job *taped);
void pt_tape_free(struct pt_tape *tape);

/* --- tape_check.c --- */

/* The machine, as it is at first. */
void pt_tape_open_nodes(struct pt_tape *tape);
void pt_tape_close_runs(struct pt_tape *tape);
/* Whether JOB can be asked of the machine. */
bool pt_tape_can_ask(const struct pt_tape *tape, const struct pt_job *job);
/* Whether all facts of the step can be; they are taken note of. */
bool pt_tape_can_be(struct pt_tape *tape);
/* What was decided changes what can be. */
void pt_tape_note(struct pt_tape *tape, const struct pt_decision *decision,
                  const int64_t *messages);

#endif
