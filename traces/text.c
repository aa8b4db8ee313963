#include "traces/text.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "traces/unpack.h"

/* Small enough to stay in a second-level cache between inflating a piece and
 * scanning it; doubled where a longer line is allowed, and met. */
#define TEXT_SIZE (1u << 18)

struct pt_lines_input {
    struct pt_unpack unpack;
    char digest[PT_DIGEST_TEXT];
    char *text; /* [size + 1], the last one for a final zero byte */
    size_t size;
    size_t at; /* where the next line begins */
    size_t end;
};

/* Gets more text behind what is there.  A zero byte is the end of what can be
 * served. */
static void get_text(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;
    char *from = input->text + input->end;
    size_t n = pt_unpack_read(&input->unpack, from, input->size - input->end);
    const char *zero = memchr(from, 0, n);

    lines->bytes = input->unpack.bytes;
    input->end += zero ? (size_t)(zero - from) : n;
    if (zero)
        pt_unpack_fail(&input->unpack, "a zero byte (expected text)");
}

/* Makes room for more text, and gets it. */
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
}

static void set_up(struct pt_lines *lines, const char *name,
                   const struct pt_unpack *unpack)
{
    struct pt_lines_input *input = pt_alloc(1, sizeof *input);

    input->unpack = *unpack;
    input->size = TEXT_SIZE;
    input->text = pt_alloc(TEXT_SIZE + 1, 1);
    *lines = (struct pt_lines){.file = pt_text_dup(name, strlen(name)),
                               .longest = PT_LINE_MAX,
                               .input = input};
    get_text(lines);
}

int pt_lines_open(struct pt_lines *lines, const char *path, struct pt_err *err)
{
    struct pt_unpack unpack;

    if (pt_unpack_open(&unpack, path, err) < 0)
        return -1;
    set_up(lines, path, &unpack);
    return 0;
}

int pt_lines_open_bytes(struct pt_lines *lines, const char *name,
                        const void *bytes, size_t n, struct pt_err *err)
{
    struct pt_unpack unpack;

    if (pt_unpack_open_bytes(&unpack, name, bytes, n, err) < 0)
        return -1;
    set_up(lines, name, &unpack);
    return 0;
}

static void finish_digest(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;

    if (lines->digest)
        return;
    pt_unpack_digest(&input->unpack, input->digest);
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

    if (input->unpack.failure[0] != '\0')
        return pt_err_at(err, PT_ERR_INPUT, lines->file, lines->line,
                         (int)(input->end - input->at) + 1, "%s",
                         input->unpack.failure);
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
        if (input->unpack.ended)
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
                     (int)(end - begin) + 1, "%s", input->unpack.failure);
}

int pt_lines_whole(struct pt_lines *lines, size_t max, char **text, size_t *n,
                   struct pt_err *err)
{
    struct pt_lines_input *input = lines->input;

    pt_assert(lines->line == 0 && max < INT_MAX);
    while (!input->unpack.ended && input->end <= max)
        refill(lines);
    if (input->end > max)
        return pt_err_at(err, PT_ERR_INPUT, lines->file, 0, 0,
                         "too much text (expected at most %zu bytes)", max);
    if (input->unpack.failure[0] != '\0')
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
    pt_unpack_finish(&lines->input->unpack);
    lines->bytes = lines->input->unpack.bytes;
    finish_digest(lines);
}

void pt_lines_close(struct pt_lines *lines)
{
    struct pt_lines_input *input = lines->input;

    if (!input)
        return;
    pt_unpack_close(&input->unpack);
    pt_free(input->text);
    pt_free(input);
    pt_free(lines->file);
    *lines = (struct pt_lines){.file = NULL};
}
