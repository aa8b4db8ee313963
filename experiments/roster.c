#include "experiments/roster.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

/* Memory as everywhere. */
#define uthash_malloc(size)     pt_alloc(size, 1)
#define uthash_free(item, size) pt_free(item)
#define uthash_fatal(text)      pt_assert(false)
#include <uthash.h>

#define KEY_BYTES ((PT_DIGEST_TEXT - 1) / 2)
#define NAME_TEXT 512

struct pt_known {
    unsigned char key[KEY_BYTES];
    unsigned char state;
    struct pt_spot first;
    int64_t standing; /* how many runs of the study it is */
    UT_hash_handle hh;
};

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

static void pack(const char *key, unsigned char packed[KEY_BYTES])
{
    for (size_t i = 0; i < KEY_BYTES; i++)
        packed[i] =
            (unsigned char)(digit(key[2 * i]) << 4 | digit(key[2 * i + 1]));
}

static void unpack(const unsigned char *packed, char key[PT_DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < KEY_BYTES; i++) {
        key[2 * i] = digits[packed[i] >> 4];
        key[2 * i + 1] = digits[packed[i] & 15];
    }
    key[2 * KEY_BYTES] = '\0';
}

static struct pt_known *find(const struct pt_roster *roster,
                             const unsigned char *key)
{
    struct pt_known *found;

    HASH_FIND(hh, roster->known, key, KEY_BYTES, found);
    return found;
}

/* The run KEY stands at SPOT too. */
static struct pt_known *stand(struct pt_roster *roster, const char *key,
                              const struct pt_spot *spot)
{
    unsigned char packed[KEY_BYTES];
    struct pt_known *known;

    pack(key, packed);
    known = find(roster, packed);
    if (!known) {
        known = pt_alloc(1, sizeof *known);
        memcpy(known->key, packed, KEY_BYTES);
        known->state = PT_RUN_OPEN;
        known->first = *spot;
        HASH_ADD(hh, roster->known, key, KEY_BYTES, known);
        roster->nruns++;
    }
    /* The first in the study, whoever asked first: its place must not depend on
     * who was ready when. */
    if (pt_spot_number(roster->study, spot) <
        pt_spot_number(roster->study, &known->first))
        known->first = *spot;
    known->standing++;
    return known;
}

static int add_cell(struct pt_roster *roster, int64_t point, int choice,
                    int64_t from, int64_t to, struct pt_err *err)
{
    struct pt_roster_point *at = &roster->points[point];
    struct pt_cell cell;
    char input[PT_DIGEST_TEXT], key[PT_DIGEST_TEXT];
    int status = pt_cell_init(&cell, roster->study, point, choice, err);
    struct pt_run run = status == 0 ? pt_cell_run(&cell) : (struct pt_run){0};

    if (status == 0)
        status = pt_inputs_of(&roster->inputs, &run, input, err);
    for (int64_t r = from; r < to && status == 0; r++) {
        const struct pt_spot spot = {
            .point = point, .choice = choice, .replication = r + 1};
        struct pt_known *known;

        run.settings.replication = r + 1;
        pt_run_key(&run, input[0] ? input : NULL, key);
        known = stand(roster, key, &spot);
        at->runs[r * roster->nchoices + choice] = known;
        at->open +=
            known->state != PT_RUN_DONE && known->state != PT_RUN_FAILED;
    }
    pt_cell_fini(&cell);
    return status;
}

int pt_roster_extend(struct pt_roster *roster, int64_t point,
                     int64_t replications, struct pt_err *err)
{
    struct pt_roster_point *at = &roster->points[point];
    const int64_t from = at->replications;
    int status = 0;

    pt_assert(replications <= PT_REPLICATIONS_MOST);
    if (replications <= from)
        return 0;
    at->runs = pt_realloc(at->runs, (size_t)(replications * roster->nchoices),
                          sizeof(struct pt_known *));
    for (int c = 0; c < roster->nchoices && status == 0; c++)
        status = add_cell(roster, point, c, from, replications, err);
    if (status == 0)
        at->replications = replications;
    return status;
}

int pt_roster_count(const struct pt_study *study, int64_t *runs,
                    struct pt_err *err)
{
    double all;

    if (pt_grid_points(study, runs, err) < 0)
        return -1;
    all = (double)*runs * study->choices.n * (double)study->replications;
    if (all > (double)PT_RUNS_MOST)
        return pt_err_set(err, PT_ERR_INPUT,
                          "the study has %.4g runs: points x policies x "
                          "replications (expected at most %lld)",
                          all, (long long)PT_RUNS_MOST);
    *runs *= study->choices.n * study->replications;
    return 0;
}

int pt_roster_init(struct pt_roster *roster, const struct pt_study *study,
                   struct pt_err *err)
{
    int status;

    *roster = (struct pt_roster){.study = study, .nchoices = study->choices.n};
    status = pt_grid_points(study, &roster->npoints, err);
    if (status < 0)
        return -1;
    roster->points = pt_alloc((size_t)roster->npoints, sizeof *roster->points);
    for (int64_t p = 0; p < roster->npoints && status == 0; p++)
        status = pt_roster_extend(roster, p, study->replications, err);
    return status;
}

void pt_roster_fini(struct pt_roster *roster)
{
    struct pt_known *known, *next;

    HASH_ITER(hh, roster->known, known, next)
    {
        HASH_DEL(roster->known, known);
        pt_free(known);
    }
    for (int64_t p = 0; roster->points && p < roster->npoints; p++)
        pt_free(roster->points[p].runs);
    pt_free(roster->points);
    pt_inputs_fini(&roster->inputs);
    *roster = (struct pt_roster){.npoints = 0};
}

int64_t pt_spot_number(const struct pt_study *study, const struct pt_spot *spot)
{
    pt_assert(spot->replication >= 1 &&
              spot->replication <= PT_REPLICATIONS_MOST);
    return (spot->point * study->choices.n + spot->choice) *
               (PT_REPLICATIONS_MOST + 1) +
           spot->replication;
}

struct pt_spot pt_spot_of(const struct pt_study *study, int64_t number)
{
    const int64_t cell = number / (PT_REPLICATIONS_MOST + 1);

    return (struct pt_spot){.point = cell / study->choices.n,
                            .choice = (int)(cell % study->choices.n),
                            .replication = number % (PT_REPLICATIONS_MOST + 1)};
}

static struct pt_known *known_at(const struct pt_roster *roster,
                                 const struct pt_spot *spot)
{
    const struct pt_roster_point *at = &roster->points[spot->point];

    pt_assert(spot->replication >= 1 && spot->replication <= at->replications);
    return at->runs[(spot->replication - 1) * roster->nchoices + spot->choice];
}

enum pt_run_state pt_roster_state(const struct pt_roster *roster,
                                  const struct pt_spot *spot)
{
    return (enum pt_run_state)known_at(roster, spot)->state;
}

static bool is_over(unsigned char state)
{
    return state == PT_RUN_DONE || state == PT_RUN_FAILED;
}

/* A run that stands in several places is over in all of them at once. */
static void count_open(struct pt_roster *roster, const struct pt_known *known,
                       int step)
{
    int64_t left = known->standing;

    for (int64_t p = known->first.point; p < roster->npoints && left > 0; p++) {
        struct pt_roster_point *at = &roster->points[p];
        const int64_t n = at->replications * roster->nchoices;

        if (known->standing == 1) {
            at->open += step;
            return;
        }
        for (int64_t i = 0; i < n && left > 0; i++)
            if (at->runs[i] == known) {
                at->open += step;
                left--;
            }
    }
}

bool pt_roster_set(struct pt_roster *roster, const char *key,
                   enum pt_run_state state)
{
    unsigned char packed[KEY_BYTES];
    struct pt_known *known;

    pack(key, packed);
    known = find(roster, packed);
    if (!known)
        return false;
    roster->ndone += (state == PT_RUN_DONE) - (known->state == PT_RUN_DONE);
    roster->nfailed +=
        (state == PT_RUN_FAILED) - (known->state == PT_RUN_FAILED);
    if (is_over(known->state) != is_over((unsigned char)state))
        count_open(roster, known, is_over(known->state) ? 1 : -1);
    known->state = (unsigned char)state;
    return true;
}

void pt_roster_key(const struct pt_roster *roster, const struct pt_spot *spot,
                   char key[PT_DIGEST_TEXT])
{
    unpack(known_at(roster, spot)->key, key);
}

bool pt_roster_find(const struct pt_roster *roster, const char *key,
                    struct pt_spot *spot)
{
    unsigned char packed[KEY_BYTES];
    const struct pt_known *known;

    pack(key, packed);
    known = find(roster, packed);
    if (known)
        *spot = known->first;
    return known != NULL;
}

struct pt_spot pt_roster_first(const struct pt_roster *roster,
                               const struct pt_spot *spot)
{
    return known_at(roster, spot)->first;
}

char *pt_spot_path(const struct pt_study *study, const struct pt_spot *spot)
{
    const char *label = study->choices.items[spot->choice].label;
    char name[NAME_TEXT], replication[32] = "";
    const size_t size = sizeof name + PT_LABEL_TEXT + 64;
    char *path = pt_alloc(size, 1);

    pt_grid_name(study, spot->point, name, sizeof name);
    if (study->replications > 1 || study->stop.metric[0])
        snprintf(replication, sizeof replication, "/rep-%03lld",
                 (long long)spot->replication);
    snprintf(path, size, "runs/%s%s%s%s", name, name[0] ? "/" : "", label,
             replication);
    return path;
}
