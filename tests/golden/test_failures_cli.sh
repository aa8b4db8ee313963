#!/bin/sh
# test_failures_cli.sh - nodes that break, from outside: cases small enough to
# be worked out by hand, to the second and the slot-second; every parameter of
# every model given nonsense; failure traces that are none.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# has NAME PATTERN FILE: a line like it is there.
has()
{
    if grep -qE -e "$2" "$3"; then
        ok "$1"
    else
        not_ok "$1" "no $2 in $3"
    fi
}

# expect NAME CODE PATTERN ARGUMENT...: of a replay of t.swf into new/.  .err
# has a line like PATTERN, and is not full of words; what fails says nothing on
# standard output, and leaves nothing behind.
expect()
{
    name=$1 code=$2 pattern=$3
    shift 3
    rm -rf new
    run replay t.swf --nodes 4 --policy easy --out new "$@"
    if [ "$got" -ne "$code" ]; then
        not_ok "$name" "exit code $got (expected $code)"
    elif grep -qE 'Sanitizer|runtime error|Assertion' .err; then
        not_ok "$name" 'it fell over'
    elif [ "$code" -ne 0 ] && [ -s .out ]; then
        not_ok "$name" 'printed to stdout'
    elif [ -n "$pattern" ] && ! grep -qE -e "$pattern" .err; then
        not_ok "$name" "expected: $pattern"
    elif [ "$code" -ne 0 ] && [ "$(wc -l <.err)" -ne 1 ]; then
        not_ok "$name" 'more than one line'
    elif [ "$code" -ne 0 ] && [ -e new ]; then
        not_ok "$name" 'it left something behind'
    else
        ok "$name"
    fi
}

# row ID SUBMIT LENGTH WIDTH [LIMIT]: a job.
row()
{
    echo "$1 $2 -1 $3 $4 -1 -1 $4 ${5:-$3} -1 1 1 1 1 1 1 -1 -1"
}

# outages ROW...: log.csv, with nodes n0 ... n4, which begins at 0 and goes on
# after every run.
outages()
{
    {
        echo node,down,up,cause
        echo n9,0,1,unknown
        printf 'n%d,100000,100001,unknown\n' 0 1 2 3 4
        printf '%s\n' "$@"
    } >log.csv
}

# replay NAME ARGUMENT...: of jobs.swf, into out/.
replay()
{
    name=$1
    shift
    rm -rf out
    run replay jobs.swf --out out --policy "$@"
    [ "$got" -eq 0 ] || not_ok "$name" "exit code $got"
    cat out/runs/*/jobs.csv >jobs.csv
    cat out/runs/*/ledger.csv >ledger.csv
    cat out/runs/*/outages.csv >outages.csv 2>/dev/null
}

# The same with the log.
fail()
{
    name=$1 nodes=$2 policy=$3
    shift 3
    replay "$name" "$policy" --nodes "$nodes" \
        --set failures=trace:file=log.csv "$@"
}

# jobs EXPECTED COLUMNS: of each job in jobs.csv, in order of its number; the
# jobs are separated by a semicolon.
jobs()
{
    is "$name: jobs" "$1" "$(awk -F , -v columns="$2" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            n = split(columns, c, " ")
            text = $at["job_id"] ":"
            for (i = 1; i <= n; i++)
                text = text " " $at[c[i]]
            print text
        }' jobs.csv | sort -n | tr '\n' ';' | sed 's/;$//')"
}

times='starting_time finish_time attempts lost_time'

# ledger EXPECTED: the classes that are not 0, in the ledger's order.
ledger()
{
    is "$name: ledger" "$1" "$(awk -F , 'NR > 1 && $2 != 0 {
        printf "%s%s %s", comma, $1, $2; comma = ", " }' ledger.csv)"
}

# down EXPECTED: the rows of outages.csv.
down()
{
    is "$name: outages" "$1" "$(tail -n +2 outages.csv | tr '\n' ' ' |
        sed 's/ $//')"
}

# ---- a gang that loses a member ----
#
# Four nodes, first come first served.  Job 1 has all of them, 100 s long; job 2
# (2 nodes, 30 s) and job 3 (1 node, 100 s) come at 10 and 20.  Node 2 is down
# from 50 to 80.  At 50 job 1 has done 4 x 50 = 200, which are lost; the work is
# 400 + 60 + 100 = 560, and 30 are down.
{
    row 1 0 100 4
    row 2 10 30 2
    row 3 20 100 1
} >jobs.swf
outages n2,50,80,hardware

# At its place: job 1 waits, and all behind it, until 80: three nodes are
# blocked for 30 s.  It runs from 80 to 180, then job 2 to 210 and job 3 to 280:
# one node is idle for 30 s, then three for 70.  560 + 200 + 90 + 240 + 30 = 4 x
# 280.
fail 'head' 4 fcfs
jobs '1: 80 180 2 200;2: 180 210 1 0;3: 180 280 1 0' "$times"
ledger 'useful 560, lost 200, blocked 90, idle 240, down 30'
down '2,50,80,hardware'
is 'head: by origin' 'hardware,1,30,1,200' \
    "$(grep ^hardware, out/runs/fcfs/failures.csv)"
is 'head: nothing else' 0 "$(grep -vcE '^(origin|hardware)|,0,0,0,0$' \
    out/runs/fcfs/failures.csv)"

# Behind all others: jobs 2 and 3 take the three nodes that are left, at 50, and
# job 1 is short of one from 80 (when job 2 ends, too) to 150, when job 3 ends:
# three nodes for 70 s.  560 + 200 + 210 + 30 = 4 x 250.
fail 'tail' 4 fcfs --set requeue=tail
jobs '1: 150 250 2 200;2: 50 80 1 0;3: 50 150 1 0' "$times"
ledger 'useful 560, lost 200, short 210, down 30'

# It keeps its three nodes: 90 are held instead of blocked.
fail 'hold' 4 fcfs --set requeue=hold
jobs '1: 80 180 2 200 90 0;2: 180 210 1 0 0 0;3: 180 280 1 0 0 0' \
    "$times held_time hold_timeouts"
ledger 'useful 560, lost 200, hold 90, idle 240, down 30'

# For 20 s, and then at its place.
fail 'patience' 4 fcfs --set requeue=hold --set patience=20
jobs '1: 80 180 2 200 60 1;2: 180 210 1 0 0 0;3: 180 280 1 0 0 0' \
    "$times held_time hold_timeouts"
ledger 'useful 560, lost 200, hold 60, blocked 30, idle 240, down 30'

# There is no spare.
fail 'no spare' 4 fcfs --set requeue=spare
jobs '1: 80 180 2 200;2: 180 210 1 0;3: 180 280 1 0' "$times"
ledger 'useful 560, lost 200, blocked 90, idle 240, down 30'

# Five nodes, what does not fit is passed over.  Job 1 has nodes 0 and 1 until
# 20; job 2 comes at 1 and needs four; job 3 comes at 2 and takes nodes 2, 3 and
# 4 for 100 s.  Node 3 is down from 50 to 80: 3 x 48 are lost, and four nodes
# are free.  The work is 40 + 120 + 300 = 460.
{
    row 1 0 20 2
    row 2 1 30 4
    row 3 2 100 3
} >jobs.swf
outages n3,50,80,software

# At its place, it is behind job 2, which takes the four until 80.  Free are 3
# nodes for 1 s (idle), 3 for 1 and 2 for 30 s (short), and 2 for 100 s.
fail 'passed over' 5 spark
jobs '1: 0 20 1 0;2: 50 80 1 0;3: 80 180 2 144' "$times"
ledger 'useful 460, lost 144, short 63, idle 203, down 30'

# With the spare, node 0, it goes on at once, and job 2 waits until 150: short
# are 63, 1 node for 30 s and 2 for 70; idle 3, and 1 node for 30 s.
for way in spare hold; do
    fail "a spare ($way)" 5 spark --set requeue=$way
    jobs '1: 0 20 1 0 0-1;2: 150 180 1 0 0-3;3: 50 150 2 144 0 2 4' \
        "$times allocated_resources"
    ledger 'useful 460, lost 144, short 233, idle 33, down 30'
done

# ---- how often ----
#
# One node, which is down from 30 to 40 and from 60 to 70, and a job of 100 s.
# What it has done by then, 30 and 20, is lost.
row 1 0 100 1 >jobs.swf
outages n0,30,40,hardware n0,60,70,software
fail 'three losses' 1 easy --set losses=3
jobs '1: 70 170 3 50 COMPLETED_SUCCESSFULLY' "$times final_state"
ledger 'useful 100, lost 50, down 20'
fail 'two losses' 1 easy --set losses=2
jobs '1: 40 60 2 50 COMPLETED_KILLED' "$times final_state"
ledger 'lost 50, down 10'
down '0,30,40,hardware 0,60,,software'
fail 'one loss' 1 easy --set losses=1
jobs '1: 0 30 1 30 COMPLETED_KILLED' "$times final_state"
fail 'any losses' 1 easy --set losses=0
jobs '1: 70 170 3 50 COMPLETED_SUCCESSFULLY' "$times final_state"

# A checkpoint each 14 s counts anew: 28 and 14 s are saved, 2 and 6 are lost.
fail 'losses and checkpoints' 1 easy --set losses=2 \
    --set checkpoint=fixed:interval=14,cost=0,restart=0
jobs '1: 70 128 3 8 COMPLETED_SUCCESSFULLY' "$times final_state"
ledger 'useful 100, lost 8, down 20'

# A node that fails twice within 100 s rests for 50 s once it is repaired: it is
# down for 10 + 10 + 50 s.
row 1 0 20 1 >jobs.swf
outages n0,10,20,hardware n0,30,40,hardware
fail 'a rest' 1 easy --set node_failures=2 --set node_window=100 \
    --set node_rest=50
jobs '1: 90 110 3 20' "$times"
ledger 'useful 20, lost 20, down 70'
down '0,10,20,hardware 0,30,40,hardware'
fail 'not so soon' 1 easy --set node_failures=2 --set node_window=19 \
    --set node_rest=50
jobs '1: 40 60 3 20' "$times"
fail 'not so often' 1 easy --set node_failures=3 --set node_window=100 \
    --set node_rest=50
jobs '1: 40 60 3 20' "$times"

# Faults of one node that overlap are one outage, from the first to the last.
outages n0,10,30,hardware n0,20,50,software n0,25,28,network
fail 'overlap' 1 easy
jobs '1: 50 70 2 10' "$times"
ledger 'useful 20, lost 10, down 40'
down '0,10,50,hardware'

# ---- checkpoints ----
#
# Two nodes, a gang of both, 35 s of work.  A checkpoint takes 2 s, after each
# 10 s of work: it works in [0, 10), [12, 22) and [24, 30), when node 0 goes
# down: 6 s are lost, 20 are saved.  From 40 on it loads for 3 s, works in [43,
# 53), saves, and does the last 5 s in [55, 60).  Each time x 2: useful 70, lost
# 12, checkpoints 4 + 2 = 6, restart 3; one node is down, and one short, for 10
# s.
row 1 0 35 2 >jobs.swf
outages n0,30,40,hardware
spent='checkpoint_time restart_time useful_time'
fail 'checkpoint' 2 easy --set checkpoint=fixed:interval=10,cost=2,restart=3
jobs '1: 40 60 2 12 12 6 70' "$times $spent"
ledger 'useful 70, lost 12, checkpoint 12, restart 6, short 10, down 10'

# 4 GiB of each node at 2 GiB/s are 4 s more, each time, loading too.  It works
# in [0, 10) and [16, 26), and is saving at 30, for 4 of 6 s: 10 s are lost, 10
# saved.  From 40 on it loads for 7 s, and works in [47, 57), [63, 73) and [79,
# 84).  Each time x 2: lost 10, checkpoints 10 + 12, restart 7.
fail 'bandwidth' 2 easy \
    --set checkpoint=fixed:interval=10,cost=2,restart=3,size=4,bandwidth=2
jobs '1: 40 84 2 20 44 14 70' "$times $spent"
ledger 'useful 70, lost 20, checkpoint 44, restart 14, short 10, down 10'

# None is written at the very end: 30 s of work with two, not three.  What
# strikes as one begins comes before it: at 10, nothing is saved.
row 1 0 30 2 >jobs.swf
outages n0,40,41,hardware
fail 'none at the end' 2 easy --set checkpoint=fixed:interval=10,cost=2
jobs '1: 0 34 1 0 8 0 60' "$times $spent"
outages n0,10,20,hardware
fail 'as one begins' 2 easy --set checkpoint=fixed:interval=10,cost=2,restart=3
jobs '1: 20 57 2 20 8 6 60' "$times $spent"
ledger 'useful 60, lost 20, checkpoint 8, restart 6, short 10, down 10'
row 1 0 35 2 >jobs.swf
outages n0,30,40,hardware

# From scratch, but not at once.
fail 'restart alone' 2 easy --set checkpoint=none:restart=5
jobs '1: 40 80 2 60 0 10 70' "$times $spent"
ledger 'useful 70, lost 60, restart 10, short 10, down 10'

# It strikes while it loads, for 2 of 3 s: nothing is lost, and from 50 on it
# loads again, works in [53, 63) and [65, 70).
outages n0,30,40,hardware n1,42,50,hardware
fail 'while it loads' 2 easy --set checkpoint=fixed:interval=10,cost=2,restart=3
jobs '1: 50 70 3 12 12 10 70' "$times $spent"
ledger 'useful 70, lost 12, checkpoint 12, restart 10, short 18, down 18'
# And while it saves, for 1 of 2 s: the 10 s before are lost, and from 20 on it
# works in [23, 33), [35, 45), [47, 57) and [59, 64).
outages n0,11,20,hardware
fail 'while it saves' 2 easy --set checkpoint=fixed:interval=10,cost=2,restart=3
jobs '1: 20 64 2 20 14 6 70' "$times $spent"
ledger 'useful 70, lost 20, checkpoint 14, restart 6, short 9, down 9'

# ---- maintenance ----
#
# All four nodes, from 100 to 150, which is known from the start.  Job 1 has
# them until 60; job 2 (2 nodes, 60 s) would not end before, so waits for 150;
# job 3 (2 nodes, at most 40 s, in truth 30) would.  The work is 420.
{
    row 1 0 60 4
    row 2 10 60 2
    row 3 20 30 2 40
} >jobs.swf
window=maintenance:every=1000,length=50,first=100

# Job 3 overtakes: two nodes wait for 30 s and four for 10 s (drain); at the end
# two are idle for 60 s.
for policy in easy conservative spark fifo; do
    replay "maintenance: $policy" $policy --nodes 4 \
        --set failures=$window,notice=1000
    jobs '1: 0 60 1 0;2: 150 210 1 0;3: 60 90 1 0' "$times"
    ledger 'useful 420, drain 100, idle 120, maintenance 200'
done
rows=
for node in 0 1 2 3; do
    rows="$rows${rows:+ }$node,100,150,maintenance"
done
down "$rows"

# Nobody overtakes: job 3 could, so the order is what forbids it (blocked).
replay 'maintenance: fcfs' fcfs --nodes 4 --set failures=$window,notice=1000
jobs '1: 0 60 1 0;2: 150 210 1 0;3: 150 180 1 0' "$times"
ledger 'useful 420, drain 160, idle 60, maintenance 200'

# Known 30 s ahead, from 70 on: too late, jobs 2 and 3 begin at 60.  Job 2 loses
# 2 x 40, and begins again at 150.
replay 'maintenance: late notice' easy --nodes 4 \
    --set failures=$window,notice=30
jobs '1: 0 60 1 0;2: 150 210 2 80;3: 60 90 1 0' "$times"
ledger 'useful 420, lost 80, idle 140, maintenance 200'

# Two nodes at a time, from 100 to 150 and from 150 to 200; job 2 goes where it
# can: to nodes 2 and 3, until 120.
replay 'maintenance: groups' easy --nodes 4 \
    --set failures=$window,groups=2,notice=1000
jobs '1: 0 60 1 0 0-3;2: 60 120 1 0 2-3;3: 60 90 1 0 0-1' \
    "$times allocated_resources"

# What nobody knows of ahead kills (10 of job 2 are lost), or lets what runs
# end, and no more start: job 2 runs until 120, and of 4 x 50 node-seconds 20
# are its.
{
    row 1 0 5 1
    row 2 90 30 1
    row 3 110 10 1
} >jobs.swf
replay 'killed' easy --nodes 4 --set failures=$window,notice=0,kill=yes
jobs '1: 0 5 1 0;2: 150 180 2 10;3: 150 160 1 0' "$times"
ledger 'useful 45, lost 10, idle 465, maintenance 200'
replay 'drained' easy --nodes 4 --set failures=$window,notice=0,kill=no
jobs '1: 0 5 1 0;2: 90 120 1 0;3: 150 160 1 0' "$times"
ledger 'useful 45, idle 415, maintenance 180'

# ---- parameters ----

row 1 0 10 2 20 >t.swf
outages n2,5,80,hardware

# params KIND: "NAME KEY DEFAULT" of each that `protium list` has.
params()
{
    "$protium" list "$1" | awk '
        /^  [a-z]/ { name = $1 }
        /^      [a-z_]+=/ {
            at = index($1, "=")
            print name, substr($1, 1, at - 1), substr($1, at + 1)
        }'
}

is 'list: failures' 'none nodes fta gpus lemons bursts tree maintenance trace' \
    "$("$protium" list failures | sed -n 's/^  \([a-z][^ ]*\) .*/\1/p' |
        tr '\n' ' ' | sed 's/ $//')"
is 'list: checkpoints' 'none fixed young daly optimum' \
    "$("$protium" list checkpoints | sed -n 's/^  \([a-z][^ ]*\) .*/\1/p' |
        tr '\n' ' ' | sed 's/ $//')"
params failures >failures.txt
params checkpoints >checkpoints.txt
cat >wanted.txt <<'END'
nodes: mtbf up up_shape mttr down down_shape crews
fta: trace law
gpus: rate per mttr down down_shape
lemons: share mtbf mttr
bursts: interval interval_sigma size_mu size_sigma down down_sigma cap \
neighbours
tree: mtbf mttr rack_mtbf rack_mttr switch_mtbf switch_mttr spine spine_mtbf \
spine_mttr feed feed_mtbf feed_mttr down down_shape
maintenance: every length first groups notice kill
trace: file system from by clock
none: restart
fixed: interval cost size bandwidth restart
young: mtbf cost size bandwidth restart
daly: mtbf cost size bandwidth restart
optimum: mtbf cost size bandwidth restart
END
cat failures.txt checkpoints.txt | awk '
    $1 != name { printf "%s%s:", (NR > 1 ? "\n" : ""), $1; name = $1 }
    { printf " %s", $2 }
    END { print "" }' >listed.txt
sed -e ':a' -e '/\\$/N; s/\\\n//; ta' wanted.txt >joined.txt
if cmp -s joined.txt listed.txt; then
    ok 'list: every parameter'
else
    not_ok 'list: every parameter' "$(diff joined.txt listed.txt | head -n 4)"
fi

# Each of them: nonsense, and what is too small for any; with the key, and what
# was expected.  A file may have any name.
for kind in failures checkpoints; do
    [ $kind = failures ] && setting=failures || setting=checkpoint
    while read -r model key default; do
        [ "$key" = file ] && continue
        for value in nonsense -1e99 ''; do
            expect "$kind: $model:$key='$value'" 2 \
                "^protium: $model: .*$key=.*expected " \
                --set "$setting=$model:$key=$value"
        done
        [ "$model" = trace ] && continue
        expect "$kind: $model:$key=$default" 0 '' \
            --set "$setting=$model:$key=$default" --set racks=2
    done <$kind.txt
done

# ---- usage ----

# usage NAME PATTERN SETTING...: each of them alone.
usage()
{
    about=$1 message=$2
    shift 2
    for setting; do
        expect "usage: $about: $setting" 2 "^protium: $message" \
            --set "$setting"
    done
}

usage 'no such model' "unknown failure model '.*' \(see protium list" \
    failures=xyzzy failures=NODES failures=+ failures=nodes+ failures=+nodes \
    failures=nodes,mtbf=3 failures=:mtbf=3
usage 'another model' "unknown failure model '.*' \(did you mean '[a-z]+'\?\)" \
    failures=node failures=nodes+gpu failures=tre:mtbf=1d failures=burst \
    failures=maintenence failures=traces failures=lemon
usage 'no such rule' "unknown checkpoint rule '.*' \(see protium list" \
    checkpoint=xyzzy checkpoint=fixed+daly
usage 'another rule' "unknown checkpoint rule '.*' \(did you mean 'daly'\?\)" \
    checkpoint=dally checkpoint=day:cost=1m
usage 'twice' 'the failure model [a-z]+ is named twice \(expected each once' \
    failures=nodes+nodes failures=nodes:mtbf=1d+gpus+nodes:mtbf=2d \
    failures=trace:file=log.csv+trace:file=log.csv
usage 'another parameter' "[a-z]+ has no parameter '.*' \(did you mean" \
    failures=nodes:mtbff=1d failures=tree:rackmtbf=1d failures=gpus:rat=1 \
    failures=nodes+gpus:rat=1 checkpoint=daly:cots=1m \
    checkpoint=fixed:intervall=1 place=racks:prefers=pack
usage 'no such parameter' "[a-z]+ has no parameter '.*' \(expected" \
    failures=fta:xyzzy=1 checkpoint=none:xyzzy=1d
usage 'no parameter at all' "nodes: '.*' is not a parameter" \
    failures=nodes: failures=nodes:mtbf
usage 'another choice' '.*is not known \(did you mean .*\? expected ' \
    failures=nodes:up=weibul failures=fta:trace=lanl5 failures=fta:law=gama \
    failures=trace:file=log.csv,by=nam requeue=tale place=racks:prefer=spred
usage 'not a choice' '.*bad value .*\(expected ' requeue=xyzzy requeue= \
    requeue=head+tail failures=bursts:neighbours=maybe
usage 'out of range' '.*bad value .*\(expected .* from .* to ' \
    patience=0 patience=-1 patience=1e11 losses=-1 losses=1.5 losses=2e9 \
    node_failures=-1 node_failures=1001 node_window=0 node_window=x \
    node_rest=0 node_rest=soon racks=-1 racks=2e9 stall=0 \
    failures=nodes:mtbf=0 failures=gpus:per=0 failures=lemons:share=1.1 \
    failures=tree:mttr=0 failures=maintenance:groups=0 \
    checkpoint=fixed:interval=0
usage 'slowness' "unknown straggler model 'xyzzy'" slowness=xyzzy
usage 'its parameter' 'lognormal: bad value sigma=x \(expected' \
    slowness=lognormal:sigma=x
usage 'another key' "--set has no parameter '.*' \(did you mean '.*'\?\)" \
    failure=none checkpoints=none node_failure=1 patince=1d rack=2
usage 'no file' 'trace: no file \(expected file=FILE\)' \
    failures=trace failures=trace:file= failures=nodes+trace
usage 'too long' '--set: bad value failures=.*\(expected at most' \
    "failures=nodes:mtbf=$(printf '%05000d' 1)"
usage 'after the log' 'trace: from=.* is not within the log' \
    failures=trace:file=log.csv,from=1000000
usage 'no racks' '.*: the machine has no racks \(expected --set racks=N' \
    failures=tree failures=nodes+tree:mtbf=1d place=racks
usage 'no names' "trace: by=name, and the machine's nodes have no names" \
    failures=trace:file=log.csv,by=name

# ---- failure traces that are none ----

printf 'node,down,up,cause\na,10,20,hardware\na,x,3,hardware\n' >word.csv
printf 'node,down,up,cause\na,10,20,hardware\na,30\n' >short.csv
printf 'node,down,up,cause\na,30,20,hardware\n' >back.csv
printf 'node,down\na,30\n' >header.csv
: >empty.csv
head -c 3000 "$protium" >garbage.csv
printf 'node,down,up,cause\na,10,20,hardware\n' | gzip -c | head -c 30 >cut.gz
mkdir folder
expect 'file: a word for a time' 3 '^word.csv:3:3: "x"' \
    --set failures=trace:file=word.csv
expect 'file: beside another model' 3 '^word.csv:3:3: "x"' \
    --set failures=nodes+trace:file=word.csv
expect 'file: a field too few' 3 '^short.csv:3:[0-9]+: .*\(expected' \
    --set failures=trace:file=short.csv
expect 'file: up before it is down' 3 '^back.csv:2:[0-9]+: .*\(expected' \
    --set failures=trace:file=back.csv
expect 'file: another header' 3 '^header.csv:1:10: 2 fields \(expected 4\)' \
    --set failures=trace:file=header.csv
expect 'file: a program' 3 '^garbage.csv:1:[0-9]+: .*\(expected' \
    --set failures=trace:file=garbage.csv
expect 'file: empty' 3 '^empty.csv:1:1: not a failure trace \(expected' \
    --set failures=trace:file=empty.csv
expect 'file: cut short' 3 '^cut.gz' --set failures=trace:file=cut.gz
expect 'file: a folder' 3 '^folder: a directory \(expected a file\)' \
    --set failures=trace:file=folder
expect 'file: not there' 3 '^gone.csv: No such file.*\(expected' \
    --set failures=trace:file=gone.csv
if [ "$(id -u)" -ne 0 ]; then
    cp log.csv locked.csv
    chmod 0 locked.csv
    expect 'file: not ours to read' 3 '^locked.csv: ' \
        --set failures=trace:file=locked.csv
else
    skip 'file: not ours to read' 'root may read all'
fi
gzip -c log.csv >log.csv.gz
expect 'file: packed' 0 '' --set failures=trace:file=log.csv.gz

finish
