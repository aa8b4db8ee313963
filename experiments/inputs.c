#include "experiments/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/plugin.h"
#include "base/text.h"
#include "base/vec.h"
#include "registry.h"
#include "run.h"

static int cannot_read(const char *path, struct pt_err *err)
{
    return pt_err_at(err, PT_ERR_INPUT, path, 0, 0, "cannot be read: %s",
                     strerror(errno));
}

static char *below(const char *folder, const char *name)
{
    const size_t n = strlen(folder), m = strlen(name);
    char *path = pt_alloc(n + m + 2, 1);

    memcpy(path, folder, n);
    path[n] = '/';
    memcpy(path + n + 1, name, m);
    return path;
}

static int by_name(const void *a, const void *b)
{
    char *const *x = a, *const *y = b;

    return strcmp(*x, *y);
}

static int digest_path(const char *path, char digest[PT_DIGEST_TEXT],
                       struct pt_err *err);

static int digest_folder(DIR *folder, const char *path, struct pt_out *sum,
                         struct pt_err *err)
{
    char **names = NULL;
    int n = 0, capacity = 0, status = 0;

    for (const struct dirent *entry; (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0) {
            char *name = pt_text_dup(entry->d_name, strlen(entry->d_name));
            pt_vec_push(names, n, capacity, name);
        }
    if (n > 1)
        qsort(names, (size_t)n, sizeof *names, by_name);
    for (int i = 0; i < n; i++) {
        char digest[PT_DIGEST_TEXT], *full = below(path, names[i]);

        if (status == 0)
            status = digest_path(full, digest, err);
        if (status == 0) {
            pt_out_json_text(sum, names[i]);
            pt_out_text(sum, digest);
        }
        pt_free(full);
        pt_free(names[i]);
    }
    pt_free(names);
    return status;
}

static int digest_file(const char *path, struct pt_out *sum, struct pt_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : 1;

    while (n > 0) {
        char *room = pt_out_room(sum, PT_OUT_BUFFER / 4);

        do
            n = read(fd, room, PT_OUT_BUFFER / 4);
        while (n < 0 && errno == EINTR);
        if (n > 0)
            sum->used += (size_t)n;
    }
    if (n < 0)
        cannot_read(path, err);
    if (fd >= 0)
        close(fd);
    return n < 0 ? -1 : 0;
}

static int digest_path(const char *path, char digest[PT_DIGEST_TEXT],
                       struct pt_err *err)
{
    struct pt_out sum;
    int status = pt_out_open(&sum, NULL, err);
    DIR *folder;

    if (status < 0)
        return -1;
    folder = opendir(path);
    status = folder ? digest_folder(folder, path, &sum, err)
                    : digest_file(path, &sum, err);
    if (folder)
        closedir(folder);
    if (status == 0)
        return pt_out_commit(&sum, digest, err);
    pt_out_abandon(&sum);
    return -1;
}

int pt_inputs_digest(struct pt_inputs *inputs, const char *path,
                     char digest[PT_DIGEST_TEXT], struct pt_err *err)
{
    struct pt_input input;

    for (int i = 0; i < inputs->n; i++)
        if (strcmp(inputs->items[i].path, path) == 0) {
            memcpy(digest, inputs->items[i].digest, PT_DIGEST_TEXT);
            return 0;
        }
    if (digest_path(path, input.digest, err) < 0)
        return -1;
    memcpy(digest, input.digest, PT_DIGEST_TEXT);
    input.path = pt_text_dup(path, strlen(path));
    pt_vec_push(inputs->items, inputs->n, inputs->capacity, input);
    return 0;
}

/* Adds the digest of the file that MODEL, NAME:KEY=VALUE,..., reads, if it
 * reads one. */
static int add_model(struct pt_inputs *inputs, const char *model, char *all,
                     size_t size, struct pt_err *err)
{
    char text[PT_PARAM_TEXT_SIZE], digest[PT_DIGEST_TEXT];
    struct pt_err ignored = {.code = PT_ERR_NONE};
    void *state = NULL;
    const struct pt_plugin *plugin =
        pt_plugin_open((const struct pt_plugin *const *)pt_failures,
                       "failure model", model, &state, &ignored);
    const struct pt_param *file =
        plugin && plugin->params ? pt_param_find(plugin->params, "file") : NULL;
    int status = 0;

    if (file && file->type == PT_PARAM_TEXT) {
        pt_param_print(file, state, text, sizeof text);
        status = pt_inputs_digest(inputs, text, digest, err);
        if (status == 0) {
            const size_t used = strlen(all);
            pt_text_copy(all + used, size - used, digest);
        }
    }
    pt_free(state);
    return status;
}

int pt_inputs_of(struct pt_inputs *inputs, const struct pt_run *run,
                 char digest[PT_DIGEST_TEXT], struct pt_err *err)
{
    char all[8 * PT_DIGEST_TEXT] = "", *models, *save = NULL;
    int status = 0;

    if (run->path)
        status = pt_inputs_digest(inputs, run->path, all, err);
    models =
        pt_text_dup(run->settings.failures, strlen(run->settings.failures));
    for (char *model = strtok_r(models, "+", &save); model && status == 0;
         model = strtok_r(NULL, "+", &save))
        status = add_model(inputs, model, all, sizeof all, err);
    pt_free(models);
    digest[0] = '\0';
    if (status == 0 && strlen(all) < PT_DIGEST_TEXT)
        memcpy(digest, all, strlen(all) + 1);
    else if (status == 0)
        pt_digest_of(all, strlen(all), digest);
    return status;
}

void pt_inputs_fini(struct pt_inputs *inputs)
{
    for (int i = 0; i < inputs->n; i++)
        pt_free(inputs->items[i].path);
    pt_free(inputs->items);
    *inputs = (struct pt_inputs){.n = 0};
}
