#!/bin/sh
# words.sh [ROOT] - words that no source file may hold.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-.}
files=$(sh "$here/files.sh" "$root")
cd "$root"
bad=0

# code FILE: without its comments, each line with its number.
code()
{
    awk '
        {
            text = $0
            out = ""
            while (text != "") {
                if (inside) {
                    end = index(text, "*/")
                    if (end == 0)
                        break
                    inside = 0
                    text = substr(text, end + 2)
                } else {
                    start = index(text, "/*")
                    if (start == 0) {
                        out = out text
                        break
                    }
                    out = out substr(text, 1, start - 1)
                    text = substr(text, start + 2)
                    inside = 1
                }
            }
            print FILENAME ":" FNR ":" out
        }' "$1"
}

# refuse WHY PATTERN: an extended regular expression, in the lines of standard
# input.
refuse()
{
    if grep -E "$2"; then
        echo "  ^ $1"
        bad=1
    fi
}

before='(:|[^A-Za-z0-9_:])'
all=$(mktemp)
strict=$(mktemp)
quiet=$(mktemp)
trap 'rm -f "$all" "$strict" "$quiet"' EXIT
for file in $files; do
    code "$file" >>"$all"
    case $file in
    tests/*) ;;
    *) code "$file" >>"$strict" ;;
    esac
    case $file in
    sim/tool/* | tests/* | sim/base/alloc.c) ;;
    *) code "$file" >>"$quiet" ;;
    esac
done

refuse 'not the same everywhere' \
    "$before(rand|srand|random|drand48|time|gmtime|localtime|ctime|setlocale|alloca|system) ?\\(" \
    <"$all"
refuse 'not safe' \
    "$before(strtok|sprintf|vsprintf|strcpy|strcat|gets|atoi|atol|atof) ?\\(" \
    <"$strict"
refuse 'an assertion with a side effect' \
    'pt_assert\(.*(\+\+|--|[^=!<>]=[^=])' <"$all"
refuse 'a goto but to fail' 'goto +([^f]|f[^a]|fa[^i]|fai[^l]|fail[^;])' \
    <"$all"
refuse 'only sim/tool prints or exits' \
    "$before(printf|vprintf|puts|putchar|perror|exit|_exit|abort) ?\\(|$before(stdout|stderr)([^A-Za-z0-9_]|\$)" \
    <"$quiet"
refuse 'hides a warning' '#pragma|__attribute__\(\((optimize|unused)' <"$all"

# Words that are as bad in a comment; the patterns do not match themselves.
sh "$here/files.sh" . ALL | grep -vE '\.(gz|zstd|png)$' | while read -r file; do
    grep -nE -e '(^|[^A-Za-z0-9_])(TOD[O]|FIXM[E]|XX[X]|HAC[K])([^A-Za-z0-9_]|$)' \
        -e '-ff[a]st-math' -e '(^|[^A-Za-z0-9_.])[/](home|root|work|Users|farm)/' \
        "$file" /dev/null || true
done >"$all"
refuse 'work not done, arithmetic changed, or a path of one machine' '.' <"$all"
[ $bad -eq 0 ] || exit 1
echo "ok words"
