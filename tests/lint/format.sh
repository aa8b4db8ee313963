#!/bin/sh
# format.sh [ROOT] - every C file is as clang-format leaves it.
set -eu
root=${1:-.}
files=$(sh "$(dirname "$0")/files.sh" "$root")
cd "$root"
if ! command -v clang-format >/dev/null 2>&1; then
    echo 'skip format: no clang-format'
    exit 0
fi
# shellcheck disable=SC2086
clang-format --dry-run -Werror $files 2>&1 |
    sed -n 's/^\([^: ]*\):[0-9]*:[0-9]*: error:.*/\1/p' | uniq -c | awk '
        { print $2 ": not as clang-format leaves it, " $1 " places" }
        END {
            if (NR > 0)
                print "(make format mends that)"
            exit NR > 0
        }'
echo "ok format"
