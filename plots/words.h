/* words.h - what the axes of figures say: "Mean wait (h)". */
#ifndef PT_PLOTS_WORDS_H
#define PT_PLOTS_WORDS_H

#define PT_WORDS_TITLE 160

/* What an axis says, and what its numbers are multiplied by. */
struct pt_words {
    char title[PT_WORDS_TITLE]; /* without its unit */
    char unit[16];              /* "" : none */
    double factor;
};

/* Of the metric NAME in UNIT, whose largest value is LARGEST: times get the
 * unit in which they are read best, and shares are in percent. */
struct pt_words pt_words_metric(const char *name, const char *unit,
                                double largest);

/* Of an axis of a study. */
struct pt_words pt_words_axis(const char *title, const char *unit,
                              double largest);

/* Makes WORDS those of the difference to BASELINE. */
void pt_words_difference(struct pt_words *words, const char *baseline);

/* "TITLE (UNIT)" into TEXT [SIZE]. */
void pt_words_print(const struct pt_words *words, char *text, int size);

#endif
