#!/bin/sh
# test_study_cli.sh - studies from outside: what `protium init` leaves behind, and
# what is said of studies that cannot be run.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

schema=protium.study.schema.json

# says NAME CODE PATTERN ARGUMENT...: PATTERN is on stderr.
says()
{
    name=$1 code=$2 pattern=$3
    shift 3
    run "$@"
    if [ "$got" -ne "$code" ]; then
        not_ok "$name" "exit code $got (expected $code)"
    elif ! grep -qE -e "$pattern" .err; then
        not_ok "$name" "expected: $pattern"
    else
        ok "$name"
    fi
}

# ---- init ----

says 'init says what it wrote, and what is next' 0 \
    "^protium: wrote study.json, and $schema .*: protium run study.json$" init
judge 'a study is there' test -s study.json
judge 'its schema is there' test -s "$schema"
cp study.json first.json

echo precious >study.json
says 'init writes over nothing' 2 'study.json is there already \(expected' init
is 'what was there is there still' precious "$(cat study.json)"
says 'unless it is told to' 0 '^protium: wrote study.json' init --force
judge 'and then it is the same again' cmp study.json first.json

run init -
is 'init - is standard output' 0 "$got"
judge 'with the same text' cmp .out first.json

mkdir sub
says 'init writes where it is told' 0 "sub/$schema" init sub/s.json
judge 'the schema is beside the study' cmp "$schema" "sub/$schema"

says 'init: no such folder' 1 'no/s.json: cannot be written' init no/s.json
says 'init: two files' 2 'one too many' init a.json b.json
says 'init: no such policy' 2 "did you mean 'easy'" init - --policies eazy
says 'init: no replications' 2 'expected 1 to' init - --reps 0
says 'init: no loads' 2 'expected FROM:TO:STEP' init - --load 0.5
says 'init: loads that go down' 2 'expected FROM:TO:STEP' init - \
    --load 0.9:0.5:0.1
says 'init: loads in other numbers' 2 'expected FROM:TO:STEP' init - \
    --load .5:0.9:0.1
says 'init: a trace that is not there' 3 'no.swf: cannot be read' init - \
    --trace no.swf
says 'init: a model is no trace' 2 'expected a file' init - --trace lublin

printf '%s\n%s\n' '; MaxProcs: 4' \
    '1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1' >t.swf
run init - --trace t.swf --policies spark,deep=backfill:depth=4 --reps 3 \
    --load 0.6:0.95:0.05
said 'of a trace: the trace' '^    "trace": "t.swf",$'
said 'of a trace: the load, then shaken' '"changes": \["load:to=[0-9.]+", "shake"\]'
said 'of a trace: the policies' '"policies": \["spark", "deep=backfill:depth=4"\],$'
said 'of a trace: the loads' '"from": 0.6, "to": 0.95, "step": 0.05}'
said 'of a trace: the replications' '^  "replications": 3,$'
run init sub/t.json --trace t.swf
judge 'a trace is found from another folder' \
    grep -qE '"trace": "/.*/t.swf"' sub/t.json

# ---- studies that cannot be run ----

# refused NAME PLACE PATTERN: standard input is the study.
refused()
{
    cat >bad.json
    says "$1" 3 "^bad.json:$2: $3" run bad.json --dry-run
    judge "$1: nothing is left" test ! -e bad
}

refused 'a comment that does not end' 2:1 'the comment does not end' <<'END'
{"workload": "lublin",
/* "policies": ["easy"]}
END
refused 'a key that is misspelt' 3:3 \
    "the study: unknown key 'polices' \(did you mean 'policies'\?\)" <<'END'
{ // here
  "workload": "lublin",
  "polices": ["easy"]
}
END
refused 'a setting that is misspelt' 3:12 \
    "set has no parameter 'clena' \(did you mean 'clean'\?\)" <<'END'
{ "workload": "lublin",
  "policies": ["easy"],
  "set": { "clena": "none" } }
END
refused 'a bad value on an axis' 4:25 'lublin: bad value load=-1 \(expected' <<'END'
{ "workload": "lublin", "policies": ["easy"],
  "grid": {
    // of the machine
    "load": [ 0.5, 0.7, -1 ]
} }
END
refused 'a trace that is not there' 1:14 \
    "the trace 'no.swf' cannot be read: No such file" <<'END'
{"workload": "no.swf", "policies": ["easy"]}
END
says 'a study that is not there' 3 '^none.json: cannot be read: No such file' \
    run none.json --dry-run

finish
