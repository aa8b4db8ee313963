#include "core/words.h"

const char *const pt_outcome_words[PT_OUTCOME_WORDS] = {
    [PT_SUCCESS] = "success", [PT_FAILURE] = "failure", [PT_KILLED] = "killed"};

const char *const pt_fault_words[PT_FAULT_WORDS] = {[PT_FAULT_ERROR] = "error",
                                                    [PT_FAULT_FETCH] = "fetch",
                                                    [PT_FAULT_EXCUSED] =
                                                        "excused",
                                                    [PT_FAULT_FATAL] = "fatal"};

const char *const pt_sync_words[PT_SYNC_WORDS] = {
    [PT_SYNC_BARRIER] = "barrier", [PT_SYNC_GATHER] = "gather"};

const char *const pt_decision_words[PT_DECISION_WORDS] = {
    [PT_REJECT] = "reject", [PT_KILL] = "kill",     [PT_START] = "start",
    [PT_HOLD] = "hold",     [PT_UNHOLD] = "unhold", [PT_RELEASE] = "release",
    [PT_REFUSE] = "refuse",
};

const char *const pt_cause_words[PT_CAUSE_WORDS] = {
    [PT_CAUSE_NONE] = "none",         [PT_CAUSE_WIDE] = "wide",
    [PT_CAUSE_LIMIT] = "limit",       [PT_CAUSE_NODE] = "node",
    [PT_CAUSE_TIMEOUT] = "timeout",   [PT_CAUSE_SLOTS] = "slots",
    [PT_CAUSE_CHAIN] = "chain",       [PT_CAUSE_DYNAMIC] = "dynamic",
    [PT_CAUSE_MEMBER] = "member",     [PT_CAUSE_JOB] = "job",
    [PT_CAUSE_COPY] = "copy",         [PT_CAUSE_FAILURES] = "failures",
    [PT_CAUSE_ATTEMPTS] = "attempts", [PT_CAUSE_RESULT] = "result",
    [PT_CAUSE_MISMATCH] = "mismatch", [PT_CAUSE_LATE] = "late",
    [PT_CAUSE_WIDTH] = "width",       [PT_CAUSE_EXCLUDED] = "excluded",
    [PT_CAUSE_LOSSES] = "losses",
};

const char *const pt_origin_words[PT_ORIGINS] = {
    [PT_ORIGIN_UNKNOWN] = "unknown",
    [PT_ORIGIN_NODE] = "node",
    [PT_ORIGIN_GPU] = "gpu",
    [PT_ORIGIN_RACK] = "rack",
    [PT_ORIGIN_SWITCH] = "switch",
    [PT_ORIGIN_SPINE] = "spine",
    [PT_ORIGIN_FEED] = "feed",
    [PT_ORIGIN_BURST] = "burst",
    [PT_ORIGIN_LEMON] = "lemon",
    [PT_ORIGIN_MAINTENANCE] = "maintenance",
    [PT_ORIGIN_HARDWARE] = "hardware",
    [PT_ORIGIN_SOFTWARE] = "software",
    [PT_ORIGIN_NETWORK] = "network",
    [PT_ORIGIN_HUMAN] = "human",
    [PT_ORIGIN_FACILITIES] = "facilities",
};
