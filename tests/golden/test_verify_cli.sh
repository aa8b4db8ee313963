#!/bin/sh
# test_verify_cli.sh - what `protium verify` finds, and what it leaves alone.
tests=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/golden/cli.sh
. "$tests/cli.sh"
# shellcheck source=tests/golden/campaign.sh
. "$tests/campaign.sh"

rows()
{
    awk 'BEGIN {
        print "; MaxProcs: 16"
        for (i = 1; i <= 30; i++)
            print i, 60 * i, -1, 100 + 7 * i, 1 + i % 9, -1, -1, 1 + i % 9, \
                400, -1, 1, 1, 1, -1, 1, -1, -1, -1
    }'
}

# study FILE [MORE]
study()
{
    cat >"$1" <<END
{"workload": "lublin:jobs=50,nodes=16", "cluster": 16, "figures": [],
 "policies": ["fcfs", "easy"], "grid": {"load": [0.5, 0.8]},
 "replications": 2${2:-}}
END
}

# stamps DIR: its files, their bytes, and when they were written.
stamps()
{
    (
        cd "$1" || exit 1
        find . -type f -exec sha256sum {} + | sort
        find . -exec stat -c '%n %i %y' {} + | sort
    )
}

# holds NAME N DIR [OPTION...]: N runs are done again, and are the same.
holds()
{
    name=$1 n=$2 dir=$3
    shift 3
    stamps "$dir" >.before
    run verify "$dir" "$@"
    stamps "$dir" >.after
    pattern="^$n runs? done again: $n the same, 0 different; [1-9][0-9]* checks"
    if [ "$got" -ne 0 ]; then
        cat .out >>.err
        not_ok "$name" "exit code $got"
    elif ! grep -qE "$pattern" .out; then
        cat .out >.err
        not_ok "$name" "expected $pattern"
    else
        judge "$name" cmp .before .after
    fi
}

# finds NAME PATTERN [OPTION...]: something is wrong in `spoilt`.
finds()
{
    name=$1 pattern=$2
    shift 2
    stamps spoilt >.before
    run verify spoilt "$@"
    stamps spoilt >.after
    if [ "$got" -ne 4 ]; then
        cat .out >>.err
        not_ok "$name" "exit code $got (expected 4)"
    elif ! grep -qE -e "$pattern" .out; then
        cat .out >.err
        not_ok "$name" "expected $pattern"
    elif ! grep -q '^protium: spoilt is not what its study gives$' .err; then
        not_ok "$name" 'nothing on stderr'
    else
        judge "$name" cmp .before .after
    fi
}

# spoil [DIR]: a new copy to spoil.
spoil()
{
    rm -rf spoilt
    cp -R "${1:-all}" spoilt
}

# ---- what is as it was ----

study all.json
study first.json ', "files": "first"'
study none.json ', "files": "none"'
study stop.json ', "stop": {"metric": "wait_mean", "relative": 0.5, "most": 6}'
study twins.json ', "policies": {"a": "easy", "b": "easy"}'
sed -i 's/"policies": \["fcfs", "easy"\], //' twins.json
for name in all first none stop twins; do
    run run $name.json --out $name
    is "a study: $name" 0 "$got"
done
holds 'a study holds' 8 all
holds 'with one worker' 8 all --jobs 1
holds 'with files of the first replications' 8 first
holds 'without files' 8 none
n=$(($(wc -l <stop/summary.csv) - 1))
judge 'the stop rule wanted more' test $n -gt 8
holds 'with the runs that the stop rule wanted' $n stop
holds 'runs that are one are done once' 4 twins

run replay lublin:jobs=50,nodes=16 --policy fcfs,easy --out replayed
holds 'the folder of replay holds' 2 replayed
rows >t.swf
run replay t.swf --policy fcfs,easy,conservative --tape --out traced
holds 'that of a trace, with a tape' 3 traced
run run all.json --out all --seed 5
holds 'after a detour: another seed' 8 all
run run all.json --out all
holds 'and back' 8 all

holds 'a sample' 3 all --sample 3
holds 'a sample of one' 1 all --sample 1
holds 'a sample of more than there are' 8 all --sample 100
if can_be_nobody; then
    chmod -R a+rX all
    as_nobody "$protium" verify all >.out 2>.err
    is 'a folder that cannot be written' 0 $?
else
    skip 'a folder that cannot be written' 'nobody cannot run protium'
fi

# ---- what is not ----

spoil
printf X | dd of=spoilt/runs/load=0.5/easy/rep-002/jobs.csv bs=1 seek=700 \
    conv=notrunc 2>/dev/null
finds 'one byte of jobs.csv' \
    '^runs/load=0.5/easy/rep-002: was changed: jobs.csv$'
said 'and in nothing else' '^8 runs done again: 7 the same, 1 different; '
is 'that is one line' 2 "$(wc -l <.out | tr -d ' ')"

spoil
rm spoilt/runs/load=0.8/fcfs/rep-001/ledger.csv
finds 'a file that is gone' \
    '^runs/load=0.8/fcfs/rep-001: is not there: ledger.csv$'
spoil
rm spoilt/runs/load=0.8/fcfs/rep-001/run.json
finds 'a run.json that is gone' \
    '^runs/load=0.8/fcfs/rep-001: is not there: run.json'
spoil
rm -r spoilt/runs/load=0.8/fcfs/rep-001
finds 'a folder that is gone' '^runs/load=0.8/fcfs/rep-001: is not there'
spoil first
rm -r spoilt/runs/load=0.8/fcfs
finds 'a folder that is gone, of the first ones' \
    '^runs/load=0.8/fcfs/rep-001: is not there'
spoil
sed -i '0,/"makespan": /s/"makespan": /&1/' \
    spoilt/runs/load=0.8/easy/rep-001/run.json
finds 'run.json itself' '^runs/load=0.8/easy/rep-001: .*run.json'
spoil
sed -i 's/"host": "[^"]*"/"host": "elsewhere"/' \
    spoilt/runs/load=0.8/easy/rep-001/run.json
run verify spoilt
is 'but what is volatile may be anything' 0 "$got"
spoil
echo '{' >spoilt/runs/load=0.8/easy/rep-001/run.json
finds 'a run.json that is none' '^runs/load=0.8/easy/rep-001: .*run.json'

spoil
sed -i 's/"seed": 1,/"seed": 2,/' spoilt/study.json
finds 'another study' '^8 runs done again: 0 the same, 8 different; '

spoil
sed -i '3s/fcfs\(.*\)0/fcfs\11/' spoilt/summary.csv
finds 'summary.csv' 'summary.csv'
spoil
sed -i '30s/fcfs\(.*\)0/fcfs\11/' spoilt/cells.csv
finds 'cells.csv' 'cells.csv'
spoil replayed
echo >>spoilt/runs/easy/timeline.csv
finds 'a file of replay' '^runs/easy: was changed: timeline.csv$'

if $sqlite; then
    spoil
    sqlite3 spoilt/results.db "UPDATE run SET
        row = replace(row, '50,50,50', '50,50,49') WHERE run_id = 2"
    finds 'a row of the store' '^runs/load=0.5/fcfs/rep-002: .*results.db'
    spoil none
    sqlite3 spoilt/results.db "UPDATE run SET
        row = replace(row, '50,50,50', '50,50,49') WHERE run_id = 2"
    finds 'and without files' '^runs/load=0.5/fcfs/rep-002: .*results.db'
    spoil
    sqlite3 spoilt/results.db \
        'UPDATE result SET wait_mean = wait_mean + 1 WHERE run_id = 2'
    finds 'a value of the store' 'results.db'
    spoil
    sqlite3 spoilt/results.db 'DELETE FROM run WHERE run_id = 3'
    finds 'a row that is gone' '^runs/load=0.5/easy/rep-001: .*results.db'
fi
spoil
head -c 5000 spoilt/results.db >short
cp short spoilt/results.db
run verify spoilt
judge 'a store that is damaged' test "$got" -eq 3 -o "$got" -eq 4
judge 'which is told' grep -q results.db .err .out

sed -i '9s/ 400 / 401 /; 9s/ 1[0-9][0-9] / 300 /' t.swf
mv traced spoilt2
rm -rf spoilt
mv spoilt2 spoilt
finds 'a trace that was changed' 't.swf'
cat >trace.json <<'END'
{"workload": "t.swf", "cluster": 16, "policies": ["fcfs", "easy"],
 "grid": {"tau": [10, 20]}, "figures": []}
END
rm -rf spoilt
run run trace.json --out spoilt
sed -i '7s/ 1[0-9][0-9] / 301 /' t.swf
finds 'a trace that was changed, of a study' 't.swf'
rm t.swf
says 'a trace that is gone' 3 'study.json:[0-9]+:[0-9]+: .*t.swf' verify spoilt

# ---- what cannot be done ----

says 'no folder' 3 '^none2/study.json: cannot be read' verify none2
mkdir empty
says 'an empty folder' 3 '^empty/study.json: cannot be read' verify empty
cp all.json empty/study.json
says 'no run in it' 4 '^protium: empty is not what its study gives$' \
    verify empty
said 'no run in it: that is told' '^8 runs of the study are not there'
says 'two folders' 2 'one too many' verify all none
says 'none at all' 2 'needs a DIR' verify
says 'a sample of none' 2 "'0' is not a number of 1 to" verify all --sample 0

# ---- while it is not whole ----

cat >bad.json <<'END'
{"workload": "good.swf", "cluster": 16, "policies": ["fcfs", "easy"],
 "grid": {"w": {"points": [{"label": "bad", "set": {"workload": "bad.swf"}},
   {"label": "good", "set": {"workload": "good.swf"}}]}}, "figures": []}
END
rows >good.swf
{
    rows
    echo '31 5000 -1 x'
} >bad.swf
run run bad.json --out bad
run verify bad
is 'a study of which runs failed' 0 "$got"
said 'the others are the same' '^2 runs done again: 2 the same, 0 different; '
said 'how many are not there is told' \
    '^2 runs of the study are not there, 2 of them since they failed$'

finish
