#include "scale.h"

#include <math.h>

/* The share of the range that is left free at its ends. */
static const double share = 0.06;

static void pad_log(struct pt_scale *scale)
{
    double room = pow(scale->high / scale->low, share) * 1.05;

    scale->low /= room;
    scale->high *= room;
}

void pt_scale_pad(struct pt_scale *scale, bool differences)
{
    double low = scale->low, high = scale->high, room;

    if (scale->log) {
        pad_log(scale);
        return;
    }
    if (differences) {
        low = fmin(low, 0);
        high = fmax(high, 0);
    } else if (low >= 0 && low < 0.6 * high) {
        low = 0;
    }
    room = high > low       ? share * (high - low)
           : fabs(high) > 0 ? 0.1 * fabs(high)
                            : 1;
    scale->high = high + room;
    if (differences || low < 0)
        scale->low = low - room;
    else
        scale->low = low > 0 ? fmax(low - room, 0) : 0;
}
