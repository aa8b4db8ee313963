#include "traces/change/tsafrir.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include "base/assert.h"

enum { HEAD = PT_TSAFRIR_HEAD, LOGS = 4 };

#define MINUTE 60
#define HOUR   (60 * MINUTE)

/* One value: how popular, in percent. */
struct value {
    int64_t seconds;
    double percent;
};

struct draft {
    struct value value[PT_TSAFRIR_VALUES];
    int32_t n, head; /* the first so many are the head; the very first is the
                        maximum, the others of the head ascend */
};

int32_t pt_tsafrir_count(int64_t jobs)
{
    static const struct {
        int32_t jobs, values;
    } points[] = {{0, 0},      {20, 10},     {200, 20},    {1000, 35},
                  {10000, 90}, {70000, 340}, {250000, 565}};
    const size_t n = sizeof points / sizeof *points;
    size_t k = 1;

    if (jobs >= points[n - 1].jobs)
        return points[n - 1].values;
    while (jobs > points[k].jobs)
        k++;
    double slope = (double)(points[k].values - points[k - 1].values) /
                   (double)(points[k].jobs - points[k - 1].jobs);
    return points[k - 1].values +
           (int32_t)lround(slope * (double)(jobs - points[k - 1].jobs));
}

/* --- times of the head --- */

static bool has(const struct draft *draft, int64_t seconds)
{
    for (int32_t i = 0; i < draft->n; i++)
        if (draft->value[i].seconds == seconds)
            return true;
    return false;
}

static void add(struct draft *draft, int64_t seconds)
{
    draft->value[draft->n++] = (struct value){.seconds = seconds};
}

static int by_seconds(const void *left, const void *right)
{
    const struct value *a = left, *b = right;

    return (a->seconds > b->seconds) - (a->seconds < b->seconds);
}

/* What was popular everywhere, as far as there is room below MAX. */
static void add_joint(struct draft *draft, int64_t max)
{
    static const int32_t joint[] = {
        5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 20 * MINUTE, 30 * MINUTE,
        1 * HOUR,   2 * HOUR,    3 * HOUR,    4 * HOUR,    5 * HOUR,
        6 * HOUR,   8 * HOUR,    10 * HOUR,   12 * HOUR,   18 * HOUR};

    for (size_t i = 0; i < sizeof joint / sizeof *joint; i++)
        if (joint[i] < max)
            add(draft, joint[i]);
}

/* The rest are the largest round ones below MAX. */
static void add_round(struct draft *draft, int64_t max)
{
    static const int32_t steps[] = {
        200 * HOUR, 100 * HOUR, 50 * HOUR,   10 * HOUR,   5 * HOUR,
        2 * HOUR,   1 * HOUR,   20 * MINUTE, 10 * MINUTE, 5 * MINUTE};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        for (int64_t at = max / steps[i] * steps[i]; at > 0 && draft->n < HEAD;
             at -= steps[i])
            if (!has(draft, at))
                add(draft, at);
}

static void make_head(struct draft *draft, int64_t max)
{
    add(draft, max);
    add_joint(draft, max);
    add_round(draft, max);
    draft->head = draft->n;
    qsort(draft->value + 1, (size_t)(draft->n - 1), sizeof *draft->value,
          by_seconds);
}

/* --- how popular each of the head is --- */

/* Popularity ranks of the head in SDSC SP2, CTC SP2, KTH SP2 and Blue Horizon:
 * of the maximum, and then of the others by time. */
static const int ranks[HEAD][LOGS] = {
    {3, 1, 1, 1},     {1, 3, 4, 6},     {4, 4, 10, 5},    {17, 2, 14, 3},
    {13, 12, 20, 7},  {7, 9, 2, 2},     {8, 8, 3, 18},    {18, 18, 7, 19},
    {2, 6, 12, 4},    {6, 7, 6, 11},    {16, 11, 19, 20}, {10, 20, 5, 9},
    {5, 16, 18, 10},  {15, 5, 16, 14},  {14, 14, 9, 13},  {19, 13, 17, 16},
    {11, 10, 15, 15}, {12, 15, 13, 17}, {9, 17, 8, 8},    {20, 19, 11, 12}};

/* The last place that RANK had in any log. */
static int last_place(int rank)
{
    int last = 0;

    for (int place = 0; place < HEAD; place++)
        for (int log = 0; log < LOGS; log++)
            if (ranks[place][log] == rank)
                last = place;
    return last;
}

/* A rank that is not CHOSEN and would come too late anywhere beyond PLACE; 0:
 * there is none. */
static int due(const bool chosen[HEAD + 1], int place)
{
    for (int rank = 1; rank <= HEAD; rank++)
        if (!chosen[rank] && last_place(rank) <= place)
            return rank;
    return 0;
}

/* Gives each place a rank that it, or one before, had in some log; `of` 0, the
 * maximum, has TOP. */
static void draw_ranks(struct pt_random *random, int top, int of[HEAD])
{
    bool chosen[HEAD + 1] = {false};
    int pool[HEAD * LOGS], n = 0;

    for (int place = 0; place < HEAD; place++) {
        for (int log = 0; log < LOGS; log++)
            if (!chosen[ranks[place][log]] && ranks[place][log] != top)
                pool[n++] = ranks[place][log];
        int rank = place == 0 ? top : due(chosen, place);
        if (rank == 0) { /* the more popular one of two draws */
            int a = pool[pt_random_below(random, (uint32_t)n)];
            int b = pool[pt_random_below(random, (uint32_t)n)];
            rank = a < b ? a : b;
        }
        of[place] = rank;
        chosen[rank] = true;
        int kept = 0;
        for (int i = 0; i < n; i++)
            if (pool[i] != rank)
                pool[kept++] = pool[i];
        n = kept;
    }
}

static int descending(const void *left, const void *right)
{
    double a, b;

    a = *(const double *)left;
    b = *(const double *)right;
    return (a < b) - (a > b);
}

/* Percent of ranks 2 ... N, in their order, into PERCENT [N - 1]; returns that
 * of the maximum. */
static double head_percents(int32_t n, double top, double *percent)
{
    const double all = 100 * PT_TSAFRIR_HEAD_SHARE;
    double sum = 0;

    for (int32_t i = 0; i < n - 1; i++) {
        percent[i] = 14.0491 * exp(-0.177531 * (double)(i + 2)) + 0.462513;
        sum += percent[i];
    }
    if (!(top > 0))
        return all - sum;
    for (int32_t i = 0; i < n - 1; i++)
        percent[i] *= (all - 100 * top) / sum;
    qsort(percent, (size_t)(n - 1), sizeof *percent, descending);
    return 100 * top;
}

/* Who of the head has which share: by the order of drawn ranks. */
static void rate_head(struct draft *draft, double top, struct pt_random *random)
{
    double percent[HEAD];
    int of[HEAD], rank = 1;
    const int32_t n = draft->head;

    draft->value[0].percent = head_percents(n, top, percent);
    while (rank < n && percent[rank - 1] > draft->value[0].percent)
        rank++;
    draw_ranks(random, rank, of);
    for (int32_t i = 1; i < n; i++) {
        int before = 0;
        for (int32_t k = 1; k < n; k++)
            before += of[k] < of[i];
        draft->value[i].percent = percent[before];
    }
}

/* --- the tail --- */

/* Adds SECONDS, or a value next to it, if there is one that is new. */
static void add_near(struct draft *draft, int64_t seconds, int64_t max)
{
    static const int offsets[] = {0, 30, -30, 20, -20, 10, -10};

    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        int64_t at = seconds + offsets[i];
        if (at > 0 && at < max && !has(draft, at)) {
            add(draft, at);
            return;
        }
    }
}

static void make_tail(struct draft *draft, int32_t count, int64_t max)
{
    const double a = 1 + 12.1039 * pow((double)count, -0.6026);
    const int32_t n = count - draft->head;

    for (int32_t i = 1; i <= n; i++) {
        double x = (double)i / (double)n;
        double y = (a - 1) * x / (a - x);
        add_near(draft, MINUTE * llround(y * (double)max / MINUTE), max);
    }
}

/* Ranks from 21 on, to the tail's values at random. */
static void rate_tail(struct draft *draft, struct pt_random *random)
{
    const int32_t n = draft->n - draft->head;
    struct value *tail = draft->value + draft->head;
    const double all = 100 * (1 - PT_TSAFRIR_HEAD_SHARE);
    double sum = 0;

    for (int32_t i = 0; i < n; i++) {
        tail[i].percent = 795.6 * pow((double)(HEAD + 1 + i), -2.267);
        sum += tail[i].percent;
    }
    for (int32_t i = 0; i < n; i++)
        tail[i].percent *= all / sum;
    for (int32_t i = n - 1; i > 0; i--) {
        uint32_t k = pt_random_below(random, (uint32_t)(i + 1));
        double percent = tail[i].percent;
        tail[i].percent = tail[k].percent;
        tail[k].percent = percent;
    }
}

/* --- percents become jobs --- */

static int more_jobs(const void *left, const void *right)
{
    const struct pt_tsafrir *a = left, *b = right;

    if (a->jobs != b->jobs)
        return a->jobs > b->jobs ? -1 : 1;
    return (a->seconds > b->seconds) - (a->seconds < b->seconds);
}

static int earlier(const void *left, const void *right)
{
    const struct pt_tsafrir *a = left, *b = right;

    return (a->seconds > b->seconds) - (a->seconds < b->seconds);
}

/* By how much a value of JOBS changes, in the given attempt to get rid of a
 * difference that is SHARE of all. */
static int64_t step_of(int attempt, int64_t jobs, double share)
{
    const int64_t steps[] = {(int64_t)ceil(share * (double)jobs), 1, jobs - 1,
                             jobs};

    return steps[attempt];
}

/* Rounding has made OFF jobs too few, or too many if it is negative: changes
 * VALUES [N], the largest first, each by its share; if that is not enough, by
 * one; and then until one is left, or none. */
static void adjust(struct pt_tsafrir *values, int32_t n, int64_t off)
{
    const int64_t sign = off < 0 ? -1 : 1;
    int64_t sum = 0;

    off *= sign;
    for (int32_t i = 0; i < n; i++)
        sum += values[i].jobs;
    for (int attempt = 0; off > 0; attempt++) {
        double share = (double)off / (double)sum;
        pt_assert(attempt < 4);
        qsort(values, (size_t)n, sizeof *values, more_jobs);
        for (int32_t i = 0; i < n && off > 0; i++) {
            int64_t most = values[i].jobs - (attempt < 3);
            int64_t step = step_of(attempt, values[i].jobs, share);
            if (values[i].jobs == 0)
                continue;
            if (sign < 0 && step > most)
                step = most;
            step = step < off ? step : off;
            values[i].jobs += sign * step;
            off -= step;
        }
    }
}

int32_t pt_tsafrir_draw(int64_t jobs, int64_t max, double top,
                        struct pt_random *random,
                        struct pt_tsafrir values[PT_TSAFRIR_VALUES])
{
    struct draft draft = {.n = 0};
    const double fixed = 100 * top;
    int64_t left = jobs;
    double sum = -fixed;

    pt_assert(jobs >= 1 && max >= HOUR);
    pt_assert(top >= 0 && top < PT_TSAFRIR_HEAD_SHARE);
    make_head(&draft, max);
    rate_head(&draft, top, random);
    make_tail(&draft, pt_tsafrir_count(jobs), max);
    rate_tail(&draft, random);
    /* Where there is no tail, the head is all; a share that was asked for
     * stays. */
    for (int32_t i = 0; i < draft.n; i++)
        sum += draft.value[i].percent;
    for (int32_t i = 0; i < draft.n; i++) {
        double part =
            i == 0 && top > 0 ? top : draft.value[i].percent / sum * (1 - top);
        values[i] = (struct pt_tsafrir){.seconds = draft.value[i].seconds,
                                        .jobs = llround(part * (double)jobs)};
        if (values[i].jobs < 1)
            values[i].jobs = 1;
        left -= values[i].jobs;
    }
    adjust(values + (top > 0), draft.n - (top > 0), left);
    qsort(values, (size_t)draft.n, sizeof *values, earlier);
    return draft.n;
}
