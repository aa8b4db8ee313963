#!/bin/sh
# test_slow_cli.sh - nodes and tasks that are slow, from outside: cases small
# enough to be worked out by hand, to the second and the slot-second; and bad
# settings.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# row ID SUBMIT LENGTH WIDTH [LIMIT]: a job.
row()
{
    echo "$1 $2 -1 $3 $4 -1 -1 $4 ${5:-$3} -1 1 1 1 1 1 1 -1 -1"
}

# speeds S...: the nodes of documents from now on, one of each speed.
speeds()
{
    nodes=$(printf '{"speed": %s},' "$@")
    nodes=${nodes%,}
}

# stages STAGE...: a document with a job of each, or of one [LIST]; the first
# comes at 0, the others $gap after each other.
gap=60
stages()
{
    jobs='' at=0
    for stage; do
        case $stage in '['*) ;; *) stage="[{$stage}]" ;; esac
        jobs="$jobs${jobs:+,}{\"submit\": $at, \"stages\": $stage}"
        at=$((at + gap))
    done
    printf '{"schema": "protium.pipeline/1", "machine": {"nodes": [%s]},
        "jobs": [%s]}\n' "$nodes" "$jobs" >jobs.json
}

# replay NAME FILE POLICY ARGUMENT...: into out/.
replay()
{
    name=$1 file=$2 policy=$3
    shift 3
    rm -rf out
    run replay "$file" --out out --tape --policy "$policy" "$@"
    [ "$got" -eq 0 ] || not_ok "$name" "exit code $got"
}

# table FILE COLUMNS: of each row, in order of its first column; rows are
# separated by a semicolon.
table()
{
    awk -F , -v columns="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            n = split(columns, c, " ")
            text = $1 ":"
            for (i = 1; i <= n; i++)
                text = text " " $at[c[i]]
            print text
        }' out/runs/*/"$1" | sort -n | tr '\n' ';' | sed 's/;$//'
}

# jobs EXPECTED [COLUMNS]
jobs()
{
    is "$name: jobs" "$1" \
        "$(table jobs.csv "${2:-first_start_time finish_time}")"
}

# ledger EXPECTED: the classes that are not 0, in the ledger's order.
ledger()
{
    is "$name: ledger" "$1" "$(awk -F , 'NR > 1 && $2 != 0 {
        printf "%s%s %s", comma, $1, $2; comma = ", " }' out/runs/*/ledger.csv)"
}

# copies EXPECTED: "SECONDS TASK NODE" of each second launch on the tape.
copies()
{
    is "$name: copies" "$1" "$(sed -n '/"copy":true/{
            s/^{"t":\([0-9]*\),.*"decisions":/\1 /
            p
        }' out/runs/*/tape.jsonl | awk '{
            t = $1 / 1e6
            n = split($0, d, /[{]/)
            for (i = 2; i <= n; i++)
                if (d[i] ~ /"start":/ && d[i] ~ /"copy":true/) {
                    task = node = d[i]
                    sub(/.*"task":/, "", task)
                    sub(/,.*/, "", task)
                    sub(/.*"at":\[\[/, "", node)
                    sub(/,.*/, "", node)
                    printf "%s%s %s %s", comma, t, task, node
                    comma = ", "
                }
        }')"
}

# ---- each at its node's pace ----
#
# Four tasks of 10 s, one on each node.  All is over after 40 s; 75 are useful,
# of 160.
speeds 0.25 0.5 1 2
stages '"tasks": 4, "length": 10'
replay 'parallel' jobs.json easy
jobs '1: 0 40'
ledger 'useful 75, idle 85'

# Lengths of their own: 8, 12, 9 and 3.
stages '"tasks": 4, "length": [2, 6, 9, 6]'
replay 'lengths' jobs.json easy
jobs '1: 0 12'
ledger 'useful 32, idle 16'

# A third of 10 s, and three times as fast as that, to the microsecond.
speeds 3 0.3
stages '"tasks": 1, "length": 10' '"tasks": 2, "length": 10'
replay 'thirds' jobs.json easy
jobs '1: 0 3.333333;2: 60 93.333333'

# Three times as slow, besides: 30 / 3 and 30 / 0.3.
replay 'both' jobs.json easy --set slowness=slow:p=1,factor=3
jobs '1: 0 10;2: 60 160'

# What a task leaves is free at once: of a gang whose members go when they are
# done, node 2 is free at 10, and node 3 at 5: job 2 (both) begins at 10, and
# takes as long as it does on node 2.
speeds 0.25 0.5 1 2
gap=1
stages '"mode": "gang", "tasks": 4, "length": 10' \
    '"mode": "gang", "tasks": 2, "length": 10'
gap=60
replay 'a gang' jobs.json spark
jobs '1: 0 40;2: 10 20'
ledger 'useful 90, short 5, idle 65'

# ---- members wait for the slowest ----
#
# Four members of 10 s take 40, 20, 10 and 5 s; whoever is done waits: 20 + 30 +
# 35.  It is the same in one part and in five, told in sum or one by one.
for kind in '"together": true' '"iterations": 1' '"iterations": 5'; do
    for how in whole each; do
        stages "\"mode\": \"gang\", \"tasks\": 4, \"length\": 10, $kind"
        replay "barrier: $kind, $how" jobs.json easy --set barriers=$how
        jobs '1: 0 40 75' 'first_start_time finish_time useful_time'
        is "$name: stage" '1: 4 85' "$(table stages.csv 'launches barrier')"
        ledger 'useful 75, barrier 85'
    done
done

# Lengths of their own, in two parts of 4, 6, 4.5 and 1.5 s.
for how in whole each; do
    stages '"mode": "gang", "tasks": 4, "length": [2, 6, 9, 6], "iterations": 2'
    replay "uneven, $how" jobs.json easy --set barriers=$how
    jobs '1: 0 12'
    ledger 'useful 32, barrier 16'
done

# Two slots a node, on the first for both: 40, 40 and 20 s.
nodes='{"cores": 2, "speed": 0.25}, {"cores": 2, "speed": 0.5}'
stages '"mode": "gang", "tasks": 3, "length": 10, "together": true' \
    '"mode": "gang", "tasks": 2, "cores": 2, "length": 10, "together": true'
replay 'slots' jobs.json easy
jobs '1: 0 40 0-1;2: 60 100 0-1' \
    'first_start_time finish_time allocated_resources'
ledger 'useful 220, barrier 60, idle 120'

# Held one by one, the last slot first: task 0 is on node 2 (5 s), task 1 on node
# 1 (10 s), task 2 on node 0 (20 s), from 20 on; held are 19 and 10.
speeds 0.5 1 2
gap=1
stages '"tasks": 2, "length": 10' \
    '"mode": "gang", "tasks": 3, "length": 10, "together": true'
gap=60
replay 'held' jobs.json fifo
jobs '1: 0 20;2: 20 40'
ledger 'useful 65, hold 29, barrier 25, idle 1'

# ---- limits ----
#
# Everything takes twice as long.  Job 1 has three of four nodes for 100 s, and
# so its limit is; job 2 waits for all four.  Job 3 (40 s) would be over before,
# and starts at once; job 4 (60 s, at 90) would not.  In truth job 1 ends at
# 200 and job 3 at 82, or they are killed at 100 and 42.  What is free is short
# until job 4 comes, and kept for job 2 then.
{
    row 1 0 100 3
    row 2 1 10 4
    row 3 2 40 1
    row 4 90 60 1
} >jobs.swf
double=slowness=slow:p=1,factor=2
for machine in auto named; do
    for policy in easy conservative; do
        replay "overrun: $policy, $machine" jobs.swf "$policy" --nodes 4 \
            --set $double --set machine=$machine
        jobs '1: 0 200;2: 200 220;3: 2 82;4: 220 340'
        ledger 'useful 880, drain 110, short 9, idle 361'
        replay "kill: $policy, $machine" jobs.swf "$policy" --nodes 4 \
            --set $double --set machine=$machine --set overrun=kill
        jobs '1: 0 100 0;2: 100 110 0;3: 2 42 0;4: 110 170 0' \
            'first_start_time finish_time success'
        ledger 'useful 440, drain 10, short 49, idle 181'
    done
done

# At half the time nothing overruns: job 4 begins at 55.
replay 'fast' jobs.swf easy --nodes 4 --set slowness=slow:p=1,factor=0.5 \
    --set overrun=kill
jobs '1: 0 50 1;2: 50 55 1;3: 2 22 1;4: 90 120 1' \
    'first_start_time finish_time success'

# Members of 20 and 10 s, killed after 15: one by one, waiting for each other,
# in two parts, and each for itself.
speeds 0.5 1
members='"tasks": 2, "length": 10, "limit": 15'
stages "$members" "$members, \"mode\": \"gang\", \"together\": true" \
    "$members, \"mode\": \"gang\", \"iterations\": 2" \
    "$members, \"mode\": \"gang\""
replay 'limits of members, each' jobs.json easy --set overrun=kill \
    --set barriers=each
jobs '1: 0 15 25;2: 60 75 25;3: 120 135 25;4: 180 195 25' \
    'first_start_time finish_time useful_time'
is "$name: stages" '1: 0 killed;2: 5 killed;3: 5 killed;4: 0 killed' \
    "$(table stages.csv 'barrier outcome')"
ledger 'useful 100, barrier 10, idle 280'

# ---- where a job is ----
#
# Nodes of two processors: of the first seeds, one under which node 0 is fast
# and node 1 slow.  Job 2 is on processors 1 and 2, of either node.
{
    row 1 0 10 1
    row 2 0 10 2
    row 3 0 10 1
} >jobs.swf
for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    replay 'border' jobs.swf easy --nodes 2x2 --set seed="$seed" \
        --set slowness=slow:p=0.5,factor=3
    [ "$(table jobs.csv finish_time)" = '1: 10;2: 30;3: 30' ] && break
done
jobs '1: 0 10 0;2: 0 30 1-2;3: 0 30 3' \
    'first_start_time finish_time allocated_resources'
replay 'border, by node' jobs.swf easy --nodes 2x2 --set seed="$seed" \
    --set slowness=slow:p=0.5,factor=3 --set machine=named
jobs '1: 0 10 0;2: 0 30 0-1;3: 0 30 1' \
    'first_start_time finish_time allocated_resources'

# ---- what was saved ----
#
# A gang of one, of 35 s; node 0 takes twice as long.  A checkpoint takes 2 s,
# after each 10 s of work: at 50, when node 0 goes down, 40 s are saved, which
# are 20 of the 35, and 2 s are lost.  A stage is tried again after 0.2 s, on
# node 1: it loads for 3 s, works for 10, saves, and works for 5.
outages()
{
    {
        echo node,down,up,cause
        printf 'n%d,100000,100001,unknown\n' 0 1 2
        printf '%s\n' n9,0,1,unknown "$@"
    } >log.csv
}

spent='finish_time lost_time checkpoint_time restart_time useful_time'
save=checkpoint=fixed:interval=10,cost=2,restart=3
log=failures=trace:file=log.csv
outages n0,50,90000,hardware
speeds 0.5 1
stages '"mode": "gang", "tasks": 1, "length": 35'
replay 'to a fast node' jobs.json easy --set $save --set $log
jobs '1: 70.2 2 10 3 55' "$spent"

# The other way round: at 30 on node 0, 20 s are saved, and 6 lost; the 15 s
# that are left take 30.
outages n0,30,90000,hardware
speeds 1 0.5
stages '"mode": "gang", "tasks": 1, "length": 35'
replay 'to a slow node' jobs.json easy --set $save --set $log
jobs '1: 67.2 6 8 3 50' "$spent"

# Two members that meet after each half of 20 s, on nodes 0 (slow) and 1, with
# node 2 to spare.  Work goes on from 0 to 8, saved until 9; to 17, until 18, in
# which the second member has waited since 11; to 22, when they meet after 20 s
# of work; to 26, until 27; and at 30 node 0 goes down, with 3 s each lost.
# Saved are 24 s of the first, 14 of the second (who waited for 10), which are
# 12 and 14 of their work.  From 30.2 on, it loads for 2 s; the first works for
# 8 s on node 1, the second for 6, and waits for 2.
outages n0,30,90000,hardware
speeds 0.5 1 1
stages '"mode": "gang", "tasks": 2, "length": 20, "iterations": 2'
save=checkpoint=fixed:interval=8,cost=1,restart=2
replay 'members' jobs.json spark --set $save --set $log
jobs '1: 40.2 6 6 4 52' "$spent"
is "$name: stage" '1: 10;1: 2' "$(table stages.csv barrier)"

# One by one, the second one's wait has a checkpoint in it.
replay 'members, each' jobs.json spark --set $save --set $log \
    --set barriers=each
jobs '1: 40.2 6 5 4 52' "$spent"
is "$name: stage" '1: 11;1: 2' "$(table stages.csv barrier)"

# ---- second launches ----
#
# Two nodes of two slots, the first takes ten times as long.  At 10 two of four
# tasks of 10 s have ended; so what has run for more than 15 s is slow, at the
# next look, each 100 ms: at 15.1 the two on node 0 get a copy each on node 1,
# which end at 25.1.  What the first launches did is lost.
nodes='{"cores": 2, "speed": 0.1}, {"cores": 2}'
speculation='--set speculation=on --set speculation_quantile=0.5
    --set speculation_multiplier=1.5'
stages '"tasks": 4, "length": 10'
replay 'no copies' jobs.json easy
jobs '1: 0 100'
ledger 'useful 220, idle 180'
# shellcheck disable=SC2086
for rounds in none spark; do
    replay "copies, rounds=$rounds" jobs.json easy $speculation \
        --set rounds=$rounds
    jobs '1: 0 25.1 50.2 40' \
        'first_start_time finish_time lost_time useful_time'
    is "$name: stage" '1: 6' "$(table stages.csv launches)"
    ledger 'useful 40, lost 50.2, idle 10.2'
done

# The second task has 0.5 s: node 0 has a free slot from 5 on, but a copy there
# would help nobody.
stages '"tasks": 4, "length": [10, 0.5, 10, 10]'
# shellcheck disable=SC2086
replay 'a copy runs elsewhere' jobs.json easy $speculation
copies '15.1 0 1'
jobs '1: 0 25.1'

# Gangs get none, whatever they do; they take as long as they would.
for kind in '"together": true' '"iterations": 4' '"may_fail": true'; do
    stages "\"mode\": \"gang\", \"tasks\": 4, \"length\": 10, $kind"
    # shellcheck disable=SC2086
    replay "no copies of gangs: $kind" jobs.json easy $speculation
    copies ''
    jobs '1: 0 100'
    is "$name: stage" '1: 4' "$(table stages.csv launches)"
done

# Beside one of those, a parallel stage gets them all the same.  The gang has a
# slot of either node, and so has the stage: one of its two tasks ends at 10,
# when node 1 is half free.
stages '[{"id": "g", "mode": "gang", "tasks": 2, "length": 10, "cores": 1,
    "together": true}, {"id": "p", "tasks": 2, "length": 10}]'
# shellcheck disable=SC2086
replay 'side by side' jobs.json spark:order=fifo $speculation --set place=spread
copies '15.1 0 1'
is "$name: stages" '1: gang 2 100;1: parallel 3 25.1' \
    "$(table stages.csv 'mode launches end_time')"

# ---- settings ----

row 1 0 10 2 20 >t.swf
for law in none lognormal exponential slow pareto; do
    run replay t.swf --nodes 4 --policy easy --set slowness=$law
    is "slowness=$law" 0 $got
done
# bad NAME PATTERN VALUE
bad()
{
    run replay t.swf --nodes 4 --policy easy --set "slowness=$3" --out new
    if [ "$got" -ne 2 ] || [ -s .out ] || [ -e new ]; then
        not_ok "$1" "exit code $got, or more than that"
    elif [ "$(wc -l <.err)" -ne 1 ] || ! grep -qE -e "$2" .err; then
        not_ok "$1" "expected: $2"
    else
        ok "$1"
    fi
}
bad 'no such model' 'straggler model' nonsense
bad 'a slip' 'did you mean .?pareto' paretto
bad 'no such parameter' 'expected|alpha' pareto:beta=2
bad 'too small' 'alpha.*expected' pareto:alpha=0
bad 'not a number' 'sigma.*expected' lognormal:sigma=much
bad 'no share' 'p=.*expected' slow:p=1.5

# So fast that it takes no time at all: no longer than a little bit.
run replay t.swf --nodes 4 --policy easy --set slowness=slow:p=1,factor=0 \
    --out zero
is 'no time at all' 1 "$(awk -F , '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    NR == 2 { print ($at["execution_time"] < 0.001) }' zero/runs/*/jobs.csv)"

finish
