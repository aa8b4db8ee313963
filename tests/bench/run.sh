#!/bin/sh
# run.sh [TIMES] - how much slower than no scheduling at all: the floor is the
# same reader, the same jobs and the same outputs, each job starting when it is
# submitted.  Ratios of the smallest of TIMES wall times; not judged.
set -eu
times=${1:-3}
protium=${PROTIUM:-build/protium}
traces=${PROTIUM_SHARED:-../shared}/traces
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT

wall()
{
    sed -n 's/.*"wall_s": *\([0-9.e+-]*\).*/\1/p' "$1" | head -n 1
}

# bench NAME WORKLOAD POLICIES [OPTION...]
bench()
{
    name=$1
    workload=$2
    policies=$3
    shift 3
    case $workload in
    */*)
        if [ ! -f "$workload" ]; then
            echo "SKIPPED (no $workload): $name"
            return
        fi
        ;;
    esac
    : >"$here/times"
    i=0
    while [ $i -lt "$times" ]; do
        i=$((i + 1))
        "$protium" replay "$workload" --floor --policy "$policies" "$@" \
            --out "$here/out" >/dev/null 2>&1
        for run in "$here"/out/runs/*/run.json; do
            label=$(basename "$(dirname "$run")")
            echo "$label $(wall "$run")" >>"$here/times"
        done
        rm -rf "$here/out"
    done
    echo "$name"
    awk '
        !($1 in best) || $2 < best[$1] { best[$1] = $2 }
        END {
            for (label in best)
                printf "  %-14s %8.3f s %7.2f x the floor\n", label,
                    best[label], best[label] / best["floor"]
        }' "$here/times" | sort -k2,2n
}

bench 'model: 20,000 Lublin jobs on 128 nodes' \
    lublin:jobs=20000,nodes=128,load=0.8 fcfs,spark,easy,conservative
bench 'RICC' "$traces/RICC-2010-2.swf.gz" fcfs,easy --nodes 8192
bench 'RICC, arrival times halved' "$traces/RICC-2010-2.swf.gz" fcfs,easy \
    --nodes 8192 --set scale=0.5
bench 'LANL-CM5' "$traces/LANL-CM5-1994-4.1-cln.swf.gz" \
    fcfs,easy,conservative
bench 'CTC' "$traces/CTC-SP2-1996-3.1-cln.swf.gz" fcfs,easy,conservative
if [ -n "${LONG:-}" ]; then
    times=1
    bench 'RICC, promises kept' "$traces/RICC-2010-2.swf.gz" conservative \
        --nodes 8192
else
    echo 'RICC, promises kept: takes long; LONG=1 make bench measures it too'
fi
