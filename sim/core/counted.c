#include "core/counted.h"

#include <string.h>

#include "base/assert.h"
#include "base/vec.h"

/* Where the last search for a place failed.  It is good until the profile
 * changes: in a pass over a long queue, most ask for the same again. */
struct memory {
    bool good;
    int64_t n;
    pt_time length, bound;
    struct pt_cursor cursor;
};

struct counted {
    struct pt_space space;
    struct pt_profile profile;
    struct memory failed;
    int32_t per_node; /* units a node */
    int32_t words;
    uint64_t *busy, *down; /* bit per unit */
    int32_t hint;          /* no free unit in words below it */
    int32_t *room;         /* [nodes] for the placement */
    struct pt_range *shares;
};

static struct counted *counted_of(struct pt_space *space)
{
    return (struct counted *)space;
}

static const struct counted *const_of(const struct pt_space *space)
{
    return (const struct counted *)space;
}

const struct pt_profile *pt_counted_profile(const struct pt_space *space)
{
    return space->config.promises && !space->config.named
               ? &const_of(space)->profile
               : NULL;
}

static struct pt_space *counted_open(const struct pt_space_config *config)
{
    struct counted *c = pt_alloc(1, sizeof *c);
    int64_t cores = config->size.amount[PT_CORES] / 1000;
    int64_t per_node = config->exclusive ? 1 : cores;
    int64_t units = per_node * config->nodes;

    pt_assert(cores >= 1 && units <= INT32_MAX);
    c->space =
        (struct pt_space){.ops = &pt_space_counted,
                          .config = *config,
                          .now = INT64_MIN,
                          .units = units,
                          .free = units,
                          .grain = config->exclusive ? cores * 1000 : 1000};
    c->per_node = (int32_t)per_node;
    c->words = (int32_t)((units + 63) / 64);
    c->busy = pt_alloc((size_t)c->words, sizeof *c->busy);
    c->down = pt_alloc((size_t)c->words, sizeof *c->down);
    if (units % 64)
        c->busy[c->words - 1] = ~UINT64_C(0) << (units % 64);
    c->room = pt_alloc((size_t)config->nodes, sizeof *c->room);
    c->shares = pt_alloc((size_t)config->nodes, sizeof *c->shares);
    pt_profile_init(&c->profile, units);
    return &c->space;
}

static void counted_close(struct pt_space *space)
{
    struct counted *c = counted_of(space);

    pt_profile_fini(&c->profile);
    pt_free(c->busy);
    pt_free(c->down);
    pt_free(c->room);
    pt_free(c->shares);
    pt_free(c);
}

static void counted_advance(struct pt_space *space, pt_time now)
{
    space->now = now;
    if (!space->config.promises)
        return;
    pt_profile_advance(&counted_of(space)->profile, now);
    counted_of(space)->failed.good = false;
}

static int64_t counted_units(const struct pt_space *space,
                             const struct pt_stage *spec, int32_t ntasks)
{
    int64_t cores = space->config.size.amount[PT_CORES] / 1000;

    (void)spec;
    return space->config.exclusive ? (ntasks + cores - 1) / cores : ntasks;
}

static bool counted_possible(const struct pt_space *space,
                             const struct pt_stage *spec, int32_t ntasks)
{
    pt_assert(spec->need.amount[PT_CORES] == 1000);
    return counted_units(space, spec, ntasks) <= space->units;
}

/* Units for NTASKS more of ATTEMPT: on nodes of its own it fills up what it has
 * before it takes another. */
static int64_t more_units(const struct pt_space *space,
                          const struct pt_attempt *attempt, int32_t ntasks)
{
    int32_t placed = attempt->placed;

    return counted_units(space, attempt->spec, placed + ntasks) -
           (placed > 0 ? counted_units(space, attempt->spec, placed) : 0);
}

static int64_t counted_room(const struct pt_space *space,
                            const struct pt_attempt *attempt, int64_t max)
{
    int64_t room = space->free, placed = attempt->placed;
    int64_t cores = space->config.size.amount[PT_CORES] / 1000;

    if (space->config.exclusive)
        room = (room + (placed + cores - 1) / cores) * cores - placed;
    return room < max ? room : max;
}

static bool counted_fits(struct pt_space *space,
                         const struct pt_attempt *attempt, int32_t ntasks)
{
    int64_t n = counted_units(space, attempt->spec, ntasks);

    if (n > space->free)
        return false;
    if (space->promises == 0)
        return true;
    pt_time end = pt_time_add(space->now, attempt->entry.limit);
    if (attempt->booked && attempt->entry.promise < end)
        end = attempt->entry.promise;
    struct pt_cursor cursor;
    pt_profile_here(&counted_of(space)->profile, &cursor);
    pt_profile_fall(&counted_of(space)->profile, &cursor, n);
    return end <= space->now || cursor.at >= end;
}

static pt_time counted_earliest(struct pt_space *space,
                                struct pt_attempt *attempt, int32_t ntasks,
                                pt_time bound, pt_time reach)
{
    struct counted *c = counted_of(space);
    struct memory *failed = &c->failed;
    int64_t n = counted_units(space, attempt->spec, ntasks);
    pt_time length = attempt->entry.limit;

    if (!failed->good || n < failed->n || length < failed->length ||
        bound < failed->bound)
        pt_profile_here(&c->profile, &failed->cursor);
    pt_time at = pt_profile_earlier(&c->profile, n, length, bound, reach,
                                    &failed->cursor);
    failed->good = at == bound;
    failed->n = n;
    failed->length = length;
    failed->bound = bound;
    return at < PT_TIME_NEVER ? at : PT_TIME_FAR;
}

/* More or fewer units in the future of a machine that keeps one. */
static void reserve(struct counted *c, pt_time from, pt_time until, int64_t n)
{
    if (!c->space.config.promises)
        return;
    pt_profile_add(&c->profile, from, until, n);
    c->failed.good = false;
}

static void counted_book(struct pt_space *space, struct pt_attempt *attempt,
                         int32_t ntasks, pt_time at)
{
    reserve(counted_of(space), at, pt_time_add(at, attempt->entry.limit),
            -counted_units(space, attempt->spec, ntasks));
    space->promises++;
}

static void counted_unbook(struct pt_space *space, struct pt_attempt *attempt,
                           int32_t ntasks)
{
    pt_time at = attempt->entry.promise;

    reserve(counted_of(space), at, pt_time_add(at, attempt->entry.limit),
            counted_units(space, attempt->spec, ntasks));
    space->promises--;
}

/* Appends units [first, first + count), joined to a range that ends there. */
static void append(struct pt_alloc *alloc, int32_t first, int32_t count)
{
    struct pt_range *last = alloc->n > 0 ? &alloc->ranges[alloc->n - 1] : NULL;

    if (last && last->first + last->count == first)
        last->count += count;
    else
        pt_vec_push(alloc->ranges, alloc->n, alloc->capacity,
                    ((struct pt_range){.first = first, .count = count}));
}

/* Takes the N lowest free units in [from, until); returns how many it got. */
static int32_t take_lowest(struct counted *c, struct pt_alloc *alloc,
                           int32_t from, int32_t until, int32_t n)
{
    int32_t wanted = n;

    for (int32_t word = from / 64; n > 0 && word < c->words; word++) {
        uint64_t open = ~(c->busy[word] | c->down[word]);
        if (word == from / 64)
            open &= ~UINT64_C(0) << (from % 64);
        if (until < 64 * (word + 1))
            open &= until > 64 * word
                        ? ~UINT64_C(0) >> (64 * (word + 1) - until)
                        : 0;
        while (open && n > 0) {
            int32_t bit = __builtin_ctzll(open);
            uint64_t tail = ~(open >> bit);
            int32_t run = tail ? __builtin_ctzll(tail) : 64;
            run = run < n ? run : n;
            uint64_t mask = (run < 64 ? (UINT64_C(1) << run) - 1 : ~UINT64_C(0))
                            << bit;
            c->busy[word] |= mask;
            open &= ~mask;
            append(alloc, 64 * word + bit, run);
            n -= run;
        }
        if (64 * (word + 1) >= until)
            break;
    }
    return wanted - n;
}

/* So many bits of WORDS are set in [from, from + count). */
static int32_t count_bits(const uint64_t *words, int32_t from, int32_t count)
{
    int32_t n = 0;

    for (int32_t i = from; i < from + count;) {
        int32_t step = 64 - i % 64;
        if (step > from + count - i)
            step = from + count - i;
        uint64_t mask = step < 64 ? (UINT64_C(1) << step) - 1 : ~UINT64_C(0);
        n += __builtin_popcountll((words[i / 64] >> (i % 64)) & mask);
        i += step;
    }
    return n;
}

static int32_t node_room(const struct counted *c, int32_t node)
{
    int32_t first = node * c->per_node;

    if (c->down[first / 64] >> (first % 64) & 1)
        return 0;
    return c->per_node - count_bits(c->busy, first, c->per_node);
}

static void take_placed(struct counted *c, struct pt_alloc *alloc, int32_t n)
{
    const struct pt_space_config *config = &c->space.config;

    for (int32_t node = 0; node < config->nodes; node++)
        c->room[node] = node_room(c, node);
    int32_t shares = config->place->place(config->place_state, c->room, NULL,
                                          config->nodes, n, c->shares);
    for (int32_t i = 0; i < shares; i++) {
        int32_t first = c->shares[i].first * c->per_node;
        n -= take_lowest(c, alloc, first, first + c->per_node,
                         c->shares[i].count);
    }
    pt_assert(n == 0);
}

static void counted_take(struct pt_space *space, struct pt_attempt *attempt,
                         int32_t ntasks)
{
    struct counted *c = counted_of(space);
    int64_t units = more_units(space, attempt, ntasks);
    int32_t n = (int32_t)units;

    pt_assert(n <= space->free);
    if (n == 0)
        return;
    if (space->config.place->lowest) {
        while (c->hint < c->words - 1 &&
               !~(c->busy[c->hint] | c->down[c->hint]))
            c->hint++;
        n -= take_lowest(c, &attempt->alloc, 64 * c->hint,
                         (int32_t)space->units, n);
        pt_assert(n == 0);
    } else {
        take_placed(c, &attempt->alloc, n);
    }
    space->free -= units;
    reserve(c, space->now, attempt->until, -units);
}

/* Units [first, first + count) are not taken any more; the result is how many
 * of them are free: the others are on nodes that are down. */
static int32_t put_back(struct counted *c, int32_t first, int32_t count)
{
    int32_t down = count_bits(c->down, first, count);

    for (int32_t i = first; i < first + count;) {
        int32_t step = 64 - i % 64;
        if (step > first + count - i)
            step = first + count - i;
        uint64_t mask = step < 64 ? (UINT64_C(1) << step) - 1 : ~UINT64_C(0);
        pt_assert((~c->busy[i / 64] >> (i % 64) & mask) == 0);
        c->busy[i / 64] &= ~(mask << (i % 64));
        i += step;
    }
    if (first / 64 < c->hint)
        c->hint = first / 64;
    c->space.free += count - down;
    c->space.down += down;
    return count - down;
}

/* The unit of the attempt's TASK: units are in order of task. */
static int32_t unit_of(const struct pt_attempt *attempt, int32_t task)
{
    const struct pt_range *range = attempt->alloc.ranges;

    while (task >= range->count)
        task -= range++->count;
    return range->first + task;
}

static void counted_give(struct pt_space *space, struct pt_attempt *attempt,
                         int32_t task)
{
    struct counted *c = counted_of(space);
    int64_t units = 0, free = 0;

    if (task >= 0) {
        pt_assert(!space->config.exclusive);
        units = 1;
        free = put_back(c, unit_of(attempt, task), 1);
    } else if (attempt->gone == 0) {
        for (int32_t i = 0; i < attempt->alloc.n; i++) {
            const struct pt_range *range = &attempt->alloc.ranges[i];
            units += range->count;
            free += put_back(c, range->first, range->count);
        }
    } else {
        for (int32_t i = 0; i < attempt->placed; i++) {
            if (pt_attempt_has_ended(attempt, i))
                continue;
            units++;
            free += put_back(c, unit_of(attempt, i), 1);
        }
    }
    reserve(c, space->now, attempt->until, units);
    reserve(c, space->now, PT_TIME_NEVER, free - units);
    if (attempt->until > space->now) {
        space->gained = true;
        if (attempt->until > space->gain_end)
            space->gain_end = attempt->until;
    }
}

static void counted_extend(struct pt_space *space, struct pt_attempt *attempt,
                           pt_time until)
{
    int64_t units =
        counted_units(space, attempt->spec, attempt->placed - attempt->gone);

    reserve(counted_of(space), attempt->until, until, -units);
    reserve(counted_of(space), until, attempt->until, units);
    attempt->until = until;
}

static bool counted_overbooked(const struct pt_space *space)
{
    const struct counted *c = const_of(space);

    return space->promises > 0 &&
           pt_profile_below(&c->profile, space->now, 0, NULL) != PT_TIME_NEVER;
}

static bool counted_touches(const struct pt_space *space,
                            const struct pt_attempt *attempt, int32_t node)
{
    const struct counted *c = const_of(space);
    int32_t first = node * c->per_node, end = first + c->per_node;

    for (int32_t i = 0; i < attempt->alloc.n; i++) {
        const struct pt_range *range = &attempt->alloc.ranges[i];
        if (range->first < end && range->first + range->count > first)
            return true;
    }
    return false;
}

static void counted_node_down(struct pt_space *space, int32_t node)
{
    struct counted *c = counted_of(space);
    int32_t first = node * c->per_node;

    pt_assert(node >= 0 && node < space->config.nodes);
    int32_t idle = node_room(c, node);
    for (int32_t unit = first; unit < first + c->per_node; unit++)
        c->down[unit / 64] |= UINT64_C(1) << (unit % 64);
    space->free -= idle;
    space->down += idle;
    reserve(c, space->now, PT_TIME_NEVER, -idle);
}

static void counted_node_up(struct pt_space *space, int32_t node)
{
    struct counted *c = counted_of(space);
    int32_t first = node * c->per_node;

    pt_assert(node >= 0 && node < space->config.nodes);
    if (!(c->down[first / 64] >> (first % 64) & 1))
        return;
    for (int32_t unit = first; unit < first + c->per_node; unit++)
        c->down[unit / 64] &= ~(UINT64_C(1) << (unit % 64));
    int32_t idle = node_room(c, node);
    space->free += idle;
    space->down -= idle;
    c->hint = first / 64 < c->hint ? first / 64 : c->hint;
    reserve(c, space->now, PT_TIME_NEVER, idle);
    space->gained = true;
    space->gain_end = PT_TIME_NEVER;
}

static int64_t counted_untaken(const struct pt_space *space, int32_t node)
{
    const struct counted *c = const_of(space);
    int32_t first = node * c->per_node;

    return c->per_node - count_bits(c->busy, first, c->per_node);
}

static void counted_ranges(const struct pt_space *space,
                           const struct pt_alloc *alloc, struct pt_alloc *out)
{
    int32_t width = space->config.exclusive
                        ? (int32_t)(space->config.size.amount[PT_CORES] / 1000)
                        : 1;

    pt_vec_reserve(out->ranges, out->capacity, out->n + alloc->n);
    for (int32_t i = 0; i < alloc->n; i++)
        out->ranges[out->n++] =
            (struct pt_range){.first = alloc->ranges[i].first * width,
                              .count = alloc->ranges[i].count * width};
}

static void counted_check(const struct pt_space *space)
{
    const struct counted *c = const_of(space);
    int64_t busy = 0, down = 0;

    for (int32_t unit = 0; unit < space->units; unit++) {
        bool is_busy = c->busy[unit / 64] >> (unit % 64) & 1;
        busy += is_busy;
        down += !is_busy && (c->down[unit / 64] >> (unit % 64) & 1);
    }
    pt_assert(space->free == space->units - busy - down);
    pt_assert(space->down == down);
}

const struct pt_space_ops pt_space_counted = {.open = counted_open,
                                              .close = counted_close,
                                              .advance = counted_advance,
                                              .units = counted_units,
                                              .possible = counted_possible,
                                              .room = counted_room,
                                              .fits = counted_fits,
                                              .earliest = counted_earliest,
                                              .book = counted_book,
                                              .unbook = counted_unbook,
                                              .take = counted_take,
                                              .give = counted_give,
                                              .extend = counted_extend,
                                              .overbooked = counted_overbooked,
                                              .touches = counted_touches,
                                              .node_down = counted_node_down,
                                              .node_up = counted_node_up,
                                              .untaken = counted_untaken,
                                              .ranges = counted_ranges,
                                              .check = counted_check};
