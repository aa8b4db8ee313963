#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include "base/assert.h"

void *pt_alloc(size_t count, size_t size)
{
    bool none = count == 0 || size == 0;
    void *memory = none ? calloc(1, 1) : calloc(count, size);
    bool out_of_memory = memory == NULL;
    pt_assert(!out_of_memory);
    return memory;
}

void *pt_realloc(void *old, size_t count, size_t size)
{
    bool none = count == 0 || size == 0;
    bool out_of_memory = !none && count > SIZE_MAX / size;
    pt_assert(!out_of_memory);
    void *memory = realloc(old, none ? 1 : count * size);
    out_of_memory = memory == NULL;
    pt_assert(!out_of_memory);
    return memory;
}

void pt_free(void *memory)
{
    free(memory);
}
