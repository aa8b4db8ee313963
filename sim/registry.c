#include "registry.h"

#include <stddef.h>
#include "registry.def"

#define DECLARE_POLICY(name) extern const struct pt_policy pt_policy_##name;
#define DECLARE_PLACE(name)  extern const struct pt_place pt_place_##name;
#define DECLARE_SOURCE(name) extern const struct pt_source pt_source_##name;
#define DECLARE_MODEL(name)  extern const struct pt_source pt_model_##name;
#define DECLARE_CHANGE(name) extern const struct pt_change pt_change_##name;
#define DECLARE_STRAGGLER(name)                                                \
    extern const struct pt_straggler_model pt_straggler_##name;
#define DECLARE_FAULT(name) extern const struct pt_fault_model pt_fault_##name;
#define DECLARE_FAILURE(name)                                                  \
    extern const struct pt_failure_model pt_failure_##name;
#define DECLARE_CHECKPOINT(name)                                               \
    extern const struct pt_checkpoint_model pt_checkpoint_##name;
#define DECLARE_SINK(name)   extern const struct pt_sink pt_sink_##name;
#define DECLARE_FIGURE(name) extern const struct pt_figure pt_figure_##name;

/* clang-format off */
PT_POLICIES(DECLARE_POLICY)
PT_PLACES(DECLARE_PLACE)
PT_SOURCES(DECLARE_SOURCE)
PT_MODELS(DECLARE_MODEL)
PT_CHANGES(DECLARE_CHANGE)
PT_STRAGGLERS(DECLARE_STRAGGLER)
PT_FAULTS(DECLARE_FAULT)
PT_FAILURES(DECLARE_FAILURE)
PT_CHECKPOINTS(DECLARE_CHECKPOINT)
PT_SINKS(DECLARE_SINK)
PT_FIGURES(DECLARE_FIGURE)
/* clang-format on */

#define POLICY(name)                &pt_policy_##name,
#define PLACE(name)                 &pt_place_##name,
#define SOURCE(name)                &pt_source_##name,
#define MODEL(name)                 &pt_model_##name,
#define CHANGE(name)                &pt_change_##name,
#define STRAGGLER(name)             &pt_straggler_##name,
#define FAULT(name)                 &pt_fault_##name,
#define FAILURE(name)               &pt_failure_##name,
#define CHECKPOINT(name)            &pt_checkpoint_##name,
#define SINK(name)                  &pt_sink_##name,
#define FIGURE(name)                &pt_figure_##name,
#define PRESET(name, text, summary) {name, text, summary},

const struct pt_policy *const pt_policies[] = {PT_POLICIES(POLICY) NULL};
const struct pt_place *const pt_places[] = {PT_PLACES(PLACE) NULL};
const struct pt_source *const pt_sources[] = {PT_SOURCES(SOURCE) NULL};
const struct pt_source *const pt_models[] = {PT_MODELS(MODEL) NULL};
const struct pt_change *const pt_changes[] = {PT_CHANGES(CHANGE) NULL};
const struct pt_straggler_model *const pt_stragglers[] = {
    PT_STRAGGLERS(STRAGGLER) NULL};
const struct pt_fault_model *const pt_faults[] = {PT_FAULTS(FAULT) NULL};
const struct pt_failure_model *const pt_failures[] = {PT_FAILURES(FAILURE)
                                                          NULL};
const struct pt_checkpoint_model *const pt_checkpoints[] = {
    PT_CHECKPOINTS(CHECKPOINT) NULL};
const struct pt_sink *const pt_sinks[] = {PT_SINKS(SINK) NULL};
const struct pt_figure *const pt_figures[] = {PT_FIGURES(FIGURE) NULL};

const struct pt_preset pt_presets[] = {PT_PRESETS(PRESET){NULL, NULL, NULL}};
