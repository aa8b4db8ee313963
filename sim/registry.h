/* registry.h - the table of contents: every plug-in, found by name.
 *
 * One line per plug-in in registry.def.  Arrays end with NULL. */
#ifndef PT_REGISTRY_H
#define PT_REGISTRY_H

#include "base/error.h"
#include "base/plugin.h"

struct pt_policy;
struct pt_place;
struct pt_source;
struct pt_change;
struct pt_straggler_model;
struct pt_fault_model;
struct pt_failure_model;
struct pt_checkpoint_model;
struct pt_sink;
struct pt_figure;

extern const struct pt_policy *const pt_policies[];
extern const struct pt_place *const pt_places[];
extern const struct pt_source *const pt_sources[]; /* trace formats */
extern const struct pt_source *const pt_models[];  /* workload models */
extern const struct pt_change *const pt_changes[]; /* of workloads */
extern const struct pt_straggler_model *const pt_stragglers[];
extern const struct pt_fault_model *const pt_faults[];
extern const struct pt_failure_model *const pt_failures[];
extern const struct pt_checkpoint_model *const pt_checkpoints[];
extern const struct pt_sink *const pt_sinks[];
extern const struct pt_figure *const pt_figures[];

/* A short name for a policy with parameters: "easy" = "backfill:depth=1". */
struct pt_preset {
    const char *name, *text, *summary;
};
extern const struct pt_preset pt_presets[]; /* ended by name NULL */

#endif
