#include "models/stream.h"

static void set(void *state, unsigned long seed)
{
    pt_random_open(state, seed, 0, PT_PURPOSE_TEST, 0);
}

static unsigned long get(void *state)
{
    return pt_random_u32(state);
}

static double get_double(void *state)
{
    return pt_random_real(state);
}

const gsl_rng_type pt_stream_type = {
    .name = "philox4x32-10",
    .max = UINT32_MAX,
    .min = 0,
    .size = sizeof(struct pt_random),
    .set = set,
    .get = get,
    .get_double = get_double,
};

gsl_rng *pt_stream_open(struct pt_stream *stream, uint64_t seed,
                        uint32_t replication, enum pt_purpose purpose,
                        uint64_t entity)
{
    pt_random_open(&stream->random, seed, replication, purpose, entity);
    stream->rng.type = &pt_stream_type;
    stream->rng.state = &stream->random;
    return &stream->rng;
}
