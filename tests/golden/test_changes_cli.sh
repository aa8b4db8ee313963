#!/bin/sh
# test_changes_cli.sh - changes of workloads from outside: what comes of them in
# run.json and jobs.csv, published numbers, and bad texts.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# row ID SUBMIT LENGTH WIDTH LIMIT: a job.
row()
{
    echo "$1 $2 -1 $3 $4 -1 -1 $4 $5 -1 1 1 1 1 1 1 -1 -1"
}

{
    echo '; MaxProcs: 8'
    row 1 100 60 2 90
    row 2 100 60 4 90
    row 3 160 120 8 150
    row 4 400 30 1 300
    row 5 500 300 6 300
} >five.swf

# replay NAME ARGUMENT...: five.swf under fcfs, into out/.
replay()
{
    name=$1
    shift
    rm -rf out
    run replay five.swf --out out --policy fcfs "$@"
    [ "$got" -eq 0 ] || not_ok "$name" "exit code $got"
}

# jobs EXPECTED: of each job its number, submit, width, limit and length.
jobs()
{
    is "$name: jobs" "$1" "$(awk -F , '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        {
            print $1 ": " $at["submission_time"] " " \
                $at["requested_number_of_resources"] " " \
                $at["requested_time"] " " $at["execution_time"]
        }' out/runs/fcfs/jobs.csv | sort -n | tr '\n' ';' | sed 's/;$//')"
}

# number KEY: the first of run.json.
number()
{
    sed -n "s/^ *\"$1\": \\([-0-9.]*\\),*\$/\\1/p" out/runs/fcfs/run.json |
        head -n 1
}

# ---- each of them ----

replay none
jobs '1: 100 2 90 60;2: 100 4 90 60;3: 160 8 150 120;4: 400 1 300 30;5: 500 6 300 300'
cp out/runs/fcfs/jobs.csv plain.csv

for changes in load:by=1 window widths shake:share=0 \
    'window+load+widths+shake:share=0,what=runs'; do
    replay "$changes changes nothing" --set "changes=$changes"
    judge "$name" cmp -s plain.csv out/runs/fcfs/jobs.csv
done

replay window --set changes=window:from=2,to=3
jobs '2: 100 4 90 60;3: 160 8 150 120'
is 'window: rows' 5 "$(number rows)"
judge 'window: told' grep -qE 'window +3 +job dropped: outside the window' .err
judge 'window: in run.json' grep -q '"rule": "window"' out/runs/fcfs/run.json
judge 'window: the digest of the whole file' grep -q \
    "$(sha256sum five.swf | cut -d ' ' -f 1)" out/runs/fcfs/run.json
judge 'window: resolved in run.json' grep -q \
    'window:from=2,to=3,since=0s,until=never,rebase=no' out/runs/fcfs/run.json

replay 'window by time' --set changes=window:since=60,until=5m,rebase=yes
jobs '3: 0 8 150 120'
replay load --set changes=load:by=2
jobs '1: 100 2 90 60;2: 100 4 90 60;3: 130 8 150 120;4: 250 1 300 30;5: 300 6 300 300'
# 120 + 240 + 960 + 30 + 1800 of 8 x 400 are 0.984375.
replay 'load to' --set changes=load:to=1.96875
jobs '1: 100 2 90 60;2: 100 4 90 60;3: 130 8 150 120;4: 250 1 300 30;5: 300 6 300 300'
replay widths --set changes=widths:by=0.5
jobs '1: 100 1 90 60;2: 100 2 90 60;3: 160 4 150 120;4: 400 1 300 30;5: 500 3 300 300'
is 'widths: the machine' 4 "$(number nodes)"
replay 'widths with --nodes' --nodes 4 --set clean=strict \
    --set changes=widths:by=0.5
jobs '1: 100 1 90 60;2: 100 2 90 60;3: 160 4 150 120;4: 400 1 300 30;5: 500 3 300 300'
replay estimates --set changes=estimates:model=multiple,k=2
jobs '1: 100 2 120 60;2: 100 4 120 60;3: 160 8 240 120;4: 400 1 60 30;5: 500 6 600 300'
replay 'estimates over limits' --set changes=estimates+load:by=2
jobs '1: 100 2 60 60;2: 100 4 60 60;3: 130 8 120 120;4: 250 1 30 30;5: 300 6 300 300'
replay ties --set changes=ties
is 'ties: who is first' '2 1' "$(awk -F , 'NR > 1 && $1 < 3 {
    printf "%s%s", space, $1; space = " " }' out/runs/fcfs/jobs.csv)"

# ---- replications, and the seed ----

digest()
{
    cut -d , -f 1,4- out/runs/fcfs/jobs.csv | sha256sum
}

for change in shake shake:what=runs shake:what=limits,degree=10 \
    estimates:model=factor; do
    replay "$change" --set "changes=$change"
    first=$(digest)
    replay "$change" --set "changes=$change"
    is "$change: again" "$first" "$(digest)"
    replay "$change" --set "changes=$change" --set replication=2
    second=$(digest)
    judge "$change: replications differ" [ "$first" != "$second" ]
    replay "$change" --set "changes=$change" --set seed=2
    judge "$change: seeds differ" [ "$first" != "$(digest)" ]
done

# ---- models, and a trace that steps back ----

model=poisson:jobs=500,nodes=16,widths=1+4,mean=100
run trace info $model --set changes=load:to=1.25 --json
said 'a model: the load' '"offered_load": 1\.2(5|4999999|50000000)'
run trace generate $model a.swf --set changes=window:to=200+widths:by=2
is 'generate' 0 $got
judge 'generate: says how' grep -q \
    'changes=window:to=200+widths:by=2' a.swf
run trace info a.swf
said 'generate: jobs' '^jobs +200$'
said 'generate: the machine' '^processors +32$'

{
    head -n 4 five.swf
    row 9 50 10 1 20
} >back.swf
for changes in window:to=3 load:to=1 ties; do
    run replay back.swf --policy easy --set "changes=$changes"
    is "steps back, $changes" 0 $got
    judge "steps back, $changes: told" grep -q 'steps back in time' .err
done

# ---- pipelines ----

pipes=hydrogen:jobs=60,nodes=8,load=0.5
for changes in window:from=5,to=30 load:by=1.5 load:to=0.9 shake; do
    rm -rf out
    run replay $pipes --policy spark --out out --set "changes=$changes"
    is "pipelines, $changes" 0 $got
done
run trace info $pipes --set changes=load:to=0.9
said 'pipelines: the load' '^offered load +0\.900$'

# One cluster or two: the model's own words for it, and its document with the
# profiles written in.
model=hydrogen:jobs=60,nodes=8,load=0.7,factor=1
run trace generate $model unified.json --set seed=3
nodes='{"count": 3, "cores": 8, "profile": 1},'
nodes="$nodes {\"count\": 5, \"cores\": 8, \"profile\": 2}"
sed -e "s/^    {\"count\": 8, \"cores\": 8}/    $nodes/" \
    -e 's/"mode": "gang",/& "profile": 2,/g' unified.json >oneway.json
sed 's/{"id": \([0-9]*\), "tasks"/{"id": \1, "profile": 1, "tasks"/g' \
    oneway.json >two.json
for cluster in unified oneway two; do
    rm -rf by-hand own
    run replay $cluster.json --out by-hand --policy spark,easy
    run replay "$model,cluster=$cluster,data_nodes=3" --set seed=3 \
        --out own --policy spark,easy
    for label in spark easy; do
        for file in jobs stages ledger; do
            # But for the workload's name.
            for way in by-hand own; do
                awk -F , -v OFS=, 'FILENAME ~ /ledger/ || FNR == 1 ||
                    ($2 = "") == ""' "$way/runs/$label/$file.csv" >"$way.csv"
            done
            judge "$cluster, $label: $file" cmp -s by-hand.csv own.csv
        done
    done
done

# ---- published numbers ----

kth=$shared/traces/KTH-SP2-1996-2.swf.gz
if [ -e "$kth" ]; then
    # kth CHANGES NAME PATTERN: EASY's row.
    kth()
    {
        run replay "$kth" --policy easy --set clean=strict --set ties=pyss \
            --set "changes=$1"
        said "KTH, $2" "$3"
    }
    kth load:by=1 'as published' '^easy +28481 .* 15697 .* 92\.58$'
    kth window 'all of it, as published' '^easy +28481 .* 15697 .* 92\.58$'
    kth estimates 'exact, as published' '^easy +28481 .* 15188 .* 71\.72$'
    run trace info "$kth" --set changes=load:to=0.9
    said 'KTH: the load' '^offered load +0\.900$'
else
    skip 'KTH' 'no ../shared'
fi

# ---- bad texts ----

# bad NAME VALUE MESSAGE: nothing but that, exit code 2, no folder.
bad()
{
    rm -rf new
    run replay five.swf --policy easy --set "changes=$2" --out new
    if [ "$got" -ne 2 ] || [ -s .out ] || [ -e new ]; then
        not_ok "$1" "exit code $got, or more than that"
    else
        is "$1" "protium: $3" "$(cat .err)"
    fi
}
bad 'no such change' winow \
    "unknown change 'winow' (did you mean 'window'?)"
bad 'none at all' nonsense "unknown change 'nonsense' (see protium list)"
bad 'nothing' '' "unknown change '' (see protium list)"
bad 'nothing after +' load+ "unknown change '' (see protium list)"
bad 'no such parameter' load:two=1 \
    "load has no parameter 'two' (did you mean 'to'?)"
bad 'no value' load:to "load: 'to' is not a parameter (expected KEY=VALUE)"
bad 'no number' load:to=much \
    'load: bad value to=much (expected a number from 0 to 1000)'
bad 'both' load:to=1,by=2 'load: to= and by= (expected one of the two)'
bad 'a window of nothing' window:from=3,to=2 \
    'window: from= is above to= (expected at most that)'
bad 'a window of no time' window:since=2h,until=1h \
    'window: since= is not before until= (expected an earlier time)'
bad 'too short' estimates:model=tsafrir,max=10m \
    'estimates: max= is too short (expected an hour or more; 0: the longest there is)'
bad 'too many' load+load+load+load+load+load+load+load+load \
    'too many changes (expected at most 8)'

run replay hydrogen --policy easy --set changes=load:by=2+ties --out new
is 'pipelines: exit code' 2 $got
is 'pipelines: refused' "protium: changes=ties: the jobs of hydrogen are \
pipelines (expected jobs of one stage)" "$(cat .err)"
judge 'pipelines: no folder' [ ! -e new ]

run list changes
said 'listed' '^  window '
is 'listed: all' 6 "$(grep -cE '^  [a-z]' .out)"
run help --man
said 'in the manual' 'changes'

finish
