/* policy_text.h - `--policy [LABEL=]NAME[:KEY=VALUE,...][,...]`, read.
 *
 * In a list, k=v after a comma continues the policy before it if k is one of
 * its parameters; otherwise it starts a new, labelled policy: so no label may
 * be a parameter's name.  The default label is the policy's text with other
 * characters than [A-Za-z0-9._-] turned into '-'.  A preset is its text, and
 * may be given further parameters. */
#ifndef PT_ASK_POLICY_TEXT_H
#define PT_ASK_POLICY_TEXT_H

#include <stdbool.h>
#include "base/error.h"

struct pt_policy;

#define PT_LABEL_TEXT 65

/* A policy that was asked for. */
struct pt_choice {
    char label[PT_LABEL_TEXT];
    const struct pt_policy *policy;
    void *state; /* its parameters, filled in; owned */
    char *text;  /* as resolved, every parameter named; owned */
};

struct pt_choices {
    struct pt_choice *items; /* [n] in the order of the command line */
    int n, capacity;
};

/* Adds the policies of LIST.  On a bad one, or a label that is there already,
 * fills ERR as PT_ERR_USAGE and returns -1.  CHOICES begins as all zeroes;
 * pt_choices_fini() afterwards, also on failure. */
int pt_choices_add(struct pt_choices *choices, const char *list,
                   struct pt_err *err);
void pt_choices_fini(struct pt_choices *choices);

/* Adds one policy, TEXT = "NAME[:KEY=VALUE,...]", called LABEL. */
int pt_choices_add_labelled(struct pt_choices *choices, const char *label,
                            const char *text, struct pt_err *err);

/* Whether LABEL is [A-Za-z0-9][A-Za-z0-9._-]{0,63}. */
bool pt_label_is_valid(const char *label);

#endif
