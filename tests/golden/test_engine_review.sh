#!/bin/sh
# test_engine_review.sh - what a study must not do: depend on the number of its
# workers, take one run for another, or leave a folder that cannot be read.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

model='"workload": "lublin:jobs=40,nodes=16", "cluster": 16, "figures": []'
sqlite=false
command -v sqlite3 >/dev/null && sqlite=true

# study FILE MEMBERS: writes it.
study()
{
    echo "{$model, $2}" >"$1"
}

# shape DIR: its results, and where its runs are.
shape()
{
    (cd "$1" && cat summary.csv cells.csv axes.csv study.json && find runs |
        sort) | cksum
}

# fresh NAME COUNT: the last run did COUNT runs anew.
fresh()
{
    judge "$1" grep -q "^protium: $2 runs\{0,1\} in " .err
}

# --- one key at several points, and a stop rule ---

study stop.json '"policies": ["fcfs", "backfill"], "replications": 2,
    "grid": {"policy.depth": [1, 4, 2, 3, 5, 6]},
    "stop": {"metric": "wait_mean", "relative": 0.2, "most": 20}'
run run stop.json --out one --jobs 1
for round in 1 2 3; do
    for workers in 2 4 8; do
        rm -rf many
        run run stop.json --out many --jobs $workers
        is "as many replications with $workers workers, round $round" \
            "$(shape one)" "$(shape many)"
    done
done
run verify many --sample 20
is 'a stop rule that was used is verified' 0 "$got"

study early.json '"policies": ["fcfs"], "replications": 2,
    "stop": {"metric": "wait_mean", "relative": 1, "most": 9}'
run run early.json --out early
run verify early
is 'a stop rule that was not needed is verified' 0 "$got"

# --- whose parameters ---

study depth.json '"policies": ["fcfs", "backfill"],
    "grid": {"policy.depth": [1, 2, 4]}'
run run depth.json --out depth
is 'the policy of a row is that of the run' 3 \
    "$(grep -o 'backfill:depth=[124]' depth/summary.csv | sort -u | wc -l)"
judge 'a run that stands in several places is seen in all' \
    test -f depth/runs/depth=4/fcfs/run.json
if $sqlite; then
    is 'it was done once' 4 "$(sqlite3 depth/results.db \
        'SELECT count(DISTINCT key) FROM run')"
fi

# --- runs that fail, and the stop rule ---

printf 'node,down,up,cause\n1,zz,3,x\n' >bad.csv
study fail.json '"policies": ["fcfs", "easy"], "replications": 2,
    "grid": {"failures": ["none", "trace:file=bad.csv"]},
    "stop": {"metric": "wait_mean", "relative": 0.9, "most": 60}'
run run fail.json --out fail
is 'runs that fail: exit 5' 5 "$got"
judge 'a cell that fails asks for no more of it' \
    grep -q '4 of [0-9]* runs failed' .err

# --- nothing is set twice ---

study twice.json '"policies": ["fcfs"], "grid": {"load": [0.5, 0.7], "v":
    {"points": [{"label": "u", "set": {"seed": 2}},
                {"label": "v", "set": {"workload.load": 0.9}}]}}'
run run twice.json --out twice
is 'two axes set one thing, at a later point: refused' 3 "$got"
study again.json '"policies": ["fcfs"], "grid": {"v": {"points":
    [{"label": "v", "set": {"workload.load": 0.9, "load": 0.5}}]}}'
run run again.json --out again
is 'a point sets one thing under two names: refused' 3 "$got"

# --- options beside the study ---

run run early.json --out options --set replication=3
is '--set replication is refused' 2 "$got"
run run early.json --out options --replications 100
is '--replications above what the stop rule allows: refused' 2 "$got"
run run early.json --out options --replications 1
is '--replications without an interval for the stop rule: refused' 2 "$got"
judge 'and nothing was made' test ! -e options

# --- the user's own study is not written over ---

mkdir own
(echo '// mine' && cat early.json) >own/study.json
cp own/study.json own.json
run run own/study.json --out own
is 'a study in the folder of its results: refused' 2 "$got"
judge 'it is as it was' cmp -s own/study.json own.json

# --- failure traces ---

mkdir a b
printf 'node,down,up,cause\n1,100,5000,node\n' | tee a/f.csv >b/f.csv
study a/s.json '"policies": ["fcfs"], "failures": "trace:file=f.csv"'
cp a/s.json b/s.json
study bare.json '"policies": ["fcfs"]'
run run a/s.json --out trace
run run b/s.json --out trace
judge 'a failure trace is known by what is in it' \
    grep -q 'there already' .err
run run bare.json --out given --set failures=trace:file=a/f.csv
run verify given
is 'a failure trace of --set is found again' 0 "$got"
printf '2,100,5000,node\n' >>b/f.csv
run run b/s.json --out trace
fresh 'one with more in it is another' 1

# --- recorded conditions, and what the user says against them ---

log=$shared/spark-eventlogs/apache-spark/application_1553914137147_0018
if [ -f "$log" ]; then
    cat >log.json <<END
{"workload": "$log", "policies": ["fcfs"], "figures": [],
 "grid": {"v": {"points": [{"label": "asis", "set": {"seed": 1}},
                           {"label": "none", "set": {"rounds": "none"}}]}}}
END
    run run log.json --out log
    fresh 'as recorded, and as the user says: two runs' 2
    run verify log
    is 'each is what its study gives' 0 "$got"
else
    echo 'SKIPPED (no ../shared): recorded conditions'
    skip 'recorded conditions' 'no ../shared'
fi

finish
