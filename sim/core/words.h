/* words.h - what facts and decisions are called in files: by enum value. */
#ifndef PT_CORE_WORDS_H
#define PT_CORE_WORDS_H

#include "core/fact.h"

enum {
    PT_OUTCOME_WORDS = PT_KILLED + 1,
    PT_FAULT_WORDS = PT_FAULT_FATAL + 1,
    PT_SYNC_WORDS = PT_SYNC_GATHER + 1,
    PT_DECISION_WORDS = PT_REFUSE + 1,
    PT_CAUSE_WORDS = PT_CAUSE_LOSSES + 1
};

extern const char *const pt_outcome_words[PT_OUTCOME_WORDS];
extern const char *const pt_fault_words[PT_FAULT_WORDS];
extern const char *const pt_sync_words[PT_SYNC_WORDS];
extern const char *const pt_decision_words[PT_DECISION_WORDS];
extern const char *const pt_cause_words[PT_CAUSE_WORDS];
extern const char *const pt_origin_words[PT_ORIGINS];

#endif
