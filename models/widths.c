#include "models/widths.h"

#include <stdbool.h>
#include <string.h>
#include "base/param.h"
#include "base/text.h"

/* Reads "WIDTH[:SHARE]" from TEXT, which it takes apart. */
static bool read_width(char *text, struct pt_width *class)
{
    char *share = strchr(text, ':');
    int64_t width;

    if (share)
        *share++ = '\0';
    class->share = 1;
    if (!pt_text_read_int(&width, text) || width < 1 || width > 1000000)
        return false;
    class->width = (int32_t)width;
    return !share || (pt_text_read_real(&class->share, share) &&
                      class->share > 0 && class->share <= 1e9);
}

int pt_widths_read(struct pt_widths *widths, const char *text,
                   const char *owner, struct pt_err *err)
{
    char copy[PT_PARAM_TEXT_SIZE];
    char *from = copy;
    double sum = 0;

    pt_text_copy(copy, sizeof copy, text);
    for (widths->n = 0; from; widths->n++) {
        char *end = strpbrk(from, "+,");
        if (end)
            *end++ = '\0';
        if (widths->n == PT_WIDTHS_MOST ||
            !read_width(from, &widths->class[widths->n]))
            return pt_err_set(err, PT_ERR_USAGE,
                              "%s: bad value widths=%.80s (expected up to %d "
                              "of WIDTH[:SHARE] with a + between them, e.g. "
                              "4:0.5+8:0.5)",
                              owner, text, PT_WIDTHS_MOST);
        sum += widths->class[widths->n].share;
        from = end;
    }
    for (int i = 0; i < widths->n; i++)
        widths->class[i].share /= sum;
    return 0;
}

int32_t pt_widths_draw(const struct pt_widths *widths, gsl_rng *rng)
{
    double u = gsl_rng_uniform(rng);
    int i = 0;

    while (i + 1 < widths->n && u >= widths->class[i].share)
        u -= widths->class[i++].share;
    return widths->class[i].width;
}

double pt_widths_mean(const struct pt_widths *widths)
{
    double sum = 0;

    for (int i = 0; i < widths->n; i++)
        sum += widths->class[i].share * widths->class[i].width;
    return sum;
}
