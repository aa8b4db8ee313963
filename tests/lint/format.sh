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
clang-format --dry-run -Werror $files
echo "ok format"
