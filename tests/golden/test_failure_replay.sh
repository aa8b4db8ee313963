#!/bin/sh
# test_failure_replay.sh - failure traces replayed on a cluster of their own
# shape: the run loses exactly the node-seconds that the trace has.
#
# One job of a single node, saved at each instant, spans the whole trace, so
# that the run's window is the trace's.  What the run leaves in outages.csv is a
# failure trace again, with the same down time.  A line per case, "ok NAME" or
# "not ok NAME: why"; "skip NAME" without the traces.
set -u
protium=${PROTIUM:-build/protium}
case $protium in /*) ;; *) protium=$PWD/$protium ;; esac
shared=${PROTIUM_SHARED:-../shared}
case $shared in /*) ;; *) shared=$PWD/$shared ;; esac
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
trap 'exit 130' INT TERM
cd "$here" || exit 1
LC_ALL=C
export LC_ALL
failed=0

same()
{
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        echo "not ok $1: '$2', expected '$3'"
        failed=1
    fi
}

# of FILE CLASS: the node-seconds of a ledger's class
of()
{
    awk -F, -v class="$2" '$1 == class { print $2 }' "$1"
}

# field NAME: of `trace info`
field()
{
    sed -n "s/^ *$1  *//p" .info | head -n 1
}

# check NAME FILE NODES SPAN DOWN AVAILABILITY [TRACE-ARGUMENTS INFO-ARGUMENTS]
check()
{
    name=$1 file=$2 nodes=$3 span=$4 down=$5 availability=$6
    printf '1 0 -1 %s 1 -1 -1 1 %s -1 1 1 1 1 1 -1 -1 -1\n' \
        "$span" "$span" >long.swf
    rm -rf out
    "$protium" replay long.swf --nodes "$nodes" --policy "it=fcfs" \
        --set "failures=trace:file=$file${7:-}" \
        --set checkpoint=fixed:interval=1us,cost=0,restart=0 \
        --set stall=10000d --out out >.out 2>.err || cat .err
    ledger=out/runs/it/ledger.csv
    same "$name: node-seconds down in the run" "$(of $ledger down)" "$down"
    same "$name: the job ends with the trace" "$(of $ledger useful)" "$span"
    # shellcheck disable=SC2086
    "$protium" trace info "$file" ${8:-} >.info
    same "$name: node-seconds down in the trace" "$(field down)" "$down"
    same "$name: availability" "$(field availability)" "$availability"
    "$protium" trace info out/runs/it/outages.csv --nodes "$nodes" \
        --span "0..$span" >.info
    same "$name: the run's own trace" "$(field down)" "$down"
    same "$name: its node-seconds" "$(field node-seconds)" \
        "$(awk -v n="$nodes" -v s="$span" 'BEGIN { printf "%.0f", n * s }')"
}

# Node a is down in [10, 40) and [60, 70), b in [0, 25), c never: faults that
# overlap or touch count once.  Of 3 x 100 node-seconds 65 are down.
cat >own.csv <<'END'
node,down,up,cause
a,10,30,hardware
a,20,40,software
b,0,25,
a,60,70,network
c,100,,human
END
check 'overlaps and an open end' own.csv 3 100 65 0.783333 '' '--span 0..100'
same 'what is no fault in the window' \
    "$("$protium" trace info own.csv --span 0..100 --json |
        sed -n 's/.*"faults": \([0-9]*\).*/\1/p' | head -n 1)" 4

# What failure models do to a machine is the same with and without jobs, and a
# run under what another one left is that run again.
J=lublin:jobs=300,nodes=64,load=0.7
models=nodes:mtbf=5d+bursts:interval=2d
"$protium" replay "$J" --nodes 64 --policy it=easy --set "failures=$models" \
    --out alive >/dev/null 2>&1 || echo 'replay failed'
start=$(sed -n 's/.*"first_submit": \([0-9.]*\).*/\1/p' alive/runs/it/run.json)
"$protium" trace generate "$models" alone.csv --nodes 64 --span "$start..90d" \
    2>/dev/null || echo 'generate failed'
grep -v ',,' alive/runs/it/outages.csv | sort >alive.txt
sort alone.csv >alone.txt
same 'outages of a run that are not in the generated trace' \
    "$(comm -23 alive.txt alone.txt | wc -l)" 0
same 'there are some' "$(test "$(wc -l <alive.txt)" -gt 20 && echo yes)" yes
"$protium" replay "$J" --nodes 64 --policy it=easy \
    --set failures=trace:file=alive/runs/it/outages.csv --out again \
    >/dev/null 2>&1 || echo 'replay failed'
for file in jobs.csv outages.csv; do
    same "under its own outages.csv: $file" \
        "$(cmp alive/runs/it/$file again/runs/it/$file && echo same)" same
done

g5k=$shared/traces/grid5k_event_trace.tab.xz
lanl=$shared/traces/LA-UR-05-7318-failure-data-1996-2005.csv.xz
if [ -e "$g5k" ] && [ -e "$lanl" ]; then
    # Nodes that were not watched yet are up in the run.
    check "Grid'5000" "$g5k" 1288 47354465 7850417409 0.813910
    check 'LANL, system 20' "$lanl" 512 119108820 30609780 0.999498 \
        ,system=20 '--system 20'
else
    echo "SKIPPED (no ../shared): test_failure_replay"
    echo "skip Grid'5000"
    echo 'skip LANL, system 20'
fi
exit $failed
