/* words.h - what facts and decisions are called in files: by enum value. */
#ifndef PT_CORE_WORDS_H
#define PT_CORE_WORDS_H

#include "core/fact.h"

enum { PT_OUTCOME_WORDS = 3, PT_DECISION_WORDS = 5, PT_CAUSE_WORDS = 5 };

extern const char *const pt_outcome_words[PT_OUTCOME_WORDS];
extern const char *const pt_decision_words[PT_DECISION_WORDS];
extern const char *const pt_cause_words[PT_CAUSE_WORDS];

#endif
