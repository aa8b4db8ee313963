#!/bin/sh
# test_selftest_cli.sh - the validation page, from outside: what it says, that
# it says it again, and that it bites.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"
limit=600
unset PROTIUM_TRACES

# ---- the page ----

run selftest --quick
is 'quick: exit code' 0 $got
for chapter in Theory Golden Conformance Published; do
    said "quick: $chapter" "^$chapter: "
done
said 'nothing differs' '^[0-9]+ checks: [0-9]+ ok, 0 differ, [0-9]+ skipped\.'
said 'a value with its interval' \
    '^  k=8 \{3 5\}: .* 1\.6 +1\.[56][0-9]* +0\.0[0-9]+ +[-+0-9.]+ %  ok$'
said 'a schedule' '^  easy .* 0 10 33 3 +0 10 33 3 +ok$'
said 'conformance' '^  no slot has two users +0 +0 of [0-9]+ +ok$'
said 'no log' ' 92\.5765  skipped: no KTH-SP2-1996-2\.swf\.gz$'
said 'what is slow is said to be skipped' 'skipped: --quick$'
is 'no line is wider than 100' 0 "$(awk 'length > 100' .out | wc -l)"
is 'nothing on stderr' 0 "$(wc -c <.err)"
is 'as many rows as checks' "$(sed -n 's/^\([0-9]*\) checks:.*/\1/p' .out)" \
    "$(grep -cE '  (ok|skipped: .*)$' .out)"
cp .out first

# ---- it bites: a log of this name that is another ----

mkdir logs
echo '; MaxProcs: 100' >logs/KTH-SP2-1996-2.swf
echo '1 0 0 10 1 -1 -1 1 10 -1 1 1 1 1 1 1 -1 -1' \
    >>logs/KTH-SP2-1996-2.swf
run selftest --quick --markdown --traces logs --out page.md --seed 1
is 'another log: exit code' 4 $got
is 'one line of it' 1 "$(wc -l <.out)"
said 'the count' '^page\.md: [0-9]+ checks: .* differ'
if grep -q 'checks differ from their references' .err; then
    ok 'why'
else
    not_ok 'why' 'not on stderr'
fi
is 'Markdown: a heading a chapter' 4 "$(grep -c '^## ' page.md)"
is 'Markdown: eight bars a row' 0 \
    "$(grep '^|' page.md | sed 's/\\|//g' | grep -cvE '^(\|[^|]*){7}\|$')"
judge 'Markdown: what differs' grep -qE \
    '^\| KTH, EASY: jobs \| 28481 \| .*\*\*differs\*\*: 28480 away' page.md
# The same seed: the same page, but for what the log adds.
is 'the same numbers again' \
    "$(sed -n 's/^  k=8 {3 5}: .* 1\.6  *\([0-9.]*\) .*/\1/p' first)" \
    "$(sed -n 's/^| k=8 {3 5}: .* | 1\.6 | \([0-9.]*\) |.*/\1/p' page.md)"

# ---- the command line ----

# bad NAME CODE PATTERN ARGUMENT...
bad()
{
    name=$1 code=$2 pattern=$3
    shift 3
    run selftest "$@"
    if [ "$got" -ne "$code" ] || [ -s .out ]; then
        not_ok "$name" "exit code $got, or more than that"
    elif [ "$(wc -l <.err)" -ne 1 ] || ! grep -qE -e "$pattern" .err; then
        not_ok "$name" "expected: $pattern"
    else
        ok "$name"
    fi
}
bad 'a word' 2 'takes no' kth
bad 'no folder' 2 'no folder' --traces nowhere
bad 'no number' 2 'no seed' --seed x
bad 'no such option' 2 'quick' --quik
bad 'two forms' 2 'not both' --json --markdown
run selftest --help
said 'help' '^usage: protium selftest \[OPTION\]'

# ---- the published tables, and JSON ----

if [ -f "$shared/traces/KTH-SP2-1996-2.swf.gz" ]; then
    PROTIUM_TRACES=$shared/traces
    export PROTIUM_TRACES
    run selftest --quick --json
    is 'published: exit code' 0 $got
    said 'JSON: nothing differs' '"differs": 0,'
    said 'JSON: a published value' '"reference": 92\.5765,'
    said 'JSON: ours' '"ours": 92\.57653973'
    is 'published: nothing is missing' 0 "$(grep -c '"why": "no ' .out)"
else
    skip 'published tables' 'no ../shared'
fi

finish
