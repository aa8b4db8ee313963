#include "base/random.h"

#include <Random123/philox.h>
#include "base/assert.h"

/* The finalizer of MurmurHash3: a bijection that spreads small numbers over all
 * 64 bits, and leaves 0 where it is. */
static uint64_t spread(uint64_t x)
{
    x = (x ^ (x >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ (x >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ (x >> 33);
}

uint64_t pt_random_replicate(uint64_t seed, uint32_t replication)
{
    return seed ^ spread(replication);
}

void pt_random_open(struct pt_random *random, uint64_t seed,
                    uint32_t replication, enum pt_purpose purpose,
                    uint64_t entity)
{
    pt_assert(entity < UINT64_C(1) << 56);
    uint64_t key = pt_random_replicate(seed, replication);
    uint64_t high = (uint64_t)purpose << 56 | entity;

    *random = (struct pt_random){
        .key = {(uint32_t)key, (uint32_t)(key >> 32)},
        .counter = {0, 0, (uint32_t)high, (uint32_t)(high >> 32)},
        .left = 0,
    };
}

/* The next block of four words; the low 64 bits of the counter count them. */
static void fill(struct pt_random *random)
{
    const uint32_t *from = random->counter;
    philox4x32_ctr_t counter = {{from[0], from[1], from[2], from[3]}};
    philox4x32_key_t key = {{random->key[0], random->key[1]}};
    philox4x32_ctr_t block = philox4x32_R(10, counter, key);

    for (int i = 0; i < 4; i++)
        random->word[i] = block.v[i];
    random->left = 4;
    random->counter[0]++;
    if (random->counter[0] == 0)
        random->counter[1]++;
}

uint32_t pt_random_u32(struct pt_random *random)
{
    if (random->left == 0)
        fill(random);
    random->left--;
    return random->word[3 - random->left];
}

double pt_random_real(struct pt_random *random)
{
    uint64_t high = pt_random_u32(random);
    uint64_t low = pt_random_u32(random);

    return (double)((high << 32 | low) >> 11) * 0x1p-53;
}

/* Lemire, "Fast random integer generation in an interval", TOMACS 29(1), 2019:
 * the high half of a product; low halves that would be too many are drawn
 * again. */
uint32_t pt_random_below(struct pt_random *random, uint32_t n)
{
    pt_assert(n >= 1);
    uint64_t product = (uint64_t)pt_random_u32(random) * n;

    if ((uint32_t)product < n) {
        uint32_t excess = (0 - n) % n;
        while ((uint32_t)product < excess)
            product = (uint64_t)pt_random_u32(random) * n;
    }
    return (uint32_t)(product >> 32);
}
