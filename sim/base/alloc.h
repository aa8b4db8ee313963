/* alloc.h - memory that is there, or the program stops. */
#ifndef PT_BASE_ALLOC_H
#define PT_BASE_ALLOC_H

#include <stddef.h>

/* COUNT * SIZE zeroed bytes; never NULL.  The caller frees with pt_free(). */
void *pt_alloc(size_t count, size_t size);

/* OLD, moved to COUNT * SIZE bytes; what is new is not zeroed. */
void *pt_realloc(void *old, size_t count, size_t size);

void pt_free(void *memory);

#endif
