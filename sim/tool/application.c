#include "tool/application.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "traces/eventlog/eventlog.h"

/* A table of slots or a path that is longer is cut. */
enum { ROWS = 12, LINKS = 8 };

static void print_text(const char *what, const char *text)
{
    printf("%-22s %s\n", what, text);
}

static void print_count(const char *what, int64_t count)
{
    printf("%-22s %" PRId64 "\n", what, count);
}

/* Where there is something to tell. */
static void print_some(const char *what, int64_t count)
{
    if (count > 0)
        print_count(what, count);
}

static void print_time(pt_time time)
{
    char text[PT_TIME_TEXT];

    text[pt_time_print(text, time)] = '\0';
    printf("%s s", text);
}

/* PART of WHOLE, if that makes sense. */
static void print_share(pt_time part, pt_time whole)
{
    if (whole > 0)
        printf(", %.1f %%",
               100 * pt_time_seconds(part) / pt_time_seconds(whole));
}

static void print_title(const struct pt_survey *survey,
                        const struct pt_eventlog_view *view)
{
    printf("%-22s %s", "application", view->name ? view->name : "(no name)");
    if (view->id)
        printf(" (%s)", view->id);
    printf("\n%-22s %s\n", "Spark", view->version ? view->version : "unknown");
    if (view->user)
        print_text("user", view->user);
    print_count("unix start", survey->machine.unix_start);
    printf("%-22s ", "duration");
    print_time(view->end - view->start);
    printf("%s\n", view->ended ? "" : ", and the log ends before it does");
    if (view->files != 1)
        print_count("files", view->files);
    print_count("events", view->events);
}

static void print_barriers(const struct pt_eventlog_view *view)
{
    printf("%-22s %" PRId32, "  barrier", view->nbarriers);
    for (int32_t i = 0; i < view->nbarriers && i < LINKS; i++)
        printf("%sstage %" PRId64 " (%" PRId32 " tasks)", i == 0 ? ": " : ", ",
               view->barriers[i].stage, view->barriers[i].ntasks);
    printf("%s\n", view->nbarriers > LINKS ? ", ..." : "");
}

static void print_work(const struct pt_survey *survey,
                       const struct pt_eventlog_view *view)
{
    print_count("jobs", view->jobs);
    print_some("  that failed", view->jobs_failed);
    print_some("  not ended", view->jobs_unended);
    print_count("stages", view->stages);
    print_count("  that ran", view->stages_run);
    print_barriers(view);
    print_some("  that failed", view->stages_failed);
    print_count("stage attempts", view->attempts);
    print_some("  that failed", view->attempts_failed);
    print_some("  not ended", view->attempts_unended);
    print_count("tasks", view->tasks);
    print_count("launches", view->launches);
    print_count("  that succeeded", view->succeeded);
    print_some("    in vain", view->resubmitted);
    print_some("  that failed", view->errors);
    print_some("  could not fetch", view->fetch_failures);
    print_some("  lost with executor", view->lost);
    print_some("  killed", view->killed);
    print_some("  not ended", view->unended);
    print_some("  speculative", view->copies);
    print_some("  late", view->late);
    if (survey->jobs > 0) {
        printf("%-22s %" PRId64 " to %" PRId64 "\n", "width", survey->narrowest,
               survey->widest);
        printf("%-22s ", "longest");
        print_time(survey->longest);
        printf("\n%-22s %.6g\n", "core-seconds", survey->area_s);
        printf("%-22s ", "stage start-up");
        print_time(view->startup);
        printf(" (median, from its submission to its first launch)\n");
    }
}

static void print_slots(const struct pt_eventlog_view *view)
{
    printf("%-22s %" PRId64 " added, %" PRId64 " removed, at most %" PRId32
           " at a time, on %" PRId64 " host%s\n",
           "executors", view->executors, view->removed, view->most_executors,
           view->hosts, view->hosts == 1 ? "" : "s");
    printf("%-22s at most %" PRId64 ", %.4g on average\n", "slots",
           view->most_slots, view->mean_slots);
    for (int32_t i = 0; i < view->nslots && i < ROWS; i++) {
        char text[PT_TIME_TEXT];
        text[pt_time_print(text, view->slots[i].at - view->start)] = '\0';
        printf("  from %11s s      %" PRId64 " on %" PRId32 " executor%s\n",
               text, view->slots[i].slots, view->slots[i].executors,
               view->slots[i].executors == 1 ? "" : "s");
    }
    if (view->nslots > ROWS)
        printf("  ... and %" PRId32 " changes more (--json has them all)\n",
               view->nslots - ROWS);
}

/* The first half of the links and the last, if they are many. */
static void print_path(const struct pt_eventlog_view *view)
{
    const pt_time duration = view->end - view->start;

    if (view->npath == 0)
        return;
    printf("%-22s ", "critical path");
    print_time(view->critical);
    print_share(view->critical, duration);
    printf(" of the duration; %" PRId32 " stage%s, ", view->npath,
           view->npath == 1 ? "" : "s");
    print_time(view->critical_gaps);
    printf(" between jobs\n");
    for (int32_t i = 0; i < view->npath; i++) {
        const struct pt_eventlog_link *link = &view->path[i];
        if (view->npath > LINKS && i == LINKS / 2) {
            i = view->npath - LINKS / 2 - 1;
            printf("  ...\n");
            continue;
        }
        printf("  job %-6" PRId64 " stage %-6" PRId64 " ", link->job,
               link->stage);
        print_time(link->length);
        printf("\n");
    }
}

static void print_conditions(const struct pt_survey *survey)
{
    const struct pt_machine *machine = &survey->machine;

    printf("recorded under\n ");
    for (int32_t i = 0, used = 1; i < machine->nconditions; i++) {
        const struct pt_condition *condition = &machine->conditions[i];
        const int n =
            (int)(strlen(condition->key) + strlen(condition->value) + 2);
        if (used + n > 78) {
            printf("\n ");
            used = 1;
        }
        printf(" %s=%s", condition->key, condition->value);
        used += n;
    }
    printf("\n");
}

static void print_notes(const struct pt_survey *survey,
                        const struct pt_eventlog_view *view)
{
    if (view->nnotes > 0)
        printf("wrong with the log\n");
    for (int32_t i = 0; i < view->nnotes; i++)
        printf("  %s\n", view->notes[i]);
    if (view->more_notes > 0)
        printf("  ... and %" PRId64 " more\n", view->more_notes);
    printf("rules\n");
    for (int32_t i = 0; i < survey->nrules; i++)
        if (survey->rules[i].rows > 0)
            printf("  %-20s %9" PRId64 "  %s\n", survey->rules[i].name,
                   survey->rules[i].rows, survey->rules[i].what);
}

void pt_application_print(const struct pt_survey *survey, void *state)
{
    const struct pt_eventlog_view *view = pt_eventlog_view(state);

    print_title(survey, view);
    print_work(survey, view);
    print_slots(view);
    print_path(view);
    print_conditions(survey);
    print_notes(survey, view);
}

static void write_counts(struct pt_doc *doc,
                         const struct pt_eventlog_view *view)
{
    const struct {
        const char *key;
        int64_t count;
    } counts[] = {{"files", view->files},
                  {"events", view->events},
                  {"jobs", view->jobs},
                  {"jobs_failed", view->jobs_failed},
                  {"jobs_unended", view->jobs_unended},
                  {"stages", view->stages},
                  {"stages_run", view->stages_run},
                  {"stages_failed", view->stages_failed},
                  {"attempts", view->attempts},
                  {"attempts_failed", view->attempts_failed},
                  {"attempts_unended", view->attempts_unended},
                  {"tasks", view->tasks},
                  {"launches", view->launches},
                  {"succeeded", view->succeeded},
                  {"resubmitted", view->resubmitted},
                  {"errors", view->errors},
                  {"fetch_failures", view->fetch_failures},
                  {"lost", view->lost},
                  {"killed", view->killed},
                  {"unended", view->unended},
                  {"speculative", view->copies},
                  {"late", view->late},
                  {"executors", view->executors},
                  {"executors_removed", view->removed},
                  {"executors_most", view->most_executors},
                  {"hosts", view->hosts},
                  {"slots_most", view->most_slots}};

    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        pt_doc_int(doc, counts[i].key, counts[i].count);
    pt_doc_real(doc, "slots_mean", view->mean_slots);
    pt_doc_time(doc, "stage_startup", view->startup);
}

static void write_lists(struct pt_doc *doc, const struct pt_eventlog_view *view)
{
    pt_doc_begin(doc, "barriers", '[');
    for (int32_t i = 0; i < view->nbarriers; i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_int(doc, "stage", view->barriers[i].stage);
        pt_doc_int(doc, "tasks", view->barriers[i].ntasks);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
    pt_doc_begin(doc, "slots", '[');
    for (int32_t i = 0; i < view->nslots; i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_time(doc, "at", view->slots[i].at - view->start);
        pt_doc_int(doc, "executors", view->slots[i].executors);
        pt_doc_int(doc, "slots", view->slots[i].slots);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
    pt_doc_begin(doc, "critical_path", '{');
    pt_doc_time(doc, "length", view->critical);
    pt_doc_time(doc, "gaps", view->critical_gaps);
    pt_doc_begin(doc, "stages", '[');
    for (int32_t i = 0; i < view->npath; i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_int(doc, "job", view->path[i].job);
        pt_doc_int(doc, "stage", view->path[i].stage);
        pt_doc_time(doc, "length", view->path[i].length);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
    pt_doc_begin(doc, "wrong", '[');
    for (int32_t i = 0; i < view->nnotes; i++)
        pt_doc_text(doc, NULL, view->notes[i]);
    pt_doc_end(doc, ']');
}

void pt_application_json(struct pt_doc *doc, const struct pt_survey *survey,
                         void *state)
{
    const struct pt_eventlog_view *view = pt_eventlog_view(state);

    pt_doc_begin(doc, "application", '{');
    pt_doc_text(doc, "name", view->name);
    pt_doc_text(doc, "id", view->id);
    pt_doc_text(doc, "user", view->user);
    pt_doc_text(doc, "spark", view->version);
    pt_doc_time(doc, "duration", view->end - view->start);
    pt_doc_bool(doc, "ended", view->ended);
    write_counts(doc, view);
    write_lists(doc, view);
    pt_doc_begin(doc, "conditions", '{');
    for (int32_t i = 0; i < survey->machine.nconditions; i++)
        pt_doc_text(doc, survey->machine.conditions[i].key,
                    survey->machine.conditions[i].value);
    pt_doc_end(doc, '}');
    pt_doc_end(doc, '}');
}
