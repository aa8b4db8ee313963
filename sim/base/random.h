/* random.h - one stream per (seed, replication, purpose, entity).
 *
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC'11), by Random123.  A stream is a function of its four names: job 4711 has
 * the same width and length, and node 17 the same failures, under every policy,
 * and nothing depends on the order of draws.  The models draw through GSL
 * (models/stream.h). */
#ifndef PT_BASE_RANDOM_H
#define PT_BASE_RANDOM_H

#include <stdint.h>

/* Never renumber: results change. */
enum pt_purpose {
    PT_PURPOSE_ARRIVAL = 1,
    PT_PURPOSE_WIDTH = 2,
    PT_PURPOSE_LENGTH = 3,
    PT_PURPOSE_ESTIMATE = 4,
    PT_PURPOSE_FAILURE = 5,
    PT_PURPOSE_REPAIR = 6,
    PT_PURPOSE_SHUFFLE = 7,
    PT_PURPOSE_STRAGGLER = 8,
    PT_PURPOSE_TEST = 9,
    PT_PURPOSE_USER = 10,
    PT_PURPOSE_NODE_FAILURE = 11, /* of nodes and what takes several of them:
                                     entity = process << 8 | model's number */
    PT_PURPOSE_NODE_REPAIR = 12,
    PT_PURPOSE_SLOWNESS = 13, /* of nodes */
    PT_PURPOSE_SHAKE = 14     /* of workloads: small moves, ties */
};

struct pt_random {
    uint32_t key[2];
    uint32_t counter[4];
    uint32_t word[4]; /* the current block */
    int left;         /* unused words of it */
};

/* Key = SEED mixed with REPLICATION (bijective in SEED); counter's high 64 bits
 * = PURPOSE and ENTITY (< 2^56), low 64 bits = number of the block. */
void pt_random_open(struct pt_random *random, uint64_t seed,
                    uint32_t replication, enum pt_purpose purpose,
                    uint64_t entity);

/* The seed of which replication 0 is SEED's REPLICATION. */
uint64_t pt_random_replicate(uint64_t seed, uint32_t replication);

uint32_t pt_random_u32(struct pt_random *random);

/* Uniform on [0, 1), 53 bits: two words. */
double pt_random_real(struct pt_random *random);

/* Uniform on {0, ..., n - 1}, without bias; n >= 1. */
uint32_t pt_random_below(struct pt_random *random, uint32_t n);

/* One step of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): X, spread over all
 * bits.  One to one. */
static inline uint64_t pt_random_mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

#endif
