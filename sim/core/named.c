#include "base/assert.h"
#include "base/vec.h"
#include "core/space.h"

/* A use of a node by one attempt, over time: running, or promised. */
struct booking {
    pt_time start, end;
    int32_t tasks;
    const struct pt_attempt *attempt;
};

struct node {
    struct pt_need free; /* now, promises left aside */
    bool down;
    struct booking *bookings;
    int32_t n, capacity;
};

struct named {
    struct pt_space space;
    struct node *node; /* [nodes] */
    enum pt_resource dominant;
    int32_t *room;           /* [nodes] */
    struct pt_range *shares; /* [nodes] */
    struct pt_alloc found;   /* the place that earliest() found */
    pt_time *instants;       /* at which capacity may grow */
    int32_t ninstants, instant_capacity;
};

static struct named *named_of(struct pt_space *space)
{
    return (struct named *)space;
}

static const struct named *const_of(const struct pt_space *space)
{
    return (const struct named *)space;
}

static struct pt_space *named_open(const struct pt_space_config *config)
{
    struct named *s = pt_alloc(1, sizeof *s);
    const struct pt_need *size = &config->size;

    s->dominant = size->amount[PT_CORES] > 0 ? PT_CORES : PT_GPUS;
    int64_t units = config->nodes * size->amount[s->dominant];
    pt_assert(units > 0);
    s->space = (struct pt_space){.ops = &pt_space_named,
                                 .config = *config,
                                 .now = INT64_MIN,
                                 .units = units,
                                 .free = units,
                                 .grain = 1};
    s->node = pt_alloc((size_t)config->nodes, sizeof *s->node);
    s->room = pt_alloc((size_t)config->nodes, sizeof *s->room);
    s->shares = pt_alloc((size_t)config->nodes, sizeof *s->shares);
    for (int32_t i = 0; i < config->nodes; i++)
        s->node[i].free = *size;
    return &s->space;
}

static void named_close(struct pt_space *space)
{
    struct named *s = named_of(space);

    for (int32_t i = 0; i < space->config.nodes; i++)
        pt_free(s->node[i].bookings);
    pt_free(s->node);
    pt_free(s->room);
    pt_free(s->shares);
    pt_free(s->found.ranges);
    pt_free(s->instants);
    pt_free(s);
}

static void named_advance(struct pt_space *space, pt_time now)
{
    space->now = now;
}

/* --- room --- */

/* Tasks with NEED that fit into FREE, at most INT32_MAX. */
static int32_t fit(const struct pt_need *free, const struct pt_need *need)
{
    int64_t most = INT32_MAX;

    for (int r = 0; r < PT_RESOURCES; r++) {
        if (need->amount[r] == 0)
            continue;
        int64_t n = free->amount[r] > 0 ? free->amount[r] / need->amount[r] : 0;
        most = n < most ? n : most;
    }
    return (int32_t)most;
}

static bool untouched(const struct pt_space_config *config,
                      const struct pt_need *free)
{
    for (int r = 0; r < PT_RESOURCES; r++)
        if (free->amount[r] != config->size.amount[r])
            return false;
    return true;
}

static int32_t room_in(const struct pt_space_config *config,
                       const struct pt_need *free, const struct pt_need *need)
{
    if (config->exclusive && !untouched(config, free))
        return 0;
    return fit(free, need);
}

static void charge(struct pt_need *free, const struct pt_need *need,
                   int64_t tasks)
{
    for (int r = 0; r < PT_RESOURCES; r++)
        free->amount[r] -= need->amount[r] * tasks;
}

/* What is left of NODE at AT, if ATTEMPT's own promise is left aside. */
static struct pt_need left_at(const struct named *s, const struct node *node,
                              pt_time at, const struct pt_attempt *attempt)
{
    struct pt_need left = s->space.config.size;

    for (int32_t i = 0; i < node->n; i++) {
        const struct booking *b = &node->bookings[i];
        if (b->start <= at && at < b->end && b->attempt != attempt)
            charge(&left, &b->attempt->spec->need, b->tasks);
    }
    return left;
}

/* Tasks of ATTEMPT that NODE has room for all through [from, until): the least
 * of what is left at FROM and wherever a booking begins. */
static int32_t node_room(const struct named *s, const struct node *node,
                         const struct pt_attempt *attempt, pt_time from,
                         pt_time until)
{
    const struct pt_space_config *config = &s->space.config;
    const struct pt_need *need = &attempt->spec->need;

    if (node->down)
        return 0;
    if (!config->promises)
        return room_in(config, &node->free, need);
    struct pt_need left = left_at(s, node, from, attempt);
    int32_t least = room_in(config, &left, need);
    if (from <= s->space.now) {
        int32_t room = room_in(config, &node->free, need);
        least = room < least ? room : least;
    }
    for (int32_t i = 0; i < node->n && least > 0; i++) {
        pt_time start = node->bookings[i].start;
        if (start <= from || start >= until)
            continue;
        left = left_at(s, node, start, attempt);
        int32_t room = room_in(config, &left, need);
        least = room < least ? room : least;
    }
    return least;
}

/* Fills the rooms of [from, until) and returns their sum. */
static int64_t rooms(struct named *s, const struct pt_attempt *attempt,
                     pt_time from, pt_time until)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < s->space.config.nodes; i++) {
        s->room[i] = node_room(s, &s->node[i], attempt, from, until);
        sum += s->room[i];
    }
    return sum;
}

static int64_t named_units(const struct pt_space *space,
                           const struct pt_stage *spec, int32_t ntasks)
{
    return spec->need.amount[const_of(space)->dominant] * ntasks;
}

static bool named_possible(const struct pt_space *space,
                           const struct pt_stage *spec, int32_t ntasks)
{
    int64_t each = fit(&space->config.size, &spec->need);

    return each * space->config.nodes >= ntasks;
}

static int64_t named_room(const struct pt_space *space,
                          const struct pt_attempt *attempt, int64_t max)
{
    const struct named *s = const_of(space);
    int64_t sum = 0;

    for (int32_t i = 0; i < space->config.nodes && sum < max; i++)
        if (!s->node[i].down)
            sum +=
                room_in(&space->config, &s->node[i].free, &attempt->spec->need);
    return sum < max ? sum : max;
}

static bool named_fits(struct pt_space *space, const struct pt_attempt *attempt,
                       int32_t ntasks)
{
    pt_time until = pt_time_add(space->now, attempt->entry.limit);

    if (named_room(space, attempt, ntasks) < ntasks)
        return false;
    return rooms(named_of(space), attempt, space->now, until) >= ntasks;
}

/* --- the future --- */

/* Ends of bookings in (now, bound), ascending, each once. */
static void list_instants(struct named *s, pt_time bound)
{
    s->ninstants = 0;
    for (int32_t i = 0; i < s->space.config.nodes; i++)
        for (int32_t k = 0; k < s->node[i].n; k++) {
            pt_time end = s->node[i].bookings[k].end;
            if (end <= s->space.now || end >= bound)
                continue;
            int32_t low = 0, high = s->ninstants;
            while (low < high) {
                int32_t middle = low + (high - low) / 2;
                if (s->instants[middle] < end)
                    low = middle + 1;
                else
                    high = middle;
            }
            if (low < s->ninstants && s->instants[low] == end)
                continue;
            pt_vec_push(s->instants, s->ninstants, s->instant_capacity, end);
            for (int32_t m = s->ninstants - 1; m > low; m--)
                s->instants[m] = s->instants[m - 1];
            s->instants[low] = end;
        }
}

/* Shares NTASKS out over the rooms that were found, into ALLOC. */
static void share_out(struct named *s, struct pt_alloc *alloc, int32_t ntasks)
{
    const struct pt_space_config *config = &s->space.config;
    int32_t n = config->place->place(config->place_state, s->room,
                                     config->nodes, ntasks, s->shares);

    for (int32_t i = 0; i < n; i++)
        pt_vec_push(alloc->ranges, alloc->n, alloc->capacity, s->shares[i]);
}

static pt_time named_earliest(struct pt_space *space,
                              struct pt_attempt *attempt, int32_t ntasks,
                              pt_time bound, pt_time reach)
{
    struct named *s = named_of(space);
    pt_time at = space->now;

    list_instants(s, reach < bound ? reach : bound);
    for (int32_t i = -1; i < s->ninstants; i++) {
        if (i >= 0)
            at = s->instants[i];
        if (at < bound &&
            rooms(s, attempt, at, pt_time_add(at, attempt->entry.limit)) >=
                ntasks) {
            s->found.n = 0;
            share_out(s, &s->found, ntasks);
            return at;
        }
    }
    /* A machine with nodes down may never have room: ask again when it has. */
    s->found.n = 0;
    return bound < PT_TIME_NEVER ? bound : PT_TIME_FAR;
}

static void add_booking(struct named *s, const struct pt_attempt *attempt,
                        const struct pt_range *share, pt_time start,
                        pt_time end)
{
    struct node *node = &s->node[share->first];

    if (!s->space.config.promises)
        return;
    pt_vec_push(node->bookings, node->n, node->capacity,
                ((struct booking){.start = start,
                                  .end = end,
                                  .tasks = share->count,
                                  .attempt = attempt}));
}

/* Takes ATTEMPT's bookings off the node, but keeps their order. */
static void drop_bookings(struct named *s, const struct pt_attempt *attempt,
                          int32_t number)
{
    struct node *node = &s->node[number];
    int32_t kept = 0;

    for (int32_t i = 0; i < node->n; i++)
        if (node->bookings[i].attempt != attempt)
            node->bookings[kept++] = node->bookings[i];
    node->n = kept;
}

static void named_book(struct pt_space *space, struct pt_attempt *attempt,
                       int32_t ntasks, pt_time at)
{
    struct named *s = named_of(space);
    struct pt_alloc swap = attempt->spot;

    (void)ntasks;
    attempt->spot = s->found;
    s->found = swap;
    for (int32_t i = 0; i < attempt->spot.n; i++)
        add_booking(s, attempt, &attempt->spot.ranges[i], at,
                    pt_time_add(at, attempt->entry.limit));
    space->promises++;
}

static void named_unbook(struct pt_space *space, struct pt_attempt *attempt,
                         int32_t ntasks)
{
    (void)ntasks;
    for (int32_t i = 0; i < attempt->spot.n; i++)
        drop_bookings(named_of(space), attempt, attempt->spot.ranges[i].first);
    attempt->spot.n = 0;
    space->promises--;
}

/* --- taking and giving --- */

static void named_take(struct pt_space *space, struct pt_attempt *attempt,
                       int32_t ntasks)
{
    struct named *s = named_of(space);
    int32_t first = attempt->alloc.n;
    pt_time until =
        attempt->until > space->now ? attempt->until : space->now + 1;

    if (rooms(s, attempt, space->now, until) < ntasks) {
        /* Held slots have no end: promises do not count against them. */
        for (int32_t i = 0; i < space->config.nodes; i++)
            s->room[i] = s->node[i].down
                             ? 0
                             : room_in(&space->config, &s->node[i].free,
                                       &attempt->spec->need);
    }
    share_out(s, &attempt->alloc, ntasks);
    for (int32_t i = first; i < attempt->alloc.n; i++) {
        const struct pt_range *share = &attempt->alloc.ranges[i];
        charge(&s->node[share->first].free, &attempt->spec->need, share->count);
        add_booking(s, attempt, share, space->now, attempt->until);
    }
    space->free -= named_units(space, attempt->spec, ntasks);
}

static void give_tasks(struct named *s, struct pt_attempt *attempt,
                       int32_t number, int32_t tasks)
{
    struct node *node = &s->node[number];
    int64_t units = named_units(&s->space, attempt->spec, tasks);

    charge(&node->free, &attempt->spec->need, -tasks);
    if (node->down)
        s->space.down += units;
    else
        s->space.free += units;
    for (int32_t i = 0, left = tasks; i < node->n && left > 0; i++) {
        struct booking *b = &node->bookings[i];
        if (b->attempt != attempt)
            continue;
        int32_t n = b->tasks < left ? b->tasks : left;
        b->tasks -= n;
        left -= n;
    }
    int32_t kept = 0;
    for (int32_t i = 0; i < node->n; i++)
        if (node->bookings[i].tasks > 0)
            node->bookings[kept++] = node->bookings[i];
    node->n = kept;
}

static void named_give(struct pt_space *space, struct pt_attempt *attempt,
                       int32_t task)
{
    struct named *s = named_of(space);
    int32_t index = 0;

    for (int32_t i = 0; i < attempt->alloc.n; i++) {
        const struct pt_range *share = &attempt->alloc.ranges[i];
        for (int32_t k = 0; k < share->count; k++, index++)
            if (task < 0 ? !pt_attempt_has_ended(attempt, index)
                         : index == task)
                give_tasks(s, attempt, share->first, 1);
    }
    if (attempt->until > space->now) {
        space->gained = true;
        space->gain_end = PT_TIME_NEVER;
    }
}

static void named_extend(struct pt_space *space, struct pt_attempt *attempt,
                         pt_time until)
{
    struct named *s = named_of(space);

    for (int32_t i = 0; i < attempt->alloc.n; i++) {
        struct node *node = &s->node[attempt->alloc.ranges[i].first];
        for (int32_t k = 0; k < node->n; k++)
            if (node->bookings[k].attempt == attempt)
                node->bookings[k].end = until;
    }
    attempt->until = until;
}

static bool short_at(const struct named *s, const struct node *node, pt_time at)
{
    struct pt_need left = left_at(s, node, at, NULL);

    for (int r = 0; r < PT_RESOURCES; r++)
        if (left.amount[r] < 0)
            return true;
    return false;
}

/* Whether two attempts are to have NODE at the same time. */
static bool is_shared(const struct named *s, const struct node *node)
{
    for (int32_t k = 0; k < node->n; k++)
        for (int32_t m = 0; m < k; m++) {
            const struct booking *a = &node->bookings[k];
            const struct booking *b = &node->bookings[m];
            if (a->attempt != b->attempt && a->start < b->end &&
                b->start < a->end && a->end > s->space.now &&
                b->end > s->space.now)
                return true;
        }
    return false;
}

static bool named_overbooked(const struct pt_space *space)
{
    const struct named *s = const_of(space);

    for (int32_t i = 0; space->promises > 0 && i < space->config.nodes; i++) {
        const struct node *node = &s->node[i];
        if (space->config.exclusive && is_shared(s, node))
            return true;
        for (int32_t k = 0; k < node->n; k++)
            if (short_at(s, node,
                         node->bookings[k].start > space->now
                             ? node->bookings[k].start
                             : space->now))
                return true;
    }
    return false;
}

/* --- nodes --- */

static bool named_touches(const struct pt_space *space,
                          const struct pt_attempt *attempt, int32_t node)
{
    (void)space;
    for (int32_t i = 0; i < attempt->alloc.n; i++)
        if (attempt->alloc.ranges[i].first == node)
            return true;
    return false;
}

static void named_node_down(struct pt_space *space, int32_t node)
{
    struct named *s = named_of(space);
    int64_t idle = s->node[node].free.amount[s->dominant];

    if (s->node[node].down)
        return;
    s->node[node].down = true;
    space->free -= idle;
    space->down += idle;
}

static void named_node_up(struct pt_space *space, int32_t node)
{
    struct named *s = named_of(space);
    int64_t idle = s->node[node].free.amount[s->dominant];

    if (!s->node[node].down)
        return;
    s->node[node].down = false;
    space->free += idle;
    space->down -= idle;
    space->gained = true;
    space->gain_end = PT_TIME_NEVER;
}

/* Neighbouring nodes make one range. */
static void named_ranges(const struct pt_space *space,
                         const struct pt_alloc *alloc, struct pt_alloc *out)
{
    int32_t first = out->n;

    (void)space;
    for (int32_t i = 0; i < alloc->n; i++) {
        int32_t node = alloc->ranges[i].first, at = out->n;
        bool known = false;
        for (int32_t k = first; k < out->n; k++)
            known =
                known || (out->ranges[k].first <= node &&
                          node < out->ranges[k].first + out->ranges[k].count);
        if (known)
            continue;
        if (at > first &&
            out->ranges[at - 1].first + out->ranges[at - 1].count == node)
            out->ranges[at - 1].count++;
        else
            pt_vec_push(out->ranges, out->n, out->capacity,
                        ((struct pt_range){.first = node, .count = 1}));
    }
}

static void named_check(const struct pt_space *space)
{
    const struct named *s = const_of(space);
    int64_t free = 0, down = 0;

    for (int32_t i = 0; i < space->config.nodes; i++) {
        const struct node *node = &s->node[i];
        for (int r = 0; r < PT_RESOURCES; r++)
            pt_assert(node->free.amount[r] >= 0 &&
                      node->free.amount[r] <= space->config.size.amount[r]);
        if (node->down)
            down += node->free.amount[s->dominant];
        else
            free += node->free.amount[s->dominant];
    }
    pt_assert(free == space->free && down == space->down);
}

const struct pt_space_ops pt_space_named = {.open = named_open,
                                            .close = named_close,
                                            .advance = named_advance,
                                            .units = named_units,
                                            .possible = named_possible,
                                            .room = named_room,
                                            .fits = named_fits,
                                            .earliest = named_earliest,
                                            .book = named_book,
                                            .unbook = named_unbook,
                                            .take = named_take,
                                            .give = named_give,
                                            .extend = named_extend,
                                            .overbooked = named_overbooked,
                                            .touches = named_touches,
                                            .node_down = named_node_down,
                                            .node_up = named_node_up,
                                            .ranges = named_ranges,
                                            .check = named_check};
