#include "experiments/forecast.h"

#include <math.h>
#include <stdio.h>
#include <sys/statvfs.h>

static void print_seconds(char *text, size_t size, double s)
{
    if (s < 100)
        snprintf(text, size, "%.1f s", s);
    else if (s < 6000)
        snprintf(text, size, "%.1f min", s / 60);
    else if (s < 200 * 3600)
        snprintf(text, size, "%.1f h", s / 3600);
    else
        snprintf(text, size, "%.1f days", s / 86400);
}

static void print_bytes(char *text, size_t size, double n)
{
    if (n < 1e9)
        snprintf(text, size, "%.1f MB", n / 1e6);
    else
        snprintf(text, size, "%.1f GB", n / 1e9);
}

bool pt_forecast_print(const struct pt_forecast *forecast, const char *dir,
                       char line[PT_FORECAST_TEXT])
{
    char time[32], size[32], room[32];
    struct statvfs disk;
    const double free = statvfs(dir, &disk) == 0
                            ? (double)disk.f_bavail * (double)disk.f_frsize
                            : HUGE_VAL;

    print_seconds(time, sizeof time, forecast->seconds);
    print_bytes(size, sizeof size, forecast->bytes);
    print_bytes(room, sizeof room, free);
    snprintf(line, PT_FORECAST_TEXT,
             "%lld more run%s: about %s with %d worker%s, and %s of disk (%s "
             "are free)",
             (long long)forecast->runs, forecast->runs == 1 ? "" : "s", time,
             forecast->workers, forecast->workers == 1 ? "" : "s", size, room);
    return forecast->bytes < free;
}
