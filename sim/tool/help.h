/* help.h - the help texts, printed from the verbs' tables. */
#ifndef PT_TOOL_HELP_H
#define PT_TOOL_HELP_H

#include <stdio.h>
#include "tool/verb.h"

void pt_help_overview(FILE *to);
void pt_help_verb(const struct pt_verb *verb);

#endif
