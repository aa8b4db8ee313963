/* widths.h - how many members gangs have: a few widths, and the share of each.
 */
#ifndef PT_MODELS_WIDTHS_H
#define PT_MODELS_WIDTHS_H

#include <gsl/gsl_rng.h>
#include <stdint.h>
#include "base/error.h"

#define PT_WIDTHS_MOST 32

struct pt_widths {
    struct pt_width {
        int32_t width;
        double share; /* all together 1 */
    } class[PT_WIDTHS_MOST];
    int n;
};

/* Reads TEXT, WIDTH[:SHARE] with a + or a comma between them.  OWNER, who has
 * it as its parameter `widths`, is for messages; errors are PT_ERR_USAGE. */
int pt_widths_read(struct pt_widths *widths, const char *text,
                   const char *owner, struct pt_err *err);

int32_t pt_widths_draw(const struct pt_widths *widths, gsl_rng *rng);
double pt_widths_mean(const struct pt_widths *widths);

#endif
