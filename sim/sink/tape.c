/* tape.c - tape.jsonl: every fact that the core was told, and every decision.
 *
 * JSON lines.  The first is {"schema": "protium.tape/1", "config": {...}}; each
 * further one is a step: {"t": instant, "facts": [...], "decisions": [...]};
 * the last is {"steps": how many}, so that a tape that was cut is known as one.
 * Times are integer microseconds.  A fact is one of
 *   {"submitted": rank, "id", "user", "group", "queue", "stages": [{"tasks",
 *     "mode", "need": [cores, gpus, memory], "limit", "parents"}]}
 *   {"ended": attempt, "task" (-1: all), "outcome"}
 *   {"up": node}, {"down": node}
 *   {"notice": node, "since", "until"}: it will be down then
 *   {"entered": attempt, "task", "sync", "epoch", "width"}
 *   {"synced": attempt, "since", "waited"}
 *   {"shuffle": seed}
 * and a decision {KIND: rank, "attempt", "stage", "try", "task", "tasks",
 * "cause", "at": [[first, count], ...]}.  What is left out is 0, false or none:
 *   a job's "pool"; a stage's "id", "retries", "result", "flaw", "profile", and
 *     "sites": [[["node" or "host", number], ...], ...], by task
 *   of what ended "fault"; with "fetch" come "parent" and "output"
 *   of what ended "progress": {"restart", "checkpoint", "saved"}, each in
 *     task-microseconds
 *   of one that leaves a gang "waited": what of the waits told in sum was its
 *     own
 *   of a node that goes down the "origin" of the fault, "planned" (it counts as
 *     maintenance), "drains" (what runs there goes on)
 *   of a notice its "until": it is for good
 *   the "message" of a member that entered
 *   a decision's "launch", "copy", "epoch"; the tasks of a "partial" gang; the
 *     "messages" of a release, by task
 * `protium tape` feeds the facts to a fresh core and compares (world/tape.h).
 */
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

static void member_if(struct pt_out *out, const char *key, int64_t value)
{
    if (value != 0)
        member(out, key, value);
}

static void write_word(struct pt_out *out, const char *key, const char *word)
{
    pt_out_text(out, key);
    pt_out_char(out, '"');
    pt_out_text(out, word);
    pt_out_char(out, '"');
}

static void write_sites(struct pt_out *out, const struct pt_stage *stage)
{
    pt_out_text(out, ",\"sites\":[");
    for (int32_t t = 0; t < stage->ntasks; t++) {
        pt_out_text(out, t > 0 ? ",[" : "[");
        for (int32_t i = stage->sites_at[t]; i < stage->sites_at[t + 1]; i++) {
            const struct pt_site *site = &stage->sites[i];

            pt_out_text(out, i > stage->sites_at[t] ? "," : "");
            member(out,
                   site->kind == PT_SITE_NODE ? "[\"node\"," : "[\"host\",",
                   site->number);
            pt_out_char(out, ']');
        }
        pt_out_char(out, ']');
    }
    pt_out_char(out, ']');
}

/* What most stages have nothing of. */
static void write_rest(struct pt_out *out, const struct pt_stage *stage)
{
    member_if(out, ",\"id\":", stage->id);
    if (stage->retries)
        pt_out_text(out, ",\"retries\":true");
    if (stage->result)
        pt_out_text(out, ",\"result\":true");
    if (stage->flaw == PT_FLAW_CHAIN)
        pt_out_text(out, ",\"flaw\":\"chain\"");
    member_if(out, ",\"profile\":", stage->profile);
    if (stage->sites_at)
        write_sites(out, stage);
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
    pt_out_char(out, ']');
    write_rest(out, stage);
    pt_out_char(out, '}');
}

static void write_job(struct pt_out *out, const struct pt_job *job)
{
    member(out, "{\"submitted\":", job->rank);
    member(out, ",\"id\":", job->id);
    member(out, ",\"user\":", job->user);
    member(out, ",\"group\":", job->group);
    member(out, ",\"queue\":", job->queue);
    member_if(out, ",\"pool\":", job->pool);
    pt_out_text(out, ",\"stages\":[");
    for (int32_t i = 0; i < job->nstages; i++) {
        if (i > 0)
            pt_out_char(out, ',');
        write_stage(out, &job->stages[i]);
    }
    pt_out_text(out, "]}");
}

/* A comma only behind another part. */
static void write_part(struct pt_out *out, bool *any, const char *key,
                       pt_time value)
{
    if (value == 0)
        return;
    if (*any)
        pt_out_char(out, ',');
    *any = true;
    member(out, key, value);
}

static void write_progress(struct pt_out *out,
                           const struct pt_progress *progress)
{
    bool any = false;

    if (progress->restart == 0 && progress->checkpoint == 0 &&
        progress->saved == 0)
        return;
    pt_out_text(out, ",\"progress\":{");
    write_part(out, &any, "\"restart\":", progress->restart);
    write_part(out, &any, "\"checkpoint\":", progress->checkpoint);
    write_part(out, &any, "\"saved\":", progress->saved);
    pt_out_char(out, '}');
}

static void write_ended(struct pt_out *out, const struct pt_fact *fact)
{
    member(out, "{\"ended\":", fact->attempt);
    member(out, ",\"task\":", fact->task);
    write_word(out, ",\"outcome\":", pt_outcome_words[fact->outcome]);
    if (fact->fault != PT_FAULT_ERROR)
        write_word(out, ",\"fault\":", pt_fault_words[fact->fault]);
    if (fact->fault == PT_FAULT_FETCH) {
        member(out, ",\"parent\":", fact->parent);
        member(out, ",\"output\":", fact->output);
    }
    if (fact->own)
        member(out, ",\"waited\":", fact->waited);
    write_progress(out, &fact->progress);
    pt_out_char(out, '}');
}

static void write_down(struct pt_out *out, const struct pt_fact *fact)
{
    member(out, "{\"down\":", fact->node);
    if (fact->origin != PT_ORIGIN_UNKNOWN)
        write_word(out, ",\"origin\":", pt_origin_words[fact->origin]);
    if (fact->planned)
        pt_out_text(out, ",\"planned\":true");
    if (fact->drains)
        pt_out_text(out, ",\"drains\":true");
    pt_out_char(out, '}');
}

static void write_notice(struct pt_out *out, const struct pt_fact *fact)
{
    member(out, "{\"notice\":", fact->node);
    member(out, ",\"since\":", fact->since);
    if (fact->until != PT_TIME_NEVER)
        member(out, ",\"until\":", fact->until);
    pt_out_char(out, '}');
}

static void write_entered(struct pt_out *out, const struct pt_fact *fact)
{
    member(out, "{\"entered\":", fact->attempt);
    member(out, ",\"task\":", fact->task);
    write_word(out, ",\"sync\":", pt_sync_words[fact->sync]);
    member(out, ",\"epoch\":", fact->epoch);
    member(out, ",\"width\":", fact->width);
    member_if(out, ",\"message\":", fact->message);
    pt_out_char(out, '}');
}

static void write_fact(struct pt_out *out, const struct pt_fact *fact)
{
    switch (fact->kind) {
    case PT_FACT_ENDED:
        write_ended(out, fact);
        return;
    case PT_FACT_NODE_UP:
        member(out, "{\"up\":", fact->node);
        break;
    case PT_FACT_NODE_DOWN:
        write_down(out, fact);
        return;
    case PT_FACT_NODE_NOTICE:
        write_notice(out, fact);
        return;
    case PT_FACT_ENTERED:
        write_entered(out, fact);
        return;
    case PT_FACT_SYNCED:
        member(out, "{\"synced\":", fact->attempt);
        member(out, ",\"since\":", fact->since);
        member(out, ",\"waited\":", fact->waited);
        break;
    case PT_FACT_SUBMITTED:
        write_job(out, fact->job);
        return;
    case PT_FACT_SHUFFLE:
        member(out, "{\"shuffle\":", fact->seed);
        break;
    }
    pt_out_char(out, '}');
}

static void write_list(struct pt_out *out, const char *key,
                       const int64_t *items, int32_t n)
{
    pt_out_text(out, key);
    pt_out_char(out, '[');
    for (int32_t i = 0; i < n; i++)
        member(out, i > 0 ? "," : "", items[i]);
    pt_out_char(out, ']');
}

/* Whether anybody had anything to say. */
static bool any_message(const int64_t *messages, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (messages[i] != 0)
            return true;
    return false;
}

/* What most decisions have nothing of. */
static void write_more(struct pt_out *out, const struct pt_decision *d,
                       const int64_t *messages)
{
    const int64_t *mine = messages ? messages + d->message : NULL;

    if (d->partial)
        write_list(out, ",\"partial\":", mine, d->ntasks);
    member_if(out, ",\"launch\":", d->launch);
    if (d->copy)
        pt_out_text(out, ",\"copy\":true");
    member_if(out, ",\"epoch\":", d->epoch);
    if (d->kind == PT_RELEASE && mine && any_message(mine, d->ntasks))
        write_list(out, ",\"messages\":", mine, d->ntasks);
}

static void write_decision(struct pt_out *out, const struct pt_decision *d,
                           const struct pt_step *step)
{
    pt_out_text(out, "{\"");
    pt_out_text(out, pt_decision_words[d->kind]);
    member(out, "\":", d->rank);
    member(out, ",\"attempt\":", d->attempt);
    member(out, ",\"stage\":", d->stage);
    member(out, ",\"try\":", d->try);
    member(out, ",\"task\":", d->task);
    member(out, ",\"tasks\":", d->ntasks);
    write_more(out, d, step->messages);
    write_word(out, ",\"cause\":", pt_cause_words[d->cause]);
    pt_out_text(out, ",\"at\":[");
    for (int32_t i = 0; i < d->nranges; i++) {
        const struct pt_range *range = &step->ranges[d->range + i];

        member(out, i > 0 ? ",[" : "[", range->first);
        member(out, ",", range->count);
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

/* The run's end: no facts led to it.  A core that was told nothing at all has
 * no time. */
static bool is_close(const struct pt_step *step)
{
    bool unfinished =
        step->nrecords > 0 && step->records[0].state == PT_UNFINISHED;

    return step->nfacts == 0 && step->ndecisions == 0 &&
           (unfinished || step->now == INT64_MIN);
}

static int tape_step(void *state, const struct pt_step *step,
                     struct pt_err *err)
{
    struct pt_out *out = ((struct tape *)state)->out;

    (void)err;
    if (is_close(step))
        return 0;
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
        write_decision(out, &step->decisions[i], step);
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
