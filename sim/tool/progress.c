#include "tool/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* Seconds between two lines. */
#define PAUSE 0.1

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void pt_progress_begin(struct pt_meter *progress, bool on, int nruns,
                       int64_t rows)
{
    *progress = (struct pt_meter){
        .on = on, .label = "", .nruns = nruns, .rows = rows, .began = now_s()};
}

void pt_progress_run(struct pt_meter *progress, int run, const char *label)
{
    progress->run = run;
    progress->label = label;
}

/* "ETA 1:05" of SECONDS, into TEXT [32]. */
static void print_eta(char *text, double seconds)
{
    const int64_t s = (int64_t)(seconds + 0.5);

    if (s >= 3600)
        snprintf(text, 32, "ETA %" PRId64 ":%02d:%02d", s / 3600,
                 (int)(s / 60 % 60), (int)(s % 60));
    else
        snprintf(text, 32, "ETA %d:%02d", (int)(s / 60), (int)(s % 60));
}

void pt_progress_rows(void *context, int64_t rows)
{
    struct pt_meter *progress = context;
    const double now = now_s();
    char eta[32] = "";
    double part;

    if (!progress->on || now - progress->shown < PAUSE)
        return;
    progress->shown = now;
    if (progress->rows <= 0) {
        fprintf(stderr, "\r\033[K%d/%d %s: %" PRId64 " rows", progress->run + 1,
                progress->nruns, progress->label, rows);
        fflush(stderr);
        return;
    }
    part = (double)rows / (double)progress->rows;
    part = part > 1 ? 1 : part;
    const double done = (progress->run + part) / progress->nruns;
    if (done > 0.01)
        print_eta(eta, (now - progress->began) * (1 - done) / done);
    fprintf(stderr, "\r\033[K%d/%d %s: %.0f %%  %s", progress->run + 1,
            progress->nruns, progress->label, 100 * part, eta);
    fflush(stderr);
}

void pt_progress_end(const struct pt_meter *progress)
{
    if (progress->on && progress->shown > 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}
