#!/bin/sh
# embed.sh FILE.gp... - gnuplot scripts as C: the table pt_scripts of figure.h.
#
# The Makefile's rule:
#   build/plots_gp.c: plots/embed.sh $(sort $(wildcard plots/*.gp))
#           sh plots/embed.sh $(sort $(wildcard plots/*.gp)) >$@.tmp
#           mv $@.tmp $@
set -eu
LC_ALL=C
export LC_ALL

printf '#include "plots/figure.h"\n\n#include <stddef.h>\n'
for file in "$@"; do
    printf '\nstatic const char *const lines_%s[] = {\n' "$(basename "$file" .gp)"
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/    "/' -e 's/$/\\n",/' "$file"
    printf '    NULL};\n'
done
printf '\nconst struct pt_script pt_scripts[] = {\n'
for file in "$@"; do
    word=$(basename "$file" .gp)
    printf '    {.name = "%s", .lines = lines_%s},\n' \
        "$(printf '%s' "$word" | tr _ -)" "$word"
done
printf '    {.name = NULL}};\n'
