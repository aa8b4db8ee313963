#include "models/failure/renewal.h"

#include <math.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"
#include "models/stream.h"

void pt_renewal_open(struct pt_renewal *renewal,
                     const struct pt_cluster *cluster, int32_t crews)
{
    *renewal = (struct pt_renewal){
        .crewed = crews > 0,
        .start = cluster->start,
        .seed = cluster->seed,
        .replication = cluster->replication,
    };
    pt_agenda_init(&renewal->agenda);
    pt_agenda_init(&renewal->crews);
    for (int32_t crew = 0; crew < crews; crew++)
        pt_agenda_set(&renewal->crews, crew, cluster->start);
}

void pt_renewal_close(struct pt_renewal *renewal)
{
    pt_agenda_fini(&renewal->agenda);
    pt_agenda_fini(&renewal->crews);
    pt_free(renewal->process);
    *renewal = (struct pt_renewal){0};
}

/* A generator that draws from RANDOM, which may move between draws. */
static gsl_rng generator(struct pt_random *random)
{
    return (gsl_rng){.type = &pt_stream_type, .state = random};
}

static double draw(const struct pt_law *law, struct pt_random *random,
                   bool rest)
{
    const gsl_rng rng = generator(random);

    return rest ? pt_law_draw_rest(law, &rng) : pt_law_draw(law, &rng);
}

/* Process I, up at FROM, fails next after a whole time up, or a REST of it. */
static void set_failure(struct pt_renewal *renewal, int32_t i, pt_time from,
                        bool rest)
{
    struct pt_renewal_process *process = &renewal->process[i];
    double span = draw(&process->laws.up, &process->failure, rest);
    pt_time down = pt_time_add(from, pt_time_from_seconds(span));

    pt_agenda_set(&renewal->agenda, i,
                  down < PT_TIME_FAR ? down : PT_TIME_NEVER);
}

static bool never_fails(const struct pt_renewal_laws *laws)
{
    return laws->up.mean >= HUGE_VAL;
}

static void add(struct pt_renewal *renewal,
                const struct pt_renewal_process *process)
{
    int32_t i = renewal->n;

    pt_assert(i == 0 || renewal->process[i - 1].who < process->who);
    pt_vec_push(renewal->process, renewal->n, renewal->capacity, *process);
    if (process->rest)
        pt_agenda_set(&renewal->agenda, i, renewal->start);
    else
        set_failure(renewal, i, renewal->start, true);
}

static struct pt_renewal_process make(const struct pt_renewal *renewal,
                                      int32_t who,
                                      enum pt_failure_drawer drawer,
                                      int64_t number,
                                      const struct pt_renewal_laws *laws)
{
    struct pt_renewal_process process = {.laws = *laws, .who = who};
    uint64_t entity = pt_drawer_entity(drawer, number);

    pt_random_open(&process.failure, renewal->seed, renewal->replication,
                   PT_PURPOSE_NODE_FAILURE, entity);
    pt_random_open(&process.repair, renewal->seed, renewal->replication,
                   PT_PURPOSE_NODE_REPAIR, entity);
    return process;
}

void pt_renewal_add(struct pt_renewal *renewal, int32_t who,
                    enum pt_failure_drawer drawer, int64_t entity,
                    const struct pt_renewal_laws *laws)
{
    if (never_fails(laws))
        return;
    struct pt_renewal_process process =
        make(renewal, who, drawer, entity, laws);
    process.rest =
        pt_random_real(&process.failure) * (laws->up.mean + laws->down.mean) <
        laws->down.mean;
    add(renewal, &process);
}

void pt_renewal_add_as(struct pt_renewal *renewal, int32_t who,
                       enum pt_failure_drawer drawer, int64_t entity,
                       const struct pt_renewal_laws *laws, bool down)
{
    if (never_fails(laws))
        return;
    struct pt_renewal_process process =
        make(renewal, who, drawer, entity, laws);
    process.rest = down;
    add(renewal, &process);
}

/* When the repair ends of PROCESS, which failed at DOWN. */
static pt_time repair(struct pt_renewal *renewal,
                      struct pt_renewal_process *process, pt_time down)
{
    pt_time from = down;
    int32_t crew = -1;

    if (renewal->crewed) {
        pt_time idle = pt_agenda_next(&renewal->crews);
        if (idle == PT_TIME_NEVER)
            return PT_TIME_NEVER;
        from = idle > down ? idle : down;
        crew = pt_agenda_pop(&renewal->crews);
    }
    /* Who waits for a crew at the start has all of its repair before it. */
    bool rest = process->rest && from == down;
    double span = draw(&process->laws.down, &process->repair, rest);
    pt_time up = pt_time_add(from, pt_time_from_seconds(span));
    if (up >= PT_TIME_FAR)
        up = PT_TIME_NEVER;
    if (crew >= 0)
        pt_agenda_set(&renewal->crews, crew, up);
    return up;
}

bool pt_renewal_next(struct pt_renewal *renewal, struct pt_renewal_turn *turn)
{
    pt_time down = pt_agenda_next(&renewal->agenda);

    if (down == PT_TIME_NEVER)
        return false;
    int32_t i = pt_agenda_pop(&renewal->agenda);
    struct pt_renewal_process *process = &renewal->process[i];
    *turn = (struct pt_renewal_turn){
        .who = process->who,
        .down = down,
        .up = repair(renewal, process, down),
    };
    process->rest = false;
    if (turn->up < PT_TIME_NEVER)
        set_failure(renewal, i, turn->up, false);
    return true;
}

void pt_renewal_outage(const struct pt_renewal_turn *turn,
                       enum pt_origin origin, const int32_t *nodes, int32_t n,
                       struct pt_outage *outage)
{
    *outage = (struct pt_outage){
        .down = turn->down,
        .up = turn->up,
        .told = turn->down,
        .origin = origin,
        .nodes = nodes,
        .nnodes = n,
    };
}

bool pt_renewal_next_outage(struct pt_renewal *renewal, enum pt_origin origin,
                            struct pt_outage *outage)
{
    struct pt_renewal_turn turn;

    if (!pt_renewal_next(renewal, &turn))
        return false;
    renewal->node = turn.who;
    pt_renewal_outage(&turn, origin, &renewal->node, 1, outage);
    return true;
}

struct pt_law pt_renewal_law(int family, double mean, double shape)
{
    bool plain = family == PT_FAMILY_EXPONENTIAL || family == PT_FAMILY_FIXED;

    return (struct pt_law){
        .family = (enum pt_family)family,
        .mean = mean,
        .shape = plain ? 1 : shape,
    };
}

double pt_renewal_seconds(pt_time span)
{
    return span == PT_TIME_NEVER ? HUGE_VAL : pt_time_seconds(span);
}

struct pt_implied pt_renewal_implied(double up, double down)
{
    bool fails = up < HUGE_VAL;

    return (struct pt_implied){
        .availability = fails ? up / (up + down) : 1,
        .mtbf = up,
        .mttr = fails ? down : (double)NAN,
    };
}
