/* failing_case.h - a run on machines that break, drawn at random, as one would
 * type it.
 *
 * A case is a command line of `protium replay`, in parts, so that it can be run
 * again by hand, and shrunk part by part.  Each is run in a process of its own,
 * for the core may stop. */
#ifndef PT_TESTS_CONFORM_FAILING_CASE_H
#define PT_TESTS_CONFORM_FAILING_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAILING_SETS = 40, FAILING_MODELS = 4, FAILING_TEXT = 320 };

struct failing_case {
    uint64_t seed;
    char folder[120];    /* where its files are, and its results go */
    int jobs;            /* of the model; not of a document */
    char model[80];      /* its name, or "" ... */
    char params[300];    /* ... and what follows its jobs */
    char document[6000]; /* the pipelines, as text, or "" */
    char log[3000];      /* a failure trace, as text, or "" */
    char nodes[32];      /* NxC, or "": the document's machine */
    char policy[80];
    char failures[FAILING_MODELS][FAILING_TEXT]; /* [nfailures] joined by + */
    int nfailures;
    char sets[FAILING_SETS][FAILING_TEXT]; /* [nsets] KEY=VALUE, others */
    int nsets;
    bool unit; /* each task needs one slot */
};

/* Draws the case of SEED, with its results to go to FOLDER, which exists. */
void failing_draw(struct failing_case *it, uint64_t seed, const char *folder);

/* Draws policies, ways to go on and checkpoints anew, from SEED; all that the
 * machine and its failures depend on stays. */
void failing_redraw(struct failing_case *it, uint64_t seed);

/* Parts of the command line, into TEXT [SIZE]. */
void failing_put_workload(const struct failing_case *it, char *text, int size);
void failing_put_failures(const struct failing_case *it, char *text, int size);

/* Prints it to stderr, enough to run it by hand. */
void failing_print(const struct failing_case *it);

/* The value of the setting KEY; NULL: it is not set. */
const char *failing_value(const struct failing_case *it, const char *key);

/* Runs it with results in FOLDER/NAME (jobs.csv, tape.jsonl, ...).  True: it
 * went well; else WHAT [SIZE] says what is wrong. */
struct pt_report;
bool failing_run(const struct failing_case *it, const char *name,
                 struct pt_report *report, char *what, int size);

/* Runs CHECK in a process of its own, which may take SECONDS; WHAT [SIZE] says
 * what is wrong, if it returns false, stops or does not end. */
bool failing_apart(const struct failing_case *it, int seconds,
                   bool (*check)(const struct failing_case *it, char *what,
                                 int size),
                   char *what, int size);

/* Leaves out parts as long as CHECK fails. */
void failing_shrink(struct failing_case *it, int seconds,
                    bool (*check)(const struct failing_case *it, char *what,
                                  int size));

/* A new folder for a test, and its end with all that is in it. */
void failing_open_folder(char folder[120]);
void failing_remove_folder(const char *folder);

/* Runs CHECK on cases FIRST ... FIRST + N - 1; prints each that fails, shrunk.
 * Returns how many do. */
int failing_check_all(uint64_t first, int n, int seconds,
                      bool (*check)(const struct failing_case *it, char *what,
                                    int size));

#endif
