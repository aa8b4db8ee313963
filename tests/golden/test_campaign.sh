#!/bin/sh
# test_campaign.sh - a study gives the same bytes however it was carried out,
# and nothing that is finished is done again.
# shellcheck source=tests/golden/cli.sh
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/cli.sh"
# shellcheck source=tests/golden/campaign.sh
. "$tests/campaign.sh"

# study FILE [KEY=VALUE...]: a small study; values are JSON.
study()
{
    file=$1
    shift
    workload='"lublin:jobs=40,nodes=16"' policies='["fcfs", "easy"]'
    grid='"load": [0.5, 0.7, 0.9]' replications=2 more=
    for pair in "$@"; do
        case $pair in
        workload=*) workload=${pair#*=} ;;
        policies=*) policies=${pair#*=} ;;
        grid=*) grid=${pair#*=} ;;
        replications=*) replications=${pair#*=} ;;
        more=*) more=", ${pair#*=}" ;;
        esac
    done
    cat >"$file" <<END
{"workload": $workload, "cluster": 16, "policies": $policies,
 "grid": {$grid}, "replications": $replications, "figures": []$more}
END
}

# did NAME NEW FOUND STUDY DIR [OPTION...]: so many runs were done, and so many
# were there.
did()
{
    name=$1 new=$2 found=$3
    shift 3
    file=$1 dir=$2
    shift 2
    if [ "$new" -eq 0 ]; then
        pattern="^protium: $found runs were there already$"
    else
        pattern="^protium: $new runs? in .*; $found were there already$"
    fi
    says "$name" 0 "$pattern" run "$file" --out "$dir" --jobs 2 "$@"
}

# fresh STUDY DIR [OPTION...]
fresh()
{
    file=$1 dir=$2
    shift 2
    rm -rf "$dir"
    run run "$file" --out "$dir" "$@"
    [ "$got" -eq 0 ] || not_ok "fresh $dir" "exit code $got"
}

# ---- the same bytes ----

study s.json
fresh s.json one --jobs 1
fresh s.json two --jobs 2
fresh s.json five --jobs 5
same 'one worker or two: the same bytes' one two
same 'one worker or five: the same bytes' one five
tidy 'nothing temporary is left' five
(
    mkdir deep
    cd deep || exit
    TZ=Pacific/Auckland LC_ALL=C.UTF-8 "$protium" run ../s.json --out ../env \
        >/dev/null 2>&1
)
same 'another folder, locale, time zone: the same bytes' one env
run run one/study.json --out again
same 'what was resolved gives the same bytes' one again

stop='"stop": {"metric": "wait_mean", "relative": 0.6, "most": 9}'
study stop.json "more=$stop"
fresh stop.json stop1 --jobs 1
fresh stop.json stop5 --jobs 5
same 'with a stop rule: the same bytes' stop1 stop5
judge 'the stop rule wanted more' \
    test "$(wc -l <stop1/summary.csv)" -gt "$(wc -l <one/summary.csv)"
all=$(($(wc -l <stop1/summary.csv) - 1))
did 'with a stop rule: nothing is done again' 0 "$all" stop.json stop5
same 'with a stop rule: and it is the same' stop1 stop5

study twins.json \
    'policies={"a": "easy", "b": "easy", "c": "backfill:depth=1"}' \
    'grid="load": [0.5, 0.7], "users": [7, 9]'
fresh twins.json twins1 --jobs 1
fresh twins.json twins5 --jobs 5
same 'runs that are one: the same bytes' twins1 twins5
did 'runs that are one: are done once' 0 8 twins.json twins5
is 'runs that are one: and count wherever they stand' 25 \
    "$(wc -l <twins5/summary.csv | tr -d ' ')"

# ---- nothing is done again ----

# stamps DIR: which files these are, and when they were written.
stamps()
{
    find "$1/runs" -type f -exec stat -c '%n %i %Y %y %s' {} + | sort
}

stamps two >before
did 'twice: nothing is done' 0 12 s.json two
stamps two >after
judge 'twice: no file was touched' cmp before after
same 'twice: the same bytes' one two

# changed NAME NEW FOUND KEY=VALUE...: two, which has the first study, gets
# another one, then is compared with a fresh folder, and goes back.
changed()
{
    what=$1 first=$2 known=$3
    shift 3
    study new.json "$@"
    did "$what: only what is new" "$first" "$known" new.json two
    fresh new.json new --jobs 2
    alike "$what: as in a new folder" two new
    tidy "$what: nothing temporary is left" two
    did "$what: back" 0 12 s.json two
    alike "$what: back, it is as it was" two one
    did "$what: and to it again" 0 $((first + known)) new.json two
    alike "$what: and it is as it was, too" two new
    did "$what: and back" 0 12 s.json two
}

changed 'one more value' 4 12 'grid="load": [0.5, 0.7, 0.8, 0.9]'
changed 'one value less' 0 8 'grid="load": [0.5, 0.9]'
changed 'another order' 0 12 'grid="load": [0.9, 0.5, 0.7]'
changed 'one axis more' 12 12 'grid="load": [0.5, 0.7, 0.9], "users": [4, 32]'
changed 'another policy' 6 12 'policies=["fcfs", "conservative", "easy"]'
changed 'more replications' 6 12 replications=3
changed 'one replication' 0 6 replications=1
changed 'no grid' 4 0 'grid='
changed 'a stop rule' $((all - 18)) 18 "more=$stop"
except='^ *"label"'
changed 'other labels' 0 12 'policies={"x": "fcfs", "fcfs": "easy"}'
except=

# other NAME OPTION...: of which no run is the same, in the same places.
other()
{
    what=$1
    shift
    did "$what: all is new" 12 0 s.json two "$@"
    fresh s.json new --jobs 2 "$@"
    alike "$what: as in a new folder" two new
    did "$what: again" 0 12 s.json two "$@"
    did "$what: back" 0 12 s.json two
    alike "$what: back, it is as it was" two one
}

other 'another seed' --seed 7
other 'a setting' --set tau=60s

study single.json replications=1
fresh single.json single
did 'from one replication to two: only what is new' 6 6 s.json single
alike 'from one replication to two: as in a new folder' single one

study first.json 'more="files": "first"'
fresh first.json first
did 'with more files: those that left none' 6 6 s.json first
alike 'with more files: as in a new folder' first one
study none.json 'more="files": "none"'
fresh none.json none
judge 'without files there is no folder' test ! -d none/runs
did 'with files after all: every run' 12 0 s.json none
alike 'with files after all: as in a new folder' none one

rm -rf two/runs/load=0.7/easy/rep-002
did 'a folder that is gone: its run' 1 11 s.json two
alike 'a folder that is gone: it is there again' two one

# ---- traces ----

rows()
{
    echo '; MaxProcs: 16'
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        for (i = 1; i <= 40; i++) {
            t += int(300 * rand())
            n = 1 + int(12 * rand())
            s = 1 + int(900 * rand())
            print i, t, -1, s, n, -1, -1, n, 2 * s, -1, 1, i % 5 + 1, 1, \
                -1, 1, -1, -1, -1
        }
    }'
}
rows 1 >t.swf
study trace.json 'workload={"trace": "t.swf", "changes": ["shake"]}' \
    'grid="changes.load.to": [0.6, 0.8]'
fresh trace.json trace
did 'a trace: nothing is done again' 0 8 trace.json trace
cp t.swf first.swf
rows 2 >t.swf
did 'a trace that was changed: all is new' 8 0 trace.json trace
fresh trace.json new
alike 'a trace that was changed: as in a new folder' trace new
mv first.swf t.swf
did 'the trace as it was: nothing' 0 8 trace.json trace
fresh trace.json new
alike 'the trace as it was: as it was' trace new
touch t.swf
did 'a trace that was touched alone: nothing' 0 8 trace.json trace

finish
