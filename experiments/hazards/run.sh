#!/bin/sh
# run.sh [OUT] - the three hazards of gangs, each a sweep of one parameter:
# tables and figures in OUT (build/hazards).  Run it where the Makefile is.
#
# deadlock    no barrier mode: partial gangs hold slots and wait for each other
# starvation  barrier mode: what is narrow passes the wide ones, for ever
# retry       one member fails, and the whole gang works again
set -eu
out=${1:-build/hazards}
mkdir -p "$out"
. experiments/sweep.sh
here=experiments/hazards

# ---- deadlock ----

# Gangs of WIDTH whose members run 5 to 15 minutes, on 32 slots: half of what
# these can do. 
deadlock_work()
{
    cat <<END
{"schema": "protium.pipeline/1", "machine": {"nodes": [{"count": 32}]},
 "jobs": [{"count": 200, "every": {"exp": $(calc "$1 * 600 / (0.5 * 32)")},
   "stages": [{"mode": "gang", "tasks": $1, "length": {"uniform": [300, 900]}}]
 }]}
END
}

deadlock()
{
    back=hold_timeout=5m,backoff=1m,tries=1000000
    for width in 2 4 6 8 10 11 12 13 14 15 16 17 18 20 22 24; do
        deadlock_work $width >"$tmp/work.json"
        for seed in $(counted 1 40); do
            run "$tmp/gangs" $width 'deadlocks share_hold' "$tmp/work.json" \
                -s seed="$seed" -p two=fifo:drivers=2,four=fifo:drivers=4 \
                -p eight=fifo:drivers=8,gang,spark \
                -p "two-back=fifo:drivers=2,$back" \
                -p "four-back=fifo:drivers=4,$back" \
                -p "eight-back=fifo:drivers=8,$back"
        done
    done
    grep -v -e -back "$tmp/gangs" >"$tmp/stuck"
    shares "$tmp/stuck" >"$out/deadlock.csv"
    sed -n 's/-back//p; /^gang/p; /^spark/p' "$tmp/gangs" >"$tmp/back"
    means "$tmp/back" 'deadlocks hold' >"$out/deadlock-held.csv"
    draw $here/deadlock.gp "$out/deadlock"
}

# ---- starvation ----

# Two days of narrow jobs (one task of a minute) that make all of LOAD but a
# tenth, and of gangs of 24 for ten minutes that make that, on 32 slots.  All
# limits are exact.
starvation_work()
{
    span=172800
    gap=$(calc "24 * 600 / (0.1 * 32)")
    narrow=$(calc "60 / (($1 - 0.1) * 32)")
    cat <<END
{"schema": "protium.pipeline/1", "machine": {"nodes": [{"count": 32}]},
 "jobs": [
  {"count": $(calc "int($span / $gap)"), "every": {"exp": $gap},
   "stages": [{"mode": "gang", "tasks": 24, "length": 600}]},
  {"count": $(calc "int($span / $narrow)"), "every": {"exp": $narrow},
   "stages": [{"length": {"exp": 60}}]}]}
END
}

starvation()
{
    for load in 0.3 0.4 0.5 0.6 0.7 0.75 0.8 0.85 0.9; do
        starvation_work $load >"$tmp/work.json"
        for seed in $(counted 1 12); do
            run "$tmp/waits" $load 'gang_wait_mean gang_wait_p95
                parallel_wait_mean parallel_wait_p95 utilisation' \
                "$tmp/work.json" -s seed="$seed" -p spark,easy
        done
    done
    means "$tmp/waits" 'wide wide_p95 narrow narrow_p95 utilisation' \
        >"$out/starvation.csv"
    draw $here/starvation.gp "$out/starvation"
}

# ---- retry ----

# 200 gangs of WIDTH, one after the other.  Something follows, or a gang's
# output would be the job's own.
retry_work()
{
    cat <<END
{"schema": "protium.pipeline/1", "machine": {"nodes": [{"count": $1}]},
 "jobs": [{"count": 200, "stages": [
   {"id": "train", "mode": "gang", "tasks": $1, "length": 600},
   {"after": "train", "length": "1ms", "may_fail": false}]}]}
END
}

retry()
{
    for p in 0.001 0.01 0.05; do
        for width in 1 2 4 8 16 32 64; do
            retry_work $width >"$tmp/work.json"
            for seed in $(counted 1 20); do
                run "$tmp/tries" $width \
                    'gang_tries share_useful share_lost' "$tmp/work.json" \
                    -s seed="$seed" -s fault=chance:p=$p \
                    -s stage_attempts=1000000 -p "$p=gang"
                run "$tmp/four" $width 'failed' "$tmp/work.json" \
                    -s seed="$seed" -s fault=chance:p=$p -p "$p=gang"
            done
        done
    done
    paste -d , "$tmp/tries" "$tmp/four" | awk -F, '{
        print $1 "," $2 "," $3 "," $5 / ($4 + $5) "," $8 / 200
    }' >"$tmp/retry"
    means "$tmp/retry" 'attempts lost failed' >"$out/retry.csv"
    draw $here/retry.gp "$out/retry"
}

for study in ${STUDIES:-deadlock starvation retry}; do
    echo "$study: $out/$study.csv, .svg, .png"
    $study
done
