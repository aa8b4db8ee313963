/* request.c - figures, asked for by a text. */
#include "plots/figure.h"

#include <string.h>
#include "base/alloc.h"
#include "base/text.h"

const struct pt_param pt_figure_runs_params[] = {
    PT_FIGURE_ONLY(struct pt_figure_runs), PT_PARAM_END};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

/* Whether files can be called NAME; that of the style is taken. */
static bool is_name(const char *name)
{
    size_t n = strlen(name);

    if (n < 1 || n > 64 || !is_letter(name[0]) || strcmp(name, "style") == 0)
        return false;
    for (const char *c = name; *c; c++)
        if (!is_letter(*c) && !strchr("._-", *c))
            return false;
    return true;
}

int pt_figure_request_read(struct pt_figure_request *request, const char *text,
                           struct pt_err *err)
{
    size_t length = strcspn(text, "=:");

    *request = (struct pt_figure_request){.name = NULL};
    if (text[length] == '=') {
        request->name = pt_text_dup(text, length);
        if (!is_name(request->name))
            return pt_err_set(err, PT_ERR_USAGE,
                              "'%s' is no name for a figure's files (expected "
                              "at most 64 letters, digits, '.', '_' and '-', "
                              "and not 'style')",
                              request->name);
        text += length + 1;
    }
    request->figure = (const struct pt_figure *)pt_plugin_open(
        (const struct pt_plugin *const *)pt_figures, "figure", text,
        &request->state, err);
    if (!request->figure)
        return -1;
    if (!request->name)
        request->name =
            pt_text_dup(request->figure->name, strlen(request->figure->name));
    return 0;
}

void pt_figure_request_fini(struct pt_figure_request *request)
{
    pt_free(request->state);
    pt_free(request->name);
    *request = (struct pt_figure_request){.name = NULL};
}
