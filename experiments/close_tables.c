#include "experiments/close_parts.h"

#include <stdlib.h>
#include <string.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/folder.h"

/* --- summary.csv --- */

static size_t fields_of(const char *row)
{
    size_t n = 1;

    for (; *row; row++)
        n += *row == ',';
    return n;
}

/* Calls EACH with every run of the study that has a row, in its order. */
static int each_row(const struct pt_closing *closing,
                    void (*each)(void *context, const struct pt_spot *spot,
                                 const char *row),
                    void *context, struct pt_err *err)
{
    const struct pt_roster *roster = closing->roster;
    int status = 0;

    for (int64_t p = 0; p < roster->npoints; p++)
        for (int c = 0; c < roster->nchoices; c++)
            for (int64_t r = 1; r <= roster->points[p].replications; r++) {
                const struct pt_spot spot = {
                    .point = p, .choice = c, .replication = r};
                char key[PT_DIGEST_TEXT], *row = NULL;

                pt_roster_key(roster, &spot, key);
                status = pt_store_row(*closing->store, key, &row, NULL, err);
                if (status < 0)
                    return -1;
                if (status == 1)
                    each(context, &spot, row);
                pt_free(row);
            }
    return 0;
}

struct summary {
    const struct pt_study *study;
    struct pt_out out;
    size_t fields; /* of the longest row */
};

static void measure_row(void *context, const struct pt_spot *spot,
                        const char *row)
{
    struct summary *summary = context;
    const size_t n = fields_of(row);

    (void)spot;
    summary->fields = n > summary->fields ? n : summary->fields;
}

static void put_row(void *context, const struct pt_spot *spot, const char *row)
{
    struct summary *summary = context;
    const struct pt_study *study = summary->study;
    const struct pt_choice *choice = &study->choices.items[spot->choice];
    struct pt_out *out = &summary->out;
    char *policy = pt_grid_policy_new(study, spot->point, spot->choice);
    char name[512];

    pt_grid_name(study, spot->point, name, sizeof name);
    pt_out_csv_text(out, choice->label);
    pt_out_char(out, ',');
    pt_out_csv_text(out, policy);
    pt_free(policy);
    pt_out_char(out, ',');
    pt_out_csv_text(out, name);
    pt_out_char(out, ',');
    pt_out_int(out, spot->replication);
    for (int a = 0; a < study->naxes; a++) {
        const int v = pt_grid_value(study, spot->point, a);

        pt_out_char(out, ',');
        pt_out_csv_text(out, study->axes[a].values[v].label);
    }
    pt_out_char(out, ',');
    pt_out_text(out, row);
    for (size_t n = fields_of(row); n < summary->fields; n++)
        pt_out_char(out, ',');
    pt_out_char(out, '\n');
}

int pt_close_summary(const struct pt_closing *closing, struct pt_err *err)
{
    struct summary summary = {.study = closing->study};
    char *path = pt_folder_path(closing->dir, "summary.csv");
    int status = each_row(closing, measure_row, &summary, err);

    if (status == 0)
        status = pt_out_open(&summary.out, path, err);
    pt_free(path);
    if (status < 0)
        return -1;
    pt_out_text(&summary.out, "label,policy,point,replication");
    for (int a = 0; a < closing->study->naxes; a++) {
        pt_out_char(&summary.out, ',');
        pt_out_csv_text(&summary.out, closing->study->axes[a].name);
    }
    for (size_t i = 0; i < summary.fields; i++) {
        pt_out_char(&summary.out, ',');
        pt_out_text(&summary.out, closing->columns[i]);
    }
    pt_out_char(&summary.out, '\n');
    if (each_row(closing, put_row, &summary, err) == 0)
        return pt_out_commit(&summary.out, NULL, err);
    pt_out_abandon(&summary.out);
    return -1;
}

/* --- rules.csv --- */

struct rule {
    char *name, *what;
    bool drops;
    int64_t runs, least, most; /* rows a run, of those that it touched */
};

struct rules {
    const struct pt_roster *roster;
    struct rule *items; /* [n] */
    int n, capacity;
};

/* One line of an outcome's rules: NAME, rows, drops, what. */
static void add_rule(struct rules *rules, char *line)
{
    char *save = NULL, *name = strtok_r(line, "\t", &save),
         *rows = strtok_r(NULL, "\t", &save),
         *drops = strtok_r(NULL, "\t", &save),
         *what = strtok_r(NULL, "\t", &save);
    int64_t n = 0;
    int i = 0;

    if (!what || !pt_text_read_int(&n, rows))
        return;
    while (i < rules->n && strcmp(rules->items[i].name, name) != 0)
        i++;
    if (i == rules->n) {
        const struct rule rule = {.name = pt_text_dup(name, strlen(name)),
                                  .what = pt_text_dup(what, strlen(what)),
                                  .drops = drops[0] == '1',
                                  .least = n,
                                  .most = n};
        pt_vec_push(rules->items, rules->n, rules->capacity, rule);
    }
    rules->items[i].runs++;
    if (n < rules->items[i].least)
        rules->items[i].least = n;
    if (n > rules->items[i].most)
        rules->items[i].most = n;
}

static int add_rules(void *context, const struct pt_store_outcome *outcome)
{
    struct rules *rules = context;
    struct pt_spot spot;
    char *text, *save = NULL;

    if (outcome->failed || !outcome->rules ||
        !pt_roster_find(rules->roster, outcome->key, &spot))
        return 0;
    text = pt_text_dup(outcome->rules, strlen(outcome->rules));
    for (char *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
        add_rule(rules, line);
    pt_free(text);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const struct rule *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static void put_rule(struct pt_out *out, const struct rule *rule)
{
    pt_out_csv_text(out, rule->name);
    pt_out_char(out, ',');
    pt_out_csv_text(out, rule->what);
    pt_out_char(out, ',');
    pt_out_int(out, rule->drops);
    pt_out_char(out, ',');
    pt_out_int(out, rule->runs);
    pt_out_char(out, ',');
    pt_out_int(out, rule->least);
    pt_out_char(out, ',');
    pt_out_int(out, rule->most);
    pt_out_char(out, '\n');
}

static void note_rule(const struct pt_closing *closing, const struct rule *rule)
{
    char line[512];

    if (rule->most > rule->least)
        snprintf(line, sizeof line,
                 "%s touched %lld to %lld rows a run in %lld runs: %s",
                 rule->name, (long long)rule->least, (long long)rule->most,
                 (long long)rule->runs, rule->what);
    else
        snprintf(line, sizeof line,
                 "%s touched %lld rows a run in %lld runs: %s", rule->name,
                 (long long)rule->least, (long long)rule->runs, rule->what);
    if (closing->note)
        closing->note(closing->context, line);
}

int pt_close_rules(const struct pt_closing *closing, struct pt_err *err)
{
    struct rules rules = {.roster = closing->roster};
    char *path = pt_folder_path(closing->dir, "rules.csv");
    struct pt_out out;
    int status = pt_store_each(*closing->store, add_rules, &rules, err);

    if (rules.n > 1)
        qsort(rules.items, (size_t)rules.n, sizeof *rules.items, by_name);
    if (status == 0)
        status = pt_out_open(&out, path, err);
    if (status == 0)
        pt_out_text(&out, "rule,what,drops,runs,rows_least,rows_most\n");
    for (int i = 0; i < rules.n; i++) {
        if (status == 0) {
            put_rule(&out, &rules.items[i]);
            note_rule(closing, &rules.items[i]);
        }
        pt_free(rules.items[i].name);
        pt_free(rules.items[i].what);
    }
    if (status == 0)
        status = pt_out_commit(&out, NULL, err);
    pt_free(rules.items);
    pt_free(path);
    return status;
}
