#include "traces/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <lzma.h>
#include <nettle/sha2.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

/* Small enough to stay in a second-level cache between inflating a piece and
 * scanning it; doubled where a longer line is allowed, and met. */
#define TEXT_SIZE (1u << 18)
#define RAW_SIZE  (1u << 16)

enum packing { PLAIN, GZIP, XZ, ZSTD };

struct pt_lines_input {
    int fd; /* -1: from memory */
    const unsigned char *memory;
    size_t left; /* of it */
    struct sha256_ctx sha;
    char digest[2 * SHA256_DIGEST_SIZE + 1];

    enum packing packing;
    bool between; /* gzip members, zstd frames: one has ended, no other begun */
    z_stream zip;
    lzma_stream xz;
    ZSTD_DStream *zstd;
    ZSTD_inBuffer packed;
    unsigned char *raw; /* [RAW_SIZE] */

    char *text; /* [size + 1], the last one for a final zero byte */
    size_t size;
    size_t at; /* where the next line begins */
    size_t end;
    bool ended;        /* nothing follows text[end] */
    char failure[160]; /* and this is why, unless it is "" */
};

static void fail(struct pt_lines_input *input, const char *what)
{
    input->ended = true;
    pt_text_copy(input->failure, sizeof input->failure, what);
}

static size_t read_memory(struct pt_lines_input *input, void *to, size_t size)
{
    size_t n = input->left < size ? input->left : size;

    if (n == 0)
        return 0;
    memcpy(to, input->memory, n);
    input->memory += n;
    input->left -= n;
    return n;
}

/* Short of SIZE only at the end, or when reading failed. */
static size_t read_file(struct pt_lines_input *input, void *to, size_t size)
{
    char *bytes = to;
    size_t n = 0;

    while (n < size) {
        ssize_t got = read(input->fd, bytes + n, size - n);
        if (got > 0) {
            n += (size_t)got;
        } else if (got == 0) {
            break;
        } else if (errno != EINTR) {
            fail(input, strerror(errno));
            break;
        }
    }
    return n;
}

static size_t read_raw(struct pt_lines *lines, void *to, size_t size)
{
    struct pt_lines_input *input = lines->input;
    size_t n = input->fd < 0 ? read_memory(input, to, size)
                             : read_file(input, to, size);

    sha256_update(&input->sha, n, to);
    lines->bytes += (int64_t)n;
    return n;
}

/* Whether there is compressed data to go on with. */
static bool refill_raw(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;

    if (input->zip.avail_in == 0) {
        input->zip.next_in = input->raw;
        input->zip.avail_in = (uInt)read_raw(lines, input->raw, RAW_SIZE);
    }
    if (input->zip.avail_in > 0 || input->ended)
        return input->zip.avail_in > 0;
    if (input->between)
        input->ended = true;
    else
        fail(input, "the gzip data end too early (expected a whole file)");
    return false;
}

/* Another member may follow one, and so may zeros that fill up a block. */
static void begin_member(struct pt_lines_input *input)
{
    z_stream *zip = &input->zip;

    while (zip->avail_in > 0 && *zip->next_in == 0) {
        zip->next_in++;
        zip->avail_in--;
    }
    if (zip->avail_in == 0)
        return;
    if (*zip->next_in != 0x1f) {
        fail(input, "rubbish after the gzip data (expected the file's end)");
        return;
    }
    inflateReset(zip);
    input->between = false;
}

static void inflate_gzip(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    z_stream *zip = &input->zip;
    const uInt room = (uInt)(input->size - input->end);

    zip->next_out = (Bytef *)input->text + input->end;
    zip->avail_out = room;
    while (zip->avail_out > 0 && !input->ended && refill_raw(lines)) {
        if (input->between) {
            begin_member(input);
            continue;
        }
        int status = inflate(zip, Z_NO_FLUSH);
        if (status == Z_STREAM_END)
            input->between = true;
        else if (status != Z_OK)
            fail(input, "the gzip data are corrupt (expected a whole file)");
    }
    input->end += room - zip->avail_out;
}

/* One step of the frame at hand; at the file's end it gives what was held back
 * of a frame that is cut. */
static void inflate_frame(struct pt_lines *lines, ZSTD_outBuffer *out)
{
    struct pt_lines_input *input = lines->input;
    const size_t before = out->pos;

    if (input->packed.pos == input->packed.size)
        input->packed = (ZSTD_inBuffer){
            .src = input->raw, .size = read_raw(lines, input->raw, RAW_SIZE)};
    if (input->ended)
        return;
    const size_t n = input->packed.size;
    if (n == 0 && input->between) {
        input->ended = true;
        return;
    }
    size_t status = ZSTD_decompressStream(input->zstd, out, &input->packed);
    if (ZSTD_isError(status))
        fail(input, "the zstd data are corrupt (expected a whole file)");
    else if (n == 0 && out->pos == before)
        fail(input, "the zstd data end too early (expected a whole file)");
    else
        input->between = status == 0;
}

static void inflate_zstd(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    ZSTD_outBuffer out = {.dst = input->text + input->end,
                          .size = input->size - input->end};

    while (out.pos < out.size && !input->ended)
        inflate_frame(lines, &out);
    input->end += out.pos;
}

/* Streams one after the other are one to liblzma. */
static void inflate_xz(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    lzma_stream *xz = &input->xz;
    const size_t room = input->size - input->end;

    xz->next_out = (uint8_t *)input->text + input->end;
    xz->avail_out = room;
    while (xz->avail_out > 0 && !input->ended) {
        if (xz->avail_in == 0) {
            xz->next_in = input->raw;
            xz->avail_in = read_raw(lines, input->raw, RAW_SIZE);
        }
        if (input->ended)
            break;
        bool more = xz->avail_in > 0;
        lzma_ret status = lzma_code(xz, more ? LZMA_RUN : LZMA_FINISH);
        if (status == LZMA_STREAM_END)
            input->ended = true;
        else if (status == LZMA_BUF_ERROR)
            fail(input, "the xz data end too early (expected a whole file)");
        else if (status == LZMA_MEMLIMIT_ERROR)
            fail(input, "the xz data need too much memory (expected at most "
                        "256 MiB)");
        else if (status != LZMA_OK)
            fail(input, "the xz data are corrupt (expected a whole file)");
    }
    input->end += room - xz->avail_out;
}

static void read_text(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    size_t room = input->size - input->end;
    size_t n = read_raw(lines, input->text + input->end, room);

    input->end += n;
    if (n < room)
        input->ended = true;
}

/* A zero byte is the end of what can be served. */
static void stop_at_zero(struct pt_lines_input *input, size_t from)
{
    const char *zero = memchr(input->text + from, 0, input->end - from);

    if (!zero)
        return;
    input->end = (size_t)(zero - input->text);
    fail(input, "a zero byte (expected text)");
}

static void get_text(struct pt_lines *lines)
{
    switch (lines->input->packing) {
    case PLAIN:
        read_text(lines);
        break;
    case GZIP:
        inflate_gzip(lines);
        break;
    case XZ:
        inflate_xz(lines);
        break;
    case ZSTD:
        inflate_zstd(lines);
        break;
    }
}

/* Gets more text behind what is there. */
static void refill(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    size_t rest = input->end - input->at;

    memmove(input->text, input->text + input->at, rest);
    input->at = 0;
    input->end = rest;
    if (rest == input->size) {
        input->size *= 2;
        input->text = pt_realloc(input->text, input->size + 1, 1);
    }
    get_text(lines);
    stop_at_zero(input, rest);
}

static bool begins(const unsigned char *head, size_t n, const char *magic,
                   size_t length)
{
    return n >= length && memcmp(head, magic, length) == 0;
}

/* A compression that is not ours to undo. */
struct packing_name {
    const char *name;
    const char *magic;
    size_t length;
    bool spark; /* of its own framing, that no common tool undoes */
};

/* By the first bytes; or NULL. */
static const struct packing_name *other_packing(const unsigned char *head,
                                                size_t n)
{
    static const struct packing_name packings[] = {
        {.name = "bzip2", .magic = "BZh", .length = 3},
        {.name = "zip", .magic = "PK\x03\x04", .length = 4},
        {.name = "lz4", .magic = "\x04\x22\x4d\x18", .length = 4},
        {.name = "Spark's lz4",
         .magic = "LZ4Block",
         .length = 8,
         .spark = true},
        {.name = "Spark's snappy",
         .magic = "\x82SNAPPY",
         .length = 8,
         .spark = true},
        {.name = "Spark's lzf", .magic = "ZV\x01", .length = 3, .spark = true},
    };

    for (size_t i = 0; i < sizeof packings / sizeof packings[0]; i++)
        if (begins(head, n, packings[i].magic, packings[i].length))
            return &packings[i];
    return NULL;
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

static void *xz_alloc(void *unused, size_t count, size_t size)
{
    (void)unused;
    return pt_alloc(count, size);
}

/* A frame, or one to be skipped. */
static bool is_zstd(const unsigned char *head, size_t n)
{
    return begins(head, n, "\x28\xb5\x2f\xfd", 4) ||
           (n >= 4 && (head[0] & 0xf0) == 0x50 &&
            memcmp(head + 1, "\x2a\x4d\x18", 3) == 0);
}

/* Sets up what undoes the compression of the file that begins with the raw
 * bytes [N]. */
static void begin_packing(struct pt_lines_input *input, size_t n)
{
    if (begins(input->raw, n, "\x1f\x8b", 2)) {
        input->packing = GZIP;
        input->zip = (z_stream){.next_in = input->raw,
                                .avail_in = (uInt)n,
                                .zalloc = zip_alloc,
                                .zfree = zip_free};
        int status = inflateInit2(&input->zip, 15 + 16);
        pt_assert(status == Z_OK);
    } else if (begins(input->raw, n, "\3757zXZ", 5)) {
        static const lzma_allocator memory = {.alloc = xz_alloc,
                                              .free = zip_free};
        input->packing = XZ;
        input->xz = (lzma_stream){
            .next_in = input->raw, .avail_in = n, .allocator = &memory};
        lzma_ret status = lzma_stream_decoder(&input->xz, (uint64_t)1 << 28,
                                              LZMA_CONCATENATED);
        pt_assert(status == LZMA_OK);
    } else if (is_zstd(input->raw, n)) {
        input->packing = ZSTD;
        input->packed = (ZSTD_inBuffer){.src = input->raw, .size = n};
        input->zstd = ZSTD_createDStream();
        pt_assert(input->zstd);
    }
}

/* Reads the beginning, which tells whether the file is compressed. */
static int begin(struct pt_lines *lines, struct pt_err *err)
{
    struct pt_lines_input *input = lines->input;
    size_t n = read_raw(lines, input->raw, RAW_SIZE);
    const struct packing_name *other = other_packing(input->raw, n);

    if (input->failure[0] != '\0')
        return pt_err_at(err, PT_ERR_INPUT, lines->file, 0, 0, "%s",
                         input->failure);
    if (other)
        return pt_err_at(
            err, PT_ERR_INPUT, lines->file, 0, 0,
            "packed with %s (expected text, gzip, xz or zstd%s)", other->name,
            other->spark ? ": unpack it with Spark, which writes zstd by "
                           "spark.eventLog.compression.codec=zstd"
                         : "");
    begin_packing(input, n);
    if (input->packing != PLAIN) {
        get_text(lines);
    } else {
        memcpy(input->text, input->raw, n);
        input->end = n;
        if (n < RAW_SIZE)
            input->ended = true;
        else
            read_text(lines);
    }
    stop_at_zero(input, 0);
    return 0;
}

static int open_input(struct pt_lines *lines, const char *name,
                      const struct pt_lines_input *from, struct pt_err *err)
{
    struct pt_lines_input *input = pt_alloc(1, sizeof *input);

    *input = *from;
    input->raw = pt_alloc(RAW_SIZE, 1);
    input->size = TEXT_SIZE;
    input->text = pt_alloc(TEXT_SIZE + 1, 1);
    sha256_init(&input->sha);
    *lines = (struct pt_lines){.file = pt_text_dup(name, strlen(name)),
                               .longest = PT_LINE_MAX,
                               .input = input};
    if (begin(lines, err) < 0) {
        pt_lines_close(lines);
        return -1;
    }
    return 0;
}

int pt_lines_open(struct pt_lines *lines, const char *path, struct pt_err *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return pt_err_at(err, PT_ERR_INPUT, path, 0, 0,
                         "%s (expected a readable file)", strerror(errno));
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
        close(fd);
        return pt_err_at(err, PT_ERR_INPUT, path, 0, 0,
                         "a directory (expected a file)");
    }
    return open_input(lines, path, &(struct pt_lines_input){.fd = fd}, err);
}

int pt_lines_open_bytes(struct pt_lines *lines, const char *name,
                        const void *bytes, size_t n, struct pt_err *err)
{
    struct pt_lines_input from = {.fd = -1, .memory = bytes, .left = n};

    return open_input(lines, name, &from, err);
}

static void finish_digest(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    uint8_t digest[SHA256_DIGEST_SIZE];

    if (lines->digest)
        return;
    sha256_digest(&input->sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(input->digest + 2 * i, 3, "%02x", digest[i]);
    lines->digest = input->digest;
}

static int too_long(const struct pt_lines *lines, struct pt_err *err)
{
    return pt_err_at(
        err, PT_ERR_INPUT, lines->file, lines->line, (int)lines->longest + 1,
        "the line is too long (expected at most %zu bytes)", lines->longest);
}

/* The line from `at` to STOP, where its line end, or the text's end, is. */
static int serve(struct pt_lines *lines, size_t stop, struct pt_err *err)
{
    struct pt_lines_input *input = lines->input;

    lines->text = input->text + input->at;
    lines->length = stop - input->at;
    input->at = stop < input->end ? stop + 1 : stop;
    if (lines->length > lines->longest)
        return too_long(lines, err);
    if (lines->length > 0 && lines->text[lines->length - 1] == '\r')
        lines->length--;
    lines->text[lines->length] = '\0';
    return 1;
}

/* All of the text is served, or all but an unfinished line. */
static int end(struct pt_lines *lines, struct pt_err *err)
{
    struct pt_lines_input *input = lines->input;

    if (input->failure[0] != '\0')
        return pt_err_at(err, PT_ERR_INPUT, lines->file, lines->line,
                         (int)(input->end - input->at) + 1, "%s",
                         input->failure);
    if (input->at < input->end)
        return serve(lines, input->end, err);
    lines->line--;
    finish_digest(lines);
    return 0;
}

void pt_lines_allow(struct pt_lines *lines, size_t longest)
{
    pt_assert(longest > 0 && longest < INT_MAX);
    lines->longest = longest;
}

int pt_lines_next(struct pt_lines *lines, struct pt_err *err)
{
    struct pt_lines_input *input = lines->input;
    size_t searched = 0;

    if (lines->line < INT_MAX)
        lines->line++;
    for (;;) {
        const char *stop = memchr(input->text + input->at + searched, '\n',
                                  input->end - input->at - searched);
        if (stop)
            return serve(lines, (size_t)(stop - input->text), err);
        searched = input->end - input->at;
        if (searched > lines->longest)
            return too_long(lines, err);
        if (input->ended)
            return end(lines, err);
        refill(lines);
    }
}

size_t pt_lines_head(const struct pt_lines *lines, const char **head)
{
    *head = lines->input->text + lines->input->at;
    return lines->input->end - lines->input->at;
}

/* The failure is where the text, all of which is there, ends. */
static int failed_at(const struct pt_lines *lines, struct pt_err *err)
{
    const struct pt_lines_input *input = lines->input;
    const char *begin = input->text, *end = begin + input->end;
    int line = 1;

    for (const char *stop; (stop = memchr(begin, '\n', (size_t)(end - begin)));
         begin = stop + 1)
        line++;
    return pt_err_at(err, PT_ERR_INPUT, lines->file, line,
                     (int)(end - begin) + 1, "%s", input->failure);
}

int pt_lines_whole(struct pt_lines *lines, size_t max, char **text, size_t *n,
                   struct pt_err *err)
{
    struct pt_lines_input *input = lines->input;

    pt_assert(lines->line == 0 && max < INT_MAX);
    while (!input->ended && input->end <= max)
        refill(lines);
    if (input->end > max)
        return pt_err_at(err, PT_ERR_INPUT, lines->file, 0, 0,
                         "too much text (expected at most %zu bytes)", max);
    if (input->failure[0] != '\0')
        return failed_at(lines, err);
    *text = input->text;
    *n = input->end;
    (*text)[*n] = '\0';
    input->text = NULL;
    finish_digest(lines);
    return 0;
}

void pt_lines_finish(struct pt_lines *lines)
{
    while (read_raw(lines, lines->input->raw, RAW_SIZE) > 0)
        continue;
    finish_digest(lines);
}

void pt_lines_close(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;

    if (!input)
        return;
    if (input->packing == GZIP)
        inflateEnd(&input->zip);
    lzma_end(&input->xz);
    ZSTD_freeDStream(input->zstd);
    if (input->fd >= 0)
        close(input->fd);
    pt_free(input->raw);
    pt_free(input->text);
    pt_free(input);
    pt_free(lines->file);
    *lines = (struct pt_lines){.file = NULL};
}
