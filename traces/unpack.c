#include "traces/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#define RAW_SIZE (1u << 16)

enum packing { PLAIN, GZIP, XZ, ZSTD };

struct pt_packed {
    int fd; /* -1: from memory */
    const unsigned char *memory;
    size_t left; /* of it */
    struct sha256_ctx sha;

    enum packing packing;
    bool between; /* gzip members, zstd frames: one has ended, no other begun */
    z_stream zip;
    lzma_stream xz;
    ZSTD_DStream *zstd;
    ZSTD_inBuffer frame;
    unsigned char *raw;  /* [RAW_SIZE] */
    size_t head, served; /* plain: bytes in raw, and how many were handed on */
};

void pt_unpack_fail(struct pt_unpack *unpack, const char *what)
{
    unpack->ended = true;
    pt_text_copy(unpack->failure, sizeof unpack->failure, what);
}

/* ---- as on the disk ---- */

static size_t read_memory(struct pt_packed *packed, void *to, size_t size)
{
    size_t n = packed->left < size ? packed->left : size;

    if (n == 0)
        return 0;
    memcpy(to, packed->memory, n);
    packed->memory += n;
    packed->left -= n;
    return n;
}

/* Short of SIZE only at the end, or when reading failed. */
static size_t read_file(struct pt_unpack *unpack, void *to, size_t size)
{
    char *bytes = to;
    size_t n = 0;

    while (n < size) {
        ssize_t got = read(unpack->packed->fd, bytes + n, size - n);
        if (got > 0) {
            n += (size_t)got;
        } else if (got == 0) {
            break;
        } else if (errno != EINTR) {
            pt_unpack_fail(unpack, strerror(errno));
            break;
        }
    }
    return n;
}

static size_t read_raw(struct pt_unpack *unpack, void *to, size_t size)
{
    struct pt_packed *packed = unpack->packed;
    size_t n = packed->fd < 0 ? read_memory(packed, to, size)
                              : read_file(unpack, to, size);

    sha256_update(&packed->sha, n, to);
    unpack->bytes += (int64_t)n;
    return n;
}

/* ---- unpacked ---- */

/* Whether there is compressed data to go on with. */
static bool refill_raw(struct pt_unpack *unpack)
{
    struct pt_packed *packed = unpack->packed;

    if (packed->zip.avail_in == 0) {
        packed->zip.next_in = packed->raw;
        packed->zip.avail_in = (uInt)read_raw(unpack, packed->raw, RAW_SIZE);
    }
    if (packed->zip.avail_in > 0 || unpack->ended)
        return packed->zip.avail_in > 0;
    if (packed->between)
        unpack->ended = true;
    else
        pt_unpack_fail(unpack,
                       "the gzip data end too early (expected a whole file)");
    return false;
}

/* Another member may follow one, and so may zeros that fill up a block. */
static void begin_member(struct pt_unpack *unpack)
{
    z_stream *zip = &unpack->packed->zip;

    while (zip->avail_in > 0 && *zip->next_in == 0) {
        zip->next_in++;
        zip->avail_in--;
    }
    if (zip->avail_in == 0)
        return;
    if (*zip->next_in != 0x1f) {
        pt_unpack_fail(unpack,
                       "rubbish after the gzip data (expected the file's end)");
        return;
    }
    inflateReset(zip);
    unpack->packed->between = false;
}

static size_t inflate_gzip(struct pt_unpack *unpack, char *to, size_t size)
{
    struct pt_packed *packed = unpack->packed;
    z_stream *zip = &packed->zip;

    pt_assert(size <= UINT_MAX);
    zip->next_out = (Bytef *)to;
    zip->avail_out = (uInt)size;
    while (zip->avail_out > 0 && !unpack->ended && refill_raw(unpack)) {
        if (packed->between) {
            begin_member(unpack);
            continue;
        }
        int status = inflate(zip, Z_NO_FLUSH);
        if (status == Z_STREAM_END)
            packed->between = true;
        else if (status != Z_OK)
            pt_unpack_fail(unpack,
                           "the gzip data are corrupt (expected a whole file)");
    }
    return size - zip->avail_out;
}

/* One step of the frame at hand; at the file's end it gives what was held back
 * of a frame that is cut. */
static void inflate_frame(struct pt_unpack *unpack, ZSTD_outBuffer *out)
{
    struct pt_packed *packed = unpack->packed;
    const size_t before = out->pos;

    if (packed->frame.pos == packed->frame.size)
        packed->frame =
            (ZSTD_inBuffer){.src = packed->raw,
                            .size = read_raw(unpack, packed->raw, RAW_SIZE)};
    if (unpack->ended)
        return;
    const size_t n = packed->frame.size;
    if (n == 0 && packed->between) {
        unpack->ended = true;
        return;
    }
    size_t status = ZSTD_decompressStream(packed->zstd, out, &packed->frame);
    if (ZSTD_isError(status))
        pt_unpack_fail(unpack,
                       "the zstd data are corrupt (expected a whole file)");
    else if (n == 0 && out->pos == before)
        pt_unpack_fail(unpack,
                       "the zstd data end too early (expected a whole file)");
    else
        packed->between = status == 0;
}

static size_t inflate_zstd(struct pt_unpack *unpack, char *to, size_t size)
{
    ZSTD_outBuffer out = {.dst = to, .size = size};

    while (out.pos < out.size && !unpack->ended)
        inflate_frame(unpack, &out);
    return out.pos;
}

/* Streams one after the other are one to liblzma. */
static size_t inflate_xz(struct pt_unpack *unpack, char *to, size_t size)
{
    struct pt_packed *packed = unpack->packed;
    lzma_stream *xz = &packed->xz;

    xz->next_out = (uint8_t *)to;
    xz->avail_out = size;
    while (xz->avail_out > 0 && !unpack->ended) {
        if (xz->avail_in == 0) {
            xz->next_in = packed->raw;
            xz->avail_in = read_raw(unpack, packed->raw, RAW_SIZE);
        }
        if (unpack->ended)
            break;
        bool more = xz->avail_in > 0;
        lzma_ret status = lzma_code(xz, more ? LZMA_RUN : LZMA_FINISH);
        if (status == LZMA_STREAM_END)
            unpack->ended = true;
        else if (status == LZMA_BUF_ERROR)
            pt_unpack_fail(unpack,
                           "the xz data end too early (expected a whole file)");
        else if (status == LZMA_MEMLIMIT_ERROR)
            pt_unpack_fail(unpack,
                           "the xz data need too much memory (expected at most "
                           "256 MiB)");
        else if (status != LZMA_OK)
            pt_unpack_fail(unpack,
                           "the xz data are corrupt (expected a whole file)");
    }
    return size - xz->avail_out;
}

static size_t read_plain(struct pt_unpack *unpack, char *to, size_t size)
{
    struct pt_packed *packed = unpack->packed;
    size_t n = packed->head - packed->served;
    const bool more = packed->head == RAW_SIZE;

    n = n < size ? n : size;
    memcpy(to, packed->raw + packed->served, n);
    packed->served += n;
    if (more)
        n += read_raw(unpack, to + n, size - n);
    if (n < size)
        unpack->ended = true;
    return n;
}

size_t pt_unpack_read(struct pt_unpack *unpack, char *to, size_t size)
{
    switch (unpack->packed->packing) {
    case PLAIN:
        break;
    case GZIP:
        return inflate_gzip(unpack, to, size);
    case XZ:
        return inflate_xz(unpack, to, size);
    case ZSTD:
        return inflate_zstd(unpack, to, size);
    }
    return read_plain(unpack, to, size);
}

/* ---- what packed it ---- */

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
static void begin_packing(struct pt_packed *packed, size_t n)
{
    if (begins(packed->raw, n, "\x1f\x8b", 2)) {
        packed->packing = GZIP;
        packed->zip = (z_stream){.next_in = packed->raw,
                                 .avail_in = (uInt)n,
                                 .zalloc = zip_alloc,
                                 .zfree = zip_free};
        int status = inflateInit2(&packed->zip, 15 + 16);
        pt_assert(status == Z_OK);
    } else if (begins(packed->raw, n, "\3757zXZ", 5)) {
        static const lzma_allocator memory = {.alloc = xz_alloc,
                                              .free = zip_free};
        packed->packing = XZ;
        packed->xz = (lzma_stream){
            .next_in = packed->raw, .avail_in = n, .allocator = &memory};
        lzma_ret status = lzma_stream_decoder(&packed->xz, (uint64_t)1 << 28,
                                              LZMA_CONCATENATED);
        pt_assert(status == LZMA_OK);
    } else if (is_zstd(packed->raw, n)) {
        packed->packing = ZSTD;
        packed->frame = (ZSTD_inBuffer){.src = packed->raw, .size = n};
        packed->zstd = ZSTD_createDStream();
        pt_assert(packed->zstd);
    } else {
        packed->head = n;
    }
}

/* Reads the beginning, which tells what packed it. */
static int begin(struct pt_unpack *unpack, const char *name, struct pt_err *err)
{
    struct pt_packed *packed = unpack->packed;
    size_t n = read_raw(unpack, packed->raw, RAW_SIZE);
    const struct packing_name *other = other_packing(packed->raw, n);

    if (unpack->failure[0] != '\0')
        return pt_err_at(err, PT_ERR_INPUT, name, 0, 0, "%s", unpack->failure);
    if (other)
        return pt_err_at(
            err, PT_ERR_INPUT, name, 0, 0,
            "packed with %s (expected text, gzip, xz or zstd%s)", other->name,
            other->spark ? ": unpack it with Spark, which writes zstd by "
                           "spark.eventLog.compression.codec=zstd"
                         : "");
    begin_packing(packed, n);
    return 0;
}

static int open_packed(struct pt_unpack *unpack, const char *name,
                       const struct pt_packed *from, struct pt_err *err)
{
    struct pt_packed *packed = pt_alloc(1, sizeof *packed);

    *packed = *from;
    packed->raw = pt_alloc(RAW_SIZE, 1);
    sha256_init(&packed->sha);
    *unpack = (struct pt_unpack){.packed = packed};
    if (begin(unpack, name, err) == 0)
        return 0;
    pt_unpack_close(unpack);
    return -1;
}

int pt_unpack_open(struct pt_unpack *unpack, const char *path,
                   struct pt_err *err)
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
    return open_packed(unpack, path, &(struct pt_packed){.fd = fd}, err);
}

int pt_unpack_open_bytes(struct pt_unpack *unpack, const char *name,
                         const void *bytes, size_t n, struct pt_err *err)
{
    struct pt_packed from = {.fd = -1, .memory = bytes, .left = n};

    return open_packed(unpack, name, &from, err);
}

void pt_unpack_finish(struct pt_unpack *unpack)
{
    while (read_raw(unpack, unpack->packed->raw, RAW_SIZE) > 0)
        continue;
}

void pt_unpack_digest(struct pt_unpack *unpack, char hex[PT_DIGEST_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256_digest(&unpack->packed->sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void pt_unpack_close(struct pt_unpack *unpack)
{
    struct pt_packed *packed = unpack->packed;

    if (!packed)
        return;
    if (packed->packing == GZIP)
        inflateEnd(&packed->zip);
    lzma_end(&packed->xz);
    ZSTD_freeDStream(packed->zstd);
    if (packed->fd >= 0)
        close(packed->fd);
    pt_free(packed->raw);
    pt_free(packed);
    *unpack = (struct pt_unpack){.packed = NULL};
}
