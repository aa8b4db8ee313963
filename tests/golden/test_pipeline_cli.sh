#!/bin/sh
# test_pipeline_cli.sh - pipelines and Spark's event logs from outside: every
# sample and every log under several policies and rules, tapes, repetitions and
# packings; and bad documents, logs and settings, full disks and signals.
samples=$PWD/traces/samples
logs=$PWD/tests/golden/spark/logs
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"
limit=20

# What a command may never leave behind or say; a word for it, or nothing.
wrongs()
{
    half=$(find . -name '*.tmp' | head -n 1)
    find . -name '*.tmp' -exec rm -f '{}' +
    if grep -qE 'Sanitizer|runtime error|Assertion|internal' .err; then
        echo 'it fell over'
    elif [ -n "$half" ]; then
        echo "left $half"
    elif [ "$got" -ne 0 ] && [ -s .out ]; then
        echo 'printed to stdout'
    fi
}

# seen NAME CODE PATTERN: judges $got, .out and .err; PATTERN is an extended
# regular expression that some line of .err must match, or "" for any .err.
seen()
{
    wrong=$(wrongs)
    if [ "$got" -ne "$2" ]; then
        not_ok "$1" "exit code $got (expected $2)"
    elif [ -n "$wrong" ]; then
        not_ok "$1" "$wrong"
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
    run "$@"
    seen "$name" "$code" "$pattern"
}

# value COLUMN [DIR]: of the first run in summary.csv.
value()
{
    awk -F, -v column="$1" '
        { gsub(/"[^"]*"/, "") }
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        NR == 2 { print $at }' "${2:-result}/summary.csv"
}

# sum_of DIR: of its tables and tapes, which no two runs differ in.
sum_of()
{
    (cd "$1" && find . -name '*.csv' -o -name '*.jsonl' | sort |
        xargs cat | cksum)
}

# name_of LOG: its folder and its name.
name_of()
{
    echo "${1#"$logs"/}"
}

policies=spark,easy,fifo:hold_timeout=1m,fair=spark:order=fair

# Whether each tape in result/ decides the same on a fresh core.
tapes_agree()
{
    for tape in result/runs/*/tape.jsonl; do
        timeout 20 "$protium" tape "$tape" >.tape 2>.err || return 1
    done
}

# replayed NAME ARGUMENT...: with what the run itself checks, tapes, and the
# same bytes twice; one line.
replayed()
{
    name=$1
    shift
    rm -rf result again
    run replay "$@" --policy "$policies" --tape --out result
    cp .out .first
    wrong=$(wrongs)
    if [ "$got" -ne 0 ] || [ -n "$wrong" ]; then
        not_ok "$name" "exit code $got $wrong"
        return
    fi
    if ! tapes_agree; then
        not_ok "$name" "$tape does not decide the same"
        return
    fi
    run replay "$@" --policy "$policies" --tape --out again
    if ! cmp -s .out .first || [ "$(sum_of result)" != "$(sum_of again)" ]; then
        not_ok "$name" 'two runs differ'
    else
        ok "$name"
    fi
}

expect 'it works at all' 0 '' replay "$samples/diamond.json"
[ "$failed" -eq 0 ] || exit 1

# ---- the samples ----

for sample in "$samples"/*.json; do
    name=$(basename "$sample" .json)
    replayed "sample $name" "$sample"
    expect "sample $name: info" 0 '' trace info --json "$sample"
done

replayed 'rules: as Spark has them' "$samples/own-faults-and-stragglers.json" \
    -s rounds=spark -s holes=as-spark -s gate=on -s fault=chance:p=0.3 \
    -s straggler=pareto:alpha=1.5 -s outputs=local -s exclude=on
replayed 'rules: copies of slow tasks' "$samples/drawn-lengths.json" \
    -s rounds=spark -s speculation=on -s straggler=slow:p=0.2 \
    -s fault=exponential:mtbf=10m
replayed 'rules: syncs that time out' "$samples/gang-iterations.json" \
    -s barriers=each -s sync_timeout=2s -s straggler=exponential
replayed 'rules: few wide nodes' "$samples/prepare-train-infer.json" \
    -n 2x2 -s rounds=spark -s gate=on -s gate_interval=1s
replayed 'rules: preferences' "$samples/preferences.json" -s rounds=spark \
    -s locality_node=1s
replayed 'rules: more nodes than the source tells of' \
    "$samples/preferences.json" -n 9x4 -s rounds=spark

cat >far.json <<'END'
{"schema": "protium.pipeline/1",
 "machine": {"nodes": [{"count": 3000, "rack": "r"}]},
 "jobs": [{"stages": [{"tasks": 2, "length": 10,
   "prefer": [[{"node": 2999}], [{"node": 1500}]]}]}]}
END
replayed 'rules: preferences for nodes that --nodes took away' far.json \
    -n 1 -s rounds=spark
is 'rules: they are left out, and nobody waits for them' 20 "$(value makespan)"

rm -rf result
run replay "$samples/failing-member.json" -p spark --out result
is 'result: a gang works again for one of its members' 95.2 "$(value makespan)"
is 'result: its tries for each that succeeds' 2 "$(value gang_tries)"
rm -rf result
run replay "$samples/prepare-train-infer.json" -p spark -s dynamic=on \
    --out result
is 'result: no gang under dynamic allocation' 1 "$(value rejected)"
rm -rf result
run replay "$samples/prepare-train-infer.json" -p spark -n 1x2 -s gate=on \
    -s gate_interval=1s -s gate_failures=2 --out result
is 'result: a gang that is too wide fails in the gate' 1 "$(value rejected)"

# ---- models of pipelines ----

for model in lublin:jobs=100 hydrogen:jobs=20,load=1.1 \
    hydrogen:jobs=20,gpus=4,train_gpus=0.5; do
    rm -rf result again model.json
    expect "model $model: written" 0 '' trace generate $model model.json
    run replay $model -p easy --out result
    run replay model.json -p easy --out again
    is "model $model: read back, the same jobs" \
        "$(cut -d , -f 1,3- result/runs/easy/jobs.csv | cksum)" \
        "$(cut -d , -f 1,3- again/runs/easy/jobs.csv | cksum)"
done
expect 'model: pipelines are no SWF' 2 'SWF has room for one' \
    trace generate hydrogen:jobs=5 h.swf
expect 'model: more GPUs than there are' 2 'train_gpus=1 on nodes with gpus=0' \
    trace generate hydrogen:train_gpus=1 h.json
judge 'model: and nothing is left of either' \
    test ! -e h.swf -a ! -e h.json

# ---- event logs ----

for log in "$logs"/4.0.1/*.zstd "$logs"/3.5.3/starve_fair.gz \
    "$logs"/3.5.3/killed.inprogress.gz "$logs"/4.3.0/*/eventlog_v2_*; do
    replayed "log $(name_of "$log")" "$log"
    expect "log $(name_of "$log"): info" 0 '' trace info "$log"
done
replayed 'log: other rules, another machine' "$logs/4.0.1/exec_lost.zstd" \
    -n 3x2 -s holes=clean -s fault=chance:p=0.1 -s speculation=on
replayed 'log: a stage as a gang' "$logs/4.0.1/task_retry.zstd" -s gang=2

gzip -dc "$logs/3.5.3/barrier_retry.gz" >log
rm -rf result again
run replay log -p spark --out result
gzip -c log >packed
run replay packed -p spark --out again
is 'log: plain or packed, the same stages' \
    "$(cksum <result/runs/spark/stages.csv)" \
    "$(cksum <again/runs/spark/stages.csv)"

lines=$(($(wc -l <log)))
for share in 2 4 6 8; do
    head -n $((lines * share / 10)) log >cut.log
    printf '{"Event":"SparkListenerTaskEnd","Stage' >>cut.log
    replayed "log: cut after $share tenths" cut.log
    expect "log: cut after $share tenths: info" 0 '' trace info cut.log
    said "log: cut after $share tenths: where" '^  cut.log:[0-9]+(:[0-9]+)?: '
done
sed 5d log | sed '7s/:/;/g' >bad.log
expect 'log: a bad line is told, the rest is used' 0 '' trace info bad.log
said 'log: the bad line' '^  bad.log:7:[0-9]+: .*expected'

# A launch that cannot read what nobody made, and is the last of its task.
sed 's/\("Task End Reason":{"Reason":"\)Success"}/\1FetchFailed"}/' log \
    >fetch.log
replayed 'log: a task whose last launch fails to fetch ends' fetch.log

head -n 1 log >begun.log
expect 'log: without executors' 2 'how large is the machine' replay begun.log
replayed 'log: without jobs' begun.log -n 2x2
others=$shared/spark-eventlogs
if [ -d "$others" ]; then
    replayed 'log: without stages' -n 2 \
        "$others/apache-spark/local-1430917381535_1"
    expect 'log: malformed' 0 '' trace info \
        "$others/spark-rapids-tools/malformed_json_eventlog.zstd"
    said 'log: malformed: where' '_eventlog.zstd:4:43: not an event'
else
    skip 'log: without stages' 'no ../shared'
    echo 'SKIPPED (no ../shared): logs that others made'
fi

# ---- bad files ----

# refused NAME CODE PATTERN FILE: by replay and by info, with nothing left.
refused()
{
    expect "$1" "$2" "$3" replay "$4" -p spark --out none
    judge "$1: nothing is left" test ! -e none
    expect "$1: info" "$2" "$3" trace info "$4"
}

mkdir folder eventlog_v2_empty
echo hello >folder/hello
: >empty.json
head -c 3000 "$logs/4.0.1/barrier_abort.zstd" >cut.zstd
gzip -c "$logs/4.0.1/barrier_abort.zstd" >zstd.gz
gzip -c packed >twice.gz
refused 'file: empty' 3 '^empty.json: no jobs' empty.json
refused 'file: not there' 3 '^none.json: cannot be read' none.json
refused 'file: a folder that is no log' 3 '^folder: is a directory' folder
refused 'file: a rolling log without files' 3 '^eventlog_v2_empty: ' \
    eventlog_v2_empty
refused 'file: zstd data that end too early' 3 '^cut.zstd:1:1: .*too early' \
    cut.zstd
refused 'file: zstd inside gzip' 3 '^zstd.gz:1:[0-9]+: a zero byte' zstd.gz
refused 'file: gzip inside gzip' 3 '^twice.gz:1:[0-9]+: .*expected' twice.gz
cp "$samples/diamond.json" private.json
chmod 000 private.json
if can_be_nobody; then
    as_nobody timeout 20 "$protium" replay "$here/private.json" \
        >.out 2>.err </dev/null
    got=$?
    seen 'file: unreadable' 3 'private.json: Permission denied'
else
    skip 'file: unreadable' 'cannot be anybody else'
fi

# ---- bad documents ----

# stages LINE: a document; the stages are its second line.
stages()
{
    cat >d.json <<END
{"schema":"protium.pipeline/1","machine":{"nodes":[{"count":4,"cores":2}]},
"jobs":[{"stages":[$1]
}]}
END
}

while IFS='|' read -r name line pattern; do
    [ -n "$name" ] || continue
    stages "$(echo "$line" | sed 's/LEN/"length":1/g')"
    expect "document: $name" 3 "^d.json:2:[0-9]+: $pattern" \
        replay d.json --out none
done <<'END'
no tasks|{"tasks":0,LEN}|'tasks' is 0 \(expected
half a task|{"tasks":1.5,LEN}|'tasks' is 1.5 \(expected
more tasks than anybody has|{"tasks":99999999999,LEN}|'tasks' is
an infinite length|{"length":1e400}|'length' is 1e400 \(expected
a negative length|{"length":-1}|'length' is -1 \(expected
no length|{"tasks":1}|a stage without 'length'
a length of text|{"length":"5 parsecs"}|'length' is '5 parsecs'
too few lengths|{"tasks":3,"length":[1,2]}|'length' has 2 items
an unknown key|{LEN,"lenght":1}|.*did you mean 'length'
a key twice|{LEN,"length":2}|.*twice
after itself|{"id":"a",LEN,"after":"a"}|the stage waits for itself
a circle|{"id":"a",LEN,"after":"b"},{"id":"b",LEN,"after":"a"}|the stage waits
after nobody|{"id":"a",LEN,"after":"z"}|'after': there is no 'z'
two of a name|{"id":"a",LEN},{"id":"a",LEN}|two stages
one and a half GPUs|{LEN,"gpus":1.5}|'gpus' is more than one
a sliver of a GPU|{LEN,"gpus":1e-9}|'gpus' is 1e-9 \(expected
a negative share|{LEN,"gpus":-0.5}|'gpus' is -0.5
no processor|{LEN,"cores":0}|'cores' is 0
meetings of a parallel stage|{LEN,"iterations":3}|'iterations' of a
a place that is not there|{LEN,"prefer":[[{"node":77}]]}|'node' is 77
a launch of nobody|{LEN,"takes":{"1":[{}]}}|'takes': '1' is no task
excused for ever|{LEN,"takes":{"0":[{"fails":"excused"}]}}|.*excused.*expected
no parent to fetch from|{LEN,"takes":{"0":[{"fails":"fetch"}]}}|a failed fetch
a text that is not closed|{"length":"1|
a comma too many|{"length":1},|nothing after the comma
not a number|{"length":NaN}|not JSON
END
judge 'document: nothing is left of any' test ! -e none

# rest TEXT: a document of what comes behind the schema.
rest()
{
    echo "{\"schema\":\"protium.pipeline/1\",$1}" >d.json
}

nodes='"machine":{"nodes":[{"count":4}]}'
stage='"stages":[{"length":1}]'
job="\"jobs\":[{$stage}]"
while IFS='|' read -r name text pattern; do
    [ -n "$name" ] || continue
    rest "$(echo "$text" |
        sed "s/NODES/$nodes/; s/JOB/$job/; s/STAGES/$stage/g")"
    expect "document: $name" 3 "^d.json:1:[0-9]+: $pattern" replay d.json
done <<'END'
no jobs|NODES,"jobs":[]|no jobs
no stages|NODES,"jobs":[{"stages":[]}]|0 stages
no nodes|"machine":{"nodes":[]},JOB|no nodes
nodes without cores|"machine":{"nodes":[{"cores":0}]},JOB|'cores' is 0
gone before it comes|"machine":{"nodes":[{"up":9,"down":5}]},JOB|'down' is not
a pool inside itself|NODES,"pools":{"a":{"parent":"a"}},JOB|'pools'
a pool of no weight|NODES,"pools":{"a":{"weight":0}},JOB|'weight' is 0
an unknown pool|NODES,"jobs":[{"pool":"z",STAGES}]|'pool': there is no
before time|NODES,"jobs":[{"submit":-1,STAGES}]|'submit' is -1
after a later one|NODES,"jobs":[{"after":"b",STAGES},{"id":"b",STAGES}]|.after
more behind it|NODES,JOB} {|more after the document
END
rest "$nodes,\"set\":{\"ties\":\"never\"},$job"
expect 'document: a condition that cannot be' 3 '^d.json.*ties=never' \
    replay d.json
rest "$job"
expect 'document: no machine anywhere' 2 'how large is the machine' \
    replay d.json
expect 'document: no machine but on the command line' 0 '' \
    replay d.json --nodes 3
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "[" }' >deep.json
expect 'document: nothing but brackets' 3 '^deep.json:1:' replay deep.json

# What fits nowhere is rejected, and is no error.
while IFS='|' read -r name line; do
    [ -n "$name" ] || continue
    stages "$line"
    rm -rf result
    expect "too large: $name" 0 '' replay d.json -p spark,easy,fifo --out result
    is "too large: $name: rejected" 1 "$(value rejected)"
done <<'END'
a gang wider than the machine|{"mode":"gang","tasks":9,"length":1}
a gang that fits in sum alone|{"mode":"gang","tasks":5,"cores":1.5,"length":1}
GPUs that nobody has|{"length":1,"gpus":2}
memory that nobody has|{"length":1,"memory":"1GiB"}
a profile that nobody has|{"length":1,"profile":9}
END

# ---- bad settings ----

train=$samples/prepare-train-infer.json
while IFS='|' read -r setting pattern; do
    [ -n "$setting" ] || continue
    expect "setting: $setting" 2 "$pattern" replay "$train" -s "$setting"
done <<'END'
holes=h77|'h77' is not known \(did you mean 'h7'
holes=|expected clean, as-spark
holes=h2,h3|expected clean, as-spark
gang=nope|no job has a stage 'nope'
gang=train+|no job has a stage ''
rounds=yes|expected none or spark
machine=counts|expected auto or named
revive=0|expected a time
sync_timeout=0|expected a time
sync_timeout=-1|expected a time
task_failures=0|expected a whole number
speculation_quantile=2|expected a number from 0 to 1
fault=quake|unknown fault model
fault=chance:p=2|expected a number from 0 to 1
straggler=none:x=1|no parameters
barriers=some|expected whole or each
END
expect 'setting: a gang of a log that did not run' 2 "no stage '99' ran" \
    replay "$logs/4.0.1/sync.zstd" -s gang=99
expect 'setting: a gang of a model without stages' 2 'gang=1' \
    replay lublin:jobs=5 -s gang=1

# ---- full disks and signals ----

if [ -c /dev/full ]; then
    for words in "replay $samples/pools.json" "trace info $samples/pools.json" \
        "trace info $logs/4.0.1/sync.zstd"; do
        # shellcheck disable=SC2086 # words
        "$protium" $words >/dev/full 2>.err
        got=$?
        : >.out
        seen "full: stdout of ${words%% /*}" 1 'No space left on device'
    done
else
    skip 'full: stdout' 'no /dev/full'
fi
(
    trap '' XFSZ
    ulimit -f 8
    exec "$protium" replay hydrogen:jobs=200 -p easy --tape --out limited
) >.out 2>.err
got=$?
seen 'full: stages and tape' 1 '^limited/runs/easy/.*cannot be written'
judge 'full: no run is left' test -z "$(find . -path "*limited/runs*" -type f)"

stages '{"tasks":8,"length":{"exp":1}}'
sed 's/{"stages":/{"count":1000000000,"every":1,"stages":/' d.json >long.json
for signal in INT TERM; do
    rm -rf stopped
    "$protium" replay long.json -p spark --tape -s rounds=spark \
        --out stopped >.out 2>.err </dev/null &
    child=$!
    tries=200
    while [ ! -s stopped/runs/spark/tape.jsonl.tmp ] && [ $tries -gt 0 ]; do
        sleep 0.05
        tries=$((tries - 1))
    done
    (sleep 10 && kill -KILL $child) >.guard 2>&1 &
    guard=$!
    kill -$signal $child
    wait $child
    got=$?
    kill $guard 2>.guard
    wait $guard 2>.guard
    seen "signal: $signal in mid-run" 130 'interrupted'
    judge "signal: $signal leaves no run" \
        test -z "$(find . -path "*stopped/runs*" -type f)"
done

# ---- figures ----

if command -v gnuplot >/dev/null 2>&1; then
    rm -rf result
    run replay "$logs/4.0.1/barrier_retry"/eventlog_v2_* -p spark --out result
    expect 'plot: a log' 0 '' plot result stages gang-wait critical-path
    for figure in stages gang-wait critical-path; do
        judge "plot: $figure" test -s "result/figures/$figure.png"
    done
    rm -rf rigid
    run replay lublin:jobs=20 -p easy --out rigid
    expect 'plot: rigid jobs have no stages' 0 'without stages' \
        plot rigid stages
else
    skip plot 'no gnuplot'
fi

finish
