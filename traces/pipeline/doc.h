/* doc.h - a pipeline document, understood: its machine, and its jobs as
 * patterns that works are made from.
 *
 * What is known once and for all (parents, preferences, needs) is laid out as
 * it is handed out; what is drawn or cut is filled in for each work. */
#ifndef PT_TRACES_PIPELINE_DOC_H
#define PT_TRACES_PIPELINE_DOC_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "base/random.h"
#include "base/time.h"
#include "traces/json.h"
#include "traces/source.h"

#define PT_PIPELINE_SCHEMA "protium.pipeline/1"

/* The format's limits; the schema has them too. */
#define PT_PIPELINE_TASKS  INT64_C(10000000) /* of all stages of a job */
#define PT_PIPELINE_STAGES 10000             /* of a job */
#define PT_PIPELINE_WORKS  INT64_C(1000000000000)
#define PT_PIPELINE_NODES  INT64_C(1000000)

/* The keys of one kind of object. */
struct pt_pipeline_kind {
    const char *name; /* as in the schema's $defs */
    const char *const *keys;
    int32_t n;
};

extern const struct pt_pipeline_kind pt_pipeline_document, pt_pipeline_machine,
    pt_pipeline_node, pt_pipeline_pool, pt_pipeline_job_kind,
    pt_pipeline_stage_kind, pt_pipeline_take, pt_pipeline_rdd, pt_pipeline_site,
    pt_pipeline_span_kind, pt_pipeline_lognormal;

/* ---- a time that may be drawn ---- */

enum pt_law { PT_LAW_FIXED, PT_LAW_EXP, PT_LAW_UNIFORM, PT_LAW_LOGNORMAL };

struct pt_pipeline_span {
    enum pt_law law;
    pt_time fixed;
    double a, b; /* EXP: mean; UNIFORM: from, to; LOGNORMAL: mean and standard
                    deviation of the logarithm.  In seconds */
};

/* As the functions of json.h. */
int pt_pipeline_span_read(const struct pt_json *json, int32_t item,
                          const char *what, struct pt_pipeline_span *span,
                          struct pt_err *err);

/* A draw from RANDOM by inversion: one uniform number each, unless fixed. */
pt_time pt_pipeline_span_draw(const struct pt_pipeline_span *span,
                              struct pt_random *random);

/* ---- names ---- */

struct pt_pipeline_name {
    const char *name;
    int32_t index;
};

/* Names in order of (name, index). */
struct pt_pipeline_names {
    struct pt_pipeline_name *items;
    int32_t n;
};

/* Sorts ITEMS, which stay the caller's. */
void pt_pipeline_names_sort(struct pt_pipeline_names *names);

/* The smallest index with NAME; -1: none. */
int32_t pt_pipeline_names_find(const struct pt_pipeline_names *names,
                               const char *name);

/* Of two that have the same name the later index; -1: there are none. */
int32_t pt_pipeline_names_twin(const struct pt_pipeline_names *names);

/* ITEM's name is not among NAMES; fills ERR with a near one; returns -1. */
int pt_pipeline_names_bad(const struct pt_pipeline_names *names,
                          const struct pt_json *json, int32_t item,
                          const char *what, struct pt_err *err);

/* ---- the document ---- */

struct pt_pipeline_stage {
    struct pt_stage stage; /* limit 0: none; id -1: it is numbered */
    struct pt_truth truth; /* a take's length -1: its task's own */
    struct pt_pipeline_span length;
    int32_t place; /* in the job's list */
};

struct pt_pipeline_job {
    int64_t number;      /* of the first of its works */
    int64_t first;       /* how many works stand before it in the document */
    int64_t first_stage; /* and how many stages */
    int64_t user, group, queue;
    int32_t pool;
    int32_t after; /* job, -1: none */
    bool loop;     /* each work follows the one before by `gap` */
    pt_time submit, gap;
    struct pt_pipeline_span every;
    int64_t count;
    const struct pt_pipeline_stage *stages;
    int32_t nstages;
    int64_t tasks, takes; /* room for the truths of one work */
    int64_t cores;        /* milli-cores: needed at once by the widest stage */
    int32_t line, column;
};

struct pt_pipeline_doc {
    struct pt_json json; /* closed once it is read */
    struct pt_machine machine;
    struct pt_machine_node *node; /* the machine's own, NULL: all alike */
    struct pt_pipeline_names nodes, hosts, pools; /* hosts: any node of each */
    struct pt_pipeline_gang {
        const char *id;
        const char *near; /* an id not unlike it; NULL: none was met */
        bool met;
    } * gangs; /* [ngangs] stages to be gangs, whatever they say */
    int32_t ngangs;
    struct pt_pipeline_job *jobs;
    int32_t njobs;
    void **blocks; /* all that it points to */
    int32_t nblocks, capacity;
};

/* Takes TEXT [N] over, as pt_json_open(), and understands it.  FILE, its name
 * for messages, is borrowed.  GANGS, ids joined by plus signs ("" for none),
 * are the stages that are to be gangs, whatever it says.  On -1 there is
 * nothing to close. */
int pt_pipeline_doc_open(struct pt_pipeline_doc *doc, const char *file,
                         char *text, size_t n, const char *gangs,
                         struct pt_err *err);
void pt_pipeline_doc_close(struct pt_pipeline_doc *doc);

/* Zeroed memory, and a copy of TEXT, that live as long as DOC. */
void *pt_pipeline_keep(struct pt_pipeline_doc *doc, size_t count, size_t size);
const char *pt_pipeline_keep_text(struct pt_pipeline_doc *doc,
                                  const char *text);

/* Whether the stage with ID is one of the gangs; they remember. */
bool pt_pipeline_is_asked(struct pt_pipeline_doc *doc, const char *id);

/* Each reads its part of the document: 0, or -1 with ERR filled. */
int pt_pipeline_machine_read(struct pt_pipeline_doc *doc, int32_t item,
                             struct pt_err *err);
int pt_pipeline_pools_read(struct pt_pipeline_doc *doc, int32_t item,
                           struct pt_err *err);
int pt_pipeline_jobs_read(struct pt_pipeline_doc *doc, int32_t item,
                          struct pt_err *err);

/* A note is for people: a text, and no more is asked of it. */
int pt_pipeline_note_read(const struct pt_json *json, int32_t item,
                          struct pt_err *err);

/* ---- a job's stages, while they are read ---- */

enum pt_pipeline_stage_key {
    PT_STAGE_ID,
    PT_STAGE_NOTE,
    PT_STAGE_MODE,
    PT_STAGE_TASKS,
    PT_STAGE_CORES,
    PT_STAGE_GPUS,
    PT_STAGE_MEMORY,
    PT_STAGE_LENGTH,
    PT_STAGE_LIMIT,
    PT_STAGE_AFTER,
    PT_STAGE_RESULT,
    PT_STAGE_ITERATIONS,
    PT_STAGE_TOGETHER,
    PT_STAGE_FAILS,
    PT_STAGE_RETRIES,
    PT_STAGE_PREFER,
    PT_STAGE_TAKES,
    PT_STAGE_MAY_FAIL,
    PT_STAGE_MAY_STRAGGLE,
    PT_STAGE_PROFILE,
    PT_STAGE_RDDS,
    PT_STAGE_KEYS
};

/* A stage as it stands in its job's list. */
struct pt_pipeline_draft {
    int32_t item;
    const char *id;
    int32_t at[PT_STAGE_KEYS];
    int32_t ntasks;
    int32_t *parents; /* [nparents] places in the list; the document's */
    int32_t nparents, nchildren;
    int32_t index; /* in the job, parents before children */
};

struct pt_pipeline_drafts {
    struct pt_pipeline_draft *items; /* by place */
    int32_t n;
    struct pt_pipeline_names ids;
};

/* Reads all drafts of STAGES, a list: ids, tasks and parents, and finds their
 * order. */
int pt_pipeline_drafts_open(struct pt_pipeline_drafts *drafts,
                            struct pt_pipeline_doc *doc, int32_t stages,
                            struct pt_err *err);
void pt_pipeline_drafts_close(struct pt_pipeline_drafts *drafts);

/* The place of the stage that ITEM names; -1 with ERR filled. */
int32_t pt_pipeline_drafts_find(const struct pt_pipeline_drafts *drafts,
                                const struct pt_json *json, int32_t item,
                                const char *what, struct pt_err *err);

/* All else about the stage at PLACE, whose id, tasks and parents are there. */
int pt_pipeline_stage_read(struct pt_pipeline_doc *doc,
                           const struct pt_pipeline_drafts *drafts,
                           int32_t place, struct pt_pipeline_stage *stage,
                           struct pt_err *err);

/* And of that what is said for each task; these want the stage's tasks. */
int pt_pipeline_prefer_read(struct pt_pipeline_doc *doc, int32_t item,
                            struct pt_stage *stage, struct pt_err *err);
int pt_pipeline_takes_read(struct pt_pipeline_doc *doc,
                           const struct pt_pipeline_drafts *drafts,
                           int32_t place, struct pt_pipeline_stage *stage,
                           struct pt_err *err);
/* ... and its mode, which the first of its datasets says unless it is GIVEN. */
int pt_pipeline_rdds_read(struct pt_pipeline_doc *doc, int32_t item, bool given,
                          struct pt_stage *stage, struct pt_err *err);

#endif
