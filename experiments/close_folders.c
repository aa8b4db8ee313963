#include "experiments/close_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/folder.h"
#include "experiments/perform.h"

struct move {
    char key[PT_DIGEST_TEXT];
    char *from, *to; /* below DIR; to NULL: out of the way */
};

struct moves {
    const struct pt_closing *closing;
    struct move *items; /* [n] */
    int64_t n, capacity;
};

static int plan_move(void *context, const struct pt_store_outcome *outcome)
{
    struct moves *moves = context;
    const struct pt_study *study = moves->closing->study;
    struct move move = {.to = NULL};
    struct pt_spot spot;

    if (!outcome->path)
        return 0;
    if (pt_roster_find(moves->closing->roster, outcome->key, &spot) &&
        pt_perform_has_files(study, &spot))
        move.to = pt_spot_path(study, &spot);
    if (move.to ? strcmp(move.to, outcome->path) == 0
                : strncmp(outcome->path, "runs/", 5) != 0) {
        pt_free(move.to);
        return 0;
    }
    memcpy(move.key, outcome->key, sizeof move.key);
    move.from = pt_text_dup(outcome->path, strlen(outcome->path));
    pt_vec_push(moves->items, moves->n, moves->capacity, move);
    return 0;
}

/* Renames SOURCE to TARGET, below folders that are made; what stands there, of
 * a run that nobody knows of, goes.  A source that is not there is as good. */
static int rename_folder(const char *source, const char *target,
                         struct pt_err *err)
{
    char *parent = pt_text_dup(target, strlen(target));
    int status;

    *strrchr(parent, '/') = '\0';
    status = pt_folders_make(parent, err);
    pt_free(parent);
    if (status < 0 || rename(source, target) == 0 || errno == ENOENT)
        return status;
    pt_folder_remove(target);
    if (rename(source, target) == 0)
        return 0;
    return pt_err_at(err, PT_ERR_INTERNAL, source, 0, 0,
                     "cannot be moved to %s: %s", target, strerror(errno));
}

/* What the store says is never that a run is in runs/ where it is not: if the
 * process ends in between, it is done again, in its place. */
static int move_folder(const struct pt_closing *closing, const char *from,
                       const char *to, const char *key, struct pt_err *err)
{
    const bool aside = strncmp(to, "runs/", 5) != 0;
    char *source = pt_folder_path(closing->dir, from),
         *target = pt_folder_path(closing->dir, to);
    int status = aside ? pt_store_move(*closing->store, key, to, err) : 0;

    if (status == 0)
        status = rename_folder(source, target, err);
    if (status == 0 && !aside)
        status = pt_store_move(*closing->store, key, to, err);
    if (status == 0)
        pt_folder_trim(closing->dir, from);
    pt_free(source);
    pt_free(target);
    return status;
}

/* All go out of the way first: one may be where another is to go. */
int pt_close_folders(const struct pt_closing *closing, struct pt_err *err)
{
    struct moves moves = {.closing = closing};
    int status = pt_store_each(*closing->store, plan_move, &moves, err);

    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < moves.n && status == 0; i++) {
            struct move *move = &moves.items[i];
            char *aside = pt_folder_path("other", move->key);

            if (pass == 0 && strcmp(move->from, aside) != 0)
                status =
                    move_folder(closing, move->from, aside, move->key, err);
            else if (pass == 1 && move->to)
                status = move_folder(closing, aside, move->to, move->key, err);
            pt_free(aside);
        }
    for (int64_t i = 0; i < moves.n; i++) {
        pt_free(moves.items[i].from);
        pt_free(moves.items[i].to);
    }
    pt_free(moves.items);
    return status;
}

/* Makes FROM, below DIR/runs as TO is, a link to TO. */
static int link_folder(const char *dir, const char *from, const char *to,
                       struct pt_err *err)
{
    char *path = pt_folder_path(dir, from), *slash = strrchr(path, '/');
    const size_t size = 3 * strlen(from) + strlen(to) + 1;
    char *target = pt_alloc(size, 1);
    int status;

    /* Up to "runs", and down again. */
    for (const char *c = strchr(from, '/') + 1; (c = strchr(c, '/')); c++)
        memcpy(target + strlen(target), "../", 4);
    memcpy(target + strlen(target), strchr(to, '/') + 1,
           strlen(strchr(to, '/') + 1) + 1);
    *slash = '\0';
    status = pt_folders_make(path, err);
    *slash = '/';
    if (status == 0 && symlink(target, path) < 0 && errno != EEXIST)
        status = pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0,
                           "cannot be made: %s", strerror(errno));
    pt_free(target);
    pt_free(path);
    return status;
}

static int link_run(const struct pt_closing *closing,
                    const struct pt_spot *spot, struct pt_err *err)
{
    const struct pt_spot first = pt_roster_first(closing->roster, spot);
    char *from, *to;
    int status = 0;

    if (pt_spot_number(closing->study, &first) ==
            pt_spot_number(closing->study, spot) ||
        !pt_perform_has_files(closing->study, spot))
        return 0;
    from = pt_spot_path(closing->study, spot);
    to = pt_spot_path(closing->study, &first);
    if (pt_folder_holds(closing->dir, to, "run.json"))
        status = link_folder(closing->dir, from, to, err);
    pt_free(from);
    pt_free(to);
    return status;
}

int pt_close_links(const struct pt_closing *closing, struct pt_err *err)
{
    const struct pt_roster *roster = closing->roster;

    for (int64_t p = 0; p < roster->npoints; p++)
        for (int c = 0; c < roster->nchoices; c++)
            for (int64_t r = 1; r <= roster->points[p].replications; r++) {
                const struct pt_spot spot = {
                    .point = p, .choice = c, .replication = r};

                if (link_run(closing, &spot, err) < 0)
                    return -1;
            }
    return 0;
}
