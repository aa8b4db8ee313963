/* profile.h - how many units are free, from now on for ever.
 *
 * A step function of future time, kept incrementally: what runs is taken until
 * its predicted end, a promise is taken for its place.  It may be negative
 * where something overran into a promise.  The steps are a tree of changes
 * whose folds are (sum, least and greatest running sum), so every question is a
 * descent. */
#ifndef PT_CORE_PROFILE_H
#define PT_CORE_PROFILE_H

#include "base/time.h"
#include "base/tree.h"

struct pt_profile {
    struct pt_tree changes; /* key.a = instant > now; sum.v[0] = change there */
    pt_time now;
    int64_t level; /* free at now */
};

void pt_profile_init(struct pt_profile *profile, int64_t units);
void pt_profile_fini(struct pt_profile *profile);

/* Time goes on to NOW; steps that lie behind are forgotten. */
void pt_profile_advance(struct pt_profile *profile, pt_time now);

/* N units more (or fewer, N < 0) in [FROM, UNTIL); what lies before now is cut
 * off.  O(log steps). */
void pt_profile_add(struct pt_profile *profile, pt_time from, pt_time until,
                    int64_t n);

/* An instant of the future, and how many are free from there on.  Good until
 * the profile changes. */
struct pt_cursor {
    pt_time at;
    int64_t level;
    struct pt_tree_walk walk;
};

/* The present. */
void pt_profile_here(const struct pt_profile *profile,
                     struct pt_cursor *cursor);

/* Moves CURSOR on to the first instant, itself included, at which fewer than N
 * are free, or at least N; to PT_TIME_NEVER if there is none.  Costs what lies
 * between, in folds. */
void pt_profile_fall(const struct pt_profile *profile, struct pt_cursor *cursor,
                     int64_t n);
void pt_profile_rise(const struct pt_profile *profile, struct pt_cursor *cursor,
                     int64_t n);

/* The least number free in [now, UNTIL), UNTIL > now. */
int64_t pt_profile_least(const struct pt_profile *profile, pt_time until);

/* The first instant >= FROM at which fewer than N are free (PT_TIME_NEVER:
 * none); *level, if not NULL, gets how many are. */
pt_time pt_profile_below(const struct pt_profile *profile, pt_time from,
                         int64_t n, int64_t *level);
/* The same for at least N. */
pt_time pt_profile_reaches(const struct pt_profile *profile, pt_time from,
                           int64_t n, int64_t *level);

/* The earliest instant s in [now, BOUND) with N units free all through
 * [s, min(s + LENGTH, BOUND)); BOUND if there is none.  So a stage that is
 * booked at BOUND asks for a better place without being lifted out: from BOUND
 * on it has its units already.  BOUND = PT_TIME_NEVER: it has no place yet. */
pt_time pt_profile_earliest(const struct pt_profile *profile, int64_t n,
                            pt_time length, pt_time bound);
/* The same from CURSOR on, but a place at REACH or later is none: BOUND is
 * returned.  CURSOR is left where the search ended: no place lies before it for
 * whoever asks for as many or more, as long or longer, and has his own no
 * earlier. */
pt_time pt_profile_earlier(const struct pt_profile *profile, int64_t n,
                           pt_time length, pt_time bound, pt_time reach,
                           struct pt_cursor *cursor);

#endif
