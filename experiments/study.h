/* study.h - what was asked for: a workload, a machine, settings, policies, and
 * what is varied.
 *
 * A study is a document, protium.study/1: JSON with comments.  Its resolved
 * form has every default filled in, and reads back as the same study.  `replay`
 * makes one from its command line: a study without a grid. */
#ifndef PT_EXPERIMENTS_STUDY_H
#define PT_EXPERIMENTS_STUDY_H

#include <stdbool.h>
#include <stdint.h>
#include "ask/policy_text.h"
#include "ask/workload.h"
#include "run.h"
#include "sink/doc.h"

/* A value of an axis: what is set where, and how it is called. */
struct pt_axis_value {
    double x;    /* where it is drawn; NaN: it is no number */
    char *label; /* "0.7", "daly"; [A-Za-z0-9._-]: part of a folder's name */
    char **paths, **texts; /* [n]: see pt_grid_set() */
    int n;
};

/* Something that is varied. */
struct pt_axis {
    char *name;         /* [A-Za-z0-9_]+ */
    char *title, *unit; /* for figures: "offered load", ""; title is the name
                           unless told */
    struct pt_axis_value *values; /* [n], n >= 1 */
    int n;
};

/* Goes on with replications until a mean is known well enough. */
struct pt_stop {
    char metric[64]; /* a column of summary.csv; "" : there is no such rule */
    double relative; /* half-width wanted, of the mean's size */
    int64_t most;    /* replications, at most; `replications` is the least */
};

/* The warm-up of a study that names none: what is usual with logs (D. G.
 * Feitelson's archive).  MSER-5 looks at the very waits that are averaged then,
 * and makes their mean too low: it is told beside, and is there for who wants
 * it. */
#define PT_STUDY_WARMUP "1%"

/* More replications are none. */
#define PT_STUDY_REPLICATIONS 1000000

/* Which files each run leaves in runs/. */
enum pt_files {
    PT_FILES_ALL,
    PT_FILES_FIRST, /* of each first replication */
    PT_FILES_NONE
};

struct pt_study {
    char *question; /* or NULL */
    struct pt_workload workload;
    struct pt_choices choices;
    struct pt_settings settings;
    int64_t nodes, cores; /* 0: from the trace's header */
    bool tape;

    struct pt_axis *axes; /* [naxes]; the last one varies fastest */
    int naxes;
    int64_t replications; /* from 1 */
    struct pt_stop stop;
    double confidence; /* of all intervals */
    char *baseline;    /* label that the others are compared with; the first */
    char **metrics;    /* [nmetrics] columns of summary.csv, for tables */
    int nmetrics;
    char **figures; /* [nfigures] [NAME=]FIGURE[:KEY=VALUE,...] */
    int nfigures;
    int files;       /* enum pt_files */
    bool jobs_in_db; /* per-job rows in results.db */

    /* What of the above is borrowed from a document. */
    char **texts; /* [ntexts] */
    int ntexts;
    struct pt_workload *found; /* [nfound] workloads that values of axes name */
    int nfound;
};

/* Begins with every setting at its default: one replication, 0.95, the usual
 * metrics, no figures, all files.  `warmup` and the rest of the settings are as
 * for replay. */
void pt_study_init(struct pt_study *study);
void pt_study_fini(struct pt_study *study);

/* "KEY=VALUE" of --set. */
int pt_study_set(struct pt_study *study, const char *pair, struct pt_err *err);

/* The files that the settings name, as seen from FOLDER, are named from the
 * root on; one that is not there is PT_ERR_USAGE. */
int pt_study_root(struct pt_study *study, const char *folder,
                  struct pt_err *err);

/* "N" or "NxC" of --nodes. */
int pt_study_set_nodes(struct pt_study *study, const char *text,
                       struct pt_err *err);

/* Reads the document in file PATH into STUDY, which pt_study_init() made; what
 * it does not say stays, but for the setting `warmup`, which is then
 * PT_STUDY_WARMUP.
 * Errors are PT_ERR_INPUT at line and column, with did-you-mean; a trace that
 * is not there is one, and paths of traces are from the folder of PATH: from
 * the root on once they are read.  pt_study_fini() afterwards, also on failure.
 */
int pt_study_read(struct pt_study *study, const char *path, struct pt_err *err);

/* The run of choice number I; what it points to is borrowed from STUDY. */
struct pt_run pt_study_run(const struct pt_study *study, int i);

/* Writes what study.json holds: every default filled in. */
void pt_study_write(const struct pt_study *study, struct pt_doc *doc);

/* Writes the JSON schema (draft-07) of the document, made from the tables of
 * settings and plug-ins. */
void pt_study_schema(struct pt_doc *doc);

/* The workload's short name: no folder. */
const char *pt_study_workload_name(const struct pt_study *study);

#endif
