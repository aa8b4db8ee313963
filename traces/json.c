#include "traces/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/vec.h"

struct parser {
    struct pt_json *json;
    char *text;
    size_t at, n;
    size_t line_start;
    int32_t line;
    int depth;
    bool unended; /* stands at a comment that does not end */
    struct pt_err *err;
};

static int32_t column(const struct parser *parser)
{
    return (int32_t)(parser->at - parser->line_start) + 1;
}

static int fail(const struct parser *parser, const char *what)
{
    if (parser->unended)
        what = "the comment does not end (expected */)";
    return pt_err_at(parser->err, PT_ERR_INPUT, parser->json->file,
                     parser->line, column(parser), "%s", what);
}

/* The next character, -1 at the end. */
static int peek(const struct parser *parser)
{
    return parser->at < parser->n ? (unsigned char)parser->text[parser->at]
                                  : -1;
}

static void skip_character(struct parser *parser)
{
    if (parser->text[parser->at++] != '\n')
        return;
    parser->line++;
    parser->line_start = parser->at;
}

static void skip_line(struct parser *parser)
{
    while (parser->at < parser->n && parser->text[parser->at] != '\n')
        parser->at++;
}

/* From the slash and star to after the star and slash. */
static void skip_block(struct parser *parser)
{
    const struct parser start = *parser;

    for (parser->at += 2; parser->at + 1 < parser->n; skip_character(parser)) {
        const char *at = parser->text + parser->at;
        if (at[0] == '*' && at[1] == '/') {
            parser->at += 2;
            return;
        }
    }
    *parser = start;
    parser->unended = true;
}

/* '/' or '*' where a comment of that kind begins, else 0. */
static char comment_kind(const struct parser *parser)
{
    const char *at = parser->text + parser->at;

    if (!parser->json->comments || parser->at + 1 >= parser->n ||
        at[0] != '/' || (at[1] != '/' && at[1] != '*'))
        return 0;
    return at[1];
}

static void skip_blanks(struct parser *parser)
{
    while (parser->at < parser->n && !parser->unended) {
        const char c = parser->text[parser->at];
        if (c == '\n' || c == ' ' || c == '\t' || c == '\r')
            skip_character(parser);
        else if (comment_kind(parser) == '/')
            skip_line(parser);
        else if (comment_kind(parser) == '*')
            skip_block(parser);
        else
            return;
    }
}

static int32_t add_item(struct parser *parser, enum pt_json_kind kind)
{
    struct pt_json *json = parser->json;
    struct pt_json_item item = {.kind = kind,
                                .line = parser->line,
                                .column = column(parser),
                                .from = (int32_t)parser->at,
                                .end = json->nitems + 1};

    pt_vec_push(json->items, json->nitems, json->capacity, item);
    return json->nitems - 1;
}

/* ---- texts ---- */

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits after "\u". */
static int read_unit(struct parser *parser, uint32_t *unit)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(peek(parser));
        if (digit < 0)
            return fail(parser, "a bad \\u (expected four hexadecimal digits)");
        *unit = *unit << 4 | (uint32_t)digit;
        parser->at++;
    }
    return 0;
}

static char *put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        *to++ = (char)c;
        return to;
    }
    if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
    } else {
        if (c < 0x10000) {
            *to++ = (char)(0xe0 | c >> 12);
        } else {
            *to++ = (char)(0xf0 | c >> 18);
            *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (c & 0x3f));
    return to;
}

/* What follows "\u", into TO; never longer than what it stands for. */
static int read_code(struct parser *parser, char **to)
{
    uint32_t high, low;

    if (read_unit(parser, &high) < 0)
        return -1;
    if (high >= 0xd800 && high < 0xdc00) {
        if (peek(parser) != '\\' || parser->n - parser->at < 2 ||
            parser->text[parser->at + 1] != 'u')
            return fail(parser, "half a pair of \\u (expected the other)");
        parser->at += 2;
        if (read_unit(parser, &low) < 0)
            return -1;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(parser, "half a pair of \\u (expected the other)");
        high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    } else if (high >= 0xdc00 && high < 0xe000) {
        return fail(parser, "half a pair of \\u (expected the first half)");
    }
    if (high == 0)
        return fail(parser, "a zero character (expected text)");
    *to = put_utf8(*to, high);
    return 0;
}

static int read_escape(struct parser *parser, char **to)
{
    static const char from[] = "\"\\/bfnrt";
    static const char means[] = "\"\\/\b\f\n\r\t";
    int c = peek(parser);
    const char *found = c > 0 ? strchr(from, c) : NULL;

    if (c == 'u') {
        parser->at++;
        return read_code(parser, to);
    }
    if (!found)
        return fail(parser, "a bad escape (expected one of \\\" \\\\ \\/ \\b "
                            "\\f \\n \\r \\t \\u)");
    *(*to)++ = means[found - from];
    parser->at++;
    return 0;
}

/* How many bytes the UTF-8 character at AT [N] has; 0: it is none. */
static size_t utf8_length(const unsigned char *at, size_t n)
{
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;

    if (at[0] < 0xc2 || at[0] > 0xf4 || length > n)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    /* Overlong, a surrogate, or beyond the last one. */
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

static int copy_character(struct parser *parser, char **to)
{
    const char *at = parser->text + parser->at;
    unsigned char c = (unsigned char)*at;
    size_t length = 1;

    if (c < 0x20)
        return fail(parser, "a control character in a text (expected it "
                            "escaped, or a closing quote before it)");
    if (c >= 0x80)
        length = utf8_length((const void *)at, parser->n - parser->at);
    if (length == 0)
        return fail(parser, "not UTF-8 (expected text)");
    memmove(*to, at, length);
    *to += length;
    parser->at += length;
    return 0;
}

/* The text is unescaped where it stands, and ended by a zero byte. */
static int parse_text(struct parser *parser)
{
    int32_t item = add_item(parser, PT_JSON_TEXT);
    char *from = parser->text + parser->at;
    char *to = from;
    int c;

    parser->at++;
    while ((c = peek(parser)) != '"') {
        if (c < 0)
            return fail(parser, "the text does not end (expected a quote)");
        if (c == '\\')
            parser->at++;
        if ((c == '\\' ? read_escape(parser, &to)
                       : copy_character(parser, &to)) < 0)
            return -1;
    }
    parser->at++;
    *to = '\0';
    parser->json->items[item].n = (int32_t)(to - from);
    return 0;
}

/* ---- the other values ---- */

static size_t skip_digits(struct parser *parser)
{
    size_t from = parser->at;

    while (peek(parser) >= '0' && peek(parser) <= '9')
        parser->at++;
    return parser->at - from;
}

static int parse_number(struct parser *parser)
{
    int32_t item = add_item(parser, PT_JSON_NUMBER);
    size_t from = parser->at;

    if (peek(parser) == '-')
        parser->at++;
    size_t first = parser->at;
    size_t digits = skip_digits(parser);
    if (digits == 0 || (digits > 1 && parser->text[first] == '0'))
        return fail(parser, "a bad number (expected digits, and no zero before "
                            "others)");
    if (peek(parser) == '.') {
        parser->at++;
        if (skip_digits(parser) == 0)
            return fail(parser, "a bad number (expected digits after the "
                                "point)");
    }
    if (peek(parser) == 'e' || peek(parser) == 'E') {
        parser->at++;
        if (peek(parser) == '+' || peek(parser) == '-')
            parser->at++;
        if (skip_digits(parser) == 0)
            return fail(parser, "a bad number (expected digits after the e)");
    }
    parser->json->items[item].n = (int32_t)(parser->at - from);
    return 0;
}

static int parse_word(struct parser *parser)
{
    static const struct {
        const char *word;
        enum pt_json_kind kind;
    } words[] = {{"null", PT_JSON_NULL},
                 {"false", PT_JSON_FALSE},
                 {"true", PT_JSON_TRUE}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i].word);
        if (parser->n - parser->at < n ||
            memcmp(parser->text + parser->at, words[i].word, n) != 0)
            continue;
        add_item(parser, words[i].kind);
        parser->at += n;
        return 0;
    }
    return fail(parser, parser->at == parser->n
                            ? "the document ends too early (expected a value)"
                            : "not JSON (expected a value)");
}

static int parse_value(struct parser *parser);

static int parse_pair(struct parser *parser)
{
    if (peek(parser) != '"')
        return fail(parser, "no key (expected a quoted name)");
    if (parse_text(parser) < 0)
        return -1;
    skip_blanks(parser);
    if (peek(parser) != ':')
        return fail(parser, "no value (expected a colon after the key)");
    parser->at++;
    return parse_value(parser);
}

static int parse_many(struct parser *parser, enum pt_json_kind kind)
{
    const int close = kind == PT_JSON_LIST ? ']' : '}';
    int32_t item = add_item(parser, kind);
    int32_t n = 0;

    if (++parser->depth > PT_JSON_DEPTH)
        return fail(
            parser,
            "too many lists and objects in one another (expected fewer)");
    parser->at++;
    skip_blanks(parser);
    while (peek(parser) != close) {
        if ((kind == PT_JSON_LIST ? parse_value(parser) : parse_pair(parser)) <
            0)
            return -1;
        n++;
        skip_blanks(parser);
        if (peek(parser) == close)
            break;
        if (peek(parser) != ',')
            return fail(parser, kind == PT_JSON_LIST
                                    ? "the list goes on (expected , or ])"
                                    : "the object goes on (expected , or })");
        parser->at++;
        skip_blanks(parser);
        if (peek(parser) == close)
            return fail(parser, "nothing after the comma (expected more)");
    }
    parser->at++;
    parser->depth--;
    parser->json->items[item].n = n;
    parser->json->items[item].end = parser->json->nitems;
    return 0;
}

static int parse_value(struct parser *parser)
{
    skip_blanks(parser);
    int c = peek(parser);
    if (c == '{')
        return parse_many(parser, PT_JSON_OBJECT);
    if (c == '[')
        return parse_many(parser, PT_JSON_LIST);
    if (c == '"')
        return parse_text(parser);
    if (c == '-' || (c >= '0' && c <= '9'))
        return parse_number(parser);
    return parse_word(parser);
}

static int parse_all(struct parser *parser)
{
    if (parser->n >= 3 && memcmp(parser->text, "\xef\xbb\xbf", 3) == 0)
        parser->at = 3;
    if (parse_value(parser) < 0)
        return -1;
    skip_blanks(parser);
    if (parser->at < parser->n)
        return fail(parser, "more after the document (expected its end)");
    return 0;
}

/* What stands behind a number has been read. */
static void end_numbers(struct pt_json *json)
{
    for (int32_t i = 0; i < json->nitems; i++) {
        const struct pt_json_item *item = &json->items[i];
        if (item->kind == PT_JSON_NUMBER)
            json->text[item->from + item->n] = '\0';
    }
}

static int open_text(struct pt_json *json, const char *file, char *text,
                     size_t n, bool comments, struct pt_err *err)
{
    struct parser parser = {
        .json = json, .text = text, .n = n, .line = 1, .err = err};
    int status;

    *json = (struct pt_json){.file = file, .comments = comments, .text = text};
    if (n > PT_JSON_SIZE)
        status = pt_err_at(err, PT_ERR_INPUT, file, 0, 0,
                           "%zu bytes are too many (expected at most %ld)", n,
                           (long)PT_JSON_SIZE);
    else
        status = parse_all(&parser);
    if (status < 0)
        pt_json_close(json);
    else
        end_numbers(json);
    return status;
}

int pt_json_open(struct pt_json *json, const char *file, char *text, size_t n,
                 struct pt_err *err)
{
    return open_text(json, file, text, n, false, err);
}

int pt_json_open_commented(struct pt_json *json, const char *file, char *text,
                           size_t n, struct pt_err *err)
{
    return open_text(json, file, text, n, true, err);
}

bool pt_json_is_remark(const struct pt_json *json, int32_t key)
{
    const char *text = pt_json_text(json, key);

    return json->comments &&
           (strcmp(text, "$comment") == 0 || strncmp(text, "//", 2) == 0);
}

void pt_json_close(struct pt_json *json)
{
    pt_free(json->text);
    pt_free(json->items);
    *json = (struct pt_json){.file = NULL};
}

int pt_json_bad(const struct pt_json *json, int32_t item, struct pt_err *err,
                const char *format, ...)
{
    const struct pt_json_item *at = pt_json_at(json, item);
    char text[sizeof err->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return pt_err_at(err, PT_ERR_INPUT, json->file, at->line, at->column, "%s",
                     text);
}
