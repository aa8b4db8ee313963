#!/bin/sh
# bite.sh - each lint passes a clean tree, and fails one with a single fault.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
bad=0

# A small tree that breaks no rule.
plant()
{
    rm -rf "$tree"
    mkdir -p "$tree/sim/base" "$tree/sim/core" "$tree/sim/tool" \
        "$tree/models" "$tree/tests/lint"
    cp "$here/../../.clang-format" "$tree/"
    : >"$tree/tests/lint/long-functions.txt"
    printf '#ifndef PT_A_H\n#define PT_A_H\n\nint pt_a(int a);\n\n#endif\n' \
        >"$tree/sim/base/a.h"
    printf '#include "base/a.h"\n\nint pt_a(int a)\n{\n    return a + 1;\n}\n' \
        >"$tree/sim/base/a.c"
    printf '#ifndef PT_B_H\n#define PT_B_H\n\n#include "base/a.h"\n\n#endif\n' \
        >"$tree/sim/core/b.h"
}

# expect NAME WHETHER COMMAND...
expect()
{
    name=$1
    whether=$2
    shift 2
    status=pass
    "$@" >"$tree.log" 2>&1 || status=fail
    if [ $status = "$whether" ]; then
        echo "ok $name"
    else
        echo "not ok $name: expected to $whether"
        cat "$tree.log"
        bad=1
    fi
    rm -f "$tree.log"
}

# bites LINT WHAT: with the fault that was planted, LINT fails.
bites()
{
    expect "$1 refuses $2" fail sh "$here/$1.sh" "$tree"
}

plant
for lint in tree layers words lengths headers format; do
    expect "$lint passes a clean tree" pass sh "$here/$lint.sh" "$tree"
done

plant
mkdir "$tree/utils" && : >"$tree/utils/u.c"
bites tree 'a seventh folder'
plant
: >"$tree/u.c"
bites tree 'a source file at the top'

plant
printf '#include "core/b.h"\n' >>"$tree/sim/base/a.c"
bites layers 'base that includes core'
plant
printf '#include "models/m.h"\n' >>"$tree/sim/core/b.h"
: >"$tree/models/m.h"
bites layers 'core that includes models'
plant
printf '#include "tool/t.h"\n' >"$tree/models/m.c"
: >"$tree/sim/tool/t.h"
bites layers 'models that include the tool'
plant
mkdir -p "$tree/traces/one" "$tree/traces/two"
: >"$tree/traces/one/o.h"
: >"$tree/traces/source.h"
printf '#include "traces/one/o.h"\n#include "traces/source.h"\n' \
    >"$tree/traces/one/o.c"
expect 'layers passes a format that includes itself' pass \
    sh "$here/layers.sh" "$tree"
printf '#include "traces/one/o.h"\n' >"$tree/traces/two/t.c"
bites layers 'a format that includes another'
plant
mkdir -p "$tree/experiments/one"
echo 'build/protium replay "$1"; . experiments/sweep.sh' \
    >"$tree/experiments/one/run.sh"
expect 'layers passes a study that runs the program' pass \
    sh "$here/layers.sh" "$tree"
echo '. tests/demo.sh' >>"$tree/experiments/one/run.sh"
bites layers 'a study that reads the tests'
plant
printf '#include "base/gone.h"\n' >>"$tree/sim/base/a.c"
bites layers 'a header that is not there'

# word TEXT: TEXT as a line of code in sim/base.
word()
{
    plant
    printf '%s\n' "$1" >>"$tree/sim/base/a.c"
    bites words "$1"
}
word 'char *a = strtok(b, ",");'
word 'int n = sprintf(b, "x");'
word 'int n = atoi(b);'
word 'int n = rand();'
word 'long n = time(NULL);'
word 'struct tm *t = gmtime(&n);'
word 'int n = printf("x");'
word 'int n = fputs("x", stderr);'
word 'void f(void) { exit(1); }'
word 'void f(void) { pt_assert(a = 1); }'
word 'void f(void) { pt_assert(a++ < 1); }'
word 'void f(void) { goto again; }'
word "/* $(echo TO DO | tr -d ' ') later */"
word "/* $(echo FIX ME | tr -d ' ') */"
word "/* see $(echo /ho me/someone | tr -d ' ') */"
plant
printf 'FLAGS := -ff%s-math\n' ast >"$tree/Makefile"
bites words 'arithmetic that is changed'
plant
printf '/* A strtok( in a comment, pt_time(0), a + 1 == 2. */\n' \
    >>"$tree/sim/base/a.c"
expect 'words passes a word in a comment' pass sh "$here/words.sh" "$tree"

# A function of N lines.
long()
{
    plant
    awk -v n="$1" 'BEGIN {
        print "int pt_long(int a);\nint pt_long(int a)\n{"
        for (i = 1; i < n; i++) print "    a++;"
        print "    return a;\n}"
    }' >>"$tree/sim/base/a.c"
}
long 70
expect 'lengths passes 70 lines' pass sh "$here/lengths.sh" "$tree"
long 71
bites lengths 'a function of 71 lines'
echo 'sim/base/a.c pt_long 71' >"$tree/tests/lint/long-functions.txt"
expect 'lengths passes what has a budget' pass sh "$here/lengths.sh" "$tree"
plant
awk 'BEGIN { for (i = 0; i < 601; i++) print "" }' >"$tree/sim/base/b.c"
bites lengths 'a file of 601 lines'
plant
printf '/* %081d */\n' 0 >>"$tree/sim/base/a.c"
bites lengths 'a line of 87 columns'
plant
printf 'int\tb;\n' >>"$tree/sim/base/a.c"
bites lengths 'a tab'

plant
printf 'extern size_t n;\n' >>"$tree/sim/base/a.h"
bites headers 'a header that lacks an include'
if command -v clang-format >/dev/null 2>&1; then
    plant
    printf 'int f( int a ) { return a; }\n' >>"$tree/sim/base/a.c"
    bites format 'spaces of its own'
else
    echo 'skip format: no clang-format'
fi

# library CODE: an archive of one object.
library()
{
    plant
    printf '%s\n' "$1" >"$tree/c.c"
    ${CC:-gcc} -std=c11 -O2 -c "$tree/c.c" -o "$tree/c.o"
    rm -f "$tree/c.a"
    ar rcs "$tree/c.a" "$tree/c.o"
    echo abort >"$tree/imports"
}
purity()
{
    expect "purity $2" "$1" sh "$here/purity.sh" "$tree/c.a" "$tree/imports"
}
aborts='void abort(void); void f(int a); void f(int a) { if (a) abort(); }'
library "$aborts"
purity pass 'passes a library without state'
library "$aborts int calls = 1; int g(void); int g(void) { return calls++; }"
purity fail 'refuses a variable'
library "$aborts int g(void); int g(void) { static int n; return n++; }"
purity fail 'refuses a static local'
library "$aborts long time(long *); long g(void); long g(void) { return time(0); }"
purity fail 'refuses a clock'
library 'int f(int a); int f(int a) { return a; }'
purity fail 'refuses an import that is listed and not used'
exit $bad
