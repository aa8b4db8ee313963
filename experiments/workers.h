/* workers.h - processes that do items of work, each apart from the others.
 *
 * A worker that crashes, is killed or runs out of memory costs the item that it
 * was at, and another takes its place.  Workers die with their parent.  They
 * share nothing but what was in memory when they were made. */
#ifndef PT_EXPERIMENTS_WORKERS_H
#define PT_EXPERIMENTS_WORKERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

struct pt_workers;

/* What came back for an item. */
struct pt_return {
    int64_t item;
    bool lost;          /* the worker ended instead of answering */
    int signal;         /* of that end, or 0 */
    int status;         /* its exit status, if signal is 0 */
    const char *answer; /* [n] bytes, until the next _take(); NULL if lost */
    size_t n;
};

struct pt_workers_config {
    int n; /* workers, 1 ... 1024 */
    void *context;
    /* In a worker: does ITEM; *answer [*n] is what is sent back, on the heap
     * (pt_free).  SIGINT and SIGTERM of a terminal do not reach it. */
    void (*work)(void *context, int64_t item, char **answer, size_t *n);
};

/* Starts no worker before there is something to do.  pt_workers_free() kills
 * those that are left. */
struct pt_workers *pt_workers_new(const struct pt_workers_config *config);
void pt_workers_free(struct pt_workers *workers);

/* Whether another item is wanted: each worker has one at hand and, where items
 * are short, one more, so that it never waits for its parent.  Long ones are
 * not given ahead: at the end one would wait behind another while a worker is
 * idle.
 */
bool pt_workers_want(const struct pt_workers *workers);

/* Gives ITEM to the worker with the least to do; one is made if need be.  Only
 * while one is wanted, or to a worker that has one.  Returns 0, or -1 with ERR
 * filled: no process can be made. */
int pt_workers_give(struct pt_workers *workers, int64_t item,
                    struct pt_err *err);

/* Waits for one answer, up to TIMEOUT milliseconds (-1: for ever).  1 = ANSWER
 * is filled; 0 = the time is up, a signal came, or nothing is being done; -1 =
 * ERR is filled.  The items that a lost worker had not begun are given again.
 */
int pt_workers_take(struct pt_workers *workers, int timeout,
                    struct pt_return *answer, struct pt_err *err);

#endif
