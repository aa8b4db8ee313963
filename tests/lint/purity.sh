#!/bin/sh
# purity.sh LIBRARY [IMPORTS] - the core has no state, and wants of libc what the
# list says, no more and no less.
set -eu
library=$1
imports=${2:-$(dirname "$0")/core-imports.txt}

# Tables of pointers stand in .data.rel.ro: written once, by the loader.
state=$(size -A "$library" | awk '
    / *\(ex / || /:$/ { member = $1 }
    ($1 == ".data" || $1 == ".bss" || $1 ~ /^\.t(data|bss)/) && $2 > 0 {
        print member " " $1 " has " $2 " bytes"
    }'
    nm -A "$library" | awk '$(NF - 1) == "C" { print $0 ": a common symbol" }')
if [ -n "$state" ]; then
    echo "$state"
    echo "the core has state"
    exit 1
fi

defined=$(nm "$library" | awk '$2 ~ /^[A-TV-Z]$/ { print $3 }' | sort -u)
nm "$library" | awk '$1 == "U" { print $2 }' | sort -u |
    grep -vxF "$defined" | grep -vE '^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)$' |
    diff "$imports" - || {
    echo "the core's imports are not those of $imports"
    exit 1
}
echo "ok purity"
