/* grid.h - the points of a study's grid, and the runs at them.
 *
 * A point is one value of every axis; points are counted from 0, the last axis
 * fastest.  A cell is a point and a policy; its runs are its replications,
 * which differ in --set replication alone.  What is drawn for replication 3 is
 * the same at every point and under every policy: differences can be paired. */
#ifndef PT_EXPERIMENTS_GRID_H
#define PT_EXPERIMENTS_GRID_H

#include "experiments/study.h"

/* How many points there are: 1 without axes.  More than 2^40 are PT_ERR_INPUT.
 */
int pt_grid_points(const struct pt_study *study, int64_t *points,
                   struct pt_err *err);

/* Which value of axis AXIS point POINT has. */
int pt_grid_value(const struct pt_study *study, int64_t point, int axis);

/* "load=0.7,width=64" into TEXT [SIZE]; "" without axes. */
void pt_grid_name(const struct pt_study *study, int64_t point, char *text,
                  size_t size);

/* A cell, resolved: what its runs are made of. */
struct pt_cell {
    struct pt_workload workload;
    struct pt_settings settings;
    int64_t nodes, cores;
    struct pt_choice choice;
    bool tape;
    const struct pt_study *study; /* whose axes it is of, or NULL */
};

/* Fills CELL for POINT and choice number CHOICE.  Errors are PT_ERR_USAGE;
 * pt_cell_fini() afterwards, also on failure. */
int pt_cell_init(struct pt_cell *cell, const struct pt_study *study,
                 int64_t point, int choice, struct pt_err *err);
void pt_cell_fini(struct pt_cell *cell);

/* The text of the policy of choice number CHOICE at POINT, with what axes set;
 * the caller frees. */
char *pt_grid_policy_new(const struct pt_study *study, int64_t point,
                         int choice);

/* Its run; what it points to is borrowed from CELL.  The settings' replication
 * is the caller's to set. */
struct pt_run pt_cell_run(const struct pt_cell *cell);

/* Sets what PATH names in CELL to TEXT:
 *   workload            a trace, or a model's text
 *   workload.PARAM      a parameter of the model
 *   cluster.nodes, cluster.cores
 *   set.KEY             a setting
 *   set.KEY.NAME.PARAM  a parameter of the plug-in NAME in a setting that names
 *                       plug-ins ("set.changes.load.to"); it is added where the
 *                       setting does not name it yet
 *   policy.PARAM        a parameter of the policy, if it has it
 * A first word that is none of these is looked for among settings, and in the
 * model's parameters: "load", "failures.nodes.mtbf".  A policy without the
 * parameter stays as it is.  TEXT is borrowed by CELL.  Errors are
 * PT_ERR_USAGE, with did-you-mean. */
int pt_grid_set(struct pt_cell *cell, const char *path, const char *text,
                struct pt_err *err);

/* The parameter that PATH sets in CELL; NULL: it is no single parameter, or
 * none at all. */
const struct pt_param *pt_grid_param(const struct pt_cell *cell,
                                     const char *path);

/* What PATH begins with. */
enum pt_grid_room {
    PT_ROOM_WORKLOAD,
    PT_ROOM_CLUSTER,
    PT_ROOM_SET,
    PT_ROOM_POLICY,
    PT_ROOMS
};

/* "workload", "cluster", "set", "policy". */
const char *pt_grid_room_name(enum pt_grid_room room);

/* Where PATH belongs, and what follows of it, into *rest: "" if it is the whole
 * room. */
enum pt_grid_room pt_grid_room(const struct pt_cell *cell, const char *path,
                               const char **rest);

#endif
