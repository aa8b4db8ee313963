# campaign.sh - what tests of studies under way have in common; they read it
# with `.`, after cli.sh.
# shellcheck shell=sh disable=SC2154

sqlite=false
command -v sqlite3 >/dev/null 2>&1 && sqlite=true

# contents DIR: all that has to be the same in DIR, but for the store: a line a
# file or folder, and run.json as text, without what depends on the day and the
# machine, and without the lines that $except matches.  DIR/other is kept of
# other studies.
except=
contents()
{
    (
        cd "$1" || exit 1
        set -- -path ./other -prune -o
        find . "$@" -type f ! -name run.json ! -name costs.csv \
            ! -name results.db -exec sha256sum {} + | sort -k 2
        find . "$@" -type d -print | sort
        find . "$@" -name run.json -print | sort |
            xargs -r awk -v except="$except" '
                FNR == 1 { skip = 0 }
                /^  "volatile": \{/ { skip = 1 }
                !skip && (except == "" || $0 !~ except) {
                    print FILENAME ": " $0
                }
                /^  \}/ { skip = 0 }'
    )
}

# alike_but_store NAME DIR1 DIR2
alike_but_store()
{
    contents "$2" >.one
    contents "$3" >.two
    cmp -s .one .two && return
    diff .one .two | cut -c 1-150 >.err
    not_ok "$1" "$2 and $3 differ"
    return 1
}

# same NAME DIR1 DIR2: they hold the same bytes.
same()
{
    alike_but_store "$@" || return 0
    judge "$1" cmp "$2/results.db" "$3/results.db"
}

# dump DIR: the store as text, without what is not of the study.
dump()
{
    sqlite3 "$1/results.db" .dump | grep -v '^INSERT INTO other '
}

# alike NAME DIR1 DIR2: they hold the same, but for what is kept of other
# studies.
alike()
{
    alike_but_store "$@" || return 0
    if $sqlite; then
        dump "$2" >.one
        dump "$3" >.two
        diff .one .two | cut -c 1-150 >.err
    fi
    judge "$1" cmp .one .two
}

# tidy NAME DIR: nothing temporary is left.
tidy()
{
    find "$2" ! -type d \( -name '*.tmp*' -o -name '.*' -o -name '*-journal' \
        -o -name '*-wal' -o -name '*-shm' \) >.err
    judge "$1" test ! -s .err
}

# says NAME CODE PATTERN ARGUMENT...: PATTERN is on stderr.
says()
{
    name=$1 code=$2 pattern=$3
    shift 3
    run "$@"
    said_so "$name" "$code" "$pattern"
}

# said_so NAME CODE PATTERN: of what ran last.
said_so()
{
    if [ "$got" -ne "$2" ]; then
        not_ok "$1" "exit code $got (expected $2)"
    elif ! grep -qE -e "$3" .err; then
        not_ok "$1" "expected: $3"
    else
        ok "$1"
    fi
}
