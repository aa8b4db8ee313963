/* man.h - the man page protium(1), printed from the same tables as the help. */
#ifndef PT_TOOL_MAN_H
#define PT_TOOL_MAN_H

#include <stdio.h>

/* In mdoc(7). */
void pt_man_print(FILE *to);

#endif
