/* study.h - what was asked for: a workload, a machine, settings, policies. */
#ifndef PT_TOOL_STUDY_H
#define PT_TOOL_STUDY_H

#include <stdbool.h>
#include <stdint.h>
#include "run.h"
#include "sink/doc.h"
#include "tool/policy_text.h"
#include "tool/workload.h"

struct pt_study {
    struct pt_workload workload;
    struct pt_choices choices;
    struct pt_settings settings;
    int64_t nodes, cores; /* 0: from the trace's header */
    bool tape;
};

/* Begins with every setting at its default. */
void pt_study_init(struct pt_study *study);
void pt_study_fini(struct pt_study *study);

/* "KEY=VALUE" of --set. */
int pt_study_set(struct pt_study *study, const char *pair, struct pt_err *err);

/* "N" or "NxC" of --nodes. */
int pt_study_set_nodes(struct pt_study *study, const char *text,
                       struct pt_err *err);

/* The run of choice number I; what it points to is borrowed from STUDY. */
struct pt_run pt_study_run(const struct pt_study *study, int i);

/* Writes what study.json holds. */
void pt_study_write(const struct pt_study *study, struct pt_doc *doc);

/* The workload's short name: no folder. */
const char *pt_study_workload_name(const struct pt_study *study);

#endif
