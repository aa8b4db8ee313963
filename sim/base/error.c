#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include "base/assert.h"
#include "base/text.h"

static void fill(struct pt_err *err, enum pt_err_code code, const char *file,
                 int line, int column)
{
    pt_assert(code != PT_ERR_NONE);
    err->code = code;
    err->line = line;
    err->column = column;
    pt_text_copy(err->file, sizeof err->file, file);
}

int pt_err_set(struct pt_err *err, enum pt_err_code code, const char *format,
               ...)
{
    va_list args;

    if (err->code != PT_ERR_NONE)
        return -1;
    fill(err, code, "", 0, 0);
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return -1;
}

int pt_err_at(struct pt_err *err, enum pt_err_code code, const char *file,
              int line, int column, const char *format, ...)
{
    va_list args;

    if (err->code != PT_ERR_NONE)
        return -1;
    fill(err, code, file, line, column);
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return -1;
}

void pt_err_print(const struct pt_err *err, char *text, int size)
{
    pt_assert(size > 0);
    size_t room = (size_t)size;

    if (err->file[0] == '\0')
        snprintf(text, room, "%s", err->text);
    else if (err->line <= 0)
        snprintf(text, room, "%s: %s", err->file, err->text);
    else if (err->column <= 0)
        snprintf(text, room, "%s:%d: %s", err->file, err->line, err->text);
    else
        snprintf(text, room, "%s:%d:%d: %s", err->file, err->line, err->column,
                 err->text);
}
