#include "traces/eventlog/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/vec.h"

#define DIGEST_LINE (PT_DIGEST_TEXT + 260)

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool has_ending(const char *text, const char *ending)
{
    size_t n = strlen(text), m = strlen(ending);

    return n >= m && strcmp(text + n - m, ending) == 0;
}

/* Whether NAME is that of a part, and what it says. */
static bool read_name(const char *name, struct pt_eventlog_part *part)
{
    static const char spark[] = "events_", databricks[] = "eventlog";
    char digits[20];

    *part = (struct pt_eventlog_part){.compact = has_ending(name, ".compact")};
    if (strncmp(name, spark, sizeof spark - 1) == 0) {
        const char *at = name + sizeof spark - 1;
        const size_t n = strspn(at, "0123456789");
        if (n == 0 || n >= sizeof digits || at[n] != '_')
            return false;
        pt_text_copy(digits, n + 1, at);
        return pt_text_read_int(&part->number, digits) && part->number > 0;
    }
    if (strncmp(name, databricks, sizeof databricks - 1) != 0)
        return false;
    return name[sizeof databricks - 1] == '\0' ||
           name[sizeof databricks - 1] == '-';
}

bool pt_eventlog_files_sniff(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    struct pt_eventlog_part part;
    bool found = false;

    while (folder && !found && (entry = readdir(folder)))
        found = read_name(entry->d_name, &part);
    if (folder)
        closedir(folder);
    return found;
}

/* By number; where there is none by name, but the one without a date, which is
 * the newest, last. */
static int compare_parts(const void *a, const void *b)
{
    const struct pt_eventlog_part *x = a, *y = b;

    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    const bool x_newest = has_ending(x->path, "/eventlog");
    const bool y_newest = has_ending(y->path, "/eventlog");
    if (x_newest != y_newest)
        return x_newest ? 1 : -1;
    return strcmp(x->path, y->path);
}

static void drop_compacted(struct pt_eventlog_files *files)
{
    int32_t from = 0, n = 0;

    for (int32_t i = 0; i < files->nparts; i++)
        if (files->parts[i].compact)
            from = i;
    for (int32_t i = 0; i < files->nparts; i++) {
        const bool before =
            i < from || (i > from && files->parts[from].compact &&
                         files->parts[i].number == files->parts[from].number);
        if (before)
            pt_free(files->parts[i].path);
        else
            files->parts[n++] = files->parts[i];
    }
    files->nparts = n;
}

static void count_missing(struct pt_eventlog_files *files)
{
    int64_t next = 1;

    for (int32_t i = 0; i < files->nparts; i++) {
        const struct pt_eventlog_part *part = &files->parts[i];
        const int64_t gap = part->number - next;
        if (gap > 0 && !part->compact)
            files->missing += gap < 1000000 ? (int32_t)gap : 1000000;
        next = part->number + 1;
    }
}

static void add_part(struct pt_eventlog_files *files, const char *name)
{
    const size_t size = strlen(files->folder) + strlen(name) + 2;
    struct pt_eventlog_part part;

    if (!read_name(name, &part))
        return;
    part.path = pt_alloc(size, 1);
    snprintf(part.path, size, "%s/%s", files->folder, name);
    if (is_folder(part.path)) {
        pt_free(part.path);
        return;
    }
    pt_vec_push(files->parts, files->nparts, files->capacity, part);
}

static int list_parts(struct pt_eventlog_files *files, struct pt_err *err)
{
    DIR *folder = opendir(files->folder);
    const struct dirent *entry;

    if (!folder)
        return pt_err_at(err, PT_ERR_INPUT, files->folder, 0, 0,
                         "%s (expected a readable folder)", strerror(errno));
    while ((entry = readdir(folder)))
        add_part(files, entry->d_name);
    closedir(folder);
    if (files->nparts == 0)
        return pt_err_at(err, PT_ERR_INPUT, files->folder, 0, 0,
                         "no parts of an event log (expected events_1_...)");
    qsort(files->parts, (size_t)files->nparts, sizeof *files->parts,
          compare_parts);
    drop_compacted(files);
    count_missing(files);
    return 0;
}

static int open_part(struct pt_eventlog_files *files, struct pt_err *err)
{
    if (pt_lines_open(&files->lines, files->parts[files->at].path, err) < 0)
        return -1;
    pt_lines_allow(&files->lines, PT_EVENTLOG_LINE);
    files->open = true;
    return 0;
}

/* The part that is open has been read, to its end or to where it breaks off. */
static void leave_part(struct pt_eventlog_files *files)
{
    const char *path = files->lines.file;
    const char *slash = strrchr(path, '/');
    const size_t room = files->digests_length + DIGEST_LINE;

    pt_lines_finish(&files->lines);
    files->bytes += files->lines.bytes;
    files->digests = pt_realloc(files->digests, room, 1);
    files->digests_length += (size_t)snprintf(
        files->digests + files->digests_length, DIGEST_LINE, "%s  %.250s\n",
        files->lines.digest, slash ? slash + 1 : path);
    if (!files->folder)
        pt_text_copy(files->digest, sizeof files->digest, files->lines.digest);
    pt_lines_close(&files->lines);
    files->open = false;
    files->at++;
}

int pt_eventlog_files_open(struct pt_eventlog_files *files, const char *path,
                           struct pt_err *err)
{
    *files = (struct pt_eventlog_files){.at = 0};
    if (is_folder(path)) {
        files->folder = pt_text_dup(path, strlen(path));
        if (list_parts(files, err) < 0)
            goto fail;
    } else {
        const struct pt_eventlog_part part = {
            .path = pt_text_dup(path, strlen(path))};
        pt_vec_push(files->parts, files->nparts, files->capacity, part);
    }
    if (open_part(files, err) == 0)
        return 0;
fail:
    pt_eventlog_files_close(files);
    return -1;
}

int pt_eventlog_files_open_bytes(struct pt_eventlog_files *files,
                                 const char *name, const void *bytes, size_t n,
                                 struct pt_err *err)
{
    const struct pt_eventlog_part part = {.path =
                                              pt_text_dup(name, strlen(name))};

    *files = (struct pt_eventlog_files){.at = 0};
    pt_vec_push(files->parts, files->nparts, files->capacity, part);
    if (pt_lines_open_bytes(&files->lines, name, bytes, n, err) < 0) {
        pt_eventlog_files_close(files);
        return -1;
    }
    pt_lines_allow(&files->lines, PT_EVENTLOG_LINE);
    files->open = true;
    return 0;
}

int pt_eventlog_files_next(struct pt_eventlog_files *files, bool *ended,
                           struct pt_err *err)
{
    *ended = false;
    while (files->at < files->nparts) {
        if (!files->open && open_part(files, err) < 0) {
            files->at++;
            return -1;
        }
        const int status = pt_lines_next(&files->lines, err);
        if (status > 0)
            return 1;
        leave_part(files);
        *ended = true;
        if (status < 0)
            return -1;
    }
    *ended = true;
    if (files->folder && files->digest[0] == '\0')
        pt_digest_of(files->digests ? files->digests : "",
                     files->digests_length, files->digest);
    return 0;
}

int64_t pt_eventlog_files_bytes(const struct pt_eventlog_files *files)
{
    return files->bytes + (files->open ? files->lines.bytes : 0);
}

void pt_eventlog_files_close(struct pt_eventlog_files *files)
{
    if (files->open)
        pt_lines_close(&files->lines);
    for (int32_t i = 0; i < files->nparts; i++)
        pt_free(files->parts[i].path);
    pt_free(files->parts);
    pt_free(files->folder);
    pt_free(files->digests);
    *files = (struct pt_eventlog_files){.at = 0};
}
