#include "sink/out.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

static void release(struct pt_out *out)
{
    pt_free(out->buffer);
    pt_free(out->digest);
    pt_free(out->path);
    pt_free(out->partial);
    *out = (struct pt_out){.fd = -1, .bytes = out->bytes};
}

/* Devices, pipes and links are written in place: a rename would replace
 * /dev/null by a plain file. */
static bool is_written_in_place(const char *path)
{
    struct stat found;

    return lstat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

static int open_file(struct pt_out *out, const char *path, struct pt_err *err)
{
    size_t length = strlen(path);
    const char *opened = path;

    out->path = pt_text_dup(path, length);
    if (!is_written_in_place(path)) {
        out->partial = pt_alloc(length + sizeof ".tmp", 1);
        memcpy(out->partial, path, length);
        memcpy(out->partial + length, ".tmp", sizeof ".tmp");
        opened = out->partial;
    }
    out->fd = open(opened, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out->fd >= 0)
        return 0;
    pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0, "cannot be written: %s",
              strerror(errno));
    return -1;
}

static void begin(struct pt_out *out)
{
    *out = (struct pt_out){.fd = -1};
    out->buffer = pt_alloc(PT_OUT_BUFFER, 1);
    out->digest = pt_alloc(1, sizeof(struct sha256_ctx));
    sha256_init(out->digest);
}

int pt_out_open(struct pt_out *out, const char *path, struct pt_err *err)
{
    begin(out);
    if (!path || open_file(out, path, err) == 0)
        return 0;
    release(out);
    return -1;
}

void pt_out_attach(struct pt_out *out, int fd)
{
    pt_assert(fd >= 0);
    begin(out);
    out->fd = fd;
}

/* After a failure the rest is counted and digested, and goes nowhere. */
static void write_all(struct pt_out *out, const char *bytes, size_t n)
{
    while (n > 0 && out->failed == 0) {
        ssize_t done = write(out->fd, bytes, n);

        if (done >= 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (errno != EINTR) {
            out->failed = errno;
        }
    }
}

void pt_out_flush(struct pt_out *out)
{
    if (out->used == 0)
        return;
    sha256_update(out->digest, out->used, (const uint8_t *)out->buffer);
    if (out->fd >= 0)
        write_all(out, out->buffer, out->used);
    out->bytes += (int64_t)out->used;
    out->used = 0;
}

static void finish_digest(struct sha256_ctx *digest, char hex[PT_DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t raw[SHA256_DIGEST_SIZE];

    sha256_digest(digest, sizeof raw, raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        hex[2 * i] = digits[raw[i] >> 4];
        hex[2 * i + 1] = digits[raw[i] & 15];
    }
    hex[2 * sizeof raw] = '\0';
}

void pt_digest_of(const void *bytes, size_t n, char hex[PT_DIGEST_TEXT])
{
    struct sha256_ctx digest;

    sha256_init(&digest);
    sha256_update(&digest, n, bytes);
    finish_digest(&digest, hex);
}

int pt_out_commit(struct pt_out *out, char hex[PT_DIGEST_TEXT],
                  struct pt_err *err)
{
    pt_assert(out->buffer);
    pt_out_flush(out);
    /* A stream without a path is the caller's to close. */
    if (out->path && close(out->fd) != 0 && out->failed == 0)
        out->failed = errno;
    if (out->failed == 0 && out->partial &&
        rename(out->partial, out->path) != 0)
        out->failed = errno;
    if (hex)
        finish_digest(out->digest, hex);

    int failed = out->failed;
    if (failed != 0) {
        const char *name = out->path ? out->path : "output";

        pt_err_at(err, PT_ERR_INTERNAL, name, 0, 0, "cannot be written: %s",
                  strerror(failed));
        if (out->partial)
            unlink(out->partial);
    }
    release(out);
    return failed == 0 ? 0 : -1;
}

void pt_out_abandon(struct pt_out *out)
{
    if (!out->buffer)
        return;
    if (out->path)
        close(out->fd);
    if (out->partial)
        unlink(out->partial);
    release(out);
}

void pt_out_bytes(struct pt_out *out, const void *bytes, size_t n)
{
    const char *from = bytes;

    while (n > 0) {
        char *room = pt_out_room(out, 1);
        size_t left = PT_OUT_BUFFER - out->used;
        size_t part = n < left ? n : left;

        memcpy(room, from, part);
        out->used += part;
        from += part;
        n -= part;
    }
}

void pt_out_text(struct pt_out *out, const char *text)
{
    pt_out_bytes(out, text, strlen(text));
}

void pt_out_char(struct pt_out *out, char c)
{
    *pt_out_room(out, 1) = c;
    out->used++;
}

void pt_out_int(struct pt_out *out, int64_t value)
{
    out->used += pt_text_int(pt_out_room(out, 20), value);
}

void pt_out_time(struct pt_out *out, pt_time time)
{
    out->used += pt_time_print(pt_out_room(out, PT_TIME_TEXT), time);
}

void pt_out_real(struct pt_out *out, double value)
{
    if (!isnan(value))
        out->used += pt_text_real(pt_out_room(out, 32), value);
}

/* Length of the well-formed UTF-8 sequence that TEXT begins with, or 0. */
static size_t utf8_length(const unsigned char *text)
{
    static const struct {
        unsigned char from, to, second_from, second_to;
        size_t length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    if (text[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (text[0] < rows[i].from || text[0] > rows[i].to)
            continue;
        if (text[1] < rows[i].second_from || text[1] > rows[i].second_to)
            return 0;
        for (size_t k = 2; k < rows[i].length; k++)
            if ((text[k] & 0xc0) != 0x80)
                return 0;
        return rows[i].length;
    }
    return 0;
}

void pt_out_json_text(struct pt_out *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    pt_out_char(out, '"');
    while (*at != '\0') {
        size_t length = utf8_length(at);

        if (length == 0) {
            pt_out_text(out, "\\ufffd");
            length = 1;
        } else if (*at == '"' || *at == '\\') {
            pt_out_char(out, '\\');
            pt_out_char(out, (char)*at);
        } else if (*at < 0x20) {
            char escape[8];

            snprintf(escape, sizeof escape, "\\u%04x", *at);
            pt_out_text(out, escape);
        } else {
            pt_out_bytes(out, at, length);
        }
        at += length;
    }
    pt_out_char(out, '"');
}

void pt_out_csv_text(struct pt_out *out, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        pt_out_text(out, text);
        return;
    }
    pt_out_char(out, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            pt_out_char(out, '"');
        pt_out_char(out, *text);
    }
    pt_out_char(out, '"');
}
