#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/text.h"
#include "experiments/folder.h"
#include "experiments/verify.h"
#include "tool/say.h"
#include "tool/verb.h"

struct request {
    const char *dir;
    struct pt_verify_options options;
};

static int take_number(const char *option, const char *text, int64_t most,
                       int64_t *n, struct pt_err *err)
{
    if (pt_text_read_int(n, text) && *n >= 1 && *n <= most)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--%s '%s' is not a number of 1 to %" PRId64, option,
                      text, most);
}

static int take_arguments(struct request *request, struct pt_options *options,
                          struct pt_err *err)
{
    int64_t workers;
    int status;

    while ((status = pt_options_next(options, err)) == 1) {
        if (pt_options_is(options, "sample")) {
            if (take_number("sample", options->value, INT64_MAX,
                            &request->options.sample, err) < 0)
                return -1;
        } else if (pt_options_is(options, "jobs")) {
            if (take_number("jobs", options->value, 1024, &workers, err) < 0)
                return -1;
            request->options.workers = (int)workers;
        } else if (request->dir) {
            return pt_err_set(err, PT_ERR_USAGE,
                              "verify takes one DIR; '%s' is one too many",
                              options->value);
        } else {
            request->dir = options->value;
        }
    }
    if (status == 0 && !request->dir)
        return pt_err_set(err, PT_ERR_USAGE,
                          "verify needs a DIR: what run or replay --out made");
    return status;
}

static void tell(void *context, const char *run, const char *what)
{
    (void)context;
    if (what)
        printf("%s: %s\n", run, what);
}

static int go(const struct request *request, struct pt_err *err)
{
    char *path = pt_folder_path(request->dir, "study.json");
    struct pt_verify_result result;
    struct pt_study study;
    int status;

    pt_study_init(&study);
    status = pt_study_read(&study, path, err);
    if (status == 0)
        status =
            pt_verify_go(&study, request->dir, &request->options, &result, err);
    pt_study_fini(&study);
    pt_free(path);
    if (status < 0)
        return -1;
    printf("%" PRId64 " runs done again: %" PRId64 " the same, %" PRId64
           " different; %" PRId64 " checks of invariants held\n",
           result.runs, result.same, result.different, result.checks);
    if (result.missing > 0)
        printf("%" PRId64 " runs of the study are not there, %" PRId64
               " of them since they failed\n",
               result.missing, result.failed);
    if (result.files > 0)
        printf("%" PRId64 " files beside them are not what the runs say\n",
               result.files);
    if (result.different > 0 || result.files > 0 ||
        result.missing > result.failed)
        return pt_err_set(err, PT_ERR_CHECK, "%s is not what its study gives",
                          request->dir);
    if (result.runs == 0)
        return pt_err_at(err, PT_ERR_INPUT, request->dir, 0, 0,
                         "holds no run of its study");
    return 0;
}

static int verify_run(const struct pt_tool *tool, int argc, char **argv,
                      struct pt_err *err)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct request request = {.options = {.workers = cores > 0 ? (int)cores : 1,
                                          .interrupted = tool->interrupted,
                                          .tell = tell}};
    struct pt_options options;
    int status;

    pt_options_open(&options, "verify", pt_verb_verify.options, argc, argv);
    status = take_arguments(&request, &options, err);
    pt_options_close(&options);
    return status == 0 ? go(&request, err) : -1;
}

static const struct pt_option verify_options[] = {
    {.name = "sample",
     .letter = 'n',
     .arg = "N",
     .help = "So many runs, here and there in the study. Default: all."},
    {.name = "jobs",
     .letter = 'j',
     .arg = "N",
     .help = "Worker processes. Default: one a processor."},
    {.name = NULL}};

static const char *const verify_examples[] = {
    "protium verify results", "protium verify results --sample 5", NULL};

const struct pt_verb pt_verb_verify = {
    .name = "verify",
    .args = "DIR",
    .summary = "do the runs of DIR again: are the results what they were?",
    .text = "Compares each run's files with the digests in its run.json, and "
            "both, and its row of results.db, with what comes out now; inputs "
            "that have changed show there. Changes nothing in DIR. The exit "
            "code is 4 if anything differs.\n",
    .options = verify_options,
    .examples = verify_examples,
    .run = verify_run};
