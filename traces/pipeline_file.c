#include "traces/pipeline_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/assert.h"

#define PIECE (1u << 16)

static int refuse(struct pt_err *err, const char *name, const char *why)
{
    return pt_err_at(err, PT_ERR_INPUT, name, 0, 0, "%s", why);
}

/* Makes room for PIECE more bytes, and one. */
static void grow(char **text, size_t *room, size_t n)
{
    if (n + PIECE + 1 <= *room)
        return;
    *room = 2 * (n + PIECE + 1);
    *text = pt_realloc(*text, *room, 1);
}

static void *zip_alloc(void *unused, unsigned count, unsigned size)
{
    (void)unused;
    return pt_alloc(count, size);
}

static void zip_free(void *unused, void *memory)
{
    (void)unused;
    pt_free(memory);
}

/* Inflates one gzip member from ZIP behind TEXT [N]; NULL, or why not. */
static const char *inflate_member(z_stream *zip, char **text, size_t *room,
                                  size_t *n, size_t max)
{
    int status = Z_OK;

    while (status != Z_STREAM_END) {
        grow(text, room, *n);
        zip->next_out = (Bytef *)*text + *n;
        zip->avail_out = PIECE;
        status = inflate(zip, Z_NO_FLUSH);
        *n += PIECE - zip->avail_out;
        if (status == Z_BUF_ERROR ||
            (status == Z_OK && zip->avail_in == 0 && zip->avail_out > 0))
            return "the gzip data end too early (expected a whole file)";
        if (status != Z_OK && status != Z_STREAM_END)
            return "the gzip data are corrupt (expected a whole file)";
        if (*n > max)
            return "more than a gibibyte of text (expected less)";
    }
    return NULL;
}

/* Puts what RAW [SIZE] inflates to in FILE: NULL, or why not. */
static const char *inflate_all(struct pt_pipeline_file *file,
                               const unsigned char *raw, size_t size,
                               size_t max)
{
    z_stream zip = {.next_in = (z_const Bytef *)raw,
                    .avail_in = (uInt)size,
                    .zalloc = zip_alloc,
                    .zfree = zip_free};
    const char *why = NULL;
    size_t room = 0;

    int status = inflateInit2(&zip, 15 + 16);
    pt_assert(status == Z_OK);
    do {
        why = inflate_member(&zip, &file->text, &room, &file->n, max);
        while (zip.avail_in > 0 && *zip.next_in == 0) {
            zip.next_in++;
            zip.avail_in--;
        }
        if (!why && zip.avail_in > 0 && *zip.next_in != 0x1f)
            why = "rubbish after the gzip data (expected the file's end)";
        inflateReset(&zip);
    } while (!why && zip.avail_in > 0);
    inflateEnd(&zip);
    return why;
}

/* RAW [N], which has room for a byte more, becomes the text of FILE. */
static int take(struct pt_pipeline_file *file, const char *name, char *raw,
                size_t n, size_t max, struct pt_err *err)
{
    const unsigned char *head = (const unsigned char *)raw;
    bool zipped = n >= 2 && head[0] == 0x1f && head[1] == 0x8b;
    const char *why = NULL;

    *file = (struct pt_pipeline_file){.bytes = (int64_t)n};
    pt_digest_of(raw, n, file->digest);
    if (zipped) {
        why = inflate_all(file, head, n, max);
        pt_free(raw);
    } else {
        file->text = raw;
        file->n = n;
    }
    if (why) {
        pt_free(file->text);
        return refuse(err, name, why);
    }
    file->text[file->n] = '\0';
    return 0;
}

int pt_pipeline_file_copy(struct pt_pipeline_file *file, const char *name,
                          const void *bytes, size_t n, size_t max,
                          struct pt_err *err)
{
    if (n > max)
        return refuse(err, name, "more than a gibibyte (expected less)");
    char *raw = pt_alloc(n + 1, 1);
    if (n > 0)
        memcpy(raw, bytes, n);
    return take(file, name, raw, n, max, err);
}

/* All of FD into *RAW, which grows: NULL, or why not. */
static const char *read_all(int fd, char **raw, size_t *n, size_t max)
{
    size_t room = 0;

    for (;;) {
        grow(raw, &room, *n);
        ssize_t got = read(fd, *raw + *n, PIECE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return strerror(errno);
        if (got == 0)
            return NULL;
        *n += (size_t)got;
        if (*n > max)
            return "more than a gibibyte (expected less)";
    }
}

int pt_pipeline_file_read(struct pt_pipeline_file *file, const char *path,
                          size_t max, struct pt_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    char *raw = NULL;
    size_t n = 0;

    if (fd < 0)
        return pt_err_at(err, PT_ERR_INPUT, path, 0, 0,
                         "%s (expected a readable file)", strerror(errno));
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        return refuse(err, path, "a directory (expected a file)");
    }
    const char *why = read_all(fd, &raw, &n, max);
    close(fd);
    if (why) {
        pt_free(raw);
        return refuse(err, path, why);
    }
    return take(file, path, raw, n, max, err);
}
