#!/bin/sh
# lengths.sh [ROOT] - files to 600 lines, lines to 80 columns, functions to 70
# lines.  A longer function has its own budget in tests/lint/long-functions.txt:
# FILE FUNCTION LINES.
set -eu
root=${1:-.}
files=$(sh "$(dirname "$0")/files.sh" "$root")
cd "$root"
budget=tests/lint/long-functions.txt
[ -f $budget ] || budget=/dev/null

# shellcheck disable=SC2086
awk -v budget=$budget '
BEGIN {
    while ((getline text < budget) > 0) {
        if (text !~ /^#/ && split(text, word, " ") == 3)
            most[word[1] " " word[2]] = word[3]
    }
}

function fail(text)
{
    print text
    bad++
}

function end_file()
{
    if (lines > 600)
        fail(file ": " lines " lines (at most 600)")
}

FNR == 1 { end_file(); file = FILENAME; head = ""; inside = 0 }
{ lines = FNR }
length($0) > 80 && $0 !~ /https?:/ {
    fail(FILENAME ":" FNR ": " length($0) " columns (at most 80)")
}
/\t/ { fail(FILENAME ":" FNR ": a tab") }
/[ ]$/ { fail(FILENAME ":" FNR ": a space at the end") }

# With the braces of .clang-format, a body is what stands between { and } in
# the first column.
/^[a-z].*\(/ && !inside { head = $0 }
/^\{$/ { inside = 1; first = FNR }
/^\}/ && inside {
    inside = 0
    name = head
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    n = FNR - first - 1
    limit = 70
    if ((FILENAME " " name) in most)
        limit = most[FILENAME " " name]
    if (n > limit)
        fail(FILENAME ":" first ": " name "() has " n " lines (at most " \
            limit ")")
}
END { end_file(); exit bad > 0 }' $files
echo "ok lengths"
