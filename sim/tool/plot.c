#include <string.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "plots/figure.h"
#include "registry.h"
#include "tool/kinds.h"
#include "tool/say.h"
#include "tool/verb.h"

/* What is asked for. */
struct request {
    const char *dir;
    const struct pt_figure **figures; /* [n] */
    int n, capacity;
};

static int take_figure(struct request *request, const char *name,
                       struct pt_err *err)
{
    const int index = pt_kind_find(PT_KIND_FIGURE, name, strlen(name));
    const char *near;
    char names[256];

    if (index >= 0) {
        pt_vec_push(request->figures, request->n, request->capacity,
                    pt_figures[index]);
        return 0;
    }
    near = pt_kind_nearest(PT_KIND_FIGURE, name);
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "unknown figure '%s' (did you mean '%s'?)", name,
                          near);
    pt_kind_names(PT_KIND_FIGURE, names, sizeof names);
    return pt_err_set(err, PT_ERR_USAGE,
                      "unknown figure '%s' (expected one of %s)", name, names);
}

static int take_arguments(struct request *request, struct pt_options *options,
                          struct pt_err *err)
{
    int status;

    while ((status = pt_options_next(options, err)) == 1) {
        if (!request->dir)
            request->dir = options->value;
        else if (take_figure(request, options->value, err) < 0)
            return -1;
    }
    if (status == 0 && !request->dir)
        return pt_err_set(err, PT_ERR_USAGE,
                          "plot needs a DIR: what replay --out DIR wrote");
    return status;
}

static int draw(const struct request *request, struct pt_err *err)
{
    int missing = 0;

    if (pt_figures_draw(request->dir, request->n > 0 ? request->figures : NULL,
                        request->n, &missing, err) < 0)
        return -1;
    if (err->text[0])
        pt_say("%s", err->text);
    if (missing)
        pt_say("gnuplot is not installed: only the .gp and .dat files are "
               "there (apt-get install gnuplot-nox, then again)");
    printf("%s/figures\n", request->dir);
    return 0;
}

static int plot_run(const struct pt_tool *tool, int argc, char **argv,
                    struct pt_err *err)
{
    struct request request = {.n = 0};
    struct pt_options options;
    int status;

    (void)tool;
    pt_options_open(&options, "plot", NULL, argc, argv);
    status = take_arguments(&request, &options, err);
    pt_options_close(&options);
    if (status == 0)
        status = draw(&request, err);
    pt_free(request.figures);
    return status;
}

static const char *const plot_examples[] = {"protium plot kth",
                                            "protium plot kth wait-cdf", NULL};

const struct pt_verb pt_verb_plot = {
    .name = "plot",
    .args = "DIR [FIGURE]...",
    .summary = "draw figures of the results in DIR into DIR/figures",
    .text = "Each figure is left as .gp, .dat, .svg, .pdf and .png. Without a "
            "FIGURE all are drawn (protium list figures).\n",
    .examples = plot_examples,
    .run = plot_run};
