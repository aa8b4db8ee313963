#!/bin/sh
# test_cli.sh - the command line from outside: exit codes, messages, what is
# left behind; good input, bad input, full disks, gone readers and signals.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# What a run may never leave behind or say; a word for it, or nothing.
wrongs()
{
    half=$(find . -name '*.tmp' | head -n 1)
    find . -name '*.tmp' -exec rm -f '{}' +
    if grep -qE 'Sanitizer|runtime error|Assertion' .err; then
        echo 'it fell over'
    elif [ -n "$half" ]; then
        echo "left $half"
    elif [ "$1" -ne 0 ] && [ -s .out ]; then
        echo 'printed to stdout'
    fi
}

# seen NAME CODE PATTERN: judges $got, .out and .err; PATTERN is an extended
# regular expression that some line of .err must match, or "" for an empty .err.
seen()
{
    wrong=$(wrongs "$got")
    if [ "$got" -ne "$2" ]; then
        not_ok "$1" "exit code $got (expected $2)"
    elif [ -n "$wrong" ]; then
        not_ok "$1" "$wrong"
    elif [ -z "$3" ] && [ -s .err ]; then
        not_ok "$1" 'said something on stderr'
    elif [ -n "$3" ] && ! grep -qE -e "$3" .err; then
        not_ok "$1" "expected: $3"
    else
        ok "$1"
    fi
}

# expect NAME CODE PATTERN ARGUMENT...
expect()
{
    name=$1 code=$2 pattern=$3
    shift 3
    "$protium" "$@" >.out 2>.err </dev/null
    got=$?
    seen "$name" "$code" "$pattern"
}

# comes PID TEST...: waits until TEST succeeds, while PID is there.
comes()
{
    child=$1
    tries=600
    shift
    while ! "$@" && [ "$tries" -gt 0 ]; do
        kill -0 "$child" 2>/dev/null || return 1
        sleep 0.05
        tries=$((tries - 1))
    done
    [ "$tries" -gt 0 ]
}

# interrupt SIGNAL PID: $got is how it ended; one that does not is killed.
interrupt()
{
    kill "-$1" "$2" 2>/dev/null
    (
        sleep 10
        kill -KILL "$2"
    ) >/dev/null 2>&1 &
    guard=$!
    wait "$2" 2>/dev/null
    got=$?
    kill "$guard" 2>/dev/null
    wait "$guard" 2>/dev/null
}

# columns FILE NAMES: the columns of a CSV file, by name; quoted texts are not
# kept.
columns()
{
    sed 's/"[^"]*"/"/g' "$1" | awk -F , -v names="$2" '
        NR == 1 {
            n = split(names, name, " ")
            for (i = 1; i <= NF; i++)
                at[$i] = i
        }
        NR > 1 {
            line = ""
            for (i = 1; i <= n; i++)
                line = line (i > 1 ? "," : "") $at[name[i]]
            print line
        }'
}

# The files below a folder, and words, each in order and on one line.
files_of()
{
    (cd "$1" && find . -type f | sed 's|^\./||' | sort | xargs)
}

sorted()
{
    echo "$1" | tr ' ' '\n' | sort | xargs
}

# ---- what is worked on ----

head='; MaxProcs: 4'
first='1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1'

{
    echo "$head"
    echo "$first"
    echo '2 1 -1 10 4 -1 -1 4 20 -1 1 2 1 -1 0 -1 -1 -1'
    echo '3 2 -1 5 1 -1 -1 1 5 -1 1 1 1 -1 0 -1 -1 -1'
    echo '4 3 -1 30 2 -1 -1 2 30 -1 0 3 1 -1 0 -1 -1 -1'
} >t.swf
gzip -c t.swf >t.swf.gz

# bad NAME FIELDS: a good row, and then a bad one.
bad()
{
    printf '%s\n%s\n%s\n' "$head" "$first" "$2" >"$1"
}

expect 'it works at all' 0 '' replay t.swf
[ "$failed" -eq 0 ] || exit 1

# ---- bad input ----

bad seventeen.swf '2 0 -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1'
expect 'bad: 17 fields' 3 '^seventeen.swf:3:43: 17 fields \(expected 18\)$' \
    replay seventeen.swf
bad letters.swf '2 0 -1 1o 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: letters in a number' 3 \
    '^letters.swf:3:9: "1o" is not a number .*field 4, run time' \
    replay letters.swf
bad nan.swf '2 0 -1 nan 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: NaN' 3 '^nan.swf:3:8: "nan" is not a number' replay nan.swf
bad inf.swf '2 inf -1 10 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: infinity' 3 '^inf.swf:3:3: "inf" is not a number' replay inf.swf
bad big.swf '2 0 -1 1e300 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: 1e300' 3 '^big.swf:3:8: "1e300" is out of range \(expected' \
    replay big.swf
bad long.swf '2 0 -1 99999999999999999999 2 -1 -1 2 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: twenty digits' 3 '^long.swf:3:8: .* is out of range' \
    replay long.swf
bad ends.swf '2 9e12 -1 9e12 2 -1 -1 2 9e12 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: ends after the end of time' 3 '^ends.swf:3:[0-9]+: ' \
    replay ends.swf
bad width.swf '2 0 -1 10 2 -1 -1 -3 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: negative width' 3 '^width.swf:3:19: -3 processors \(expected' \
    replay width.swf
bad half.swf '2 0 -1 10 2 -1 -1 2.5 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: half a processor' 3 '^half.swf:3:19: "2.5" is not whole' \
    replay half.swf
bad wide.swf '2 0 -1 10 99 -1 -1 99 20 -1 1 1 1 -1 0 -1 -1 -1'
expect 'bad: wide, with wide=error' 3 '^wide.swf:3:20: 99 processors are more' \
    replay wide.swf --set wide=error
printf '%s\n1 0 -1 1\000 2 -1 -1 2 20\n' "$head" >zero.swf
expect 'bad: a zero byte' 3 '^zero.swf:2:9: a zero byte' replay zero.swf
printf '%s\n%070000d\n' "$head" 1 >line.swf
expect 'bad: an endless line' 3 '^line.swf:2:65537: the line is too long' \
    replay line.swf
: >empty.swf
expect 'bad: an empty file' 3 '^empty.swf: no jobs \(expected' replay empty.swf
expect 'bad: an empty file, looked at' 3 '^empty.swf: no jobs' \
    trace info empty.swf
printf '%s\n; Version: 2.2\n' "$head" >comments.swf
expect 'bad: nothing but comments' 3 '^comments.swf:2: no jobs' \
    replay comments.swf
printf '; Version: 2.2\n%s\n' "$first" >nomax.swf
expect 'bad: no MaxProcs' 3 '^nomax.swf:2:1: .*MaxProcs.*--nodes' \
    replay nomax.swf
expect 'good: no MaxProcs, but --nodes' 0 '' replay nomax.swf --nodes 4
mkdir folder
expect 'bad: a directory' 3 '^folder: is a directory \(expected a trace\)$' \
    replay folder
expect 'bad: no such file' 3 '^none.swf: .*No such file' replay none.swf
expect 'bad: no such file, looked at' 3 '^none.swf: .*No such file' \
    trace info none.swf
expect 'bad: nearly a model' 3 "no such file, nor a model.*did you mean" \
    replay lublinn:jobs=10
head -c 40 t.swf.gz >cut.swf.gz
expect 'bad: a truncated gzip' 3 \
    '^cut.swf.gz:[0-9]+:[0-9]+: the gzip data end too early' replay cut.swf.gz
{
    cat t.swf.gz
    echo rubbish
} >rubbish.swf.gz
expect 'bad: rubbish after gzip' 3 '^rubbish.swf.gz:6:1: rubbish after the' \
    replay rubbish.swf.gz
printf '\3757zXZ\000 and so on' >packed.swf.xz
expect 'bad: xz' 3 '^packed.swf.xz:1:1: the xz data are corrupt' replay packed.swf.xz
expect 'bad: a program' 3 'a zero byte' replay "$protium"
if can_be_nobody; then
    cp t.swf secret.swf
    chmod 000 secret.swf
    as_nobody "$protium" replay secret.swf >.out 2>.err
    got=$?
    seen 'bad: an unreadable file' 3 '^secret.swf: .*Permission denied'
    rm -f secret.swf
else
    skip 'bad: an unreadable file' 'root can read all, and there is no setpriv'
fi
# A pipe can be read once: say so, or read it.
# shellcheck disable=SC2002
cat t.swf | "$protium" replay /dev/stdin >.out 2>.err
got=$?
if [ "$got" -eq 0 ] || grep -qE 'pipe|regular' .err; then
    ok 'a trace from a pipe is read, or refused as one'
else
    not_ok 'a trace from a pipe is read, or refused as one' 'misleading'
fi

# ---- usage ----

expect 'usage: nothing' 2 '^usage: protium VERB'
expect 'usage: unknown verb' 2 "unknown verb 'rpelay' \(did you mean 'replay'" \
    rpelay t.swf
expect 'usage: empty verb' 2 'unknown verb' ''
expect 'usage: unknown option' 2 "no option '--bogus'" replay --bogus t.swf
expect 'usage: unknown letter' 2 "no option '-z'" replay -z t.swf
expect 'usage: replay what' 2 'replay needs a TRACE' replay
expect 'usage: replay two' 2 "'t.swf' is one too many" replay t.swf t.swf
expect 'usage: trace what' 2 'expected info or generate' trace
expect 'usage: trace otherwise' 2 "trace 'bogus' is not known" trace bogus
expect 'usage: trace info what' 2 'needs one TRACE' trace info
expect 'usage: trace info two' 2 'needs one|too many' trace info t.swf t.swf
expect 'usage: trace generate what' 2 'needs a MODEL' trace generate
expect 'usage: trace generate where' 2 'a file OUT' trace generate lublin
expect 'usage: unknown model' 2 'unknown model .bogus.' \
    trace generate bogus x.swf
expect 'usage: tape what' 2 'tape needs a FILE' tape
expect 'usage: plot what' 2 'plot needs a DIR' plot
expect 'usage: unknown figure' 2 "unknown figure 'bogus'" plot folder bogus
expect 'usage: list what' 2 "list 'bogus' is not known" list bogus
expect 'usage: help on nothing' 2 "unknown verb 'bogus'" help bogus
for option in policy nodes set out by; do
    expect "usage: --$option without its value" 2 "--$option needs a value" \
        replay t.swf --$option
done
expect 'usage: --json=1' 2 'takes no value' replay t.swf --json=1
expect 'usage: --by user' 2 'expected width' replay t.swf --by user
expect 'usage: --tape without --out' 2 '--tape needs --out' replay t.swf --tape
expect "usage: --out ''" 2 '--out' replay t.swf --out ''
for nodes in '' 0 -1 x4 4x 4x0 4x4x4 1e3 four 4.0 nan 99999999999 \
    65536x65536; do
    expect "usage: --nodes '$nodes'" 2 "--nodes '$nodes' is not a machine" \
        replay t.swf --nodes "$nodes"
done
for set in '' clean '=strict'; do
    expect "usage: --set '$set'" 2 '--set' replay t.swf --set "$set"
done
expect 'usage: unknown setting' 2 "'clen' \(did you mean 'clean'" \
    replay t.swf --set clen=strict
expect 'usage: unknown choice' 2 'did you mean pyss' \
    replay t.swf --set ties=pys
for set in clean= tau=0 tau=-1 tau=nan tau=1e300 tau=5x scale=0 scale=inf \
    scale=1e300 seed=-1 seed=1.5; do
    expect "usage: --set $set" 2 "bad value $set \(expected" \
        replay t.swf --set "$set"
done
expect 'usage: unknown placement' 2 "did you mean 'first'" \
    replay t.swf --set place=frist
expect 'usage: parameter of a placement' 2 'first takes no parameters' \
    replay t.swf --set place=first:x=1
expect 'usage: model, unknown parameter' 2 "did you mean 'nodes'" \
    replay lublin:node=3
for set in jobs=x jobs=-1 jobs=1e99 nodes=0 load=nan; do
    expect "usage: lublin:$set" 2 "bad value $set \(expected" \
        replay "lublin:$set"
done

# usage of --policy: TEXT PATTERN
policy()
{
    expect "usage: --policy '$1'" 2 "$2" replay t.swf --policy "$1" --out none
}

policy '' 'no policy is named'
for text in ':' ',' 'easy,' ',easy' x= 'easy,,fcfs'; do
    policy "$text" "policy's name is missing"
done
policy easyy "unknown policy 'easyy' \(did you mean 'easy'\?\)"
policy xyzzy "unknown policy 'xyzzy' \(expected one of .*conservative\)"
policy easy: 'expected KEY=VALUE'
policy easy:depth 'expected KEY=VALUE'
policy easy:ordr=sjf "no parameter 'ordr' \(did you mean 'order'"
policy easy,ordr=sjf "no parameter 'ordr' \(did you mean 'order'"
policy easy:order=sfj 'did you mean sjf'
policy fcfs:depth=2 "no parameter 'depth'"
for value in '' -1 1.5 1e1 0x2 ' 2' 99999999999999999999; do
    policy "easy:depth=$value" "bad value depth=$value \(expected a whole"
done
for value in -1 5x nan inf 1e300; do
    policy "fifo:hold_timeout=$value" "bad value hold_timeout=$value"
done
policy easy,easy "labelled 'easy'"
policy x=easy,x=fcfs "labelled 'x'"
policy depth=easy "'depth' cannot be a label"
for label in '' .x -x 'a b' a/b .. "$(printf %065d 0)"; do
    policy "$label=easy" "'$label' is not a label"
done
judge 'usage: nothing is made' test ! -e none

# ---- output folders ----

mkdir foreign
echo mine >foreign/file
expect 'out: onto a foreign folder' 2 '^foreign: is not empty and holds no' \
    replay t.swf --out foreign
judge 'out: the foreign folder is as it was' \
    test "$(ls foreign) $(cat foreign/file)" = 'file mine'
expect 'out: onto a file' 2 '^t.swf: ' replay t.swf --out t.swf
expect 'out: below a file' 1 '^t.swf/x: ' replay t.swf --out t.swf/x
expect 'out: of bad input' 3 '^letters.swf:3:9: ' \
    replay letters.swf --policy easy --out half
judge 'out: no run of bad input' \
    test ! -e half/summary.csv -a ! -e half/runs/easy
expect 'out: a first result' 0 '' \
    replay t.swf --policy easy,fcfs --tape --out again
all='study.json summary.csv'
for label in easy fcfs; do
    for file in jobs.csv ledger.csv run.json tape.jsonl timeline.csv; do
        all="$all runs/$label/$file"
    done
done
judge 'out: all files of it' test "$(files_of again)" = "$(sorted "$all")"
echo mine >again/runs/easy/notes
expect 'out: a second one over it' 0 '' \
    replay t.swf --policy fcfs,new=spark --out again/
all='easy/notes'
for label in fcfs new; do
    for file in jobs.csv ledger.csv run.json timeline.csv; do
        all="$all $label/$file"
    done
done
judge 'out: runs that are not of it are gone, but for what is not ours' \
    test "$(files_of again/runs)" = "$(sorted "$all")"
judge 'out: the table is the new one' \
    test "$(columns again/summary.csv label | xargs)" = 'fcfs new'
expect 'out: an absolute path' 0 '' replay t.swf --out "$here/deep/er/out"
judge 'out: folders are made' test -s deep/er/out/runs/easy/jobs.csv
mkdir 'a b'
cp t.swf 'a b/tr äce.swf'
expect 'out: spaces and letters of any kind' 0 '' \
    replay 'a b/tr äce.swf' --out 'a b/öut'
judge 'out: they are in its files' \
    grep -q '^1,tr äce,' 'a b/öut/runs/easy/jobs.csv'
if can_be_nobody; then
    mkdir read-only
    chmod 555 read-only
    as_nobody "$protium" replay t.swf --out read-only/x >.out 2>.err
    got=$?
    seen 'out: below a folder that is read-only' 1 '^read-only/x: .*denied'
    as_nobody "$protium" replay t.swf --out read-only >.out 2>.err
    got=$?
    seen 'out: onto a folder that is read-only' 1 '^read-only/.*denied'
else
    skip 'out: read-only' 'root can write all, and there is no setpriv'
fi
expect 'out: a trace where no folder is' 1 '^none/x.swf: ' \
    trace generate lublin:jobs=9 none/x.swf
expect 'out: a trace onto a folder' 1 '^folder: ' \
    trace generate lublin:jobs=9 folder
judge 'out: that folder is as it was' test -d folder

# ---- full disks, gone readers ----

# A limit on the size of files is a full disk for everybody.
(
    trap '' XFSZ
    ulimit -f 16
    exec "$protium" replay lublin:jobs=3000,nodes=64 --policy easy,fcfs \
        --out limited
) >.out 2>.err
got=$?
seen 'full: a file that may not grow' 1 \
    '^limited/runs/easy/jobs.csv: cannot be written: File too large'
judge 'full: no run is left' test -z "$(find limited/runs -type f)"
(
    trap '' XFSZ
    ulimit -f 16
    exec "$protium" trace generate lublin:jobs=30000 limited.swf
) >.out 2>.err
got=$?
seen 'full: a trace that may not grow' 1 \
    '^limited.swf: cannot be written: File too large'
judge 'full: no trace is left' test ! -e limited.swf

if [ "$(id -u)" -eq 0 ] &&
    unshare -m mount -t tmpfs -o size=64k none folder 2>/dev/null; then
    unshare -m sh -c '
        mount -t tmpfs -o size=64k none folder || exit 99
        "$1" replay lublin:jobs=3000,nodes=64 --policy easy,fcfs \
            --out folder/r >.out 2>.err
        got=$?
        find folder -type f >.left
        exit $got' full "$protium"
    got=$?
    seen 'full: a disk' 1 \
        '^folder/r/runs/easy/jobs.csv: cannot be written: No space left'
    judge 'full: nothing is left on it' test -z "$(cat .left)"
else
    skip 'full: a disk' 'no tmpfs can be mounted here'
fi

if [ -c /dev/full ]; then
    for words in 'list' 'list --json' 'help' 'replay t.swf' \
        'replay t.swf --json' 'trace info t.swf' 'trace info t.swf --json'; do
        # shellcheck disable=SC2086
        "$protium" $words >/dev/full 2>.err
        got=$?
        : >.out
        seen "full: stdout of $words" 1 'standard output: No space left'
    done
else
    skip 'full: stdout' 'no /dev/full'
fi

for words in 'list' 'list --json' 'help --man' 'replay t.swf' \
    'replay t.swf --json' 'trace info t.swf'; do
    {
        sleep 0.1
        # shellcheck disable=SC2086
        "$protium" $words 2>.err
        echo $? >.code
    } | true
    got=$(cat .code)
    : >.out
    seen "a reader that has gone: $words" 0 ''
done

# ---- signals ----

big=lublin:jobs=100000000,nodes=128,load=0.9

# interrupted NAME SIGNAL READY ARGUMENT...: when the command READY succeeds.
interrupted()
{
    name=$1 signal=$2 ready=$3
    shift 3
    "$protium" "$@" >.out 2>.err </dev/null &
    # shellcheck disable=SC2086
    if comes $! $ready; then
        interrupt "$signal" "$child"
        seen "$name" 130 'interrupted'
    else
        interrupt KILL "$child"
        not_ok "$name" 'never got going'
    fi
}

interrupted 'signal: INT in mid-run' INT \
    'test -s stopped/runs/easy/tape.jsonl.tmp' \
    replay $big --policy easy --tape --out stopped
judge 'signal: no run is left' test -z "$(find stopped/runs -type f)"
interrupted 'signal: TERM in mid-run' TERM \
    'test -s stopped/runs/fcfs/jobs.csv.tmp' \
    replay $big --policy fcfs --out stopped
judge 'signal: no table is left' test ! -e stopped/summary.csv
expect 'signal: and then a whole run' 0 '' replay t.swf --out stopped
interrupted 'signal: INT while a model is read' INT 'sleep 0.5' trace info $big
interrupted 'signal: INT while a trace is made' INT 'sleep 0.5' \
    trace generate $big made.swf
judge 'signal: no trace is left' test ! -e made.swf

# ---- good input ----

presets='fcfs,spark,easy,easy-sjbf,conservative'
others='fifo,fair=fifo:order=fair,hold_timeout=5m,backoff=1m'
others="$others,gang:head=skip,two=backfill:depth=2,order=sjf,k=backfill"
expect 'good: every preset and policy' 0 '' \
    replay t.swf --policy "$presets" -p "$others" --out all
judge 'good: all are in the table' \
    test "$(columns all/summary.csv label | xargs)" = \
    "$(echo "$presets" | tr , ' ') fifo fair gang-head-skip two k"
judge 'good: nobody lost a job' \
    test "$(columns all/summary.csv "done" | sort -u)" = 4

# starts LABEL EXPECTED: the start times, in order of job number.
starts()
{
    judge "good: starts under $1" test "$(columns "all/runs/$1/jobs.csv" \
        'job_id starting_time' | sort -n | cut -d , -f 2 | xargs)" = "$2"
}

starts fcfs '0 10 20 20'
starts spark '0 37 2 7'
starts easy '0 10 2 20'
starts conservative '0 10 2 20'

for options in '' '--by width' '--json' '--json --by width' '--nodes 2x2' \
    '--set ties=event' '--set clean=strict --set tau=1m' \
    '--set machine=named --set place=spread' '--set exclusive=node'; do
    # shellcheck disable=SC2086
    expect "good: replay $options" 0 '' replay t.swf $options
done
expect 'good: --by width' 0 '' replay t.swf --by width
said 'good: classes of width' '(^| )2-4( |$)'
cp t.swf lublin
expect 'good: a trace that is called as a model is' 0 '' replay lublin
said 'good: it is the trace' '^lublin on 4 nodes'
expect 'good: -- ends the options' 0 '' replay -p easy -- t.swf
expect 'good: no jobs at all' 0 '' replay lublin:jobs=0
expect 'good: options of one word' 0 '' replay -peasy -n4 --set=ties=pyss t.swf

expect 'good: trace info' 0 '' trace info t.swf
said 'good: rows of it' '^rows +4$'
said 'good: a rule of it' ' wide +0 '
expect 'good: help' 0 '' help
said 'good: usage' '^usage: protium VERB'
cp .out .help
expect 'good: --help' 0 '' --help
judge 'good: they are the same' cmp -s .out .help
for verb in replay trace tape plot list help; do
    expect "good: help $verb" 0 '' help $verb
    said "good: usage of $verb" "^usage: protium $verb"
    cp .out .help
    expect "good: $verb --help" 0 '' $verb --help
    judge "good: they are the same for $verb" cmp -s .out .help
done
expect 'good: --version' 0 '' --version
judge 'good: it is one line' test "$(wc -l <.out)" -eq 1
said 'good: it says which' '^protium [0-9]+\.[0-9]+\.[0-9]+ '
for list in policies:backfill places:spread sources:swf models:lublin stragglers:pareto faults:chance \
    sinks:jobs metrics:bounded_slowdown figures:gantt settings:ties; do
    expect "good: list ${list%:*}" 0 '' list "${list%:*}"
    said "good: ${list#*:} is in it" "^ +${list#*:}[ =]"
done
expect 'good: list' 0 '' list
judge 'good: all lists' test "$(grep -cE '^[a-z]+$' .out)" -eq 14

# ---- JSON ----

if command -v python3 >/dev/null 2>&1 && python3 -c 'import json'; then
    for words in 'list --json' 'list policies --json' 'replay t.swf --json' \
        'replay t.swf --json --by width' 'trace info t.swf --json' \
        'replay lublin:jobs=0 --json' 'trace info lublin:jobs=0 --json'; do
        # shellcheck disable=SC2086
        "$protium" $words 2>.err | python3 -m json.tool >/dev/null 2>>.err
        got=$?
        : >.out
        seen "json: $words" 0 ''
    done
    expect 'json: a tape' 0 '' replay t.swf -p easy --tape --out all
    for file in all/study.json all/runs/easy/run.json; do
        judge "json: $file" python3 -m json.tool $file .err
    done
    judge 'json: all/runs/easy/tape.jsonl' python3 -c '
import json
for line in open("all/runs/easy/tape.jsonl"):
    json.loads(line)'
else
    skip json 'no python3'
fi

# ---- the same bytes ----

made=lublin:jobs=2000,nodes=64,load=0.9,estimate=factor
for ending in swf swf.gz; do
    expect "same: generate a .$ending" 0 '2000 jobs' \
        trace generate $made g.$ending
    "$protium" trace generate $made g2.$ending 2>/dev/null
    judge "same: a .$ending, twice" cmp -s g.$ending g2.$ending
    "$protium" trace generate $made g3.$ending --set seed=2 2>/dev/null
    judge "same: not with another seed, in a .$ending" \
        test -s g3.$ending -a "$(cksum <g.$ending)" != "$(cksum <g3.$ending)"
done
gzip -dc g.swf.gz >g4.swf
judge 'same: packed or not' cmp -s g.swf g4.swf
for run in one two; do
    "$protium" replay g.swf -p fcfs,easy,conservative --out $run >$run.txt 2>&1
done
"$protium" replay g.swf.gz -p fcfs,easy,conservative --out three >/dev/null 2>&1
judge 'same: the table' cmp -s one.txt two.txt
judge 'same: summary.csv' cmp -s one/summary.csv two/summary.csv
for label in fcfs easy conservative; do
    for file in jobs.csv ledger.csv timeline.csv; do
        judge "same: $label $file, twice" \
            cmp -s one/runs/$label/$file two/runs/$label/$file
        judge "same: $label $file, packed" \
            cmp -s one/runs/$label/$file three/runs/$label/$file
    done
    judge "same: run.json has the digest of $label" grep -q \
        "$(sha256sum <one/runs/$label/jobs.csv | cut -d ' ' -f 1)" \
        one/runs/$label/run.json
done
judge 'same: run.json has the digest of the input' grep -q \
    "$(sha256sum <g.swf.gz | cut -d ' ' -f 1)" three/runs/easy/run.json
times='job_id submission_time requested_number_of_resources requested_time'
times="$times starting_time finish_time allocated_resources"
"$protium" replay g.swf -p fcfs,spark --out counted >/dev/null 2>&1
"$protium" replay g.swf -p fcfs,spark --set machine=named --out named \
    >/dev/null 2>&1
for label in fcfs spark; do
    for run in counted named; do
        columns $run/runs/$label/jobs.csv 'job_id starting_time' >$run.txt
    done
    judge "same: $label with counted and with named processors" \
        test "$(cksum <counted.txt)" = "$(cksum <named.txt)" -a -s named.txt
done
for model in $made poisson:jobs=2000,widths=1+2+5,rate=0.9,nodes=8; do
    "$protium" trace generate "$model" own.swf 2>/dev/null
    "$protium" replay "$model" -p easy --out model >/dev/null 2>&1
    "$protium" replay own.swf -p easy --out own >/dev/null 2>&1
    columns model/runs/easy/jobs.csv "$times" >model.txt
    columns own/runs/easy/jobs.csv "$times" >own.txt
    judge "same: ${model%%:*} and the trace that it makes" \
        cmp -s model.txt own.txt
    judge "same: ${model%%:*}, all of them" test "$(wc -l <own.txt)" -eq 2000
done

# ---- tapes ----

"$protium" replay t.swf -p easy,fcfs --tape --out taped >/dev/null 2>&1
tape=taped/runs/easy/tape.jsonl
expect 'tape: the same' 0 '' tape $tape
said 'tape: says so' 'decides the same$'
expect 'tape: what fcfs would have done' 0 '' tape $tape --policy fcfs
said 'tape: where it differs' "^$tape:4: at 2 s, .* decides differently"
expect 'tape: what easy would have done' 0 '' tape $tape --policy easy
said 'tape: nothing else' 'decides the same$'
expect 'tape: two policies' 2 'takes one --policy' tape $tape -p easy,fcfs
expect 'tape: none' 3 '^none: No such file' tape none
expect 'tape: a folder' 3 '^folder: ' tape folder
expect 'tape: a trace' 3 '^t.swf:1:1: not JSON' tape t.swf
expect 'tape: nothing in it' 3 '^empty.swf' tape empty.swf

# tampered NAME CODE PATTERN SCRIPT: the tape after sed SCRIPT.
tampered()
{
    sed "$4" $tape >bad.jsonl
    "$protium" tape bad.jsonl >.out 2>.err
    got=$?
    if [ "$2" -eq 4 ]; then # what differs is on stdout
        said "tape: $1: where" '^bad.jsonl:4: at 2 s, .* decides differently$'
        : >.out
    fi
    seen "tape: $1" "$2" "$3"
}

tampered 'a decision is missing' 4 'does not decide as it did' \
    '4s/"decisions":.*/"decisions":[]}/'
tampered 'another job starts' 4 'does not decide as it did' \
    '4s/"start":2/"start":1/'
tampered 'it starts elsewhere' 4 'does not decide as it did' \
    '4s/\[\[2,1\]\]/[[3,1]]/'
tampered 'a line is cut' 3 '^bad.jsonl:4:.* not JSON' '4s/..$//'
tampered 'another schema' 3 '^bad.jsonl:1:' '1s/protium.tape/protein/'
tampered 'no policy' 3 '^bad.jsonl:1:.*policy' '1s/"policy"/"police"/'
tampered 'an unknown policy' 3 '^bad.jsonl:1:.*policy' '1s/backfill/backfull/'
tampered 'a machine of none' 3 '^bad.jsonl:1:' '1s/"nodes":4/"nodes":0/'
tampered 'an ending twice' 3 '^bad.jsonl:[678]:' '6p'
tampered 'an ending of nobody' 3 '^bad.jsonl:6:' '6s/"ended":3/"ended":99/'
tampered 'an ending of less than nobody' 3 '^bad.jsonl:6:' \
    '6s/"ended":3/"ended":-1/'
tampered 'an ending of what waits' 3 '^bad.jsonl:6:' '6s/"ended":3/"ended":2/'
tampered 'an ending of a member of a gang' 3 '^bad.jsonl:6:' \
    '6s/"task":-1/"task":7/'
tampered 'a submission twice' 3 '^bad.jsonl:[45]:' '4p'
tampered 'time goes back' 3 '^bad.jsonl:7:' '7s/"t":10000000/"t":1/'
tampered 'half a core on a machine of whole ones' 3 '^bad.jsonl:2:' \
    '2s/\[1000,0,0\]/[500,0,0]/'
tampered 'an outcome that is none' 3 '^bad.jsonl:6:' '6s/"success"/"luck"/'
tampered 'no tasks' 3 '^bad.jsonl:2:' '2s/"tasks":2/"tasks":0/'

# ---- figures ----

expect 'plot: no such folder' 3 'none.*cannot be read' plot none
expect 'plot: no results' 3 'expected a results folder' plot foreign
if command -v gnuplot >/dev/null 2>&1; then
    "$protium" plot one >.out 2>.err
    got=$?
    : >.err # gnuplot may say something of its fonts
    seen 'plot: a small result' 0 ''
    for figure in gantt utilisation wait-cdf; do
        for ending in gp dat svg pdf png; do
            judge "plot: $figure.$ending" test -s one/figures/$figure.$ending
        done
    done
else
    skip plot 'no gnuplot'
fi

finish
