#include "core/named.h"

#include <string.h>

#include "base/assert.h"
#include "base/vec.h"
#include "core/node.h"

struct named {
    struct pt_space space;
    struct pt_node_book *node; /* [nodes] */
    struct pt_node *own;       /* [nodes] as configured, or NULL */
    enum pt_resource dominant;
    bool shares_gpus;        /* some task asked for a part of one */
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

    s->space = (struct pt_space){.ops = &pt_space_named,
                                 .config = *config,
                                 .now = INT64_MIN,
                                 .grain = 1};
    s->node = pt_alloc((size_t)config->nodes, sizeof *s->node);
    s->room = pt_alloc((size_t)config->nodes, sizeof *s->room);
    s->shares = pt_alloc((size_t)config->nodes, sizeof *s->shares);
    if (config->node) {
        s->own = pt_alloc((size_t)config->nodes, sizeof *s->own);
        memcpy(s->own, config->node, (size_t)config->nodes * sizeof *s->own);
        s->space.config.node = s->own;
    }
    s->dominant = PT_GPUS;
    for (int32_t i = 0; i < config->nodes; i++) {
        pt_node_open(&s->node[i], &s->space.config, i);
        if (s->node[i].size->amount[PT_CORES] > 0)
            s->dominant = PT_CORES;
    }
    for (int32_t i = 0; i < config->nodes; i++) {
        int64_t units = s->node[i].size->amount[s->dominant];
        s->space.units += units;
        s->space.down += s->node[i].down ? units : 0;
    }
    pt_assert(s->space.units > 0);
    s->space.free = s->space.units - s->space.down;
    return &s->space;
}

static void named_close(struct pt_space *space)
{
    struct named *s = named_of(space);

    for (int32_t i = 0; i < space->config.nodes; i++)
        pt_node_close(&s->node[i]);
    pt_free(s->node);
    pt_free(s->own);
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

/* Fills the rooms of [from, until) and returns their sum; or what it was when
 * it was seen that it stays below NTASKS. */
static int64_t rooms(struct named *s, const struct pt_attempt *attempt,
                     pt_time from, pt_time until, int32_t ntasks)
{
    const struct pt_space_config *config = &s->space.config;
    int64_t sum = 0, most = config->node
                                ? INT32_MAX
                                : pt_node_most(&s->node[0], attempt->spec);

    for (int32_t i = 0; i < config->nodes; i++) {
        if (sum + most * (config->nodes - i) < ntasks)
            break;
        s->room[i] = pt_node_room(&s->node[i], &s->space, attempt, from, until);
        sum += s->room[i];
    }
    return sum;
}

static int64_t named_units(const struct pt_space *space,
                           const struct pt_stage *spec, int32_t ntasks)
{
    return pt_node_taken(&spec->need, const_of(space)->dominant) * ntasks;
}

static bool named_possible(const struct pt_space *space,
                           const struct pt_stage *spec, int32_t ntasks)
{
    const struct named *s = const_of(space);
    int64_t sum = 0;

    for (int32_t i = 0; i < space->config.nodes && sum < ntasks; i++)
        sum += pt_node_most(&s->node[i], spec);
    return sum >= ntasks;
}

static int64_t named_room(const struct pt_space *space,
                          const struct pt_attempt *attempt, int64_t max)
{
    const struct named *s = const_of(space);
    int64_t sum = 0;

    for (int32_t i = 0; i < space->config.nodes && sum < max; i++)
        sum += pt_node_room_now(&s->node[i], space, attempt);
    return sum < max ? sum : max;
}

/* --- the future --- */

static void add_instant(struct named *s, pt_time at, pt_time bound)
{
    int32_t low = 0, high = s->ninstants;

    if (at <= s->space.now || at >= bound)
        return;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (s->instants[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < s->ninstants && s->instants[low] == at)
        return;
    pt_vec_push(s->instants, s->ninstants, s->instant_capacity, at);
    for (int32_t m = s->ninstants - 1; m > low; m--)
        s->instants[m] = s->instants[m - 1];
    s->instants[low] = at;
}

/* Ends of bookings and of notices in (now, bound), ascending, each once. */
static void list_instants(struct named *s, pt_time bound)
{
    s->ninstants = 0;
    for (int32_t i = 0; i < s->space.config.nodes; i++) {
        const struct pt_node_book *node = &s->node[i];
        for (int32_t k = 0; k < node->n; k++)
            add_instant(s, node->bookings[k].end, bound);
        if (node->since < node->until)
            add_instant(s, node->until, bound);
    }
}

/* Shares NTASKS out over the rooms that were found, into ALLOC. */
static void share_out(struct named *s, struct pt_alloc *alloc, int32_t ntasks)
{
    const struct pt_space_config *config = &s->space.config;
    int32_t n = config->place->place(config->place_state, s->room, config->node,
                                     config->nodes, ntasks, s->shares);

    for (int32_t i = 0; i < n; i++)
        pt_vec_push(alloc->ranges, alloc->n, alloc->capacity, s->shares[i]);
}

/* A count of GPUs is all there is to know until a task asks for a part of one.
 */
static void name_gpus(struct named *s, const struct pt_attempt *attempt)
{
    int64_t gpus = attempt->spec->need.amount[PT_GPUS];

    if (s->shares_gpus || !pt_devices_is_part(gpus))
        return;
    s->shares_gpus = true;
    for (int32_t i = 0; i < s->space.config.nodes; i++)
        pt_node_name(&s->node[i]);
}

static bool named_fits(struct pt_space *space, const struct pt_attempt *attempt,
                       int32_t ntasks)
{
    pt_time until = pt_time_add(space->now, attempt->entry.limit);

    name_gpus(named_of(space), attempt);
    if (named_room(space, attempt, ntasks) < ntasks)
        return false;
    return rooms(named_of(space), attempt, space->now, until, ntasks) >= ntasks;
}

static bool named_fits_on(struct pt_space *space,
                          const struct pt_attempt *attempt, int32_t node)
{
    struct named *s = named_of(space);

    name_gpus(s, attempt);
    return pt_node_room(&s->node[node], space, attempt, space->now,
                        pt_time_add(space->now, attempt->entry.limit)) > 0;
}

static pt_time named_earliest(struct pt_space *space,
                              struct pt_attempt *attempt, int32_t ntasks,
                              pt_time bound, pt_time reach)
{
    struct named *s = named_of(space);
    pt_time at = space->now;

    name_gpus(s, attempt);
    list_instants(s, reach < bound ? reach : bound);
    for (int32_t i = -1; i < s->ninstants; i++) {
        if (i >= 0)
            at = s->instants[i];
        if (at < bound &&
            rooms(s, attempt, at, pt_time_add(at, attempt->entry.limit),
                  ntasks) >= ntasks) {
            s->found.n = 0;
            share_out(s, &s->found, ntasks);
            return at;
        }
    }
    /* A machine with nodes down may never have room: ask again when it has. */
    s->found.n = 0;
    return bound < PT_TIME_NEVER ? bound : PT_TIME_FAR;
}

static void named_book(struct pt_space *space, struct pt_attempt *attempt,
                       int32_t ntasks, pt_time at)
{
    struct named *s = named_of(space);
    struct pt_alloc swap = attempt->spot;

    (void)ntasks;
    attempt->spot = s->found;
    s->found = swap;
    for (int32_t i = 0; i < attempt->spot.n; i++) {
        const struct pt_range *share = &attempt->spot.ranges[i];
        pt_node_promise(&s->node[share->first], space, attempt, share->count,
                        at, pt_time_add(at, attempt->entry.limit));
    }
    space->promises++;
}

static void named_unbook(struct pt_space *space, struct pt_attempt *attempt,
                         int32_t ntasks)
{
    struct named *s = named_of(space);

    (void)ntasks;
    for (int32_t i = 0; i < attempt->spot.n; i++)
        pt_node_unpromise(&s->node[attempt->spot.ranges[i].first], attempt);
    attempt->spot.n = 0;
    space->promises--;
}

/* --- taking and giving --- */

/* Takes what SHARE says, for tasks of ATTEMPT from its task FIRST on. */
static void take_share(struct named *s, const struct pt_attempt *attempt,
                       const struct pt_range *share, int32_t first)
{
    pt_node_take(&s->node[share->first], &s->space, attempt, first,
                 share->count);
    s->space.free -= named_units(&s->space, attempt->spec, share->count);
}

static int32_t count(const struct pt_alloc *alloc)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < alloc->n; i++)
        sum += alloc->ranges[i].count;
    return sum;
}

static void named_take(struct pt_space *space, struct pt_attempt *attempt,
                       int32_t ntasks)
{
    struct named *s = named_of(space);
    int32_t first = attempt->alloc.n, task = count(&attempt->alloc);
    pt_time until =
        attempt->until > space->now ? attempt->until : space->now + 1;

    name_gpus(s, attempt);
    if (rooms(s, attempt, space->now, until, ntasks) < ntasks) {
        /* Held slots have no end: promises do not count against them. */
        for (int32_t i = 0; i < space->config.nodes; i++)
            s->room[i] = pt_node_room_now(&s->node[i], space, attempt);
    }
    share_out(s, &attempt->alloc, ntasks);
    for (int32_t i = first; i < attempt->alloc.n; i++) {
        const struct pt_range *share = &attempt->alloc.ranges[i];
        take_share(s, attempt, share, task);
        task += share->count;
    }
}

static void named_take_on(struct pt_space *space, struct pt_attempt *attempt,
                          int32_t node)
{
    struct named *s = named_of(space);
    struct pt_alloc *alloc = &attempt->alloc;
    const struct pt_range share = {.first = node, .count = 1};

    name_gpus(s, attempt);
    pt_assert(pt_node_room_now(&s->node[node], space, attempt) > 0);
    take_share(s, attempt, &share,
               attempt->spec->need.amount[PT_GPUS] > 0 ? count(alloc) : 0);
    if (alloc->n > 0 && alloc->ranges[alloc->n - 1].first == node)
        alloc->ranges[alloc->n - 1].count++;
    else
        pt_vec_push(alloc->ranges, alloc->n, alloc->capacity, share);
}

/* Gives TASK of ATTEMPT back to the node that it is on. */
static void give_task(struct named *s, struct pt_attempt *attempt,
                      int32_t number, int32_t task)
{
    struct pt_node_book *node = &s->node[number];
    int64_t units = named_units(&s->space, attempt->spec, 1);

    pt_node_give(node, attempt, task);
    if (node->down)
        s->space.down += units;
    else
        s->space.free += units;
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
                give_task(s, attempt, share->first, index);
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

    for (int32_t i = 0; i < attempt->alloc.n; i++)
        pt_node_extend(&s->node[attempt->alloc.ranges[i].first], attempt,
                       until);
    attempt->until = until;
}

static bool named_overbooked(const struct pt_space *space)
{
    const struct named *s = const_of(space);

    for (int32_t i = 0; space->promises > 0 && i < space->config.nodes; i++)
        if (pt_node_overbooked(&s->node[i], space))
            return true;
    return false;
}

/* --- nodes --- */

static int64_t named_slots(const struct pt_space *space,
                           const struct pt_stage *spec, int32_t number,
                           enum pt_slots which)
{
    return pt_node_slots(&const_of(space)->node[number], space, spec, which);
}

static bool named_touches(const struct pt_space *space,
                          const struct pt_attempt *attempt, int32_t node)
{
    return pt_node_touched(&const_of(space)->node[node], attempt);
}

int32_t pt_named_devices(const struct pt_space *space,
                         const struct pt_attempt *attempt, int32_t task,
                         int32_t *devices, int32_t max)
{
    int32_t i = 0, n = 0;

    pt_assert(space->ops == &pt_space_named && task >= 0);
    for (int32_t end = 0; i < attempt->alloc.n; i++) {
        end += attempt->alloc.ranges[i].count;
        if (task < end)
            break;
    }
    pt_assert(i < attempt->alloc.n);
    const struct pt_devices *all =
        &const_of(space)->node[attempt->alloc.ranges[i].first].devices;
    for (int32_t k = 0; k < all->ngrants; k++) {
        const struct pt_grant *g = &all->grants[k];
        if (g->attempt != attempt || g->task != task)
            continue;
        if (n < max)
            devices[n] = g->device;
        n++;
    }
    return n;
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

static void named_node_notice(struct pt_space *space, int32_t number,
                              pt_time since, pt_time until)
{
    struct pt_node_book *node = &named_of(space)->node[number];

    space->notices -= node->since < node->until;
    node->since = since;
    node->until = until;
    space->notices += since < until;
}

static void named_node_up(struct pt_space *space, int32_t node)
{
    struct named *s = named_of(space);
    int64_t idle = s->node[node].free.amount[s->dominant];

    if (!s->node[node].down)
        return;
    s->node[node].down = false;
    if (s->node[node].since <= space->now)
        named_node_notice(space, node, 0, 0);
    space->free += idle;
    space->down -= idle;
    space->gained = true;
    space->gain_end = PT_TIME_NEVER;
}

static int64_t named_untaken(const struct pt_space *space, int32_t node)
{
    const struct named *s = const_of(space);

    return s->node[node].free.amount[s->dominant];
}

static bool named_noticed(const struct pt_space *space,
                          const struct pt_attempt *attempt)
{
    const struct named *s = const_of(space);

    for (int32_t i = 0; i < attempt->alloc.n; i++)
        if (pt_node_noticed(&s->node[attempt->alloc.ranges[i].first],
                            space->now,
                            pt_time_add(space->now, attempt->entry.limit)))
            return true;
    return false;
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
        const struct pt_node_book *node = &s->node[i];
        pt_node_check(node);
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
                                            .fits_on = named_fits_on,
                                            .take_on = named_take_on,
                                            .slots = named_slots,
                                            .give = named_give,
                                            .extend = named_extend,
                                            .overbooked = named_overbooked,
                                            .touches = named_touches,
                                            .node_down = named_node_down,
                                            .node_up = named_node_up,
                                            .untaken = named_untaken,
                                            .node_notice = named_node_notice,
                                            .noticed = named_noticed,
                                            .ranges = named_ranges,
                                            .check = named_check};
