#include "words.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include "base/text.h"
#include "plots/figure.h"

/* Statistics: how a name ends, and what its title is. */
static const struct {
    const char *ending, *before, *after;
} statistics[] = {
    {"_mean", "Mean ", ""},
    {"_p50", "Median ", ""},
    {"_p95", "", ", 95th percentile"},
    {"_p99", "", ", 99th percentile"},
    {"_max", "Longest ", ""},
    {"_share", "Share of ", ""},
    {"_total", "Total ", ""},
    {"_half", "", ", half-width"},
};

/* Shares that have no unit of their own. */
static const char *const shares[] = {"utilisation", "loss_of_capacity",
                                     "goodput", "ettr", "availability"};

static bool is_share(const char *name)
{
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        if (strcmp(shares[i], name) == 0)
            return true;
    return strncmp(name, "share_", 6) == 0;
}

/* NAME [LENGTH] in words, between BEFORE and AFTER, with a capital. */
static void write_title(char *title, const char *before, const char *name,
                        size_t length, const char *after)
{
    snprintf(title, PT_WORDS_TITLE, "%s%.*s%s", before, (int)length, name,
             after);
    for (char *c = title; *c; c++)
        if (*c == '_')
            *c = ' ';
    if (title[0] >= 'a' && title[0] <= 'z')
        title[0] = (char)(title[0] - 'a' + 'A');
}

static void title_of(char *title, const char *name)
{
    const size_t length = strlen(name);

    if (strncmp(name, "share_", 6) == 0) {
        write_title(title, "Time of the machine: ", name + 6, length - 6, "");
        return;
    }
    if (strcmp(name, "ettr") == 0) {
        pt_text_copy(title, PT_WORDS_TITLE, "Effective training time");
        return;
    }
    for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++) {
        const size_t n = strlen(statistics[i].ending);

        if (length > n &&
            strcmp(name + length - n, statistics[i].ending) == 0) {
            /* Only times are long. */
            bool slow = strcmp(statistics[i].ending, "_max") == 0 &&
                        strstr(name, "slowdown");

            write_title(title, slow ? "Largest " : statistics[i].before, name,
                        length - n, statistics[i].after);
            return;
        }
    }
    write_title(title, "", name, length, "");
}

/* Seconds become what they are read best in. */
static void scale(struct pt_words *words, const char *unit, double largest)
{
    words->factor = 1;
    pt_text_copy(words->unit, sizeof words->unit, unit);
    if (strcmp(unit, "s") == 0 && largest > 0 && largest < 9e12) {
        struct pt_figure_unit best = pt_figure_unit((pt_time)(largest * 1e6));

        pt_text_copy(words->unit, sizeof words->unit, best.name);
        words->factor = 1e6 / best.length;
    }
}

struct pt_words pt_words_metric(const char *name, const char *unit,
                                double largest)
{
    struct pt_words words = {.factor = 1};

    title_of(words.title, name);
    scale(&words, unit, largest);
    if (unit[0] == '\0' && is_share(name)) {
        words.factor = 100;
        pt_text_copy(words.unit, sizeof words.unit, "%");
    }
    return words;
}

struct pt_words pt_words_axis(const char *title, const char *unit,
                              double largest)
{
    struct pt_words words = {.factor = 1};

    write_title(words.title, "", title, strlen(title), "");
    scale(&words, unit, largest);
    return words;
}

void pt_words_difference(struct pt_words *words, const char *baseline)
{
    char title[PT_WORDS_TITLE];

    pt_text_copy(title, sizeof title, words->title);
    snprintf(words->title, sizeof words->title, "%.70s: difference to %.64s",
             title, baseline);
}

void pt_words_print(const struct pt_words *words, char *text, int size)
{
    snprintf(text, (size_t)size, words->unit[0] ? "%s (%s)" : "%s%s",
             words->title, words->unit);
}
