#!/bin/sh
# run.sh all|quick|asan|cover|lint - builds what is needed, runs the tests, and
# ends with "N passed, N failed, N skipped".  Each job leaves a log and a tally
# in build/results.
set -u
cd "$(dirname "$0")/.." || exit 1
results=build/results
cores=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
make=${MAKE:-make}
case $make in make | */make | gmake) ;; *) make=make ;; esac
unset MAKEFLAGS MAKELEVEL MFLAGS

# tally NAME STATUS: counts what the log says.  A test program prints a line a
# test, as cmocka does; a script prints "ok ...", "not ok ..." or "skip ...".
tally()
{
    awk -v status="$2" '
        /^\[==========\] Running / { expected += $3 }
        /^\[       OK \]/ || /^ok / { passed++; next }
        /^\[  SKIPPED \] [^ ]+$/ && !/test\(s\)/ { skipped++; next }
        /^\[  FAILED  \] [^ ]+$/ || /^not ok / { failed++; next }
        /^skip / { skipped++ }
        END {
            lost = expected - passed - skipped - failed
            if (expected > 0 && lost > 0)
                failed += lost
            if (status != 0 && failed == 0)
                failed = 1
            if (status == 0 && passed + failed + skipped == 0)
                passed = 1
            print passed + 0, failed + 0, skipped + 0
        }' "$results/$1.log" >"$results/$1.tally"
}

# job NAME COMMAND...
job()
{
    name=$1
    shift
    mkdir -p "$(dirname "$results/$name")"
    if command -v "$1" >/dev/null 2>&1; then
        "$@" >"$results/$name.log" 2>"$results/$name.err"
        status=$?
    else
        : >"$results/$name.log"
        echo "$1 was not built" >"$results/$name.err"
        status=127
    fi
    tally "$name" $status
    read -r passed failed skipped <"$results/$name.tally"
    if [ "$failed" -gt 0 ]; then
        echo "FAIL  $name"
        grep -v '^\[ RUN  \|^\[       OK \]' "$results/$name.log" | tail -n 30
        tail -n 40 "$results/$name.err"
    elif [ "$skipped" -gt 0 ]; then
        echo "ok    $name ($passed passed, $skipped skipped)"
    else
        echo "ok    $name ($passed)"
    fi
    [ "$failed" -eq 0 ]
}

build()
{
    job "build-$1" "$make" --no-print-directory -k -j "$cores" MODE="$1" \
        CC="$2" WERROR=-Werror tests
}

# programs MODE SUITE...: one line a test program that is there.
programs()
{
    mode=$1
    shift
    for suite in "$@"; do
        for source in tests/"$suite"/test_*.c tests/"$suite"/check_*.c; do
            program=build/$mode/${source%.c}
            [ -f "$source" ] && echo "$mode/$suite/${program##*/} $program"
        done
        # Builds a tree of its own: once is enough.
        [ "$suite" = issues ] && [ "$mode" != gcc ] && continue
        for script in tests/"$suite"/test_*.sh; do
            [ -f "$script" ] &&
                echo "$mode/$suite/$(basename "$script" .sh) sh $script"
        done
    done
}

scripts()
{
    for script in "$@"; do
        echo "lint/$(basename "$script" .sh) sh $script"
    done
}

# Runs the lines "NAME COMMAND..." of standard input, as many at once as there
# are cores.
run_jobs()
{
    xargs -P "$cores" -I '{}' sh tests/run.sh --job '{}'
}

finish()
{
    echo
    find "$results" -name '*.tally' -exec cat '{}' + | awk '
        { passed += $1; failed += $2; skipped += $3 }
        END {
            printf "%d passed, %d failed, %d skipped\n", passed, failed,
                skipped
            exit failed > 0
        }'
}

lints()
{
    scripts tests/lint/tree.sh tests/lint/layers.sh tests/lint/words.sh \
        tests/lint/lengths.sh tests/lint/headers.sh tests/lint/format.sh \
        tests/lint/bite.sh
    echo "lint/purity sh tests/lint/purity.sh build/$1/libprotium-core.a"
}

if [ "${1:-}" = --job ]; then
    # shellcheck disable=SC2086
    set -- $2
    mode=${1%%/*}
    case $1 in
    lint/*) PROTIUM=build/gcc/protium ;;
    *) PROTIUM=build/$mode/protium ;;
    esac
    ASAN_OPTIONS=detect_leaks=1:abort_on_error=0
    UBSAN_OPTIONS=print_stacktrace=1
    export PROTIUM ASAN_OPTIONS UBSAN_OPTIONS
    job "$@"
    exit 0
fi

rm -rf "$results"
mkdir -p "$results"
fast='unit conform differ golden issues'
case ${1:-} in
all)
    build gcc gcc
    build clang clang
    build asan gcc
    {
        # shellcheck disable=SC2086
        programs gcc theory $fast
        # shellcheck disable=SC2086
        programs asan $fast
        # shellcheck disable=SC2086
        programs clang $fast
        lints gcc
    } | run_jobs
    job repro sh tests/lint/repro.sh
    ;;
quick)
    build gcc gcc
    {
        # shellcheck disable=SC2086
        programs gcc $fast
        lints gcc
    } | run_jobs
    ;;
asan)
    build asan gcc
    # shellcheck disable=SC2086
    programs asan $fast | run_jobs
    ;;
cover)
    build cover gcc
    find build/cover -name '*.gcda' -delete
    # shellcheck disable=SC2086
    programs cover $fast | run_jobs
    job coverage sh tests/lint/coverage.sh build/cover 95
    cat "$results/coverage.log"
    ;;
lint)
    job build-core "$make" --no-print-directory -j "$cores" MODE=gcc CC=gcc \
        WERROR=-Werror build/gcc/libprotium-core.a
    lints gcc | run_jobs
    ;;
*)
    echo 'usage: tests/run.sh all|quick|asan|cover|lint' >&2
    exit 2
    ;;
esac
finish
