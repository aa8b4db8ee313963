/* letters.h - how wide texts are, so that they can be placed. */
#ifndef PT_PLOTS_LETTERS_H
#define PT_PLOTS_LETTERS_H

#include <stddef.h>

/* Width in inches of TEXT in letters POINTS high, a little to the safe side. */
double pt_letters_width(const char *text, double points);

/* Copies FROM into TO [SIZE], cut with three dots to be at most WIDTH inches
 * wide. */
void pt_letters_cut(char *to, size_t size, const char *from, double points,
                    double width);

/* Breaks TEXT where it is at most WIDTH inches wide, if it must: the first line
 * into A, the rest, or nothing, into B, both [SIZE] and cut if need be. */
void pt_letters_break(char *a, char *b, size_t size, const char *text,
                      double points, double width);

#endif
