#!/bin/sh
# repro.sh - the same bytes from gcc and clang, -O0 and -O2, in any locale, and
# whatever the environment holds.
set -eu
cd "$(dirname "$0")/../.."
make=${MAKE:-make}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
trace=$(find traces/samples tests/golden -name '*.swf' -o -name '*.swf.gz' \
    2>/dev/null | sort | head -n 1)
policies='fifo=fifo:order=fair,hold_timeout=5m,backoff=1m,fcfs,spark,easy'
policies="$policies,easy-sjbf,conservative"

# try NAME COMMAND...: its output to NAME.txt.
try()
{
    name=$1
    shift
    "$@" >"$here/$name.txt" 2>"$here/$name.err" || {
        echo "not ok $name: exit code $?"
        tail -n 3 "$here/$name.err"
        bad=1
    }
}

# outputs PROGRAM NAME [COMMAND...]: runs PROGRAM under COMMAND (env, say) and
# compares the digests of all that it wrote, but for run.json, which names the
# program and the day.
outputs()
{
    program=$1
    into=$2
    shift 2
    mkdir "$here/$into"
    try "$into/model" "$@" "$program" replay \
        lublin:jobs=1500,nodes=64,load=0.9,estimate=factor \
        --policy "$policies" --out "$here/$into/model"
    try "$into/named" "$@" "$program" replay \
        lublin:jobs=300,nodes=64,load=0.9 --nodes 16x4 --policy fcfs,easy \
        --set ties=pyss --set place=spread --set machine=named --tape \
        --out "$here/$into/named"
    try "$into/pipelines" "$@" "$program" replay \
        hydrogen:jobs=40,nodes=4,widths=8+16,load=0.9 \
        --policy spark,easy,conservative --set rounds=spark \
        --set straggler=lognormal --set fault=exponential:mtbf=4h \
        --set speculation=on --set outputs=local --tape \
        --out "$here/$into/pipelines"
    try "$into/log" "$@" "$program" replay \
        tests/golden/spark/logs/4.0.1/two_gangs.zstd --policy spark --tape \
        --out "$here/$into/log"
    try "$into/poisson" "$@" "$program" trace generate poisson \
        "$here/$into/poisson.swf"
    if [ -n "$trace" ]; then
        try "$into/trace" "$@" "$program" replay "$trace" --nodes 128 \
            --policy "$policies" --json --out "$here/$into/trace"
    fi
    (
        cd "$here/$into"
        find . -type f ! -name run.json ! -name study.json ! -name '*.err' |
            sort | xargs sha256sum
    ) >"$here/$into.sums"
    [ "$into" = first ] && return
    if cmp -s "$here/first.sums" "$here/$into.sums"; then
        echo "ok $into: $(wc -l <"$here/$into.sums") files"
    else
        echo "not ok $into: differs from gcc at -O2"
        diff "$here/first.sums" "$here/$into.sums" | head -n 20
        bad=1
    fi
}

bad=0
for mode in gcc clang gcc-O0 clang-O0; do
    "$make" --no-print-directory -j2 MODE=$mode CC=${mode%-O0} \
        program >"$here/build.log" 2>&1 || {
        cat "$here/build.log"
        exit 1
    }
done
outputs build/gcc/protium first
for mode in clang gcc-O0 clang-O0; do
    outputs build/$mode/protium $mode
done

# A locale with a decimal comma, where it can be made.
mkdir "$here/locales"
if command -v localedef >/dev/null 2>&1 &&
    localedef -i de_DE -f UTF-8 "$here/locales/de_DE.UTF-8" 2>/dev/null; then
    outputs build/gcc/protium locale env LOCPATH="$here/locales" \
        LC_ALL=de_DE.UTF-8
else
    outputs build/gcc/protium locale env LC_ALL=C.UTF-8
fi
outputs build/gcc/protium environment env -i ZZ=1 TZ=Asia/Kathmandu \
    LC_ALL=POSIX GSL_RNG_SEED=99 GSL_RNG_TYPE=taus POSIXLY_CORRECT=1 \
    MALLOC_PERTURB_=165 COLUMNS=40 A=2
exit $bad
