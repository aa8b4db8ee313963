# cli.sh - what tests of the command line have in common; they read it with `.`.
#
# Sets $protium and $shared, and enters a new folder, which is gone in the end.
# A line per case, "ok NAME", "not ok NAME: why" or "skip NAME: why".  .out and
# .err are what the last run said, and $got is its exit code.
set -u
protium=${PROTIUM:-build/protium}
case $protium in /*) ;; *) protium=$PWD/$protium ;; esac
shared=${PROTIUM_SHARED:-../shared}
case $shared in /*) ;; *) shared=$PWD/$shared ;; esac
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
trap 'exit 130' INT TERM
chmod 755 "$here"
cd "$here" || exit 1
LC_ALL=C
export LC_ALL
passed=0 failed=0 skipped=0

ok()
{
    echo "ok $1"
    passed=$((passed + 1))
}

not_ok()
{
    echo "not ok $1: $2"
    sed 's/^/    /' .err | head -n 5
    failed=$((failed + 1))
}

skip()
{
    echo "skip $1: $2"
    skipped=$((skipped + 1))
}

# judge NAME TEST...: ok if the command TEST succeeds.
judge()
{
    name=$1
    shift
    if "$@"; then
        ok "$name"
    else
        not_ok "$name" "failed: $*"
    fi
}

# is NAME EXPECTED GOT
is()
{
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1" "'$3' (expected '$2')"
    fi
}

# run ARGUMENT...: what does not end within $limit seconds ends with 124.
limit=60
run()
{
    timeout "$limit" "$protium" "$@" >.out 2>.err </dev/null
    got=$?
}

# said NAME PATTERN: .out of the last run has a line like this.
said()
{
    if grep -qE -e "$2" .out; then
        ok "$1"
    else
        not_ok "$1" "not on stdout: $2"
    fi
}

# As somebody who is not root.
as_nobody()
{
    if [ "$(id -u)" -ne 0 ]; then
        "$@"
    else
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    fi
}

# Whether that may run the program at all.
can_be_nobody()
{
    as_nobody timeout 20 "$protium" --version >/dev/null 2>&1
}

finish()
{
    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
}
