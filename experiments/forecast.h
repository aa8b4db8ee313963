/* forecast.h - what is still to come, in words. */
#ifndef PT_EXPERIMENTS_FORECAST_H
#define PT_EXPERIMENTS_FORECAST_H

#include <stdbool.h>
#include <stdint.h>

#define PT_FORECAST_TEXT 256

struct pt_forecast {
    int64_t runs; /* yet to be done */
    double seconds, bytes;
    int workers;
};

/* "992 more runs: about 7.8 s with 2 workers, and 1.5 MB of disk (66.2 GB are
 * free)" into LINE; whether they fit on DIR's disk. */
bool pt_forecast_print(const struct pt_forecast *forecast, const char *dir,
                       char line[PT_FORECAST_TEXT]);

#endif
