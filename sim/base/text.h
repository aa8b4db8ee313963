/* text.h - small things about strings. */
#ifndef PT_BASE_TEXT_H
#define PT_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies FROM into TO [SIZE], cut if need be; always ends in a zero byte.
 * Returns whether all of it fitted. */
bool pt_text_copy(char *to, size_t size, const char *from);

/* A copy of TEXT [LENGTH] on the heap, with a final zero byte. */
char *pt_text_dup(const char *text, size_t length);

/* Edit distance of A and B (insert, delete, change, swap of neighbours);
 * stops counting at LIMIT. */
int pt_text_distance(const char *a, const char *b, int limit);

/* Of NAMES [N], the one closest to WORD and near enough to be a slip of the
 * hand (distance at most 2, or a third of the word), else NULL.  Ties: the
 * first.  */
const char *pt_text_nearest(const char *word, const char *const *names,
                            size_t n);

/* "00" "01" ... "99": two digits at a time, for writers in the innermost loops.
 */
extern const char pt_text_pairs[201];

/* Writes VALUE in decimal into TEXT (at most 20 characters, no final zero);
 * returns the length. */
size_t pt_text_int(char *text, int64_t value);

/* Reads a decimal int64 from TEXT, whole.  False if it is not one or is out
 * of range. */
bool pt_text_read_int(int64_t *value, const char *text);

/* Reads a finite double from TEXT, whole. */
bool pt_text_read_real(double *value, const char *text);

/* Shortest decimal text that reads back as VALUE exactly, into TEXT [32];
 * "nan" never: NaN and infinities are bugs.  Returns the length. */
size_t pt_text_real(char *text, double value);

#endif
