#include "tests/conform/failing_case.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "run.h"
#include "tests/conform/trial.h"
#include "experiments/study.h"

/* --- as text --- */

void failing_put_workload(const struct failing_case *it, char *text, int size)
{
    if (it->document[0])
        snprintf(text, (size_t)size, "%s/jobs.json", it->folder);
    else
        snprintf(text, (size_t)size, "%s:jobs=%d,%s", it->model, it->jobs,
                 it->params);
}

void failing_put_failures(const struct failing_case *it, char *text, int size)
{
    size_t n = (size_t)snprintf(text, (size_t)size, "failures=%s",
                                it->nfailures == 0 ? "none" : "");

    for (int i = 0; i < it->nfailures && n < (size_t)size; i++)
        n += (size_t)snprintf(text + n, (size_t)size - n, "%s%s",
                              i > 0 ? "+" : "", it->failures[i]);
}

const char *failing_value(const struct failing_case *it, const char *key)
{
    size_t n = strlen(key);

    for (int i = 0; i < it->nsets; i++)
        if (strncmp(it->sets[i], key, n) == 0 && it->sets[i][n] == '=')
            return it->sets[i] + n + 1;
    return NULL;
}

void failing_print(const struct failing_case *it)
{
    char text[FAILING_MODELS * FAILING_TEXT + 20];

    failing_put_workload(it, text, sizeof text);
    fprintf(stderr, "seed %llu:\nbuild/protium replay %s",
            (unsigned long long)it->seed, text);
    if (it->nodes[0])
        fprintf(stderr, " --nodes %s", it->nodes);
    failing_put_failures(it, text, sizeof text);
    fprintf(stderr, " --policy %s --set %s", it->policy, text);
    for (int i = 0; i < it->nsets; i++)
        fprintf(stderr, " --set %s", it->sets[i]);
    fprintf(stderr, "\n");
    if (it->document[0])
        fprintf(stderr, "# jobs.json:\n%s", it->document);
    if (it->log[0])
        fprintf(stderr, "# log.csv:\n%s", it->log);
}

/* --- folders --- */

void failing_open_folder(char folder[120])
{
    const char *root = getenv("TMPDIR");

    snprintf(folder, 120, "%.90s/protium-XXXXXX", root ? root : "/tmp");
    char *made = mkdtemp(folder);
    pt_assert(made);
}

void failing_remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    char path[600];

    for (struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (unlink(path) < 0 && (errno == EISDIR || errno == EPERM))
            failing_remove_folder(path);
    }
    if (dir)
        closedir(dir);
    rmdir(folder);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[300];

    if (!text[0])
        return;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    pt_assert(file);
    fputs(text, file);
    fclose(file);
}

static void write_inputs(const struct failing_case *it)
{
    write_file(it->folder, "jobs.json", it->document);
    write_file(it->folder, "log.csv", it->log);
}

/* --- running --- */

static int ask(const struct failing_case *it, struct pt_study *study,
               const char *workload, struct pt_err *err)
{
    char failures[FAILING_MODELS * FAILING_TEXT + 20], policy[100];
    int status = pt_workload_find(&study->workload, workload, err);

    failing_put_failures(it, failures, sizeof failures);
    snprintf(policy, sizeof policy, "x=%s", it->policy);
    if (status == 0)
        status = pt_choices_add(&study->choices, policy, err);
    if (status == 0 && it->nodes[0])
        status = pt_study_set_nodes(study, it->nodes, err);
    if (status == 0)
        status = pt_study_set(study, failures, err);
    for (int i = 0; i < it->nsets && status == 0; i++)
        status = pt_study_set(study, it->sets[i], err);
    study->tape = true;
    return status;
}

bool failing_run(const struct failing_case *it, const char *name,
                 struct pt_report *report, char *what, int size)
{
    char workload[400], dir[300];
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;

    snprintf(dir, sizeof dir, "%s/%s", it->folder, name);
    mkdir(dir, 0777);
    failing_put_workload(it, workload, sizeof workload);
    *report = (struct pt_report){.rows = 0};
    pt_study_init(&study);
    int status = ask(it, &study, workload, &err);
    if (status == 0) {
        struct pt_run run = pt_study_run(&study, 0);
        run.dir = dir;
        status = pt_run_go(&run, report, &err);
    }
    report->run = NULL;
    pt_study_fini(&study);
    if (status < 0)
        pt_err_print(&err, what, size);
    return status == 0;
}

/* --- a process of its own --- */

typedef bool check_of(const struct failing_case *it, char *what, int size);

/* What the child does; WHAT goes to the start of FILE, and what it prints
 * behind. */
static void live(const struct failing_case *it, int seconds, check_of *check,
                 int file)
{
    char what[1500] = "";

    trial_die_plainly();
    alarm((unsigned)seconds);
    dup2(file, STDERR_FILENO);
    dup2(file, STDOUT_FILENO);
    failing_remove_folder(it->folder);
    mkdir(it->folder, 0777);
    write_inputs(it);
    bool good = check(it, what, sizeof what);
    if (!good)
        fprintf(stderr, "%s\n", what);
    fflush(NULL);
    exit(good ? 0 : 1); /* so that leaks are found, too */
}

bool failing_apart(const struct failing_case *it, int seconds, check_of *check,
                   char *what, int size)
{
    FILE *file = tmpfile();
    int status = 0;

    pt_assert(file && size > 40);
    fflush(NULL);
    pid_t child = fork();
    pt_assert(child >= 0);
    if (child == 0)
        live(it, seconds, check, fileno(file));
    pid_t ended = waitpid(child, &status, 0);
    pt_assert(ended == child);
    what[0] = '\0';
    if (status != 0) {
        int n = 0;
        if (WIFSIGNALED(status))
            n = snprintf(what, (size_t)size, "%s: ",
                         WTERMSIG(status) == SIGALRM ? "does not end"
                                                     : "stopped");
        rewind(file);
        size_t got = fread(what + n, 1, (size_t)(size - n - 1), file);
        what[(size_t)n + got] = '\0';
    }
    fclose(file);
    return status == 0;
}

/* --- shrinking --- */

/* What goes wrong, without its numbers: whether it is the same slip. */
static void kind_of(const char *what, char kind[60])
{
    int n = 0;

    for (; *what && *what != '\n' && n < 59; what++)
        if (*what < '0' || *what > '9')
            kind[n++] = *what;
    kind[n] = '\0';
}

struct shrinking {
    int seconds;
    check_of *check;
    char kind[60];
};

static bool still_fails(const struct shrinking *s,
                        const struct failing_case *it)
{
    char what[2000], kind[60];

    if (failing_apart(it, s->seconds, s->check, what, sizeof what))
        return false;
    kind_of(what, kind);
    return strcmp(kind, s->kind) == 0;
}

static bool shrink_jobs(const struct shrinking *s, struct failing_case *it)
{
    for (int jobs = 1; jobs < it->jobs; jobs = jobs < 4 ? jobs + 1 : jobs * 2) {
        struct failing_case less = *it;
        less.jobs = jobs;
        if (!still_fails(s, &less))
            continue;
        *it = less;
        return true;
    }
    return false;
}

static bool shrink_models(const struct shrinking *s, struct failing_case *it)
{
    for (int i = 0; i < it->nfailures; i++) {
        struct failing_case less = *it;
        memmove(less.failures[i], less.failures[i + 1],
                (size_t)(FAILING_MODELS - 1 - i) * FAILING_TEXT);
        less.nfailures--;
        if (!still_fails(s, &less))
            continue;
        *it = less;
        return true;
    }
    return false;
}

/* Leaves out items of LIST, which is in the document DOC. */
static bool shrink_list(const struct shrinking *s, struct failing_case *it,
                        json_t *doc, json_t *list)
{
    bool any = false;

    for (size_t i = json_array_size(list); i-- > 0;) {
        struct failing_case less = *it;
        json_t *item = json_incref(json_array_get(list, i));
        json_array_remove(list, i);
        char *text = json_dumps(doc, JSON_COMPACT);
        snprintf(less.document, sizeof less.document, "%s\n", text);
        free(text);
        if (json_array_size(list) > 0 && still_fails(s, &less)) {
            *it = less;
            any = true;
        } else {
            json_array_insert(list, i, item);
        }
        json_decref(item);
    }
    return any;
}

static bool shrink_document(const struct shrinking *s, struct failing_case *it)
{
    json_t *doc = json_loads(it->document, 0, NULL);
    json_t *jobs = json_object_get(doc, "jobs"), *job;
    json_t *machine = json_object_get(doc, "machine");
    bool any = false;
    size_t i;

    if (!doc)
        return false;
    any = shrink_list(s, it, doc, jobs);
    json_array_foreach(jobs, i, job)
    {
        any = shrink_list(s, it, doc, json_object_get(job, "stages")) || any;
    }
    if (machine)
        any = shrink_list(s, it, doc, json_object_get(machine, "nodes")) || any;
    json_decref(doc);
    return any;
}

static bool shrink_sets(const struct shrinking *s, struct failing_case *it)
{
    bool any = false;

    for (int i = it->nsets - 1; i >= 0; i--) {
        struct failing_case less = *it;
        memmove(less.sets[i], less.sets[i + 1],
                (size_t)(FAILING_SETS - 1 - i) * FAILING_TEXT);
        less.nsets--;
        if (!still_fails(s, &less))
            continue;
        *it = less;
        any = true;
    }
    return any;
}

void failing_shrink(struct failing_case *it, int seconds, check_of *check)
{
    struct shrinking s = {.seconds = seconds, .check = check};
    char what[2000];

    if (failing_apart(it, seconds, check, what, sizeof what))
        return;
    kind_of(what, s.kind);
    bool more = true;
    while (more) {
        more = shrink_sets(&s, it);
        more = shrink_models(&s, it) || more;
        more = shrink_jobs(&s, it) || more;
        more = shrink_document(&s, it) || more;
    }
}

int failing_check_all(uint64_t first, int n, int seconds, check_of *check)
{
    struct failing_case *it = malloc(sizeof *it);
    char folder[120], what[2000];
    int wrong = 0;

    pt_assert(it);
    failing_open_folder(folder);
    for (int i = 0; i < n; i++) {
        failing_draw(it, first + (uint64_t)i, folder);
        if (failing_apart(it, seconds, check, what, sizeof what))
            continue;
        wrong++;
        failing_shrink(it, seconds, check);
        failing_apart(it, seconds, check, what, sizeof what);
        failing_print(it);
        fprintf(stderr, "%s\n\n", what);
    }
    free(it);
    failing_remove_folder(folder);
    return wrong;
}
