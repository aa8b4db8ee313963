/* Feeds bytes to the core as facts, under every policy on both machines: no
 * sequence of valid facts may break a book. */
#include <stddef.h>
#include <stdint.h>

#include "tests/unit/core_storm.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    storm_run(bytes, n);
    return 0;
}
