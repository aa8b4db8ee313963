#include "tool/help.h"

#include "tool/man.h"
#include "tool/say.h"

void pt_help_overview(FILE *to)
{
    fputs("protium replays job traces and workload models under gang, fifo and "
          "backfill\nschedulers, and compares them.\n\n"
          "usage: protium VERB [ARGUMENT]...\n\n",
          to);
    for (int i = 0; pt_verbs[i]; i++)
        fprintf(to, "  %-8s %s\n", pt_verbs[i]->name, pt_verbs[i]->summary);
    fputs("\nto begin with:\n"
          "  protium replay lublin:jobs=2000,nodes=128,load=0.9 --policy "
          "fcfs,easy\n"
          "  protium help replay\n"
          "  protium list policies\n\n",
          to);
    pt_say_wrapped(to, 0, 0,
                   "Exit codes: 0 ok, 1 internal error or a full disk, 2 "
                   "usage, 3 bad input, 4 a check failed, 5 "
                   "some runs of a campaign failed, 130 interrupted.");
}

static void say_option(const struct pt_option *option)
{
    char text[96];
    int at;

    if (option->hidden)
        return;
    if (option->letter)
        at = snprintf(text, sizeof text, "  -%c, --%s%s%s", option->letter,
                      option->name, option->arg ? " " : "",
                      option->arg ? option->arg : "");
    else
        at = snprintf(text, sizeof text, "      --%s%s%s", option->name,
                      option->arg ? " " : "", option->arg ? option->arg : "");
    fputs(text, stdout);
    pt_say_wrapped(stdout, at, 26, option->help);
}

void pt_help_verb(const struct pt_verb *verb)
{
    printf("usage: protium %s", verb->name);
    if (verb->options)
        printf(" [OPTION]...");
    printf("%s%s\n\n", verb->args[0] ? " " : "", verb->args);
    pt_say_wrapped(stdout, 0, 0, verb->summary);
    if (verb->text[0]) {
        fputc('\n', stdout);
        pt_say_wrapped(stdout, 0, 0, verb->text);
    }
    if (verb->options) {
        fputs("\noptions\n", stdout);
        for (const struct pt_option *o = verb->options; o->name; o++)
            say_option(o);
    }
    if (verb->examples) {
        fputs("\nexamples\n", stdout);
        for (int i = 0; verb->examples[i]; i++)
            printf("  %s\n", verb->examples[i]);
    }
}

static int help_run(const struct pt_tool *tool, int argc, char **argv,
                    struct pt_err *err)
{
    const struct pt_verb *verb = NULL;
    struct pt_options options;
    bool man = false;
    int status;

    (void)tool;
    pt_options_open(&options, "help", pt_verb_help.options, argc, argv);
    while ((status = pt_options_next(&options, err)) == 1) {
        if (options.option)
            man = true;
        else if (!(verb = pt_verb_find(options.value, err)))
            status = -1;
        if (status < 0)
            break;
    }
    pt_options_close(&options);
    if (status < 0)
        return -1;
    if (man)
        pt_man_print(stdout);
    else if (verb)
        pt_help_verb(verb);
    else
        pt_help_overview(stdout);
    return 0;
}

static const struct pt_option help_options[] = {
    {.name = "man", .hidden = true, .help = "Print the man page, as mdoc."},
    {.name = NULL}};

const struct pt_verb pt_verb_help = {.name = "help",
                                     .args = "[VERB]",
                                     .summary = "what a verb does",
                                     .text = "",
                                     .options = help_options,
                                     .run = help_run};
