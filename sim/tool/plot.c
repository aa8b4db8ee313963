#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "plots/figure.h"
#include "plots/results.h"
#include "tool/say.h"
#include "tool/verb.h"
#include "traces/json.h"

/* What is asked for. */
struct order {
    const char *dir;
    struct pt_figure_request *requests; /* [n] */
    int n, capacity;
    struct pt_drawing drawing;
};

static int take_figure(struct order *order, const char *text,
                       struct pt_err *err)
{
    struct pt_figure_request request;
    const int status = pt_figure_request_read(&request, text, err);

    pt_vec_push(order->requests, order->n, order->capacity, request);
    return status;
}

static int take_columns(struct order *order, const char *value,
                        struct pt_err *err)
{
    if (strcmp(value, "1") != 0 && strcmp(value, "2") != 0)
        return pt_err_set(err, PT_ERR_USAGE, "--columns '%s' (expected 1 or 2)",
                          value);
    order->drawing.columns = value[0] - '0';
    return 0;
}

static int take_option(struct order *order, const struct pt_options *options,
                       struct pt_err *err)
{
    struct pt_drawing *drawing = &order->drawing;

    if (pt_options_is(options, "paper")) {
        drawing->paper = pt_paper_find(options->value, err);
        return drawing->paper ? 0 : -1;
    }
    if (pt_options_is(options, "columns"))
        return take_columns(order, options->value, err);
    if (pt_options_is(options, "format"))
        return pt_figure_formats_read(&drawing->formats, options->value, err);
    if (pt_options_is(options, "latex"))
        drawing->latex = true;
    else
        drawing->again = true;
    return 0;
}

static int take_arguments(struct order *order, struct pt_options *options,
                          struct pt_err *err)
{
    int status;

    while ((status = pt_options_next(options, err)) == 1) {
        if (options->option)
            status = take_option(order, options, err);
        else if (!order->dir)
            order->dir = options->value;
        else
            status = take_figure(order, options->value, err);
        if (status < 0)
            return -1;
    }
    if (status == 0 && !order->dir)
        return pt_err_set(err, PT_ERR_USAGE,
                          "plot needs a DIR: what run, or replay, wrote with "
                          "--out DIR");
    return status;
}

/* All of the file PATH, [*N], with room for a byte more; NULL with ERR filled.
 */
static char *read_file(const char *path, size_t *n, struct pt_err *err)
{
    FILE *stream = fopen(path, "r");
    size_t capacity = 4096, got;
    char *text = NULL;

    *n = 0;
    if (stream) {
        do {
            capacity *= 2;
            text = pt_realloc(text, capacity, 1);
            got = fread(text + *n, 1, capacity - *n - 1, stream);
            *n += got;
        } while (got > 0 && capacity < (size_t)PT_JSON_SIZE);
    }
    if (!stream || ferror(stream)) {
        pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "cannot be read");
        pt_free(text);
        text = NULL;
    }
    if (stream)
        fclose(stream);
    return text;
}

/* Takes the figures out of the study's document.  All else that is in it has no
 * say here: its trace may be gone. */
static int take_list(struct order *order, const struct pt_json *json,
                     struct pt_err *err)
{
    int32_t key = 1;

    for (int32_t i = 0; pt_json_at(json, 0)->kind == PT_JSON_OBJECT &&
                        i < pt_json_at(json, 0)->n;
         i++) {
        const int32_t value = pt_json_at(json, key)->end;
        const struct pt_json_item *list = pt_json_at(json, value);

        if (strcmp(pt_json_text(json, key), "figures") == 0 &&
            list->kind == PT_JSON_LIST)
            for (int32_t k = 0; k < list->n; k++) {
                const int32_t item = value + 1 + k;

                /* A text holds nothing, so that the next follows it. */
                if (pt_json_expect(json, item, "a figure", PT_JSON_TEXT, err) <
                    0)
                    return -1;
                if (take_figure(order, pt_json_text(json, item), err) < 0)
                    return -1;
            }
        key = list->end;
    }
    return 0;
}

/* The figures that the study in DIR names. */
static int take_study(struct order *order, struct pt_err *err)
{
    struct pt_json json;
    char *path, *text;
    size_t n;
    int status = -1;

    if (!pt_results_hold(order->dir, "study.json"))
        return 0;
    path = pt_results_path(order->dir, "study.json");
    text = read_file(path, &n, err);
    if (text && pt_json_open_commented(&json, path, text, n, err) == 0) {
        status = take_list(order, &json, err);
        pt_json_close(&json);
    }
    pt_free(path);
    return status;
}

static int draw(const struct order *order, struct pt_err *err)
{
    int missing = 0;

    if (pt_figures_draw(order->dir, order->n > 0 ? order->requests : NULL,
                        order->n, &order->drawing, &missing, err) < 0)
        return -1;
    if (err->text[0])
        pt_say("%s", err->text);
    if (missing)
        pt_say("gnuplot is not installed: only the .gp and .dat files are "
               "there (apt-get install gnuplot-nox, then again)");
    printf("%s/figures\n", order->dir);
    return 0;
}

static int plot_run(const struct pt_tool *tool, int argc, char **argv,
                    struct pt_err *err)
{
    struct order order = {.n = 0};
    struct pt_options options;
    int status;

    (void)tool;
    pt_options_open(&options, "plot", pt_verb_plot.options, argc, argv);
    status = take_arguments(&order, &options, err);
    pt_options_close(&options);
    if (status == 0 && order.n == 0)
        status = take_study(&order, err);
    if (status == 0)
        status = draw(&order, err);
    for (int i = 0; i < order.n; i++)
        pt_figure_request_fini(&order.requests[i]);
    pt_free(order.requests);
    return status;
}

static const struct pt_option plot_options[] = {
    {"paper", 0, false, "PAPER",
     "the widths of acm, ieee, lncs or usenix; screen, 7 inches, is the "
     "default."},
    {"columns", 0, false, "N",
     "1 or 2 columns of the paper; as suits each figure is the default."},
    {"format", 0, false, "LIST", "of svg, pdf and png; all is the default."},
    {"latex", 0, false, NULL,
     "also NAME.tex, which puts the paper's own letters onto NAME.pdf."},
    {"again", 0, false, NULL,
     "draw the .gp and .dat files that are there, edited or not, without "
     "reading the results."},
    {.name = NULL}};

static const char *const plot_examples[] = {
    "protium plot kth", "protium plot kth wait-cdf --paper acm",
    "protium plot sweep load=sweep:metric=wait_mean,x=load", NULL};

const struct pt_verb pt_verb_plot = {
    .name = "plot",
    .args = "DIR [[NAME=]FIGURE[:KEY=VALUE,...]]...",
    .summary = "draw figures of the results in DIR into DIR/figures",
    .text = "Each figure is left as .gp, .dat, .svg, .pdf and .png, called "
            "NAME. Without a FIGURE those of the study are drawn, or all if "
            "it has none (protium list figures).\n",
    .options = plot_options,
    .examples = plot_examples,
    .run = plot_run};
