/* say.h - words for people: wrapped text, messages, numbers in columns. */
#ifndef PT_TOOL_SAY_H
#define PT_TOOL_SAY_H

#include <stdio.h>
#include "base/error.h"

/* "protium: TEXT" and a newline on stderr. */
void pt_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ERR on stderr: "FILE:LINE:COL: text", or "protium: text" without a file. */
void pt_say_error(const struct pt_err *err);

/* The exit code that ERR asks for. */
int pt_say_exit_code(const struct pt_err *err);

/* TEXT to TO, its words wrapped before column 79; the cursor stands at column
 * AT, later lines begin at INDENT.  Ends with a newline. */
void pt_say_wrapped(FILE *to, int at, int indent, const char *text);

/* C if it can be shown, else '?'. */
int pt_say_char(int c);

/* VALUE in at most 9 characters into TEXT [16]: DECIMALS of them while they
 * fit;
 * "-" for NaN. */
void pt_say_number(char text[16], double value, int decimals);

#endif
