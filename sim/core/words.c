#include "core/words.h"

const char *const pt_outcome_words[PT_OUTCOME_WORDS] = {
    [PT_SUCCESS] = "success", [PT_FAILURE] = "failure", [PT_KILLED] = "killed"};

const char *const pt_decision_words[PT_DECISION_WORDS] = {
    [PT_REJECT] = "reject", [PT_KILL] = "kill",     [PT_START] = "start",
    [PT_HOLD] = "hold",     [PT_UNHOLD] = "unhold",
};

const char *const pt_cause_words[PT_CAUSE_WORDS] = {
    [PT_CAUSE_NONE] = "none",       [PT_CAUSE_WIDE] = "wide",
    [PT_CAUSE_LIMIT] = "limit",     [PT_CAUSE_NODE] = "node",
    [PT_CAUSE_TIMEOUT] = "timeout",
};
