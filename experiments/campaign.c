#include "experiments/campaign.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/close.h"
#include "experiments/close_parts.h"
#include "experiments/folder.h"
#include "experiments/forecast.h"
#include "experiments/lock.h"
#include "experiments/perform.h"
#include "experiments/roster.h"
#include "experiments/stop.h"
#include "experiments/store.h"
#include "experiments/workers.h"
#include "sink/summary.h"

/* Milliseconds: for the workers of a campaign that was killed to end. */
#define PATIENCE 3000

/* Milliseconds without an answer after which the signals are looked at. */
#define GLANCE 200

/* Runs that tell what all will take. */
#define TRIALS 8

/* Runs that fail are told up to so many. */
#define LISTED 20

/* So many runs are not planned in a moment. */
#define MANY 100000

/* Bytes a run, about, in the store and the tables. */
#define STORED 3000.0

/* Bytes of a run.json, about. */
#define RECORD 16000.0

struct campaign {
    const struct pt_study *study;
    const char *dir;
    const struct pt_campaign_options *options;
    struct pt_roster roster;
    struct pt_store *store;
    struct pt_workers *workers;
    struct pt_performer performer;
    char **columns;     /* [ncolumns] */
    int ncolumns, stop; /* stop: the column of the stop rule, or -1 */
    /* Points with runs to give, in order; the one at `at` is under way. */
    int64_t *queue, nqueue, capacity, at;
    struct pt_spot next; /* of the point under way */
    int64_t given;       /* that have not come back */
    int64_t missed;      /* points that the stop rule is not content with */
    int64_t found;
    double began, run_s, bytes;
    int64_t measured; /* runs done here */
    int64_t filed;    /* of these, that left files: `bytes` of them */
};

static double clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double cpu_s(void)
{
    struct rusage usage;

    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void note(const struct campaign *campaign, const char *line)
{
    if (campaign->options->note)
        campaign->options->note(campaign->options->context, line);
}

static struct pt_campaign_state state_of(const struct campaign *campaign)
{
    const struct pt_roster *roster = &campaign->roster;
    const int64_t left = roster->nruns - roster->ndone - roster->nfailed;
    struct pt_campaign_state state = {.runs = roster->nruns,
                                      .found = campaign->found,
                                      .done = roster->ndone,
                                      .failed = roster->nfailed,
                                      .seconds = clock_s() - campaign->began,
                                      .left = (double)NAN};

    if (campaign->measured > 0)
        state.left = campaign->run_s / (double)campaign->measured *
                     (double)left / campaign->options->workers;
    return state;
}

static void tell(const struct campaign *campaign)
{
    const struct pt_campaign_state state = state_of(campaign);

    if (campaign->options->tell)
        campaign->options->tell(campaign->options->context, &state);
}

/* --- what is there already --- */

/* Whether the files of a run that was done are where they are wanted. */
static bool has_files(const struct campaign *campaign,
                      const struct pt_store_outcome *outcome,
                      const struct pt_spot *spot)
{
    return !pt_perform_has_files(campaign->study, spot) ||
           (outcome->path &&
            pt_folder_holds(campaign->dir, outcome->path, "run.json"));
}

static int recognise(void *context, const struct pt_store_outcome *outcome)
{
    struct campaign *campaign = context;
    struct pt_spot spot;

    if (!outcome->failed &&
        pt_roster_find(&campaign->roster, outcome->key, &spot) &&
        has_files(campaign, outcome, &spot)) {
        campaign->found +=
            pt_roster_state(&campaign->roster, &spot) != PT_RUN_DONE;
        pt_roster_set(&campaign->roster, outcome->key, PT_RUN_DONE);
    }
    return 0;
}

/* --- the stop rule --- */

/* All runs of POINT are over: more of them, if the stop rule wants so.  How
 * many depends on results alone. */
static int settle(struct campaign *campaign, int64_t point, struct pt_err *err)
{
    const struct pt_study *study = campaign->study;
    const int64_t n = campaign->roster.points[point].replications;
    int64_t more = n + (n / 4 > 2 ? n / 4 : 2);
    bool enough = true;

    campaign->roster.points[point].settled = n;
    if (campaign->stop < 0)
        return 0;
    if (pt_stop_is_reached(&campaign->roster, campaign->store, campaign->stop,
                           campaign->ncolumns, point, &enough, err) < 0)
        return -1;
    campaign->missed += !enough && n >= study->stop.most;
    if (enough || n >= study->stop.most)
        return 0;
    more = more < study->stop.most ? more : study->stop.most;
    if (pt_roster_extend(&campaign->roster, point, more, err) < 0)
        return -1;
    for (int64_t r = n + 1; r <= more; r++)
        for (int c = 0; c < study->choices.n; c++) {
            char key[PT_DIGEST_TEXT];
            const struct pt_spot spot = {
                .point = point, .choice = c, .replication = r};

            pt_roster_key(&campaign->roster, &spot, key);
            if (pt_store_look(campaign->store, key, recognise, campaign, err) <
                0)
                return -1;
        }
    pt_vec_push(campaign->queue, campaign->nqueue, campaign->capacity, point);
    return campaign->roster.points[point].open == 0
               ? settle(campaign, point, err)
               : 0;
}

/* --- giving and taking --- */

static int give(struct campaign *campaign, const struct pt_spot *spot,
                struct pt_err *err)
{
    const struct pt_spot first = pt_roster_first(&campaign->roster, spot);
    char key[PT_DIGEST_TEXT];

    if (pt_workers_give(campaign->workers,
                        pt_spot_number(campaign->study, &first), err) < 0)
        return -1;
    pt_roster_key(&campaign->roster, spot, key);
    pt_roster_set(&campaign->roster, key, PT_RUN_GIVEN);
    campaign->given++;
    return 0;
}

/* The next run that nobody is at; false: there is none now. */
static bool find_next(struct campaign *campaign, struct pt_spot *spot)
{
    struct pt_spot *next = &campaign->next;

    while (campaign->at < campaign->nqueue) {
        const int64_t point = campaign->queue[campaign->at];
        const int64_t most = campaign->roster.points[point].replications;

        next->point = point;
        for (; next->replication <= most; next->replication++) {
            while (next->choice < campaign->study->choices.n) {
                *spot = *next;
                next->choice++;
                if (pt_roster_state(&campaign->roster, spot) == PT_RUN_OPEN)
                    return true;
            }
            next->choice = 0;
        }
        *next = (struct pt_spot){.replication = 1};
        campaign->at++;
    }
    return false;
}

/* What a lost worker's run failed of. */
static void describe_loss(const struct pt_return *got, char *text, size_t size)
{
    if (got->signal == SIGKILL)
        snprintf(text, size,
                 "the worker was killed (signal 9: out of memory, "
                 "or somebody's kill -9)");
    else if (got->signal == SIGABRT)
        snprintf(text, size,
                 "the worker stopped itself (signal 6: out of "
                 "memory, or a broken promise of ours: see what it "
                 "said)");
    else if (got->signal != 0)
        snprintf(text, size,
                 "the worker crashed: signal %d (please report "
                 "this)",
                 got->signal);
    else
        snprintf(text, size,
                 "the worker ended with status %d (please report "
                 "this)",
                 got->status);
}

/* A run that did not come to its end leaves nothing. */
static void clean_up(const struct campaign *campaign,
                     const struct pt_spot *spot)
{
    char *path = pt_spot_path(campaign->study, spot);

    if (pt_perform_has_files(campaign->study, spot))
        pt_folder_prune(campaign->dir, path);
    pt_free(path);
}

static void note_failure(const struct campaign *campaign,
                         const struct pt_store_outcome *outcome)
{
    const int64_t failed = campaign->roster.nfailed;
    char line[1400];

    if (failed == LISTED + 1)
        note(campaign, "more runs fail (their words: results.db, run.error)");
    if (failed > LISTED)
        return;
    snprintf(line, sizeof line, "%s: %s", outcome->path, outcome->text);
    note(campaign, line);
}

/* Puts away what came back. */
static int take(struct campaign *campaign, const struct pt_return *got,
                struct pt_err *err)
{
    const struct pt_spot spot = pt_spot_of(campaign->study, got->item);
    struct pt_store_outcome outcome = {.failed = true};
    char text[256], *path = pt_spot_path(campaign->study, &spot);
    int64_t point = spot.point;
    int status;

    if (got->lost) {
        describe_loss(got, text, sizeof text);
        outcome.text = text;
    } else {
        pt_outcome_read(&outcome, got->answer, got->n);
    }
    pt_roster_key(&campaign->roster, &spot, outcome.key);
    outcome.path = pt_perform_has_files(campaign->study, &spot) ? path : NULL;
    status = pt_store_put(campaign->store, &outcome, err);
    if (status == 0)
        pt_roster_set(&campaign->roster, outcome.key,
                      outcome.failed ? PT_RUN_FAILED : PT_RUN_DONE);
    campaign->given--;
    if (outcome.failed) {
        clean_up(campaign, &spot);
        outcome.path = path;
        note_failure(campaign, &outcome);
    } else {
        campaign->measured++;
        campaign->run_s += outcome.wall_s;
        campaign->bytes += (double)outcome.bytes;
        campaign->filed += outcome.bytes > 0;
    }
    pt_free(path);
    if (status == 0 && campaign->roster.points[point].open == 0)
        status = settle(campaign, point, err);
    return status;
}

static int interrupted(const struct campaign *campaign, struct pt_err *err)
{
    if (!campaign->options->interrupted || !*campaign->options->interrupted)
        return 0;
    return pt_err_set(err, PT_ERR_INTERRUPTED,
                      "interrupted: %lld of %lld runs are done, and stay; the "
                      "same command goes on from there",
                      (long long)campaign->roster.ndone,
                      (long long)campaign->roster.nruns);
}

/* Takes answers until there is nothing more to take, giving what MORE finds. */
static int exchange(struct campaign *campaign,
                    bool (*more)(struct campaign *, struct pt_spot *),
                    struct pt_err *err)
{
    for (;;) {
        struct pt_return got;
        struct pt_spot spot;
        int status;

        while (pt_workers_want(campaign->workers) && more(campaign, &spot))
            if (give(campaign, &spot, err) < 0)
                return -1;
        if (interrupted(campaign, err) < 0)
            return -1;
        if (campaign->given == 0)
            return 0;
        status = pt_workers_take(campaign->workers, GLANCE, &got, err);
        if (status < 0 || (status == 1 && take(campaign, &got, err) < 0))
            return -1;
        tell(campaign);
    }
}

/* --- what all will take --- */

/* Runs of points and policies here and there: TRIALS of them at most. */
static bool find_trial(struct campaign *campaign, struct pt_spot *spot)
{
    const struct pt_roster *roster = &campaign->roster;
    const int64_t cells = roster->npoints * roster->nchoices;

    while (campaign->at < TRIALS) {
        const int64_t cell =
            (int64_t)((double)cells * (double)campaign->at++ / TRIALS);

        *spot = (struct pt_spot){.point = cell / roster->nchoices,
                                 .choice = (int)(cell % roster->nchoices),
                                 .replication = 1};
        if (pt_roster_state(roster, spot) == PT_RUN_OPEN)
            return true;
    }
    return false;
}

/* The runs yet to be done that will leave files. */
static int64_t count_files(const struct campaign *campaign)
{
    const struct pt_roster *roster = &campaign->roster;
    int64_t n = 0;

    for (int64_t p = 0; p < roster->npoints; p++)
        for (int c = 0; c < roster->nchoices; c++)
            for (int64_t r = 1; r <= roster->points[p].replications; r++) {
                const struct pt_spot spot = {
                    .point = p, .choice = c, .replication = r};

                if (!pt_perform_has_files(campaign->study, &spot))
                    break;
                n += pt_roster_state(roster, &spot) == PT_RUN_OPEN;
            }
    return n;
}

static int forecast(struct campaign *campaign, struct pt_err *err)
{
    const struct pt_campaign_state state = state_of(campaign);
    struct pt_forecast all = {.runs = state.runs - state.done - state.failed,
                              .seconds = state.left,
                              .workers = campaign->options->workers};
    char line[PT_FORECAST_TEXT];
    bool fits;

    if (campaign->measured == 0)
        return 0;
    all.bytes = (double)all.runs * STORED;
    if (campaign->filed > 0)
        all.bytes += (campaign->bytes / (double)campaign->filed + RECORD) *
                     (double)count_files(campaign);
    fits = pt_forecast_print(&all, campaign->dir, line);
    note(campaign, line);
    if (fits || campaign->options->force || campaign->options->dry)
        return 0;
    return pt_err_at(err, PT_ERR_USAGE, campaign->dir, 0, 0,
                     "the disk is too small for %s (expected \"files\": "
                     "\"first\" or \"none\" in the study, another --out, or "
                     "--force)",
                     line);
}

static int try_out(struct campaign *campaign, struct pt_err *err)
{
    const struct pt_roster *roster = &campaign->roster;

    if (!campaign->options->dry && roster->nruns - roster->ndone < 4 * TRIALS)
        return 0;
    note(campaign, "a few runs first, to see what all will take");
    campaign->at = 0;
    if (exchange(campaign, find_trial, err) < 0)
        return -1;
    return forecast(campaign, err);
}

/* --- the whole --- */

static int begin(struct campaign *campaign, struct pt_err *err)
{
    const struct pt_study *study = campaign->study;
    int status = pt_roster_init(&campaign->roster, study, err);

    campaign->columns = pt_summary_columns_new(&campaign->ncolumns);
    campaign->stop = -1;
    for (int i = 0; study->stop.metric[0] && i < campaign->ncolumns; i++)
        if (strcmp(campaign->columns[i], study->stop.metric) == 0)
            campaign->stop = i;
    if (status == 0) {
        campaign->store =
            pt_store_open(campaign->dir, (const char *const *)campaign->columns,
                          campaign->ncolumns, err);
        status = campaign->store ? 0 : -1;
    }
    if (status == 0)
        status = pt_store_each(campaign->store, recognise, campaign, err);
    campaign->workers = pt_workers_new(
        &(struct pt_workers_config){.n = campaign->options->workers,
                                    .context = &campaign->performer,
                                    .work = pt_perform});
    return status;
}

static bool is_unsettled(const struct pt_roster_point *point)
{
    return point->open == 0 && point->settled < point->replications;
}

static bool has_unsettled(const struct pt_roster *roster)
{
    for (int64_t p = 0; p < roster->npoints; p++)
        if (is_unsettled(&roster->points[p]))
            return true;
    return false;
}

/* Runs that stand in several places close points when nobody looks. */
static int settle_all(struct campaign *campaign, struct pt_err *err)
{
    const struct pt_roster *roster = &campaign->roster;

    for (int64_t p = 0; p < roster->npoints; p++)
        if (is_unsettled(&roster->points[p]) && settle(campaign, p, err) < 0)
            return -1;
    return 0;
}

static void note_missed(const struct campaign *campaign)
{
    const struct pt_stop *stop = &campaign->study->stop;
    char line[256];

    if (campaign->missed == 0)
        return;
    snprintf(line, sizeof line,
             "stop: %lld of %lld points have %lld replications, and half the "
             "interval of %s is more than %g of its mean there",
             (long long)campaign->missed, (long long)campaign->roster.npoints,
             (long long)stop->most, stop->metric, stop->relative);
    note(campaign, line);
}

static int go(struct campaign *campaign, struct pt_err *err)
{
    struct pt_roster *roster = &campaign->roster;
    const struct pt_closing closing = {
        .study = campaign->study,
        .dir = campaign->dir,
        .roster = roster,
        .store = &campaign->store,
        .columns = (const char *const *)campaign->columns,
        .ncolumns = campaign->ncolumns,
        .note = campaign->options->note,
        .context = campaign->options->context};

    /* What was done under another study may stand where a run is to go, and
     * a link may. */
    pt_folder_sweep(campaign->dir);
    if (settle_all(campaign, err) < 0 || pt_close_folders(&closing, err) < 0 ||
        pt_close_strays(&closing, err) < 0 || try_out(campaign, err) < 0)
        return -1;
    if (campaign->options->dry)
        return 0;
    campaign->at = 0;
    campaign->nqueue = 0;
    campaign->next = (struct pt_spot){.replication = 1};
    for (int64_t p = 0; p < roster->npoints; p++)
        pt_vec_push(campaign->queue, campaign->nqueue, campaign->capacity, p);
    do
        if (settle_all(campaign, err) < 0 ||
            exchange(campaign, find_next, err) < 0)
            return -1;
    while (has_unsettled(roster));
    for (int64_t p = 0; p < roster->npoints; p++)
        pt_assert(roster->points[p].open == 0);
    note_missed(campaign);
    return pt_campaign_close(&closing, err);
}

static void end(struct campaign *campaign, struct pt_campaign_result *result)
{
    result->state = state_of(campaign);
    result->run_s = campaign->run_s;
    if (campaign->workers)
        pt_workers_free(campaign->workers);
    if (campaign->given > 0)
        pt_folder_sweep(campaign->dir);
    if (campaign->store)
        pt_store_close(campaign->store);
    pt_summary_columns_free(campaign->columns, campaign->ncolumns);
    pt_roster_fini(&campaign->roster);
    pt_free(campaign->queue);
}

int pt_campaign_go(const struct pt_study *study, const char *dir,
                   const struct pt_campaign_options *options,
                   struct pt_campaign_result *result, struct pt_err *err)
{
    struct campaign campaign = {.study = study,
                                .dir = dir,
                                .options = options,
                                .performer = {.study = study, .dir = dir},
                                .began = clock_s()};
    const double cpu = cpu_s();
    int64_t runs;
    int lock, status;

    *result = (struct pt_campaign_result){.run_s = 0};
    if (pt_roster_count(study, &runs, err) < 0)
        return -1;
    if (pt_folder_make(dir, "study.json", err) < 0)
        return -1;
    if (pt_folder_holds(dir, ".", "summary.csv") &&
        !pt_folder_holds(dir, ".", "results.db"))
        return pt_err_at(err, PT_ERR_USAGE, dir, 0, 0,
                         "holds the results of a replay (expected another "
                         "--out)");
    lock = pt_lock_take(dir, PATIENCE, err);
    if (lock < 0)
        return -1;
    status = pt_folder_write_study(dir, study, err);
    if (status == 0 && runs > MANY)
        note(&campaign, "planning the runs: this takes a while");
    if (status == 0)
        status = begin(&campaign, err);
    if (status == 0)
        status = go(&campaign, err);
    end(&campaign, result);
    pt_lock_drop(dir, lock);
    result->parent_s = cpu_s() - cpu;
    return status;
}
