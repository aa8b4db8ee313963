/* study_path.c - files of a study, from the root on. */
#define _XOPEN_SOURCE 700 /* realpath() */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/text.h"
#include "experiments/study_parts.h"

static char *joined(const char *folder, const char *name)
{
    const bool bare = folder[0] == '\0' || name[0] == '/';
    const bool slash = !bare && folder[strlen(folder) - 1] != '/';
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = pt_alloc(size, 1);

    snprintf(path, size, "%s%s%s", bare ? "" : folder, slash ? "/" : "", name);
    return path;
}

static bool is_folder_name(const char *name)
{
    return name[0] == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

char *pt_study_path_new(const char *folder, const char *name)
{
    char *path = joined(folder, name);
    size_t n = strlen(path);
    char *slash, *root, *full;

    while (n > 1 && path[n - 1] == '/')
        path[--n] = '\0';
    slash = strrchr(path, '/');
    const char *last = slash ? slash + 1 : path;
    if (is_folder_name(last)) {
        root = realpath(path, NULL);
        full = pt_text_dup(root ? root : path, strlen(root ? root : path));
    } else {
        char *above = slash ? pt_text_dup(path, (size_t)(last - path))
                            : pt_text_dup(".", 1);
        root = realpath(above, NULL);
        full = joined(root ? root : slash ? above : "", last);
        pt_free(above);
    }
    pt_free(root);
    pt_free(path);
    return full;
}

/* The file that VALUE [N] names, for a setting. */
static char *file_new(const char *folder, const char *value, size_t n,
                      struct pt_err *err)
{
    char *name = pt_text_dup(value, n);
    char *path = pt_study_path_new(folder, name);
    struct stat status;

    if (err && stat(path, &status) < 0)
        pt_err_set(err, PT_ERR_USAGE, "file=%.200s cannot be read: %s", name,
                   strerror(errno));
    else if (err && strpbrk(path, ",+"))
        pt_err_set(err, PT_ERR_USAGE,
                   "%.200s cannot stand in a setting (expected a path "
                   "without , and +)",
                   path);
    pt_free(name);
    if (!err || err->code == PT_ERR_NONE)
        return path;
    pt_free(path);
    return NULL;
}

char *pt_study_failures_new(const char *folder, const char *value,
                            struct pt_err *err)
{
    static const char key[] = "file=";
    const size_t length = sizeof key - 1;
    char *text = pt_text_dup(value, strlen(value));

    for (size_t at = 0; text[at] != '\0';) {
        const size_t n = strcspn(text + at, ":,+");
        if (strncmp(text + at, key, length) != 0 || n == length) {
            at += n + (text[at + n] != '\0');
            continue;
        }
        char *path = file_new(folder, text + at + length, n - length, err);
        if (!path) {
            pt_free(text);
            return NULL;
        }
        const size_t size = strlen(text) + strlen(path) + 1;
        char *next = pt_alloc(size, 1);
        snprintf(next, size, "%.*s%s%s", (int)(at + length), text, path,
                 text + at + n);
        at += length + strlen(path);
        pt_free(path);
        pt_free(text);
        text = next;
    }
    return text;
}

int pt_study_root(struct pt_study *study, const char *folder,
                  struct pt_err *err)
{
    char *failures = study->settings.failures;
    char *text = pt_study_failures_new(folder, failures, err);
    bool fits;

    if (!text)
        return -1;
    fits = pt_text_copy(failures, sizeof study->settings.failures, text);
    pt_free(text);
    return fits ? 0
                : pt_err_set(err, PT_ERR_USAGE,
                             "the paths in failures are too long");
}
