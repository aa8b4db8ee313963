#!/bin/sh
# test_study_schema.sh - the schema that `protium init` writes takes the studies
# that the program reads, and refuses those that it refuses.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

if ! python3 -W ignore -c 'import jsonschema' 2>/dev/null; then
    skip 'the schema of studies' 'no python3-jsonschema'
    finish
    exit $?
fi

# check FILE [refuse]: the schema takes, or refuses, each of the documents in
# FILE, one a line.
cat >check.py <<'END'
import json
import sys

import jsonschema

schema = json.load(open("protium.study.schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
for number, line in enumerate(open(sys.argv[1]), 1):
    if validator.is_valid(json.loads(line)) != (len(sys.argv) == 2):
        print(number, line, end="")
        sys.exit(1)
END

# stripped FILE: on one line, without the comments that init writes.
stripped()
{
    sed 's|^ *//.*||' "$1" | tr '\n' ' '
    echo
}

check()
{
    python3 -W ignore check.py "$@" >.out 2>.err || {
        cat .out >>.err
        return 1
    }
}

run init
is 'init makes a study' 0 "$got"

printf '%s\n%s\n' '; MaxProcs: 4' \
    '1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1' >t.swf
run init trace.json --trace t.swf --policies spark,deep=backfill:depth=4
is 'init makes a study of a trace' 0 "$got"

{
    stripped study.json
    stripped trace.json
} >good
judge 'the schema takes what init writes' check good

"$protium" replay lublin:jobs=20,nodes=16 -p fcfs,easy --out a >/dev/null 2>&1
"$protium" replay t.swf -p fifo --set failures=nodes --out b >/dev/null 2>&1
for folder in a b; do
    tr '\n' ' ' <$folder/study.json
    echo
done >resolved
judge 'the schema takes what replay writes' check resolved

cat >forms <<'END'
{"workload": "lublin:jobs=5", "policies": "fcfs,easy"}
{"$comment": 1, "// x": [], "workload": {"trace": "t.swf", "format": null, "// y": 1}, "policies": {"a": "easy", "b": {"policy": "easy-sjbf", "depth": "all"}}}
{"workload": {"model": "poisson", "mean": 3.5, "changes": ["shake"]}, "cluster": "12x4", "policies": ["fifo"], "failures": ["nodes", "tree"]}
{"workload": {"model": "hydrogen", "together": false}, "cluster": {"nodes": 3}, "policies": ["fifo"], "set": {"tau": 10, "patience": "1.5h", "losses": 0, "warmup": 100, "// tau": 1}}
{"workload": "lublin", "policies": ["easy"], "grid": {"load": [0.5], "seed": {"from": 1, "to": 5, "step": 1}, "failures.nodes.mtbf": {"unit": "d", "values": ["1d", "never"]}, "w": {"title": null, "points": [{"x": 3, "set": {"cluster.nodes": 3}}, {"x": null, "label": "b", "set": {"seed": "3"}}]}}, "replications": 3, "stop": {"metric": "gang_wait_mean", "relative": 0.1, "most": 20}, "confidence": 0.9, "metrics": ["makespan"], "figures": ["sweep"], "files": "none", "jobs_in_db": true, "tape": false}
END
judge 'the schema takes every form' check forms

cat >wrong <<'END'
[]
{}
{"workload": "lublin"}
{"policies": ["easy"]}
{"workload": 5, "policies": ["easy"]}
{"workload": {}, "policies": ["easy"]}
{"workload": {"model": "lubln"}, "policies": ["easy"]}
{"workload": {"model": "lublin", "jobz": 5}, "policies": ["easy"]}
{"workload": {"model": "lublin", "jobs": -5}, "policies": ["easy"]}
{"workload": {"model": "lublin", "type": "batsh"}, "policies": ["easy"]}
{"workload": {"model": "lublin", "trace": "t.swf"}, "policies": ["easy"]}
{"workload": {"trace": "t.swf", "format": "swff"}, "policies": ["easy"]}
{"workload": "lublin", "policies": []}
{"workload": "lublin", "policies": [5]}
{"workload": "lublin", "policies": {"a b": "easy"}}
{"workload": "lublin", "policies": {"a": {"depth": 1}}}
{"workload": "lublin", "policies": {"a": {"policy": "backfill", "dept": 1}}}
{"workload": "lublin", "policies": {"a": {"policy": "backfill", "order": "fofo"}}}
{"workload": "lublin", "policies": {"a": {"policy": "gang", "depth": 1}}}
{"workload": "lublin", "polices": ["easy"], "policies": ["easy"]}
{"workload": "lublin", "policies": ["easy"], "schema": "protium.study/2"}
{"workload": "lublin", "policies": ["easy"], "question": 5}
{"workload": "lublin", "policies": ["easy"], "cluster": "12y"}
{"workload": "lublin", "policies": ["easy"], "cluster": {"node": 5}}
{"workload": "lublin", "policies": ["easy"], "cluster": {"nodes": 0}}
{"workload": "lublin", "policies": ["easy"], "set": {"clea": "none"}}
{"workload": "lublin", "policies": ["easy"], "set": {"clean": "nune"}}
{"workload": "lublin", "policies": ["easy"], "set": {"tau": "10 apples"}}
{"workload": "lublin", "policies": ["easy"], "set": {"scale": 0}}
{"workload": "lublin", "policies": ["easy"], "set": {"losses": 1.5}}
{"workload": "lublin", "policies": ["easy"], "set": {"seed": null}}
{"workload": "lublin", "policies": ["easy"], "grid": {"load": []}}
{"workload": "lublin", "policies": ["easy"], "grid": {"load": 5}}
{"workload": "lublin", "policies": ["easy"], "grid": {"load": [null]}}
{"workload": "lublin", "policies": ["easy"], "grid": {"load": {"from": 1, "to": 2}}}
{"workload": "lublin", "policies": ["easy"], "grid": {"load": {"values": [1], "points": []}}}
{"workload": "lublin", "policies": ["easy"], "grid": {"q": {"points": [{"x": 1}]}}}
{"workload": "lublin", "policies": ["easy"], "grid": {"q": {"points": [{"x": 1, "set": {}}]}}}
{"workload": "lublin", "policies": ["easy"], "grid": {"q": {"points": [{"label": "a/b", "set": {"seed": 1}}]}}}
{"workload": "lublin", "policies": ["easy"], "replications": 0}
{"workload": "lublin", "policies": ["easy"], "confidence": 95}
{"workload": "lublin", "policies": ["easy"], "metrics": []}
{"workload": "lublin", "policies": ["easy"], "metrics": ["wait_maen"]}
{"workload": "lublin", "policies": ["easy"], "replications": 3, "stop": {"metric": "wait_mean", "relative": 0.1}}
{"workload": "lublin", "policies": ["easy"], "figures": ["a", "a"]}
{"workload": "lublin", "policies": ["easy"], "files": "al"}
{"workload": "lublin", "policies": ["easy"], "tape": 1}
{"workload": "lublin", "policies": ["easy"], "given": ["seed", "seed"]}
END
n=0
while IFS= read -r line; do
    n=$((n + 1))
    echo "$line" >one
    judge "wrong $n: the schema refuses it" check one refuse
    echo "$line" >one.json
    run run one.json --dry-run
    if [ "$got" -eq 3 ] && grep -qE '^one.json:1:[0-9]+: ' .err; then
        ok "wrong $n: so does the program"
    else
        not_ok "wrong $n: so does the program" "exit code $got: $line"
    fi
done <wrong

finish
