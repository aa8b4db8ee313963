#include "ask/workload.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include <zlib.h>

#include "base/alloc.h"
#include "base/text.h"
#include "registry.h"
#include "ask/kinds.h"
#include "base/plugin.h"
#include "traces/source.h"
#include "traces/text.h"

/* What a format may look at to know its own. */
#define HEAD_SIZE 4096

/* The format of the file at PATH, whose first N bytes are HEAD.  If none knows
 * it, it is the first format's to refuse, with line and column. */
static const struct pt_source *format_of(const char *path, const char *head,
                                         size_t n)
{
    for (int i = 0; pt_sources[i]; i++)
        if (pt_sources[i]->sniff && pt_sources[i]->sniff(path, head, n))
            return pt_sources[i];
    return pt_sources[0];
}

static int find_trace(struct pt_workload *workload, struct pt_err *err)
{
    struct pt_lines lines;
    const char *head;

    if (pt_lines_open(&lines, workload->text, err) < 0)
        return -1;
    const size_t n = pt_lines_head(&lines, &head);
    workload->path = workload->text;
    workload->source =
        format_of(workload->path, head, n < HEAD_SIZE ? n : HEAD_SIZE);
    pt_lines_close(&lines);
    return 0;
}

/* A folder that a format knows. */
static int find_folder(struct pt_workload *workload, struct pt_err *err)
{
    for (int i = 0; pt_sources[i]; i++)
        if (pt_sources[i]->sniff &&
            pt_sources[i]->sniff(workload->text, "", 0)) {
            workload->path = workload->text;
            workload->source = pt_sources[i];
            return 0;
        }
    return pt_err_at(err, PT_ERR_INPUT, workload->text, 0, 0,
                     "is a directory (expected a trace)");
}

int pt_workload_model(const char *text, const struct pt_source **model,
                      char **params, struct pt_err *err)
{
    const size_t length = strcspn(text, ":");
    const int index = pt_kind_find(PT_KIND_MODEL, text, length);
    const struct pt_plugin *plugin;
    int status = 0;

    if (index < 0) {
        char *name = pt_text_dup(text, length);
        const char *near = pt_kind_nearest(PT_KIND_MODEL, name);
        char names[128];
        pt_kind_names(PT_KIND_MODEL, names, sizeof names);
        if (near)
            pt_err_set(err, PT_ERR_USAGE,
                       "unknown model '%s' (did you mean '%s'?)", name, near);
        else
            pt_err_set(err, PT_ERR_USAGE,
                       "unknown model '%s' (expected one of: %s)", name, names);
        pt_free(name);
        return -1;
    }
    plugin = pt_kind_item(PT_KIND_MODEL, index);
    void *state = pt_plugin_state_new(plugin);
    if (text[length] == ':')
        status = pt_plugin_set_text(plugin, state, text + length + 1, err);
    if (status == 0) {
        char *full = pt_plugin_text_new(plugin, state);
        const char *colon = strchr(full, ':');
        *model = pt_models[index];
        *params =
            pt_text_dup(colon ? colon + 1 : "", colon ? strlen(colon + 1) : 0);
        pt_free(full);
    }
    pt_free(state);
    return status;
}

/* A file that is not there: was a model meant? */
static int refuse_missing(const char *text, int number, struct pt_err *err)
{
    const size_t length = strcspn(text, ":");
    char *name = pt_text_dup(text, length);
    const char *near = pt_kind_nearest(PT_KIND_MODEL, name);

    if (number == ENOENT && near)
        pt_err_at(err, PT_ERR_INPUT, text, 0, 0,
                  "no such file, nor a model (did you mean '%s%s'?)", near,
                  text + length);
    else
        pt_err_at(err, PT_ERR_INPUT, text, 0, 0, "cannot be read: %s",
                  strerror(number));
    pt_free(name);
    return -1;
}

int pt_workload_find(struct pt_workload *workload, const char *text,
                     struct pt_err *err)
{
    struct stat status;

    *workload = (struct pt_workload){.text = text};
    if (stat(text, &status) == 0) {
        if (S_ISDIR(status.st_mode))
            return find_folder(workload, err);
        if (!S_ISREG(status.st_mode))
            return pt_err_at(err, PT_ERR_INPUT, text, 0, 0,
                             "is a pipe or a device, and a trace is read more "
                             "than once (expected a file)");
        return find_trace(workload, err);
    }
    if (pt_kind_find(PT_KIND_MODEL, text, strcspn(text, ":")) >= 0)
        return pt_workload_model(text, &workload->source, &workload->params,
                                 err);
    return refuse_missing(text, errno, err);
}

void pt_workload_fini(struct pt_workload *workload)
{
    pt_free(workload->params);
    workload->params = NULL;
}

void pt_workload_count(struct pt_workload *workload)
{
    const size_t size = 1u << 16;
    bool start = true, comment = false;
    int64_t rows = 0;
    char *buffer;
    gzFile file;
    int n;

    /* The rows of a staged source are jobs, and no lines. */
    if (!workload->path || workload->source->staged ||
        !(file = gzopen(workload->path, "rb")))
        return;
    buffer = pt_alloc(size, 1);
    while ((n = gzread(file, buffer, (unsigned)size)) > 0)
        for (int i = 0; i < n; i++) {
            if (start)
                comment = buffer[i] == ';';
            start = buffer[i] == '\n';
            rows += start && !comment;
        }
    gzclose(file);
    pt_free(buffer);
    workload->rows = rows;
}
