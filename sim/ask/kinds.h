/* kinds.h - the registry's lists, seen alike: plug-ins found by kind and name.
 */
#ifndef PT_ASK_KINDS_H
#define PT_ASK_KINDS_H

#include "base/plugin.h"

enum pt_kind {
    PT_KIND_POLICY,
    PT_KIND_PLACE,
    PT_KIND_SOURCE,
    PT_KIND_MODEL,
    PT_KIND_CHANGE,
    PT_KIND_STRAGGLER,
    PT_KIND_FAULT,
    PT_KIND_FAILURE,
    PT_KIND_CHECKPOINT,
    PT_KIND_SINK,
    PT_KIND_FIGURE,
    PT_KINDS
};

/* "policies", and "policy". */
const char *pt_kind_plural(enum pt_kind kind);
const char *pt_kind_singular(enum pt_kind kind);

/* Number I of the kind; NULL after the last. */
const struct pt_plugin *pt_kind_item(enum pt_kind kind, int i);

/* Index of the one called NAME [LENGTH], or -1. */
int pt_kind_find(enum pt_kind kind, const char *name, size_t length);

/* The name nearest to WORD (presets count as policies), or NULL. */
const char *pt_kind_nearest(enum pt_kind kind, const char *word);

/* All names of the kind, "a, b, c", into TEXT [SIZE]. */
void pt_kind_names(enum pt_kind kind, char *text, size_t size);

#endif
