/* only.h - ONLY, which chooses among the cells of a study:
 * KEY=VALUE+KEY=VALUE...
 *
 * KEY is an axis, or "policy", which may be left out.  What has another value
 * of a KEY than those told is not chosen; of what has none nothing is said. */
#ifndef PT_PLOTS_ONLY_H
#define PT_PLOTS_ONLY_H

#include <stdbool.h>

/* Whether ONLY chooses what has VALUE for KEY. */
bool pt_only_holds(const char *only, const char *key, const char *value);

/* Whether it chooses the run LABEL: "KEY=VALUE,KEY=VALUE/POLICY", or "POLICY".
 * A KEY that the run does not have is one that it does not pass. */
bool pt_only_run(const char *only, const char *label);

/* Takes the next condition off *TEXT, into KEY and VALUE [SIZE]; false at the
 * end. */
bool pt_only_next(const char **text, char *key, char *value, int size);

#endif
