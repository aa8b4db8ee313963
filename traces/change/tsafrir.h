/* tsafrir.h - which limits users ask for, and how many of them.
 *
 * D. Tsafrir, Y. Etsion and D. G. Feitelson, "Modeling user runtime estimates",
 * JSSPP 2005, with the constants of their program: a head of 20 popular values
 * that 89 % of the jobs ask for, the longest of all the most popular, and a
 * tail of many others. */
#ifndef PT_TRACES_CHANGE_TSAFRIR_H
#define PT_TRACES_CHANGE_TSAFRIR_H

#include <stdint.h>
#include "base/random.h"

#define PT_TSAFRIR_HEAD   20
#define PT_TSAFRIR_VALUES 600

/* Share of the jobs that ask for one of the head. */
#define PT_TSAFRIR_HEAD_SHARE 0.89

/* So many jobs ask for so many seconds. */
struct pt_tsafrir {
    int64_t seconds, jobs;
};

/* How many different values JOBS jobs ask for, at most; before any that could
 * not be made different. */
int32_t pt_tsafrir_count(int64_t jobs);

/* Draws the distribution of JOBS >= 1 limits up to MAX >= 3600 seconds into
 * VALUES, in order of seconds; returns how many there are.  TOP is the share of
 * the jobs that ask for MAX, below PT_TSAFRIR_HEAD_SHARE; 0: the model's own.
 */
int32_t pt_tsafrir_draw(int64_t jobs, int64_t max, double top,
                        struct pt_random *random,
                        struct pt_tsafrir values[PT_TSAFRIR_VALUES]);

#endif
