#include "tool/options.h"

#include <getopt.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "tool/say.h"

/* What getopt_long() returns for entry 0 of the table; past every letter. */
#define FIRST_ENTRY 1000

static int table_length(const struct pt_option *table)
{
    int n = 0;

    while (table && table[n].name)
        n++;
    return n;
}

void pt_options_open(struct pt_options *options, const char *verb,
                     const struct pt_option *table, int argc, char **argv)
{
    const int n = table_length(table);

    *options = (struct pt_options){
        .verb = verb, .table = table, .argc = argc, .argv = argv};
    options->native = pt_alloc((size_t)n + 1, sizeof *options->native);
    options->letters = pt_alloc(2 * (size_t)n + 3, 1);
    /* '-': words come in order; ':': a missing value is told apart. */
    char *letter = options->letters;
    *letter++ = '-';
    *letter++ = ':';
    for (int i = 0; i < n; i++) {
        options->native[i] = (struct option){
            .name = table[i].name,
            .has_arg = table[i].arg ? required_argument : no_argument,
            .val = FIRST_ENTRY + i};
        if (table[i].letter) {
            *letter++ = table[i].letter;
            if (table[i].arg)
                *letter++ = ':';
        }
    }
    opterr = 0;
    optind = 0;
}

void pt_options_close(struct pt_options *options)
{
    pt_free(options->native);
    pt_free(options->letters);
}

/* The entry that getopt_long() means by FOUND, or NULL. */
static const struct pt_option *entry_of(const struct pt_options *options,
                                        int found)
{
    const int n = table_length(options->table);

    for (int i = 0; i < n; i++)
        if (found == FIRST_ENTRY + i ||
            (found != 0 && found == options->table[i].letter))
            return &options->table[i];
    return NULL;
}

/* Says why the word WORD ("--polcy=x") is no option. */
static int refuse_name(const struct pt_options *options, const char *word,
                       struct pt_err *err)
{
    const int n = table_length(options->table);
    const char **names = pt_alloc((size_t)n + 1, sizeof *names);
    char name[64];
    int shown = 0, alike = 0;
    const char *near;

    pt_text_copy(name, sizeof name, word + 2);
    name[strcspn(name, "=")] = '\0';
    for (int i = 0; i < n; i++) {
        if (!options->table[i].hidden)
            names[shown++] = options->table[i].name;
        alike += strncmp(options->table[i].name, name, strlen(name)) == 0;
    }
    near = pt_text_nearest(name, names, (size_t)shown);
    if (alike > 1)
        pt_err_set(err, PT_ERR_USAGE, "%s: '--%s' could be any of %d options",
                   options->verb, name, alike);
    else if (near)
        pt_err_set(err, PT_ERR_USAGE,
                   "%s has no option '--%s' (did you mean '--%s'?)",
                   options->verb, name, near);
    else
        pt_err_set(err, PT_ERR_USAGE,
                   "%s has no option '--%s' (protium help %s)", options->verb,
                   name, options->verb);
    pt_free(names);
    return -1;
}

static int refuse(const struct pt_options *options, struct pt_err *err)
{
    const struct pt_option *entry = entry_of(options, optopt);
    const char *word = options->argv[optind - 1];

    if (entry)
        return pt_err_set(err, PT_ERR_USAGE, "%s: --%s takes no value",
                          options->verb, entry->name);
    if (optopt != 0)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s has no option '-%c' (protium help %s)",
                          options->verb, pt_say_char(optopt), options->verb);
    return refuse_name(options, word, err);
}

int pt_options_next(struct pt_options *options, struct pt_err *err)
{
    const int found =
        options->rest ? -1
                      : getopt_long(options->argc, options->argv,
                                    options->letters, options->native, NULL);

    options->option = NULL;
    options->value = NULL;
    if (found == -1) {
        options->rest = true;
        if (optind >= options->argc)
            return 0;
        options->value = options->argv[optind++];
        return 1;
    }
    if (found == 1) {
        options->value = optarg;
        return 1;
    }
    if (found == '?')
        return refuse(options, err);
    if (found == ':') {
        const struct pt_option *entry = entry_of(options, optopt);
        return pt_err_set(err, PT_ERR_USAGE, "%s: --%s needs a value: %s",
                          options->verb, entry ? entry->name : "?",
                          entry ? entry->arg : "?");
    }
    options->option = entry_of(options, found);
    options->value = optarg;
    return 1;
}

bool pt_options_is(const struct pt_options *options, const char *name)
{
    return options->option && strcmp(options->option->name, name) == 0;
}
