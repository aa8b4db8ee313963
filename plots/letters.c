#include "letters.h"

#include <stdio.h>
#include <string.h>
#include "base/text.h"

/* Of Helvetica and its likes, in hundredths of the height, from ' ' to '~'. */
static const unsigned char widths[] = {
    28,  28, 36, 56, 56, 89, 67, 20, 34, 34, 39, 59, 28, 34, 28, 28,
    56,  56, 56, 56, 56, 56, 56, 56, 56, 56, 28, 28, 59, 59, 59, 56,
    102, 67, 67, 73, 73, 67, 62, 78, 73, 28, 50, 67, 56, 84, 73, 78,
    67,  78, 73, 67, 62, 73, 67, 95, 67, 67, 62, 28, 28, 28, 47, 56,
    34,  56, 56, 50, 56, 56, 28, 56, 56, 23, 23, 50, 23, 84, 56, 56,
    56,  56, 34, 50, 28, 56, 50, 73, 50, 50, 50, 34, 26, 34, 59};

/* How many bytes the character at TEXT takes; its width is added to SUM. */
static size_t step(const char *text, double *sum)
{
    size_t n = 1;

    if (*text >= ' ' && *text <= '~') {
        *sum += widths[*text - ' '];
        return 1;
    }
    while (((unsigned char)text[n] & 0xc0) == 0x80)
        n++;
    /* From here on are the letters of East Asia, which are square. */
    *sum += (unsigned char)*text >= 0xe3 ? 102 : 60;
    return n;
}

/* How many bytes of TEXT fit into WIDTH. */
static size_t fit(const char *text, double points, double width)
{
    double sum = 0;
    size_t used = 0;

    while (text[used]) {
        size_t n = step(text + used, &sum);

        if (sum / 100 * points / 72 > width)
            break;
        used += n;
    }
    return used;
}

double pt_letters_width(const char *text, double points)
{
    double sum = 0;

    while (*text)
        text += step(text, &sum);
    return 1.02 * sum / 100 * points / 72;
}

void pt_letters_cut(char *to, size_t size, const char *from, double points,
                    double width)
{
    const char dots[] = "...";
    size_t n;

    if (pt_letters_width(from, points) <= width) {
        pt_text_copy(to, size, from);
        return;
    }
    n = fit(from, points, width - pt_letters_width(dots, points));
    snprintf(to, size, "%.*s%s", (int)n, from, dots);
}

/* Where a line of TEXT may end that is at most WIDTH wide: behind a comma or a
 * colon if what is left fits too, else at the last space; NULL: nowhere. */
static const char *find_break(const char *text, double points, double width)
{
    const char *space = NULL, *sign = NULL;
    size_t most = fit(text, points, width);

    for (const char *c = text; *c && (size_t)(c - text) <= most; c++) {
        if (*c != ' ' || c == text)
            continue;
        space = c;
        if ((c[-1] == ',' || c[-1] == ':') &&
            pt_letters_width(c + 1, points) <= width)
            sign = c;
    }
    return sign ? sign : space;
}

void pt_letters_break(char *a, char *b, size_t size, const char *text,
                      double points, double width)
{
    const char *at = pt_letters_width(text, points) > width
                         ? find_break(text, points, width)
                         : NULL;

    b[0] = '\0';
    if (!at) {
        pt_letters_cut(a, size, text, points, width);
        return;
    }
    snprintf(a, size, "%.*s", (int)(at - text), text);
    pt_letters_cut(b, size, at + 1, points, width);
}
