/* text.h - the lines of a file, plain or compressed with gzip, xz or zstd, and
 * the digest of its bytes; or the whole text at once.
 *
 * Lines are served in place, one at a time: without their line end (\n or
 * \r\n), ended by a zero byte, and with no zero byte inside.  The last one
 * needs no line end.  Whatever is wrong with the bytes (compressed data cut
 * short or corrupt, a zero byte, a line too long) is told at the line and the
 * column where it is met, after all the lines before it were served.
 *
 * Digested is what is on the disk, not what is inflated from it. */
#ifndef PT_TRACES_TEXT_H
#define PT_TRACES_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include "base/error.h"

/* The longest line, in bytes, unless pt_lines_allow() says otherwise. */
#define PT_LINE_MAX 65536

struct pt_lines_input;

struct pt_lines {
    char *file;         /* for messages */
    char *text;         /* the current line, borrowed until the next one */
    size_t length;      /* of it */
    int line;           /* its number, from 1; 0 before the first */
    size_t longest;     /* a line may be, in bytes */
    int64_t bytes;      /* of the file, read so far */
    const char *digest; /* NULL before the end; then SHA-256 in hexadecimal */
    struct pt_lines_input *input;
};

/* Opens the file at PATH.  On -1 there is nothing to close. */
int pt_lines_open(struct pt_lines *lines, const char *path, struct pt_err *err);

/* The same for BYTES [N], which stay the caller's and must outlive LINES; NAME
 * stands for the file in messages. */
int pt_lines_open_bytes(struct pt_lines *lines, const char *name,
                        const void *bytes, size_t n, struct pt_err *err);

/* From here on a line may have LONGEST bytes; memory follows the longest line
 * that is met. */
void pt_lines_allow(struct pt_lines *lines, size_t longest);

/* Goes to the next line: 1 = there is one, 0 = the end, -1 = ERR is filled. */
int pt_lines_next(struct pt_lines *lines, struct pt_err *err);

/* What is in memory of the text that follows the current line: its length.
 * Enough to tell a format by, when called before the first line. */
size_t pt_lines_head(const struct pt_lines *lines, const char **head);

/* Before the first line, and instead of all lines: the whole text, [*n + 1]
 * with a zero byte at its end, as *text, which the caller frees.  More than MAX
 * bytes of it (MAX < INT_MAX) are an error.  `bytes` and `digest` are the whole
 * file's then; nothing is left to be done but to close LINES. */
int pt_lines_whole(struct pt_lines *lines, size_t max, char **text, size_t *n,
                   struct pt_err *err);

/* Reads all bytes that follow, without serving their lines, so that `bytes` and
 * `digest` are the whole file's: after an error that its reader can live with.
 */
void pt_lines_finish(struct pt_lines *lines);

void pt_lines_close(struct pt_lines *lines);

#endif
