#include "file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "plots/results.h"

static int disk_error(const char *path, int number, struct pt_err *err)
{
    return pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0, "cannot be written: %s",
                     strerror(number));
}

char *pt_file_concat(const char *a, const char *b)
{
    size_t na = strlen(a);
    size_t nb = strlen(b);
    char *text = pt_alloc(na + nb + 1, 1);

    memcpy(text, a, na);
    memcpy(text + na, b, nb);
    return text;
}

void pt_file_name(struct pt_file *file, const char *folder, const char *name,
                  const char *ending)
{
    char *full = pt_file_concat(name, ending);

    file->path = pt_results_path(folder, full);
    file->partial = pt_file_concat(file->path, ".tmp");
    file->stream = NULL;
    pt_free(full);
}

int pt_file_open(struct pt_file *file, const char *folder, const char *name,
                 const char *ending, struct pt_err *err)
{
    pt_file_name(file, folder, name, ending);
    file->stream = fopen(file->partial, "w");
    if (!file->stream)
        return disk_error(file->path, errno, err);
    return 0;
}

int pt_file_place(struct pt_file *file, bool keep, struct pt_err *err)
{
    int result = 0;

    if (keep && rename(file->partial, file->path) != 0)
        result = disk_error(file->path, errno, err);
    if (file->partial && (!keep || result != 0))
        unlink(file->partial);
    pt_free(file->path);
    pt_free(file->partial);
    *file = (struct pt_file){0};
    return result;
}

int pt_file_close(struct pt_file *file, bool keep, struct pt_err *err)
{
    int result = 0;

    if (file->stream) {
        bool failed = ferror(file->stream) != 0;

        errno = failed ? EIO : 0;
        failed = fclose(file->stream) != 0 || failed;
        if (keep && failed)
            result = disk_error(file->path, errno, err);
    } else {
        keep = false;
    }
    if (pt_file_place(file, keep && result == 0, err) != 0)
        result = -1;
    return result;
}
