#!/bin/sh
# headers.sh [ROOT] - every header compiles alone.
set -eu
root=${1:-.}
files=$(sh "$(dirname "$0")/files.sh" "$root")
cd "$root"
bad=0
for file in $files; do
    case $file in
    *.h)
        echo "#include \"$file\"" |
            ${CC:-gcc} -std=c11 -D_POSIX_C_SOURCE=200809L -I. -Isim -Wall \
                -Wextra -Wno-unused -fsyntax-only -x c - || {
            echo "$file does not compile alone"
            bad=1
        }
        ;;
    esac
done
[ $bad -eq 0 ] || exit 1
echo "ok headers"
