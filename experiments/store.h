/* store.h - DIR/results.db, the SQLite file of a study.
 *
 * While a campaign is under way each finished run is one transaction, so that
 * nothing that is done is done again, whenever the process is killed.  At the
 * end the file is written anew in the order of the study and put in place by a
 * rename: the same study has the same bytes, whatever happened on the way, and
 * nothing in it depends on the day or the machine.  What does (times, memory)
 * is in DIR/costs.csv, a line a run as they finish.
 *
 * Tables (STRICT) and views of the file: README "The store". */
#ifndef PT_EXPERIMENTS_STORE_H
#define PT_EXPERIMENTS_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "sink/out.h"

struct pt_store;

/* What came of one run. */
struct pt_store_outcome {
    char key[PT_DIGEST_TEXT]; /* pt_run_key() */
    bool failed;              /* then `text` says why, and there is no row */
    const char *text;
    const char *row;   /* of summary.csv, from the column after "policy" on: no
                          line end; with the columns of stages, which are empty
                          where there are none */
    const char *path;  /* its folder, below DIR: "runs/load=0.7/easy/rep-001";
                          NULL: it has none */
    const char *rules; /* a line a rule that touched rows of the input:
                          name, rows, 1 = they were dropped, what it is;
                          tabs between.  A column of `run` */
    char digest[PT_DIGEST_TEXT]; /* of what it found: its row, and the digests
                                    of its files, one after the other */
    char input[PT_DIGEST_TEXT];  /* of its trace's bytes; "" for a model */
    int64_t bytes;               /* of its files, run.json apart */
    /* not in the store: */
    double wall_s, cpu_s;
    int64_t peak_kib;
};

/* Where a finished run stands in a study, for _finish(). */
struct pt_store_run {
    char key[PT_DIGEST_TEXT];
    int64_t point;     /* from 0 */
    const char *name;  /* of the point; "" where there is no grid */
    const char *label; /* of the policy */
    const char *policy;
    int64_t replication; /* from 1 */
    bool counted;        /* false: it ran, and the stop rule did not want it */
};

/* Opens, or makes, DIR/results.db.  COLUMNS [N] are the names of a row's
 * values. A file of another kind, or of a later format, is PT_ERR_INPUT. */
struct pt_store *pt_store_open(const char *dir, const char *const *columns,
                               int n, struct pt_err *err);

/* Closes it; what was put stays. */
void pt_store_close(struct pt_store *store);

/* Puts OUTCOME in, in one transaction, in place of one with the same key. */
int pt_store_put(struct pt_store *store, const struct pt_store_outcome *outcome,
                 struct pt_err *err);

/* Calls EACH with every outcome there is (failed ones too), in no order, until
 * it returns other than 0, which is returned.  EACH may not put. */
int pt_store_each(struct pt_store *store,
                  int (*each)(void *context,
                              const struct pt_store_outcome *outcome),
                  void *context, struct pt_err *err);

/* The row of KEY into ROW (on the heap, pt_free) and VALUES [columns] (NaN
 * where there is none); either may be NULL.  1 = found, 0 = not there or
 * failed, -1 = ERR is filled. */
int pt_store_row(struct pt_store *store, const char *key, char **row,
                 double *values, struct pt_err *err);

/* Calls EACH with the outcome of KEY, a failed one too, if there is one; -1
 * with ERR filled. */
int pt_store_look(struct pt_store *store, const char *key,
                  int (*each)(void *context,
                              const struct pt_store_outcome *outcome),
                  void *context, struct pt_err *err);

/* Tells of each run whose values in table `result` are not those of its row,
 * and of what SQLite finds wrong with the file. */
int pt_store_check(struct pt_store *store,
                   void (*tell)(void *context, const char *what,
                                const char *why),
                   void *context, struct pt_err *err);

/* How many replications POINT had in the study that the file was last finished
 * for; 0: none. */
int pt_store_replications(struct pt_store *store, int64_t point, int64_t *n,
                          struct pt_err *err);

/* The folder of the run KEY, which is there, is PATH (NULL: it has none) now.
 */
int pt_store_move(struct pt_store *store, const char *key, const char *path,
                  struct pt_err *err);

/* What the file is to hold in the end. */
struct pt_store_study {
    const char *study; /* study.json, as resolved */
    int naxes;
    const char *const *axes; /* [naxes] names */
    /* The value of AXIS at POINT as text, and as a number (NaN: it is none). */
    const char *(*value)(void *context, int64_t point, int axis, double *x);
    void *context;
    int64_t n;
    /* Run number I of the study, in its order; several may have one key.  Those
     * that were never put are left out. */
    void (*run)(void *context, int64_t i, struct pt_store_run *run);
    bool jobs; /* put the rows of the runs' jobs.csv in too */
};

/* Writes the file anew and closes the store, also on failure, when the old one
 * stays.  Runs that are not of the study are kept, apart. */
int pt_store_finish(struct pt_store *store, const struct pt_store_study *study,
                    struct pt_err *err);

#endif
