/* stream.h - a stream of base/random.h that every gsl_ran_*() can draw from.
 *
 * Opening one costs a few stores and no memory, so a job's every attribute has
 * a stream of its own. */
#ifndef PT_MODELS_STREAM_H
#define PT_MODELS_STREAM_H

#include <gsl/gsl_rng.h>
#include "base/random.h"

struct pt_stream {
    struct pt_random random;
    gsl_rng rng; /* draws from `random` */
};

/* "philox4x32-10": whole words of 32 bits, reals of 53.  gsl_rng_set(N) opens
 * the stream (N, 0, PT_PURPOSE_TEST, 0). */
extern const gsl_rng_type pt_stream_type;

/* Opens STREAM as pt_random_open() does; returns its generator, which lives
 * where STREAM does.  Never gsl_rng_free() it. */
gsl_rng *pt_stream_open(struct pt_stream *stream, uint64_t seed,
                        uint32_t replication, enum pt_purpose purpose,
                        uint64_t entity);

#endif
