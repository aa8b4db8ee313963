/* tape.c - tape.jsonl: every fact that the core was told, and every decision.
 *
 * JSON lines.  The first is {"schema": "protium.tape/1", "config": {...}}; each
 * further one is a step: {"t": instant, "facts": [...], "decisions": [...]};
 * the last is {"steps": how many}, so that a tape that was cut is known as one.
 * Times are integer microseconds.  A fact is one of
 *   {"submitted": rank, "id", "user", "group", "queue", "stages": [{"tasks",
 *     "mode", "need": [cores, gpus, memory], "limit", "parents"}]}
 *   {"ended": attempt, "task" (-1: all), "outcome"}
 *   {"down": node}, {"up": node}
 * and a decision {KIND: rank, "attempt", "stage", "try", "task", "tasks",
 * "cause", "at": [[first, count], ...]}.  `protium tape` feeds the facts to a
 * fresh core and compares (world/tape.h). */
#include "core/words.h"
#include "sink/sink.h"

struct tape {
    struct pt_out *out;
    int64_t steps;
};

static void member(struct pt_out *out, const char *key, int64_t value)
{
    pt_out_text(out, key);
    pt_out_int(out, value);
}

static void write_stage(struct pt_out *out, const struct pt_stage *stage)
{
    member(out, "{\"tasks\":", stage->ntasks);
    pt_out_text(out, stage->mode == PT_GANG ? ",\"mode\":\"gang\""
                                            : ",\"mode\":\"parallel\"");
    for (int r = 0; r < PT_RESOURCES; r++)
        member(out, r == 0 ? ",\"need\":[" : ",", stage->need.amount[r]);
    member(out, "],\"limit\":", stage->limit);
    pt_out_text(out, ",\"parents\":[");
    for (int32_t i = 0; i < stage->nparents; i++)
        member(out, i > 0 ? "," : "", stage->parents[i]);
    pt_out_text(out, "]}");
}

static void write_job(struct pt_out *out, const struct pt_job *job)
{
    member(out, "{\"submitted\":", job->rank);
    member(out, ",\"id\":", job->id);
    member(out, ",\"user\":", job->user);
    member(out, ",\"group\":", job->group);
    member(out, ",\"queue\":", job->queue);
    pt_out_text(out, ",\"stages\":[");
    for (int32_t i = 0; i < job->nstages; i++) {
        if (i > 0)
            pt_out_char(out, ',');
        write_stage(out, &job->stages[i]);
    }
    pt_out_text(out, "]}");
}

static void write_fact(struct pt_out *out, const struct pt_fact *fact)
{
    switch (fact->kind) {
    case PT_FACT_ENDED:
        member(out, "{\"ended\":", fact->attempt);
        member(out, ",\"task\":", fact->task);
        pt_out_text(out, ",\"outcome\":\"");
        pt_out_text(out, pt_outcome_words[fact->outcome]);
        pt_out_text(out, "\"}");
        return;
    case PT_FACT_NODE_UP:
        member(out, "{\"up\":", fact->node);
        pt_out_char(out, '}');
        return;
    case PT_FACT_NODE_DOWN:
        member(out, "{\"down\":", fact->node);
        pt_out_char(out, '}');
        return;
    case PT_FACT_SUBMITTED:
        write_job(out, fact->job);
        return;
    }
}

static void write_decision(struct pt_out *out, const struct pt_decision *d,
                           const struct pt_range *ranges)
{
    pt_out_text(out, "{\"");
    pt_out_text(out, pt_decision_words[d->kind]);
    member(out, "\":", d->rank);
    member(out, ",\"attempt\":", d->attempt);
    member(out, ",\"stage\":", d->stage);
    member(out, ",\"try\":", d->try);
    member(out, ",\"task\":", d->task);
    member(out, ",\"tasks\":", d->ntasks);
    pt_out_text(out, ",\"cause\":\"");
    pt_out_text(out, pt_cause_words[d->cause]);
    pt_out_text(out, "\",\"at\":[");
    for (int32_t i = 0; i < d->nranges; i++) {
        member(out, i > 0 ? ",[" : "[", ranges[d->range + i].first);
        member(out, ",", ranges[d->range + i].count);
        pt_out_char(out, ']');
    }
    pt_out_text(out, "]}");
}

static int tape_open(void *state, struct pt_out *out,
                     const struct pt_sink_context *context, struct pt_err *err)
{
    struct tape *tape = state;

    (void)err;
    tape->out = out;
    pt_out_text(out, "{\"schema\":\"protium.tape/1\",\"label\":");
    pt_out_json_text(out, context->label);
    pt_out_text(out, ",\"config\":");
    pt_out_text(out, context->config);
    pt_out_text(out, "}\n");
    return 0;
}

static int tape_step(void *state, const struct pt_step *step,
                     struct pt_err *err)
{
    struct pt_out *out = ((struct tape *)state)->out;

    (void)err;
    if (step->nfacts == 0 && step->ndecisions == 0 && step->nrecords > 0)
        return 0; /* the run's end: no facts led to it */
    ((struct tape *)state)->steps++;
    member(out, "{\"t\":", step->now);
    pt_out_text(out, ",\"facts\":[");
    for (int32_t i = 0; i < step->nfacts; i++) {
        if (i > 0)
            pt_out_char(out, ',');
        write_fact(out, &step->facts[i]);
    }
    pt_out_text(out, "],\"decisions\":[");
    for (int32_t i = 0; i < step->ndecisions; i++) {
        if (i > 0)
            pt_out_char(out, ',');
        write_decision(out, &step->decisions[i], step->ranges);
    }
    pt_out_text(out, "]}\n");
    return 0;
}

static int tape_close(void *state, const struct pt_report *report,
                      struct pt_err *err)
{
    const struct tape *tape = state;

    (void)err;
    if (!report)
        return 0;
    member(tape->out, "{\"steps\":", tape->steps);
    pt_out_text(tape->out, "}\n");
    return 0;
}

extern const struct pt_sink pt_sink_tape;
const struct pt_sink pt_sink_tape = {
    .name = "tape",
    .summary = "every fact and every decision, to be fed to a fresh core",
    .cite = "JSON lines; protium.tape/1",
    .file = "tape.jsonl",
    .optional = true,
    .state_size = sizeof(struct tape),
    .open = tape_open,
    .step = tape_step,
    .close = tape_close};
