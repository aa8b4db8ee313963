#include "experiments/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/folder.h"
#include "experiments/inputs.h"
#include "experiments/roster.h"
#include "experiments/store.h"
#include "experiments/workers.h"
#include "experiments/verify_parts.h"
#include "sink/summary.h"

#define GLANCE 200

struct verifier {
    const struct pt_study *study;
    const char *dir;
    struct pt_verifying verifying;
    const struct pt_verify_options *options;
    struct pt_roster roster;
    struct pt_store *store; /* NULL: there is none */
    struct pt_workers *workers;
    struct pt_verify_result *result;
    char **columns; /* [ncolumns] */
    int ncolumns;
};

/* Whether the store has a row of the run at SPOT, and it is that of FINDING. */
static int check_row(const struct verifier *verifier,
                     const struct pt_spot *spot, struct pt_finding *finding,
                     struct pt_err *err)
{
    char key[PT_DIGEST_TEXT], stored[PT_DIGEST_TEXT], *row = NULL;
    int got;

    if (!verifier->store || !finding->digest[0])
        return 0;
    pt_roster_key(&verifier->roster, spot, key);
    got = pt_store_row(verifier->store, key, &row, NULL, err);
    if (got < 0)
        return -1;
    if (got == 0) {
        pt_finding_add(finding, "is not there: its row of results.db", "");
        return 0;
    }
    pt_digest_of(row, strlen(row), stored);
    pt_free(row);
    if (strcmp(stored, finding->digest) != 0)
        pt_finding_add(finding, "comes out different: its row of results.db",
                       "");
    return 0;
}

static int take(struct verifier *verifier, const struct pt_return *got,
                struct pt_err *err)
{
    const struct pt_spot spot = pt_spot_of(verifier->study, got->item);
    struct pt_finding finding = {.digest = ""};
    char *path = pt_spot_path(verifier->study, &spot);
    int status;

    if (got->lost)
        pt_finding_add(&finding, "its worker crashed", "");
    else
        memcpy(&finding, got->answer, sizeof finding);
    status = check_row(verifier, &spot, &finding, err);
    verifier->result->runs++;
    verifier->result->checks += finding.checks;
    if (finding.text[0])
        verifier->result->different++;
    else
        verifier->result->same++;
    verifier->options->tell(verifier->options->context, path,
                            finding.text[0] ? finding.text : NULL);
    pt_free(path);
    return status;
}

/* Whether there is something to compare the run at SPOT with. */
static int is_there(const struct verifier *verifier, const struct pt_spot *spot,
                    struct pt_err *err)
{
    char key[PT_DIGEST_TEXT], *path = pt_spot_path(verifier->study, spot);
    int there = pt_folder_holds(verifier->dir, path, "run.json");

    pt_free(path);
    if (there || !verifier->store)
        return there;
    pt_roster_key(&verifier->roster, spot, key);
    return pt_store_row(verifier->store, key, NULL, NULL, err);
}

/* The stop rule may have wanted more runs than the study has to begin with. */
static int extend(struct verifier *verifier, int64_t point, struct pt_err *err)
{
    int64_t n = 0;

    if (!verifier->store || !verifier->study->stop.metric[0])
        return 0;
    if (pt_store_replications(verifier->store, point, &n, err) < 0)
        return -1;
    return pt_roster_extend(&verifier->roster, point, n, err);
}

static int count_failed(void *context, const struct pt_store_outcome *outcome)
{
    struct verifier *verifier = context;

    verifier->result->failed += outcome->failed;
    return 0;
}

static int count_missing(struct verifier *verifier, const struct pt_spot *spot,
                         struct pt_err *err)
{
    char key[PT_DIGEST_TEXT];

    if (spot->replication > verifier->study->replications)
        return 0;
    verifier->result->missing++;
    if (!verifier->store)
        return 0;
    pt_roster_key(&verifier->roster, spot, key);
    return pt_store_look(verifier->store, key, count_failed, verifier, err);
}

/* Adds those at POINT that are there, each where it first stands. */
static int choose_at(struct verifier *verifier, int64_t point,
                     int64_t **numbers, int64_t *n, int64_t *capacity,
                     struct pt_err *err)
{
    const struct pt_roster *roster = &verifier->roster;

    for (int c = 0; c < roster->nchoices; c++)
        for (int64_t r = 1; r <= roster->points[point].replications; r++) {
            const struct pt_spot spot = {
                .point = point, .choice = c, .replication = r};
            const struct pt_spot first = pt_roster_first(roster, &spot);
            const int64_t number = pt_spot_number(verifier->study, &spot);
            int there;

            if (pt_spot_number(verifier->study, &first) != number)
                continue;
            there = is_there(verifier, &spot, err);
            if (there < 0)
                return -1;
            if (there)
                pt_vec_push(*numbers, *n, *capacity, number);
            else if (count_missing(verifier, &spot, err) < 0)
                return -1;
        }
    return 0;
}

/* The numbers of the runs that are to be looked at, [*n]; NULL with ERR filled.
 */
static int64_t *choose(struct verifier *verifier, int64_t *n,
                       struct pt_err *err)
{
    int64_t *numbers = NULL, capacity = 0, sample = verifier->options->sample;

    *n = 0;
    for (int64_t p = 0; p < verifier->roster.npoints; p++)
        if (extend(verifier, p, err) < 0 ||
            choose_at(verifier, p, &numbers, n, &capacity, err) < 0) {
            pt_free(numbers);
            return NULL;
        }
    pt_vec_reserve(numbers, capacity, *n + 1);
    if (sample == 0 || sample >= *n)
        return numbers;
    for (int64_t i = 0; i < sample; i++)
        numbers[i] =
            numbers[(int64_t)((double)*n * ((double)i + 0.5) / (double)sample)];
    *n = sample;
    return numbers;
}

static int exchange(struct verifier *verifier, const int64_t *numbers,
                    int64_t n, struct pt_err *err)
{
    int64_t given = 0, taken = 0;

    while (taken < n) {
        struct pt_return got;
        int status;

        while (given < n && pt_workers_want(verifier->workers))
            if (pt_workers_give(verifier->workers, numbers[given++], err) < 0)
                return -1;
        if (verifier->options->interrupted && *verifier->options->interrupted)
            return pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
        status = pt_workers_take(verifier->workers, GLANCE, &got, err);
        if (status < 0 || (status == 1 && take(verifier, &got, err) < 0))
            return -1;
        taken += status;
    }
    return 0;
}

static int open_store(struct verifier *verifier, struct pt_err *err)
{
    verifier->columns = pt_summary_columns_new(&verifier->ncolumns);
    if (!pt_folder_holds(verifier->dir, ".", "results.db"))
        return 0;
    verifier->store =
        pt_store_open(verifier->dir, (const char *const *)verifier->columns,
                      verifier->ncolumns, err);
    return verifier->store ? 0 : -1;
}

/* A file beside the runs is not what it should be. */
static void tell_file(void *context, const char *what, const char *why)
{
    const struct verifier *verifier = context;

    verifier->result->files++;
    verifier->options->tell(verifier->options->context, what, why);
}

int pt_verify_go(const struct pt_study *study, const char *dir,
                 const struct pt_verify_options *options,
                 struct pt_verify_result *result, struct pt_err *err)
{
    const char *parent = getenv("TMPDIR");
    char scratch[512];
    struct verifier verifier = {
        .study = study,
        .dir = dir,
        .verifying = {.study = study, .dir = dir, .scratch = scratch},
        .options = options,
        .result = result};
    int64_t *numbers = NULL, n = 0;
    int status;

    *result = (struct pt_verify_result){.runs = 0};
    snprintf(scratch, sizeof scratch, "%s/protium-XXXXXX",
             parent && parent[0] ? parent : "/tmp");
    if (!mkdtemp(scratch))
        return pt_err_at(err, PT_ERR_INTERNAL, scratch, 0, 0, "cannot be made");
    status = pt_roster_init(&verifier.roster, study, err);
    if (status == 0)
        status = open_store(&verifier, err);
    verifier.workers = pt_workers_new(
        &(struct pt_workers_config){.n = options->workers,
                                    .context = &verifier.verifying,
                                    .work = pt_verify_run});
    if (status == 0) {
        numbers = choose(&verifier, &n, err);
        status = numbers ? exchange(&verifier, numbers, n, err) : -1;
    }
    if (status == 0 && verifier.store && result->missing == result->failed)
        status = pt_verify_tables(&verifier.roster, &verifier.store,
                                  (const char *const *)verifier.columns,
                                  verifier.ncolumns, dir, scratch, tell_file,
                                  &verifier, err);
    pt_workers_free(verifier.workers);
    if (verifier.store)
        pt_store_close(verifier.store);
    pt_summary_columns_free(verifier.columns, verifier.ncolumns);
    pt_roster_fini(&verifier.roster);
    pt_free(numbers);
    pt_folder_remove(scratch);
    return status;
}
