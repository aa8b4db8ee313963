#include "base/slab.h"

#include "base/assert.h"
#include "base/vec.h"

void pt_slab_init(struct pt_slab *slab, size_t size)
{
    *slab = (struct pt_slab){.size = size};
}

void pt_slab_fini(struct pt_slab *slab)
{
    for (int32_t i = 0; i < slab->nchunks; i++)
        pt_free(slab->chunks[i]);
    pt_free(slab->chunks);
    pt_free(slab->spare);
    pt_slab_init(slab, slab->size);
}

int32_t pt_slab_take(struct pt_slab *slab)
{
    if (slab->nspare > 0)
        return slab->spare[--slab->nspare];
    if (slab->top == slab->nchunks * PT_SLAB_CHUNK)
        pt_vec_push(slab->chunks, slab->nchunks, slab->chunk_capacity,
                    pt_alloc(PT_SLAB_CHUNK, slab->size));
    return slab->top++;
}

void pt_slab_give(struct pt_slab *slab, int32_t number)
{
    pt_assert(number >= 0 && number < slab->top);
    pt_vec_push(slab->spare, slab->nspare, slab->spare_capacity, number);
}
