#!/bin/sh
# tree.sh [ROOT] - the folders at the top are the six, and no more.
set -eu
root=${1:-.}
files=$(sh "$(dirname "$0")/files.sh" "$root" ALL)
bad=0
for folder in $(echo "$files" | sed -n 's|/.*||p' | sort -u); do
    case $folder in
    .* | sim | models | traces | experiments | plots | tests) ;;
    *)
        echo "$folder: not one of sim models traces experiments plots tests"
        bad=1
        ;;
    esac
done
for file in $(echo "$files" | sed -n 's|^[^/]*\.[ch]$|&|p'); do
    echo "$file: a source file at the top"
    bad=1
done
[ $bad -eq 0 ] || exit 1
echo "ok tree"
