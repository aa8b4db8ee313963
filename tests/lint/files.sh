#!/bin/sh
# files.sh ROOT [ALL] - the C files of the tree below ROOT, one a line; with ALL
# every file that is tracked or would be.
set -eu
cd "$1"
{
    if [ -e .git ] && git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard
    else
        find . -name .git -prune -o -path ./build -prune -o \
            -path ./demo -prune -o -type f -print | sed 's|^\./||'
    fi
} | sort | while read -r file; do
    [ -f "$file" ] || continue
    case ${2:-}$file in
    ALL* | *.c | *.h) echo "$file" ;;
    esac
done
