#include "tool/say.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define COLUMNS 79

void pt_say(const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("protium: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void pt_say_error(const struct pt_err *err)
{
    char text[1024];

    fflush(stdout);
    pt_err_print(err, text, (int)sizeof text);
    fprintf(stderr, "%s%s\n", err->file[0] ? "" : "protium: ", text);
}

int pt_say_exit_code(const struct pt_err *err)
{
    switch (err->code) {
    case PT_ERR_NONE:
    case PT_ERR_INTERNAL:
    case PT_ERR_UNSORTED:
        return 1;
    case PT_ERR_USAGE:
        return 2;
    case PT_ERR_INPUT:
        return 3;
    case PT_ERR_CHECK:
        return 4;
    case PT_ERR_PARTIAL:
        return 5;
    case PT_ERR_INTERRUPTED:
        return 130;
    }
    return 1;
}

void pt_say_wrapped(FILE *to, int at, int indent, const char *text)
{
    if (at < indent) {
        fprintf(to, "%*s", indent - at, "");
        at = indent;
    } else if (at > indent) {
        fprintf(to, "\n%*s", indent, "");
        at = indent;
    }
    for (;;) {
        text += strspn(text, " ");
        const int length = (int)strcspn(text, " \n");
        if (length > 0) {
            if (at > indent && at + 1 + length > COLUMNS) {
                fprintf(to, "\n%*s", indent, "");
                at = indent;
            }
            at += fprintf(to, "%s%.*s", at > indent ? " " : "", length, text);
        }
        text += length;
        if (*text == '\0' || (*text == '\n' && text[1] == '\0'))
            break;
        if (*text == '\n') {
            fprintf(to, "\n%*s", indent, "");
            at = indent;
            text++;
        }
    }
    fputc('\n', to);
}

int pt_say_char(int c)
{
    return c > ' ' && c < 127 ? c : '?';
}

void pt_say_number(char text[16], double value, int decimals)
{
    if (isnan(value)) {
        snprintf(text, 16, "-");
        return;
    }
    do {
        snprintf(text, 16, "%.*f", decimals, value);
    } while (strlen(text) > 9 && decimals-- > 0);
    if (strlen(text) > 9)
        snprintf(text, 16, "%.3g", value);
}
