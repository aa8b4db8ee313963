#include "metrics/ledger.h"

#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "metrics/tally.h"

static const struct {
    const char *name, *help;
} classes[PT_CLASSES] = {
    [PT_CLASS_USEFUL] = {"useful", "work that was done and kept"},
    [PT_CLASS_LOST] = {"lost", "work that was done, lost and done again"},
    [PT_CLASS_CHECKPOINT] = {"checkpoint", "saving work against failures"},
    [PT_CLASS_RESTART] = {"restart", "loading saved work after a failure"},
    [PT_CLASS_HOLD] = {"hold", "idle in the hands of a gang whose other "
                               "members are not placed yet"},
    [PT_CLASS_BARRIER] = {"barrier", "members that wait for the last one of "
                                     "their gang"},
    [PT_CLASS_DRAIN] = {"drain", "free, and kept free for a reservation"},
    [PT_CLASS_FRAG] = {"frag", "free, and enough in all for something that "
                               "waits, but nowhere to place it"},
    [PT_CLASS_BLOCKED] = {"blocked", "free, and something that waits would "
                                     "fit, but the order forbids it"},
    [PT_CLASS_SHORT] = {"short", "free, and less than anything that waits "
                                 "needs"},
    [PT_CLASS_IDLE] = {"idle", "free, and nothing waits"},
    [PT_CLASS_DOWN] = {"down", "on nodes that have failed"},
    [PT_CLASS_MAINTENANCE] = {"maintenance", "on nodes that are serviced"},
};

static const enum pt_class free_class[] = {
    [PT_IDLE] = PT_CLASS_IDLE,       [PT_SHORT] = PT_CLASS_SHORT,
    [PT_FRAG] = PT_CLASS_FRAG,       [PT_DRAIN] = PT_CLASS_DRAIN,
    [PT_BLOCKED] = PT_CLASS_BLOCKED,
};

const char *pt_class_name(enum pt_class class)
{
    return classes[class].name;
}

const char *pt_class_help(enum pt_class class)
{
    return classes[class].help;
}

size_t pt_area_print(char text[PT_AREA_TEXT], pt_area area)
{
    char digits[PT_AREA_TEXT];
    size_t n = 0;

    pt_assert(area >= 0);
    do {
        digits[n++] = (char)('0' + (int)(area % 10));
        area /= 10;
    } while (area > 0);
    for (size_t i = 0; i < n; i++)
        text[i] = digits[n - 1 - i];
    text[n] = '\0';
    return n;
}

size_t pt_area_print_seconds(char text[PT_AREA_TEXT], pt_area area)
{
    size_t n = pt_area_print(text, area / PT_SECOND);
    int64_t rest = (int64_t)(area % PT_SECOND);

    if (rest > 0)
        text[n++] = '.';
    for (int64_t unit = PT_SECOND / 10; rest > 0; unit /= 10) {
        text[n++] = (char)('0' + rest / unit);
        rest %= unit;
    }
    text[n] = '\0';
    return n;
}

void pt_ledger_init(struct pt_ledger *ledger)
{
    *ledger = (struct pt_ledger){.bin_width = PT_SECOND};
    ledger->bins = pt_alloc(PT_TIMELINE_BINS, sizeof *ledger->bins);
}

void pt_ledger_fini(struct pt_ledger *ledger)
{
    pt_free(ledger->bins);
    ledger->bins = NULL;
    ledger->nbins = 0;
}

static void add_bin(struct pt_bin *to, const struct pt_bin *from)
{
    for (int c = 0; c < PT_CLASSES; c++)
        to->area[c] += from->area[c];
    to->queue += from->queue;
    to->demand += from->demand;
}

/* Sets bin_end; the last bins of a very long run end at the end of time. */
static void find_bin_end(struct pt_ledger *ledger)
{
    pt_area end =
        ledger->first + (pt_area)(ledger->bin + 1) * ledger->bin_width;

    ledger->bin_end = end < PT_TIME_NEVER ? (pt_time)end : PT_TIME_NEVER;
}

static void merge_neighbours(struct pt_ledger *ledger)
{
    const int32_t half = PT_TIMELINE_BINS / 2;
    struct pt_bin *bins = ledger->bins;

    /* The bins before that of `last` are all of the window, those after it are
     * none of it. */
    if (ledger->last_bin % 2 == 1)
        add_bin(&ledger->at_last, &bins[ledger->last_bin - 1]);
    for (int32_t i = 0; i < half; i++) {
        struct pt_bin sum = bins[2 * i];

        add_bin(&sum, &bins[2 * i + 1]);
        bins[i] = sum;
    }
    memset(bins + half, 0, (size_t)half * sizeof *bins);
    ledger->last_bin /= 2;
    ledger->bin /= 2;
    ledger->bin_width *= 2;
    find_bin_end(ledger);
}

/* Books AMOUNT for DT in BIN and TOTAL. */
static inline void book(pt_area *bin, pt_area *total, int64_t amount,
                        pt_time dt)
{
    if (amount == 0)
        return;
    pt_area area = (pt_area)amount * dt;
    *bin += area;
    *total += area;
}

static void book_census(struct pt_ledger *ledger, pt_time dt)
{
    const struct pt_census *now = &ledger->census;
    struct pt_bin *bin = &ledger->bins[ledger->bin];
    struct pt_bin *total = &ledger->total;
    enum pt_class spare = free_class[now->reason];

    book(&bin->area[PT_CLASS_USEFUL], &total->area[PT_CLASS_USEFUL],
         now->running, dt);
    book(&bin->area[PT_CLASS_HOLD], &total->area[PT_CLASS_HOLD], now->held, dt);
    book(&bin->area[PT_CLASS_BARRIER], &total->area[PT_CLASS_BARRIER],
         now->barrier, dt);
    book(&bin->area[spare], &total->area[spare], now->free, dt);
    book(&bin->area[PT_CLASS_DOWN], &total->area[PT_CLASS_DOWN], now->down, dt);
    book(&bin->area[PT_CLASS_MAINTENANCE], &total->area[PT_CLASS_MAINTENANCE],
         now->maintenance, dt);
    book(&bin->queue, &total->queue, now->waiting, dt);
    book(&bin->demand, &total->demand, now->waiting_slots, dt);
}

/* The interval [now, TO) goes beyond the bin that time is in. */
static void book_bins(struct pt_ledger *ledger, pt_time to)
{
    pt_time from = ledger->now;

    while ((pt_area)to - ledger->first >
           (pt_area)PT_TIMELINE_BINS * ledger->bin_width)
        merge_neighbours(ledger);
    for (;;) {
        pt_time end = to < ledger->bin_end ? to : ledger->bin_end;

        if (end > from)
            book_census(ledger, end - from);
        from = end;
        if (from == to)
            return;
        ledger->bin++;
        find_bin_end(ledger);
    }
}

/* Work that was booked as useful is to be done again. */
static void move_to_lost(struct pt_ledger *ledger, const struct pt_spent *spent)
{
    pt_time from = spent->start;

    if (from == spent->end)
        return;
    int32_t i = (int32_t)(((pt_area)from - ledger->first) / ledger->bin_width);
    for (; from < spent->end; i++) {
        pt_area limit = ledger->first + (pt_area)(i + 1) * ledger->bin_width;
        pt_time to = spent->end < limit ? spent->end : (pt_time)limit;
        pt_area area = (pt_area)spent->slots * (to - from);

        ledger->bins[i].area[PT_CLASS_USEFUL] -= area;
        ledger->bins[i].area[PT_CLASS_LOST] += area;
        ledger->total.area[PT_CLASS_USEFUL] -= area;
        ledger->total.area[PT_CLASS_LOST] += area;
        from = to;
    }
}

static bool has_end(const struct pt_step *step)
{
    if (step->nspent > 0)
        return true;
    for (int32_t i = 0; i < step->nrecords; i++)
        if (pt_record_ran(&step->records[i]))
            return true;
    return false;
}

/* All up to now is of the window. */
static void take_end(struct pt_ledger *ledger, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nspent; i++) {
        const struct pt_spent *spent = &step->spent[i];

        pt_assert(spent->start >= ledger->first);
        pt_assert(spent->end >= spent->start);
        pt_assert(spent->end <= step->now);
        if (spent->redone)
            move_to_lost(ledger, spent);
        else
            ledger->closed +=
                (pt_area)spent->slots * (spent->end - spent->start);
    }
    ledger->last = step->now;
    ledger->last_bin = ledger->bin;
    ledger->at_last = ledger->bins[ledger->bin];
    memcpy(ledger->area, ledger->total.area, sizeof ledger->area);
}

static bool has_submission(const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nfacts; i++)
        if (step->facts[i].kind == PT_FACT_SUBMITTED)
            return true;
    return false;
}

static void open_window(struct pt_ledger *ledger, pt_time now, int64_t slots)
{
    ledger->open = true;
    ledger->first = ledger->last = ledger->now = now;
    ledger->slots = slots;
    find_bin_end(ledger);
}

void pt_ledger_step(struct pt_ledger *ledger, const struct pt_step *step,
                    const struct pt_census *census)
{
    pt_assert(census->held + census->barrier + census->running + census->free +
                  census->down + census->maintenance ==
              census->slots);
    if (!ledger->open && has_submission(step))
        open_window(ledger, step->now, census->slots);
    if (!ledger->open)
        return;

    pt_assert(census->slots == ledger->slots);
    pt_assert(step->now >= ledger->now);
    if (step->now > ledger->bin_end)
        book_bins(ledger, step->now);
    else if (step->now > ledger->now)
        book_census(ledger, step->now - ledger->now);
    ledger->now = step->now;
    ledger->census = *census;
    if (has_end(step))
        take_end(ledger, step);
}

bool pt_ledger_close(struct pt_ledger *ledger)
{
    pt_time length = ledger->last - ledger->first;
    pt_area sum = 0;

    if (length > 0) {
        ledger->bins[ledger->last_bin] = ledger->at_last;
        ledger->nbins = ledger->last_bin + 1;
    }
    for (int c = 0; c < PT_CLASSES; c++)
        sum += ledger->area[c];
    return sum == (pt_area)ledger->slots * length &&
           ledger->area[PT_CLASS_USEFUL] == ledger->closed;
}

static double share(const struct pt_ledger *ledger, pt_area part)
{
    pt_area all = (pt_area)ledger->slots * (ledger->last - ledger->first);

    return all > 0 ? (double)part / (double)all : 0.0;
}

double pt_ledger_share(const struct pt_ledger *ledger, enum pt_class class)
{
    return share(ledger, ledger->area[class]);
}

double pt_ledger_loss_of_capacity(const struct pt_ledger *ledger)
{
    const pt_area *area = ledger->area;

    return share(ledger, area[PT_CLASS_SHORT] + area[PT_CLASS_FRAG] +
                             area[PT_CLASS_DRAIN] + area[PT_CLASS_BLOCKED]);
}

double pt_ledger_utilisation(const struct pt_ledger *ledger)
{
    const pt_area *area = ledger->area;

    return share(ledger, area[PT_CLASS_USEFUL] + area[PT_CLASS_LOST] +
                             area[PT_CLASS_CHECKPOINT] +
                             area[PT_CLASS_RESTART]);
}
