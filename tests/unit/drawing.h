/* drawing.h - figures that a test has drawn, by their types or by their texts.
 */
#ifndef PT_TESTS_UNIT_DRAWING_H
#define PT_TESTS_UNIT_DRAWING_H

#include "plots/figure.h"
#include "tests/unit/results_folder.h"

enum { DRAWING_MOST = 32 };

/* Draws FIGURES [N], with their defaults; NULL: all. */
static inline int draw_types(const char *dir,
                             const struct pt_figure *const *figures, int n,
                             int *missing, struct pt_err *err)
{
    const struct pt_drawing drawing = {.columns = 0};
    struct pt_figure_request requests[DRAWING_MOST];
    int result;

    assert_true(n <= DRAWING_MOST);
    for (int i = 0; figures && i < n; i++)
        ASSERT_INT(pt_figure_request_read(&requests[i], figures[i]->name, err),
                   0);
    result = pt_figures_draw(dir, figures ? requests : NULL, n, &drawing,
                             missing, err);
    for (int i = 0; figures && i < n; i++)
        pt_figure_request_fini(&requests[i]);
    return result;
}

/* Draws what TEXT asks for, as DRAWING says; NULL: as usual. */
static inline int draw_text(const char *dir, const char *text,
                            const struct pt_drawing *drawing, int *missing,
                            struct pt_err *err)
{
    const struct pt_drawing usual = {.columns = 0};
    struct pt_figure_request request;
    int result = pt_figure_request_read(&request, text, err);

    if (result == 0)
        result = pt_figures_draw(dir, &request, 1, drawing ? drawing : &usual,
                                 missing, err);
    pt_figure_request_fini(&request);
    return result;
}

#endif
