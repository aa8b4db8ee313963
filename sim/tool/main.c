#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>
#include <jansson.h>
#include <nettle/version.h>
#include <zlib.h>
#include <zstd.h>

#include "base/text.h"
#include "tool/help.h"
#include "tool/say.h"
#include "tool/verb.h"
#include "version.h"

/* The one thing that a signal handler can reach. */
static volatile int interrupted;

const struct pt_verb *const pt_verbs[] = {
    &pt_verb_replay,   &pt_verb_init, &pt_verb_run,  &pt_verb_verify,
    &pt_verb_trace,    &pt_verb_tape, &pt_verb_plot, &pt_verb_report,
    &pt_verb_selftest, &pt_verb_list, &pt_verb_help, NULL};

const struct pt_verb *pt_verb_find(const char *name, struct pt_err *err)
{
    const char *names[16];
    const char *near;
    size_t n = 0;

    for (; pt_verbs[n]; n++) {
        names[n] = pt_verbs[n]->name;
        if (strcmp(names[n], name) == 0)
            return pt_verbs[n];
    }
    near = pt_text_nearest(name, names, n);
    if (near)
        pt_err_set(err, PT_ERR_USAGE, "unknown verb '%s' (did you mean '%s'?)",
                   name, near);
    else
        pt_err_set(err, PT_ERR_USAGE, "unknown verb '%s' (protium help)", name);
    return NULL;
}

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* A second signal ends the program at once. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = (int)SA_RESETHAND};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action = (struct sigaction){.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
}

static void print_version(void)
{
    printf("protium %s (git %s, GSL %s, jansson %s, nettle %d.%d, zlib %s, "
           "zstd %s)\n",
           pt_version, pt_commit, gsl_version, jansson_version_str(),
           nettle_version_major(), nettle_version_minor(), zlibVersion(),
           ZSTD_versionString());
}

/* Is one of the options NAMES in ARGV, before a "--"? */
static int is_asked(int argc, char **argv, const char *long_name,
                    const char *short_name)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], long_name) == 0 || strcmp(argv[i], short_name) == 0)
            return 1;
    return 0;
}

static int dispatch(int argc, char **argv, struct pt_err *err)
{
    const struct pt_tool tool = {.interrupted = &interrupted,
                                 .progress = isatty(STDERR_FILENO) == 1};
    const struct pt_verb *verb;

    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0 ||
        strcmp(argv[1], "version") == 0) {
        print_version();
        return 0;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        pt_help_overview(stdout);
        return 0;
    }
    if (argv[1][0] == '-')
        return pt_err_set(err, PT_ERR_USAGE,
                          "'%s' is not a verb (protium help)", argv[1]);
    verb = pt_verb_find(argv[1], err);
    if (!verb)
        return -1;
    if (is_asked(argc - 1, argv + 1, "--help", "-h")) {
        pt_help_verb(verb);
        return 0;
    }
    return verb->run(&tool, argc - 1, argv + 1, err);
}

/* All that was printed must have got there; a reader that has gone wanted no
 * more. */
static int finish_output(struct pt_err *err)
{
    const int flushed = fflush(stdout);
    const int number = errno;

    if ((flushed == 0 && !ferror(stdout)) || number == EPIPE)
        return 0;
    return pt_err_set(err, PT_ERR_INTERNAL, "standard output: %s",
                      strerror(number));
}

int main(int argc, char **argv)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    gsl_set_error_handler_off();
    catch_signals();
    if (argc < 2) {
        pt_help_overview(stderr);
        return 2;
    }
    if (dispatch(argc, argv, &err) < 0) {
        pt_say_error(&err);
        return pt_say_exit_code(&err);
    }
    if (finish_output(&err) < 0) {
        pt_say_error(&err);
        return pt_say_exit_code(&err);
    }
    return 0;
}
