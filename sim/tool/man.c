#include "tool/man.h"

#include <string.h>

#include "registry.h"
#include "run.h"
#include "ask/kinds.h"
#include "tool/verb.h"
#include "version.h"

/* TEXT as mdoc words: what troff would read is escaped, and a newline begins a
 * paragraph. */
static void words(FILE *to, const char *text)
{
    bool start = true;

    for (const char *c = text; *c; c++) {
        if (start && (*c == '.' || *c == '\''))
            fputs("\\&", to);
        if (*c == '\\')
            fputs("\\e", to);
        else if (*c == '-')
            fputs("\\-", to);
        else if (*c == '\n' && c[1])
            fputs("\n.Pp\n", to);
        else if (*c == ' ' && c > text && strchr(".?!", c[-1]))
            fputc('\n', to);
        else if (*c != '\n')
            fputc(*c, to);
        start = *c == '\n' || (*c == ' ' && c > text && strchr(".?!", c[-1]));
    }
    fputc('\n', to);
}

/* TEXT as one argument of a macro. */
static void argument(FILE *to, const char *text)
{
    fputs(" \"", to);
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            fputs("\\(dq", to);
        else if (*c == '\\')
            fputs("\\e", to);
        else
            fputc(*c, to);
    }
    fputc('"', to);
}

static void item(FILE *to, const char *macro, const char *text)
{
    fprintf(to, ".It %s", macro);
    argument(to, text);
    fputc('\n', to);
}

static void print_options(FILE *to, const struct pt_option *options)
{
    fputs(".Bl -tag -width Ds\n", to);
    for (const struct pt_option *o = options; o->name; o++) {
        if (o->hidden)
            continue;
        fputs(".It", to);
        if (o->letter)
            fprintf(to, " Fl %c ,", o->letter);
        fprintf(to, " Fl \\-%s", o->name);
        if (o->arg) {
            fputs(" Ar", to);
            argument(to, o->arg);
        }
        fputc('\n', to);
        words(to, o->help);
    }
    fputs(".El\n", to);
}

static void print_verb(FILE *to, const struct pt_verb *verb)
{
    const struct pt_option *options = verb->options;

    fprintf(to, ".Ss protium %s %s\n", verb->name, verb->args);
    words(to, verb->summary);
    if (verb->text[0]) {
        fputs(".Pp\n", to);
        words(to, verb->text);
    }
    while (options && options->name && options->hidden)
        options++;
    if (options && options->name)
        print_options(to, options);
}

static void print_params(FILE *to, const struct pt_param *params)
{
    if (!params || !params->name)
        return;
    fputs(".Bl -tag -width Ds\n", to);
    for (const struct pt_param *p = params; p->name; p++) {
        char text[128 + PT_PARAM_TEXT_SIZE];
        snprintf(text, sizeof text, "%s=%s", p->name, p->fallback);
        item(to, "Cm", text);
        words(to, p->help);
        if (p->choices) {
            fputs("One of:\n", to);
            for (int i = 0; p->choices[i]; i++)
                fprintf(to, ".Cm %s%s\n", p->choices[i],
                        p->choices[i + 1] ? " ," : " .");
        }
    }
    fputs(".El\n", to);
}

static void print_kind(FILE *to, enum pt_kind kind, const char *title)
{
    const struct pt_plugin *plugin;

    fprintf(to, ".Sh %s\n.Bl -tag -width Ds\n", title);
    for (int i = 0; (plugin = pt_kind_item(kind, i)); i++) {
        item(to, "Cm", plugin->name);
        words(to, plugin->summary);
        fputs(".Pp\n", to);
        words(to, plugin->cite);
        print_params(to, plugin->params);
    }
    fputs(".El\n", to);
    if (kind != PT_KIND_POLICY)
        return;
    fputs(".Pp\nShort names:\n.Bl -tag -width Ds\n", to);
    for (const struct pt_preset *p = pt_presets; p->name; p++) {
        item(to, "Cm", p->name);
        fputs(".Cm", to);
        argument(to, p->text);
        fputc('\n', to);
        fputs(".Pp\n", to);
        words(to, p->summary);
    }
    fputs(".El\n", to);
}

static void print_examples(FILE *to)
{
    fputs(".Sh EXAMPLES\n.Bd -literal\n", to);
    for (int i = 0; pt_verbs[i]; i++)
        for (int j = 0; pt_verbs[i]->examples && pt_verbs[i]->examples[j]; j++)
            fprintf(to, "%s\n", pt_verbs[i]->examples[j]);
    fputs(".Ed\n", to);
}

void pt_man_print(FILE *to)
{
    fprintf(to,
            ".Dd $Mdocdate$\n.Dt PROTIUM 1\n.Os protium %s\n"
            ".Sh NAME\n.Nm protium\n.Nd simulator of gang scheduling\n"
            ".Sh SYNOPSIS\n.Nm\n.Ar verb\n.Op Ar argument ...\n"
            ".Sh DESCRIPTION\n",
            pt_version);
    words(to, "protium replays job traces and workload models under gang, fifo "
              "and backfill schedulers, and compares them. Results go to "
              "standard output, all else to standard error.");
    fputs(".Sh VERBS\n", to);
    for (int i = 0; pt_verbs[i]; i++)
        print_verb(to, pt_verbs[i]);
    fputs(".Sh SETTINGS\nKeys of\n.Fl \\-set :\n", to);
    print_params(to, pt_settings_params);
    print_kind(to, PT_KIND_POLICY, "POLICIES");
    print_kind(to, PT_KIND_PLACE, "PLACEMENTS");
    print_kind(to, PT_KIND_SOURCE, "TRACE FORMATS");
    print_kind(to, PT_KIND_MODEL, "WORKLOAD MODELS");
    print_kind(to, PT_KIND_CHANGE, "CHANGES OF WORKLOADS");
    print_kind(to, PT_KIND_STRAGGLER, "STRAGGLER MODELS");
    print_kind(to, PT_KIND_FAULT, "TASK FAULTS");
    print_kind(to, PT_KIND_FAILURE, "FAILURE MODELS");
    print_kind(to, PT_KIND_CHECKPOINT, "CHECKPOINTS");
    print_kind(to, PT_KIND_SINK, "OUTPUTS");
    print_kind(to, PT_KIND_FIGURE, "FIGURES");
    fputs(".Sh ENVIRONMENT\n.Bl -tag -width Ds\n.It Ev NO_COLOR\n", to);
    words(to, "If set and not empty, nothing is coloured.");
    fputs(".El\n.Sh EXIT STATUS\n", to);
    words(to, "0 ok, 1 internal error or a full disk, 2 usage, 3 bad input, 4 "
              "a check failed, 5 some runs of a campaign failed, 130 "
              "interrupted.");
    print_examples(to);
}
