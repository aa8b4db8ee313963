#include "core/node.h"

#include "base/assert.h"
#include "base/vec.h"

void pt_node_open(struct pt_node_book *node,
                  const struct pt_space_config *config, int32_t number)
{
    const struct pt_node *own = config->node ? &config->node[number] : NULL;

    *node = (struct pt_node_book){.size = own ? &own->size : &config->size,
                                  .down = own && own->absent,
                                  .number = number,
                                  .profile = own ? own->profile : 0};
    node->free = *node->size;
    pt_devices_open(&node->devices, node->size->amount[PT_GPUS]);
}

void pt_node_close(struct pt_node_book *node)
{
    pt_devices_close(&node->devices);
    pt_free(node->bookings);
}

/* --- room --- */

static int32_t lesser(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Tasks that take EACH of what is FREE, at most INT32_MAX. */
static int64_t quotient(int64_t free, int64_t each)
{
    if (each == 0)
        return INT32_MAX;
    int64_t n = free > 0 ? free / each : 0;
    return n < INT32_MAX ? n : INT32_MAX;
}

/* Tasks with NEED that fit into FREE, at most INT32_MAX; GPUs are a mere count
 * here. */
static int32_t fit(const struct pt_need *free, const struct pt_need *need)
{
    int64_t most = quotient(free->amount[PT_CORES], need->amount[PT_CORES]);
    int64_t gpus = quotient(free->amount[PT_GPUS],
                            pt_devices_whole(need->amount[PT_GPUS]));
    int64_t memory = quotient(free->amount[PT_MEMORY], need->amount[PT_MEMORY]);

    most = gpus < most ? gpus : most;
    return (int32_t)(memory < most ? memory : most);
}

static void charge(struct pt_need *free, const struct pt_need *need,
                   int64_t tasks)
{
    free->amount[PT_CORES] -= need->amount[PT_CORES] * tasks;
    free->amount[PT_GPUS] -= pt_devices_whole(need->amount[PT_GPUS]) * tasks;
    free->amount[PT_MEMORY] -= need->amount[PT_MEMORY] * tasks;
}

static bool untouched(const struct pt_node_book *node)
{
    for (int r = 0; r < PT_RESOURCES; r++)
        if (node->free.amount[r] != node->size->amount[r])
            return false;
    return true;
}

bool pt_node_touched(const struct pt_node_book *node,
                     const struct pt_attempt *attempt)
{
    for (int32_t i = 0; i < attempt->alloc.n; i++)
        if (attempt->alloc.ranges[i].first == node->number)
            return true;
    return false;
}

bool pt_node_noticed(const struct pt_node_book *node, pt_time from,
                     pt_time until)
{
    return node->since < node->until && from < node->until &&
           until > node->since;
}

/* Whether it may run SPEC at all. */
static bool serves(const struct pt_node_book *node, const struct pt_stage *spec)
{
    return spec->profile == 0 || spec->profile == node->profile;
}

int64_t pt_node_most(const struct pt_node_book *node,
                     const struct pt_stage *spec)
{
    int64_t gpus = spec->need.amount[PT_GPUS];

    if (!serves(node, spec))
        return 0;
    int64_t most = fit(node->size, &spec->need);
    if (gpus > 0 && most > 0) {
        int64_t n = pt_devices_empty(node->size->amount[PT_GPUS], gpus);
        most = n < most ? n : most;
    }
    return most;
}

/* Whether a count of GPUs does not say how many tasks with NEED fit. */
static bool by_device(const struct pt_node_book *node,
                      const struct pt_need *need)
{
    int64_t gpus = need->amount[PT_GPUS];

    return gpus > 0 && (node->names || pt_devices_is_part(gpus));
}

int32_t pt_node_room_now(const struct pt_node_book *node,
                         const struct pt_space *space,
                         const struct pt_attempt *attempt)
{
    const struct pt_need *need = &attempt->spec->need;
    const struct pt_devices *devices = &node->devices;

    if (node->down || !serves(node, attempt->spec))
        return 0;
    if (!space->unaware &&
        pt_node_noticed(node, space->now,
                        pt_time_add(space->now, attempt->entry.limit)))
        return 0;
    if (space->config.exclusive && !untouched(node) &&
        !pt_node_touched(node, attempt))
        return 0;
    int32_t room = fit(&node->free, need);
    if (room == 0 || !by_device(node, need))
        return room;
    return lesser(
        room, pt_devices_room(devices, devices->free, need->amount[PT_GPUS]));
}

/* Whether B counts at AT, if ATTEMPT's own promise is left aside. */
static bool counts(const struct pt_booking *b, pt_time at,
                   const struct pt_attempt *attempt)
{
    return b->start <= at && at < b->end &&
           (b->attempt != attempt || !b->promised);
}

static struct pt_need left_at(const struct pt_node_book *node, pt_time at,
                              const struct pt_attempt *attempt)
{
    struct pt_need left = *node->size;

    for (int32_t i = 0; i < node->n; i++)
        if (counts(&node->bookings[i], at, attempt))
            charge(&left, &node->bookings[i].attempt->spec->need,
                   node->bookings[i].tasks);
    return left;
}

/* Whether another attempt is to have some of it at AT. */
static bool others_at(const struct pt_node_book *node, pt_time at,
                      const struct pt_attempt *attempt)
{
    for (int32_t i = 0; i < node->n; i++)
        if (counts(&node->bookings[i], at, NULL) &&
            node->bookings[i].attempt != attempt)
            return true;
    return false;
}

static int32_t room_at(const struct pt_node_book *node,
                       const struct pt_space *space,
                       const struct pt_attempt *attempt, pt_time at)
{
    if (space->config.exclusive && others_at(node, at, attempt))
        return 0;
    struct pt_need left = left_at(node, at, attempt);
    return fit(&left, &attempt->spec->need);
}

/* The least of what is left at FROM and wherever a booking begins. */
int32_t pt_node_room(struct pt_node_book *node, const struct pt_space *space,
                     const struct pt_attempt *attempt, pt_time from,
                     pt_time until)
{
    const struct pt_need *need = &attempt->spec->need;
    struct pt_devices *devices = &node->devices;

    if (!space->config.promises)
        return pt_node_room_now(node, space, attempt);
    /* One that is serviced will be back as was told. */
    bool back = node->since < node->until && from >= node->until;
    if ((node->down && !back) || pt_node_noticed(node, from, until) ||
        !serves(node, attempt->spec))
        return 0;
    int32_t least =
        from <= space->now ? pt_node_room_now(node, space, attempt) : INT32_MAX;
    for (int32_t i = -1; i < node->n && least > 0; i++) {
        pt_time at = i < 0 ? from : node->bookings[i].start;
        if (i < 0 || (at > from && at < until))
            least = lesser(least, room_at(node, space, attempt, at));
    }
    if (least == 0 || !by_device(node, need))
        return least;
    pt_devices_look(devices, attempt, space->now, from, until);
    return lesser(
        least, pt_devices_room(devices, devices->least, need->amount[PT_GPUS]));
}

int64_t pt_node_slots(const struct pt_node_book *node,
                      const struct pt_space *space, const struct pt_stage *spec,
                      enum pt_slots which)
{
    if (node->down || !serves(node, spec))
        return 0;
    if (space->config.exclusive && which != PT_SLOTS_TOTAL && !untouched(node))
        return 0;
    return pt_devices_slots(&node->devices, node->size, &node->free,
                            &spec->need, which);
}

/* --- promises --- */

/* Names the GPUs of a promise, as the last look found them. */
static void name(struct pt_node_book *node, struct pt_booking *b)
{
    const struct pt_grant grant = {.attempt = b->attempt,
                                   .task = PT_GRANT_PROMISE,
                                   .start = b->start,
                                   .end = b->end};
    int64_t gpus = b->attempt->spec->need.amount[PT_GPUS];

    for (int32_t i = 0; i < b->tasks && gpus > 0; i++) {
        bool granted = pt_devices_grant(&node->devices, &grant, gpus);
        pt_assert(granted);
    }
    b->named = true;
}

/* The promise that begins first of those without GPUs, or NULL. */
static struct pt_booking *first_unnamed(struct pt_node_book *node)
{
    struct pt_booking *first = NULL;

    for (int32_t i = 0; i < node->n; i++) {
        struct pt_booking *b = &node->bookings[i];
        if (b->promised && !b->named && (!first || b->start < first->start))
            first = b;
    }
    return first;
}

/* What a count has let in finds its GPUs if it is dealt with in order of start:
 * all that overlaps it and has GPUs has begun before. */
void pt_node_name(struct pt_node_book *node)
{
    struct pt_booking *b;

    node->names = true;
    while ((b = first_unnamed(node)) != NULL) {
        pt_devices_look(&node->devices, b->attempt, INT64_MIN, b->start,
                        b->end);
        name(node, b);
    }
}

static struct pt_booking *add_booking(struct pt_node_book *node,
                                      const struct pt_attempt *attempt,
                                      int32_t tasks, pt_time start, pt_time end)
{
    pt_vec_push(
        node->bookings, node->n, node->capacity,
        ((struct pt_booking){
            .start = start, .end = end, .tasks = tasks, .attempt = attempt}));
    return &node->bookings[node->n - 1];
}

void pt_node_promise(struct pt_node_book *node, const struct pt_space *space,
                     const struct pt_attempt *attempt, int32_t tasks,
                     pt_time start, pt_time end)
{
    if (node->names)
        pt_devices_look(&node->devices, attempt, space->now, start, end);
    struct pt_booking *b = add_booking(node, attempt, tasks, start, end);
    b->promised = true;
    if (node->names)
        name(node, b);
}

void pt_node_unpromise(struct pt_node_book *node,
                       const struct pt_attempt *attempt)
{
    int32_t kept = 0;

    for (int32_t i = 0; i < node->n; i++)
        if (node->bookings[i].attempt != attempt || !node->bookings[i].promised)
            node->bookings[kept++] = node->bookings[i];
    node->n = kept;
    pt_devices_give(&node->devices, attempt, PT_GRANT_PROMISE);
}

/* --- taking and giving --- */

/* Such that no promise breaks, if that may be. */
static void take_devices(struct pt_node_book *node,
                         const struct pt_space *space,
                         const struct pt_attempt *attempt, int32_t first,
                         int32_t tasks)
{
    struct pt_devices *devices = &node->devices;
    int64_t gpus = attempt->spec->need.amount[PT_GPUS];
    struct pt_grant grant = {
        .attempt = attempt, .start = space->now, .end = attempt->until};

    if (node->names && space->promises > 0)
        pt_devices_look(devices, attempt, space->now, space->now,
                        attempt->until);
    else
        pt_devices_look_now(devices);
    for (int32_t i = 0; i < tasks; i++) {
        grant.task = first + i;
        if (pt_devices_grant(devices, &grant, gpus))
            continue;
        pt_devices_look_now(devices);
        bool granted = pt_devices_grant(devices, &grant, gpus);
        pt_assert(granted);
    }
}

void pt_node_take(struct pt_node_book *node, const struct pt_space *space,
                  const struct pt_attempt *attempt, int32_t first,
                  int32_t tasks)
{
    if (attempt->spec->need.amount[PT_GPUS] > 0)
        take_devices(node, space, attempt, first, tasks);
    charge(&node->free, &attempt->spec->need, tasks);
    if (space->config.promises)
        add_booking(node, attempt, tasks, space->now, attempt->until);
}

void pt_node_give(struct pt_node_book *node, const struct pt_attempt *attempt,
                  int32_t task)
{
    int32_t i = 0, kept = 0;

    charge(&node->free, &attempt->spec->need, -1);
    pt_devices_give(&node->devices, attempt, task);
    while (i < node->n &&
           (node->bookings[i].attempt != attempt || node->bookings[i].promised))
        i++;
    if (i < node->n)
        node->bookings[i].tasks--;
    for (i = 0; i < node->n; i++)
        if (node->bookings[i].tasks > 0)
            node->bookings[kept++] = node->bookings[i];
    node->n = kept;
}

void pt_node_extend(struct pt_node_book *node, const struct pt_attempt *attempt,
                    pt_time until)
{
    for (int32_t i = 0; i < node->n; i++)
        if (node->bookings[i].attempt == attempt && !node->bookings[i].promised)
            node->bookings[i].end = until;
    pt_devices_extend(&node->devices, attempt, until);
}

/* --- books --- */

static bool short_at(const struct pt_node_book *node, pt_time at)
{
    struct pt_need left = left_at(node, at, NULL);

    for (int r = 0; r < PT_RESOURCES; r++)
        if (left.amount[r] < 0)
            return true;
    return false;
}

/* Whether two attempts are to have it at the same time. */
static bool is_shared(const struct pt_node_book *node, pt_time now)
{
    for (int32_t k = 0; k < node->n; k++)
        for (int32_t m = 0; m < k; m++) {
            const struct pt_booking *a = &node->bookings[k];
            const struct pt_booking *b = &node->bookings[m];
            if (a->attempt != b->attempt && a->start < b->end &&
                b->start < a->end && a->end > now && b->end > now)
                return true;
        }
    return false;
}

bool pt_node_overbooked(const struct pt_node_book *node,
                        const struct pt_space *space)
{
    if (space->config.exclusive && is_shared(node, space->now))
        return true;
    if (node->names && pt_devices_overbooked(&node->devices, space->now))
        return true;
    for (int32_t k = 0; k < node->n; k++) {
        pt_time start = node->bookings[k].start;
        if (short_at(node, start > space->now ? start : space->now))
            return true;
    }
    return false;
}

void pt_node_check(const struct pt_node_book *node)
{
    for (int r = 0; r < PT_RESOURCES; r++)
        pt_assert(node->free.amount[r] >= 0 &&
                  node->free.amount[r] <= node->size->amount[r]);
    pt_devices_check(&node->devices, node->free.amount[PT_GPUS]);
}
