#!/bin/sh
# test_hazards.sh - the three hazards of gangs, each small enough to check by
# hand: partial gangs that deadlock, a wide gang that starves, and a whole gang
# that works again for one of its members.
#
# A line per case, "ok NAME" or "not ok NAME: why".
set -u
protium=${PROTIUM:-build/protium}
case $protium in /*) ;; *) protium=$PWD/$protium ;; esac
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
trap 'exit 130' INT TERM
cd "$here" || exit 1
LC_ALL=C
export LC_ALL
failed=0

# work "NODES" "JOBS": the workload.
work()
{
    cat >work.json <<END
{"schema": "protium.pipeline/1", "machine": {"nodes": [{"count": $1}]},
 "jobs": [$2]}
END
}

# replay POLICY [ARGUMENT...]: the result is in result/
replay()
{
    policy=$1
    shift
    "$protium" replay work.json --policy "it=$policy" "$@" --out result \
        >.out 2>.err || echo "exit code $?"
}

# stages: of each attempt, JOB.STAGE.TRY START-END OUTCOME, by job and stage.
stages()
{
    awk -F, 'NR > 1 {
        print $1 "." $2 "." $4 " " $10 "-" $11 " " $15
    }' result/runs/it/stages.csv | sort -t . -k 1n -k 2n -k 3n
}

# value COLUMN: of summary.csv.
value()
{
    awk -F, -v column="$1" '
        { gsub(/"[^"]*"/, "") }
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        NR == 2 { print $at }' result/summary.csv
}

# slot_seconds CLASS: of the ledger.
slot_seconds()
{
    awk -F, -v class="$1" '$1 == class { print $2 }' result/runs/it/ledger.csv
}

# is NAME EXPECTED GOT
is()
{
    if [ "$2" = "$3" ]; then
        echo "ok $1"
    else
        echo "not ok $1: expected"
        echo "$2" | sed 's/^/    /'
        echo '  got'
        echo "$3" | sed 's/^/    /'
        failed=$((failed + 1))
    fi
}

# ---- deadlock of partial gangs ----

# Two jobs prepare data on two slots each until 10, then ask for gangs of three.
# Task by task and in turn, each gets two of the four slots, and waits for the
# third for ever.  All at once or none: one at 10, the other at 15.
job='"stages": [{"tasks": 2, "length": 10},
    {"mode": "gang", "tasks": 3, "length": 5, "after": 0}]'
work 4 "{$job}, {$job}"
replay fifo:drivers=2
is deadlock-of-two-drivers '2 unfinished, 1 deadlock' \
    "$(value unfinished) unfinished, $(value deadlocks) deadlock"
is deadlock-is-told \
    'at 10 s among 2 gangs: job 1 holds 2 of 3, job 2 holds 2 of 3' \
    "$(sed -n 's/^protium: it: 1 deadlock; the first //p' .err)"
# Both give up after 5 s, and again: nobody is ever alone.
replay fifo:drivers=2,hold_timeout=5s,backoff=1s,tries=3
is deadlock-again-and-again '2 unfinished, 3 deadlocks, 6 time-outs' \
    "$(value unfinished) unfinished, $(value deadlocks) deadlocks, $(
        value hold_timeouts) time-outs"
together='1.0.0 0-10 success
1.1.0 10-15 success
2.2.0 0-10 success
2.3.0 15-20 success'
for policy in gang spark easy fifo; do
    replay $policy
    is "no-deadlock-$policy" "$together" "$(stages)"
done

# ---- starvation of a wide gang ----

# Two slots.  Each 5 s a narrow job of 10 s comes, ten of them in all: until 55
# both slots are never free at once.  The gang of two comes at 1.  Passed over,
# it waits for the last narrow job, 45-55.  With a reservation it has both slots
# at 10, when the first narrow job ends; the others then go in pairs, at 20, 30,
# 40, 50 and 60: they wait 15, 10, 15, 10, ... instead of nothing.
work 2 '{"count": 10, "every": 5, "stages": [{"length": 10}]},
    {"submit": 1, "stages": [{"mode": "gang", "tasks": 2, "length": 10}]}'
replay spark
is starved-by-spark 'gang 54, narrow 0' \
    "gang $(value gang_wait_mean), narrow $(value parallel_wait_mean)"
for policy in easy conservative; do
    replay $policy
    is "not-starved-by-$policy" 'gang 9, narrow 11.5' \
        "gang $(value gang_wait_mean), narrow $(value parallel_wait_mean)"
done
# Strict order needs no reservation for that, but lets nobody pass.
replay fcfs
is not-starved-by-fcfs 'gang 9, narrow 11.5' \
    "gang $(value gang_wait_mean), narrow $(value parallel_wait_mean)"

# ---- a gang works again ----

# A task fails after 4 s, then after 6 s, then does its 10 s.  A gang of three
# throws 3 x 4 + 3 x 6 away, and comes again after 200 ms each time; of three
# tasks in parallel, the one alone throws 4 + 6 away.
twice='"tasks": 3, "length": 10, "takes": {"1": [{"length": 4, "fails": true},
    {"length": 6, "fails": true}, {}]}'
work 3 '{"stages": [{"mode": "gang", '"$twice}, {\"length\": 1, \"after\": 0}]}"
replay gang
is gang-works-again '1.0.0 0-4 failure
1.0.1 4.2-10.2 failure
1.0.2 10.4-20.4 success
1.1.0 20.4-21.4 success' "$(stages)"
is gang-loses-all-members-work 'useful 31, lost 30, tries 3' \
    "useful $(slot_seconds useful), lost $(slot_seconds lost), tries $(
        value gang_tries)"
work 3 "{\"stages\": [{$twice}, {\"length\": 1, \"after\": 0}]}"
replay gang
is task-works-again '1.0.0 0-20 success
1.1.0 20-21 success' "$(stages)"
is task-loses-its-own-work 'useful 31, lost 10' \
    "useful $(slot_seconds useful), lost $(slot_seconds lost)"

# A member that always fails after 4 s: after four attempts it is the job's.
work 3 '{"stages": [
    {"mode": "gang", "tasks": 3, "length": 10,
     "takes": {"1": [{"length": 4, "fails": true}]}},
    {"length": 1, "after": 0}]}'
replay gang
is gang-gives-up-after-four '1.0.0 0-4 failure
1.0.1 4.2-8.2 failure
1.0.2 8.4-12.4 failure
1.0.3 12.6-16.6 failure
1 failed' "$(stages | grep '^1\.0')
$(value failed) failed"

[ "$failed" -eq 0 ]
