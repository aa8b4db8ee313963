/* slab.h - structs by small number: addresses are stable, numbers are reused.
 *
 * Memory is bounded by the most that were ever in use at once. */
#ifndef PT_BASE_SLAB_H
#define PT_BASE_SLAB_H

#include <stddef.h>
#include <stdint.h>

enum { PT_SLAB_CHUNK = 256 };

struct pt_slab {
    char **chunks;
    int32_t nchunks, chunk_capacity;
    int32_t *spare; /* numbers given back, the last on top */
    int32_t nspare, spare_capacity;
    int32_t top; /* numbers handed out so far */
    size_t size;
};

void pt_slab_init(struct pt_slab *slab, size_t size);
void pt_slab_fini(struct pt_slab *slab);

/* A number; its struct is zero the first time, and as it was left later. */
int32_t pt_slab_take(struct pt_slab *slab);
void pt_slab_give(struct pt_slab *slab, int32_t number);

static inline void *pt_slab_at(const struct pt_slab *slab, int32_t number)
{
    return slab->chunks[number / PT_SLAB_CHUNK] +
           (size_t)(number % PT_SLAB_CHUNK) * slab->size;
}

#endif
