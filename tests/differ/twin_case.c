#include "twin_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* VALUE, if TEXT is KEY=VALUE; else NULL. */
static const char *value_of(const char *text, const char *key)
{
    size_t n = strlen(key);

    return strncmp(text, key, n) == 0 && text[n] == '=' ? text + n + 1 : NULL;
}

static int one_of(const char *value, const char *no, const char *yes, bool *is)
{
    *is = strcmp(value, yes) == 0;
    return *is || strcmp(value, no) == 0 ? 0 : -1;
}

static int number(const char *value, int64_t *n)
{
    char *rest;

    *n = strtoll(value, &rest, 10);
    return *value != '\0' && *rest == '\0' && *n >= 0 ? 0 : -1;
}

static int count(const char *value, int *n)
{
    int64_t wide;

    if (number(value, &wide) != 0 || wide > INT_MAX)
        return -1;
    *n = (int)wide;
    return 0;
}

static int set_backfill(struct twin_config *c, const char *text)
{
    const char *v;

    if ((v = value_of(text, "order")))
        return one_of(v, "fifo", "sjf", &c->sjf);
    if ((v = value_of(text, "promises")))
        return one_of(v, "replan", "keep", &c->keep);
    if (!(v = value_of(text, "depth")))
        return -1;
    c->depth = TWIN_ALL;
    return strcmp(v, "all") == 0 ? 0 : count(v, &c->depth);
}

static int set_fifo(struct twin_config *c, const char *text)
{
    const char *v;

    if ((v = value_of(text, "order")))
        return one_of(v, "fifo", "fair", &c->fair);
    if ((v = value_of(text, "hold_timeout")))
        return number(v, &c->hold_timeout);
    if ((v = value_of(text, "backoff")))
        return number(v, &c->backoff);
    v = value_of(text, "drivers");
    return v ? count(v, &c->drivers) : -1;
}

static int set(struct twin_config *c, const char *text)
{
    const char *v;

    if (c->kind == TWIN_BACKFILL)
        return set_backfill(c, text);
    if (c->kind == TWIN_FIFO)
        return set_fifo(c, text);
    v = value_of(text, "head");
    return v ? one_of(v, "block", "skip", &c->skip) : -1;
}

int twin_parse(const char *text, struct twin_config *config)
{
    static const struct {
        const char *name;
        struct twin_config config;
    } named[] = {
        {"gang", {.kind = TWIN_GANG}},
        {"fcfs", {.kind = TWIN_GANG}},
        {"spark", {.kind = TWIN_GANG, .skip = true}},
        {"backfill", {.kind = TWIN_BACKFILL, .depth = 1}},
        {"easy", {.kind = TWIN_BACKFILL, .depth = 1}},
        {"easy-sjbf", {.kind = TWIN_BACKFILL, .depth = 1, .sjf = true}},
        {"conservative",
         {.kind = TWIN_BACKFILL, .depth = TWIN_ALL, .keep = true}},
        {"fifo", {.kind = TWIN_FIFO}},
    };
    size_t length = strcspn(text, ":");
    struct twin_config found = {.drivers = -1};
    char copy[128], *rest;

    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strlen(named[i].name) == length &&
            strncmp(named[i].name, text, length) == 0)
            found = named[i].config;
    if (found.drivers < 0 || strlen(text) >= sizeof copy)
        return -1;
    found.ties = config->ties;
    found.overrun = config->overrun;
    strcpy(copy, text + length + (text[length] == ':'));
    for (char *word = strtok_r(copy, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest))
        if (set(&found, word) != 0)
            return -1;
    *config = found;
    return 0;
}

static int say(char *trouble, size_t size, int line, const char *what)
{
    snprintf(trouble, size, "line %d: %s", line, what);
    return -1;
}

/* job SUBMIT WIDTH LENGTH LIMIT USER */
static int read_job(char *rest, struct twin_case *c)
{
    int64_t field[5];

    for (int i = 0; i < 5; i++) {
        char *word = strtok_r(NULL, " \t", &rest);

        if (!word || number(word, &field[i]) != 0)
            return -1;
    }
    if (c->njobs == TWIN_CASE_JOBS || field[1] < 1 || field[1] > INT_MAX)
        return -1;
    c->jobs[c->njobs++] = (struct twin_job){.submit = field[0],
                                            .width = (int)field[1],
                                            .length = field[2],
                                            .limit = field[3],
                                            .user = field[4]};
    return strtok_r(NULL, " \t", &rest) ? -1 : 0;
}

static int read_option(const char *word, struct twin_expect *e)
{
    static const char *const ties[] = {"instant", "event", "pyss"};
    static const char *const overruns[] = {"truncate", "kill", "extend"};
    const char *v;

    if ((v = value_of(word, "deadlocks")))
        return count(v, &e->deadlocks);
    if ((v = value_of(word, "timeouts")))
        return count(v, &e->timeouts);
    for (int i = 0; i < 3; i++) {
        if ((v = value_of(word, "ties")) && strcmp(v, ties[i]) == 0) {
            e->config.ties = (enum twin_ties)i;
            return 0;
        }
        if ((v = value_of(word, "overrun")) && strcmp(v, overruns[i]) == 0) {
            e->config.overrun = (enum twin_overrun)i;
            return 0;
        }
    }
    return -1;
}

static int read_start(const char *word, int64_t *start, enum twin_state *state)
{
    *start = TWIN_NONE;
    *state = TWIN_DONE;
    if (strcmp(word, "R") == 0)
        *state = TWIN_REJECTED;
    else if (strcmp(word, "U") == 0)
        *state = TWIN_UNFINISHED;
    else
        return number(word, start);
    return 0;
}

/* expect POLICY [OPTION=VALUE]...: START... ; the word that ends in a colon is
 * the last one before the starts. */
static int read_expect(char *rest, int line, struct twin_case *c)
{
    struct twin_expect *e = &c->expects[c->nexpects];
    bool is_last = false;
    int n = 0;

    if (c->nexpects++ == TWIN_CASE_EXPECTS - 1)
        return -1;
    *e = (struct twin_expect){.line = line, .deadlocks = -1, .timeouts = -1};
    while (!is_last) {
        char *word = strtok_r(NULL, " \t", &rest);
        size_t length = word ? strlen(word) : 0;

        if (!word)
            return -1;
        is_last = word[length - 1] == ':';
        if (is_last)
            word[length - 1] = '\0';
        if (e->policy[0] != '\0') {
            if (read_option(word, e) != 0)
                return -1;
        } else if (twin_parse(word, &e->config) == 0)
            strcpy(e->policy, word);
        else
            return -1;
    }
    for (char *word = strtok_r(NULL, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest), n++)
        if (n == c->njobs || read_start(word, &e->start[n], &e->state[n]) != 0)
            return -1;
    return n == c->njobs ? 0 : -1;
}

static int read_line(char *text, int line, struct twin_case *c)
{
    char *rest;
    char *word;

    text[strcspn(text, "#\n")] = '\0';
    word = strtok_r(text, " \t", &rest);
    if (!word)
        return 0;
    if (strcmp(word, "job") == 0)
        return c->nexpects == 0 ? read_job(rest, c) : -1;
    if (strcmp(word, "expect") == 0)
        return read_expect(rest, line, c);
    if (strcmp(word, "machine") != 0)
        return -1;
    word = strtok_r(NULL, " \t", &rest);
    return word ? count(word, &c->slots) : -1;
}

int twin_case_read(const char *path, struct twin_case *out, char *trouble,
                   size_t size)
{
    FILE *file = fopen(path, "r");
    char text[TWIN_CASE_LINE];
    int status = 0;

    *out = (struct twin_case){.slots = 0};
    if (!file)
        return say(trouble, size, 0, "cannot be read");
    for (int line = 1; status == 0 && fgets(text, sizeof text, file); line++)
        if (read_line(text, line, out) != 0)
            status = say(trouble, size, line, "not a line of a case");
    fclose(file);
    if (status == 0 && (out->slots < 1 || out->njobs < 1 || out->nexpects < 1))
        return say(trouble, size, 0, "needs machine, job and expect");
    return status;
}

int twin_case_check(const struct twin_case *c, const struct twin_expect *expect,
                    char *trouble, size_t size)
{
    struct twin_result got[TWIN_CASE_JOBS];
    struct twin_totals totals;

    if (twin_run(c->jobs, c->njobs, c->slots, &expect->config, got, &totals) !=
        0)
        return say(trouble, size, expect->line, "the run does not end");
    for (int i = 0; i < c->njobs; i++) {
        bool turned_away = got[i].state == TWIN_REJECTED;
        bool unfinished = got[i].state == TWIN_UNFINISHED;

        if (got[i].start == expect->start[i] &&
            turned_away == (expect->state[i] == TWIN_REJECTED) &&
            unfinished == (expect->state[i] == TWIN_UNFINISHED))
            continue;
        snprintf(trouble, size,
                 "line %d: %s: job %d starts at %" PRId64 ", state %d",
                 expect->line, expect->policy, i + 1, got[i].start,
                 (int)got[i].state);
        return -1;
    }
    if (expect->deadlocks >= 0 && expect->deadlocks != totals.deadlocks)
        return say(trouble, size, expect->line, "other number of deadlocks");
    if (expect->timeouts >= 0 && expect->timeouts != totals.timeouts)
        return say(trouble, size, expect->line, "other number of time-outs");
    return 0;
}
