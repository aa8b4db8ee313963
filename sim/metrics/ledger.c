#include "metrics/ledger.h"

#include <string.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"
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

/* AREA / SCALE, a power of ten, without trailing zeros. */
static size_t print_parts(char text[PT_AREA_TEXT], pt_area area, int64_t scale)
{
    size_t n = pt_area_print(text, area / scale);
    int64_t rest = (int64_t)(area % scale);

    if (rest > 0)
        text[n++] = '.';
    for (int64_t unit = scale / 10; rest > 0; unit /= 10) {
        text[n++] = (char)('0' + rest / unit);
        rest %= unit;
    }
    text[n] = '\0';
    return n;
}

size_t pt_area_print_seconds(char text[PT_AREA_TEXT], pt_area area)
{
    return print_parts(text, area, PT_SECOND);
}

size_t pt_ledger_print_seconds(const struct pt_ledger *ledger,
                               char text[PT_AREA_TEXT], pt_area area)
{
    return print_parts(text, area,
                       ledger->thousandths ? 1000 * PT_SECOND : PT_SECOND);
}

void pt_ledger_init(struct pt_ledger *ledger)
{
    *ledger = (struct pt_ledger){.bin_width = PT_SECOND};
    ledger->bins = pt_alloc(PT_TIMELINE_BINS, sizeof *ledger->bins);
}

void pt_ledger_fini(struct pt_ledger *ledger)
{
    pt_free(ledger->bins);
    pt_free(ledger->revised);
    ledger->bins = NULL;
    ledger->revised = NULL;
    ledger->nbins = ledger->nrevised = ledger->revised_capacity = 0;
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

/* Work that was booked as useful turns out to be of another class. */
struct move {
    enum pt_class class;
    pt_time from, to; /* when it was */
    pt_area area;     /* still to be moved */
};

static int32_t bin_at(const struct pt_ledger *ledger, pt_time at)
{
    return (int32_t)(((pt_area)at - ledger->first) / ledger->bin_width);
}

/* At most AREA in bin I, as far as there is room. */
static void move_in_bin(struct pt_ledger *ledger, int32_t i, pt_area area,
                        struct move *move)
{
    pt_area *useful = &ledger->bins[i].area[PT_CLASS_USEFUL];

    if (area > *useful)
        area = *useful;
    *useful -= area;
    ledger->bins[i].area[move->class] += area;
    ledger->total.area[PT_CLASS_USEFUL] -= area;
    ledger->total.area[move->class] += area;
    move->area -= area;
}

/* Evenly over its time.  Each bin's part is that of its end less that of its
 * begin, both rounded down: the parts are whole, and sum to all of it.  What a
 * bin has no room for is added to the next one's part. */
static void move_evenly(struct pt_ledger *ledger, struct move *move)
{
    pt_time length = move->to - move->from;
    pt_area each = move->area / length, rest = move->area % length;
    pt_area all = move->area;
    int32_t i = bin_at(ledger, move->from);

    for (pt_time at = move->from; at < move->to; i++) {
        pt_area limit = ledger->first + (pt_area)(i + 1) * ledger->bin_width;

        at = move->to < limit ? move->to : (pt_time)limit;
        pt_area passed = at - move->from;
        pt_area due = each * passed + rest * passed / length;
        move_in_bin(ledger, i, due - (all - move->area), move);
    }
}

/* How work, waiting, saving and loading share an attempt's time is known in sum
 * alone, so that what is even may not fit: the rest goes to the nearest room
 * before its end, else after it. */
static void move_useful(struct pt_ledger *ledger, struct move move)
{
    pt_assert(move.from >= ledger->first && move.to <= ledger->now);
    pt_assert(move.area >= 0 &&
              move.area <= (pt_area)ledger->slots * (move.to - move.from));
    if (move.area == 0)
        return;
    move_evenly(ledger, &move);
    int32_t last = bin_at(ledger, move.to - 1);
    for (int32_t i = last; i >= 0 && move.area > 0; i--)
        move_in_bin(ledger, i, move.area, &move);
    for (int32_t i = last + 1; i <= ledger->bin && move.area > 0; i++)
        move_in_bin(ledger, i, move.area, &move);
    pt_assert(move.area == 0);
}

static void take_waits(struct pt_ledger *ledger, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nwaits; i++)
        move_useful(ledger, (struct move){.class = PT_CLASS_BARRIER,
                                          .from = step->waits[i].since,
                                          .to = step->now,
                                          .area = step->waits[i].area});
}

/* Without what is neither useful nor lost. */
static pt_area work_of(const struct pt_spent *spent)
{
    const struct pt_progress *progress = &spent->progress;
    pt_area all = (pt_area)spent->slots * (spent->end - spent->start);
    pt_area other =
        (pt_area)spent->waited + progress->restart + progress->checkpoint;

    pt_assert(spent->waited >= 0 && progress->restart >= 0 &&
              progress->checkpoint >= 0 && other <= all);
    pt_assert(progress->saved >= 0 && progress->saved <= all - other);
    return all - other;
}

static void move_spent(struct pt_ledger *ledger, const struct pt_spent *spent,
                       enum pt_class class, pt_area area)
{
    move_useful(ledger, (struct move){.class = class,
                                      .from = spent->start,
                                      .to = spent->end,
                                      .area = area});
}

static void take_spent(struct pt_ledger *ledger, const struct pt_spent *spent)
{
    pt_area work = work_of(spent);
    pt_area lost = spent->redone ? work - spent->progress.saved : 0;

    if (spent->revised) {
        ledger->closed -= lost;
    } else {
        ledger->closed += work - lost;
        move_spent(ledger, spent, PT_CLASS_RESTART, spent->progress.restart);
        move_spent(ledger, spent, PT_CLASS_CHECKPOINT,
                   spent->progress.checkpoint);
    }
    move_spent(ledger, spent, PT_CLASS_LOST, lost);
    ledger->lost_by[spent->origin] += lost;
}

/* What is revised ended before. */
bool pt_ledger_has_end(const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nspent; i++)
        if (!step->spent[i].revised)
            return true;
    for (int32_t i = 0; i < step->nrecords; i++)
        if (pt_record_ran(&step->records[i]))
            return true;
    return false;
}

/* Those that are revised wait for the next end: until then the window may end
 * before now. */
static void note_spent(struct pt_ledger *ledger, const struct pt_step *step)
{
    for (int32_t i = 0; i < step->nspent; i++) {
        const struct pt_spent *spent = &step->spent[i];

        pt_assert(spent->start >= ledger->first);
        pt_assert(spent->end >= spent->start);
        pt_assert(spent->end <= step->now);
        pt_assert(spent->redone || !spent->revised);
        if (spent->revised)
            pt_vec_push(ledger->revised, ledger->nrevised,
                        ledger->revised_capacity, *spent);
        else
            take_spent(ledger, spent);
    }
}

static void take_revised(struct pt_ledger *ledger)
{
    for (int32_t i = 0; i < ledger->nrevised; i++)
        take_spent(ledger, &ledger->revised[i]);
    ledger->nrevised = 0;
}

/* All up to now is of the window. */
static void take_end(struct pt_ledger *ledger)
{
    take_revised(ledger);
    ledger->last = ledger->now;
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

static void open_window(struct pt_ledger *ledger, pt_time now, int64_t slots,
                        bool thousandths)
{
    ledger->thousandths = thousandths;
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
        open_window(ledger, step->now, census->slots, census->thousandths);
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
    take_waits(ledger, step);
    note_spent(ledger, step);
    if (pt_ledger_has_end(step))
        take_end(ledger);
}

/* The window is cut to its end, as if time had not gone on. */
static void cut_window(struct pt_ledger *ledger)
{
    ledger->now = ledger->last;
    ledger->bin = ledger->last_bin;
    ledger->bins[ledger->bin] = ledger->at_last;
    memcpy(ledger->total.area, ledger->area, sizeof ledger->area);
}

bool pt_ledger_close(struct pt_ledger *ledger)
{
    pt_time length = ledger->last - ledger->first;
    pt_area sum = 0, lost = 0;

    if (length > 0) {
        cut_window(ledger);
        take_revised(ledger);
        memcpy(ledger->area, ledger->total.area, sizeof ledger->area);
        ledger->nbins = ledger->last_bin + 1;
    }
    for (int c = 0; c < PT_CLASSES; c++)
        sum += ledger->area[c];
    for (int o = 0; o < PT_ORIGINS; o++)
        lost += ledger->lost_by[o];
    return sum == (pt_area)ledger->slots * length &&
           ledger->area[PT_CLASS_USEFUL] == ledger->closed &&
           ledger->area[PT_CLASS_LOST] == lost;
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

double pt_ledger_goodput(const struct pt_ledger *ledger)
{
    return pt_ledger_share(ledger, PT_CLASS_USEFUL);
}

double pt_ledger_availability(const struct pt_ledger *ledger)
{
    const pt_area *area = ledger->area;

    return 1.0 -
           share(ledger, area[PT_CLASS_DOWN] + area[PT_CLASS_MAINTENANCE]);
}
