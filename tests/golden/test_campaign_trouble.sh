#!/bin/sh
# test_campaign_trouble.sh - a study under way, and what may happen to it:
# kill -9, runs that fail, full disks, signals, other processes.
# shellcheck source=tests/golden/cli.sh
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/cli.sh"
# shellcheck source=tests/golden/campaign.sh
. "$tests/campaign.sh"

mounted=
trap '[ -z "$mounted" ] || umount "$mounted"; rm -rf "$here"' EXIT
seed=${PROTIUM_TEST_SEED:-$(date +%s)}
echo "seed $seed"

# intact NAME DIR: the store is, as it stands (looked at in a copy: what is to
# be mended is not mended here).
intact()
{
    $sqlite || return 0
    rm -rf .copy
    mkdir .copy
    cp "$2"/results.db* .copy
    is "$1" ok "$(sqlite3 .copy/results.db 'PRAGMA integrity_check')"
}

# children PID: its child processes.
children()
{
    cat /proc/[0-9]*/stat 2>/dev/null |
        awk -v parent="$1" '$2 == "(protium)" && $4 == parent { print $1 }'
}

# gone PID...: within some seconds none of them is left.
gone()
{
    for pid in "$@"; do
        tries=0
        while kill -0 "$pid" 2>/dev/null &&
            ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null; do
            tries=$((tries + 1))
            [ $tries -lt 100 ] || return 1
            sleep 0.1
        done
    done
}

# begin ARGUMENT...: in the background; $parent is its number.
begin()
{
    "$protium" "$@" >.out 2>.err </dev/null &
    parent=$!
}

# until_done N DIR: waits until N runs of DIR have been done, or it has ended.
until_done()
{
    tries=0
    while [ "$(wc -l 2>/dev/null <"$2/costs.csv" || echo 0)" -le "$1" ] &&
        kill -0 "$parent" 2>/dev/null && [ $tries -lt 3000 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
}

# ---- kill -9 ----

cat >long.json <<'END'
{"workload": "lublin:jobs=700,nodes=64", "cluster": 64,
 "policies": ["fcfs", "easy", "conservative"], "figures": [],
 "grid": {"load": [0.5, 0.6, 0.7, 0.8]}, "replications": 4,
 "stop": {"metric": "wait_mean", "relative": 0.3, "most": 10}}
END
began=$(date +%s%N)
run run long.json --out whole --jobs 2
is 'a long study' 0 "$got"
took=$((($(date +%s%N) - began) / 1000000))
runs=$(($(wc -l <whole/summary.csv) - 1))
judge 'of which the stop rule wanted more' test "$runs" -gt 48
tidy 'when it ends nothing temporary is left' whole

# moment TRY: seconds until the kill, and who: from the seed.
moment()
{
    awk -v seed="$seed" -v try="$1" -v took="$took" 'BEGIN {
        srand(seed + 7919 * try)
        rand()
        printf "%.3f %d\n", took / 1000 * rand() / (try % 2 ? 1 : 3),
            int(3 * rand())
    }'
}

try=0 ended=0
while [ $try -lt 10 ]; do
    try=$((try + 1))
    read -r wait who <<END
$(moment $try)
END
    begin run long.json --out killed --jobs 2
    sleep "$wait"
    workers=$(children $parent)
    what="kill -9 number $try (after $wait s)"
    case $who in
    0)
        # shellcheck disable=SC2086
        kill -9 $parent 2>/dev/null
        ;;
    1)
        victim=$(echo "$workers" | head -n 1)
        [ -z "$victim" ] || kill -9 "$victim" 2>/dev/null
        ;;
    2)
        # shellcheck disable=SC2086
        kill -9 $parent $workers 2>/dev/null
        ;;
    esac
    wait $parent 2>/dev/null
    got=$?
    case $who,$got in
    1,0 | 1,5 | ?,137) ok "$what: who was killed ends it" ;;
    ?,0) ok "$what: it had ended" ;;
    *) not_ok "$what: who was killed ends it" "exit code $got" ;;
    esac
    # shellcheck disable=SC2086
    judge "$what: no worker is left" gone $workers
    [ ! -s killed/results.db ] || intact "$what: the store is intact" killed
    if [ $got -eq 0 ]; then
        ended=$((ended + 1))
        same "$what: the same bytes" killed whole
        rm -rf killed
    fi
done
run run long.json --out killed --jobs 2
is 'resumed, it comes to its end' 0 "$got"
same 'and has the bytes of one that was left alone' killed whole
tidy 'nothing temporary is left' killed
run run long.json --out killed --jobs 2
is 'it is all there' "protium: $runs runs were there already" \
    "$(grep already .err)"

# Killed while folders move to and fro.
sed '/stop/d; s/"replications": 4,/"replications": 4}/' long.json >moved.json
sed 's/0.5, 0.6, 0.7, 0.8/0.8, 0.5/' moved.json >few.json
sed 's/"load"/"users": [32], "load"/' moved.json >named.json
run run moved.json --out moved0
cp -R moved0 moved
try=0
while [ $try -lt 8 ]; do
    try=$((try + 1))
    for study in few named moved; do
        begin run $study.json --out moved --jobs 2
        sleep "$(awk -v s="$seed" -v try=$try 'BEGIN {
            srand(s + try); rand(); print 0.08 * rand() }')"
        kill -9 $parent 2>/dev/null
        wait $parent 2>/dev/null
    done
done
for study in few moved; do
    run run $study.json --out moved
    is "killed while folders move: $study goes on" 0 "$got"
done
alike 'killed while folders move: the same' moved moved0

# ---- runs that fail ----

rows()
{
    awk -v bad="$1" 'BEGIN {
        print "; MaxProcs: 16"
        for (i = 1; i <= 30; i++)
            print i, 50 * i, -1, i == bad ? "x" : 100, 4, -1, -1, 4, 200, \
                -1, 1, 1, 1, -1, 1, -1, -1, -1
    }'
}
rows 0 >good.swf
rows 20 >bad.swf
cat >bad.json <<'END'
{"workload": "good.swf", "cluster": 16, "policies": ["fcfs", "easy"],
 "grid": {"w": {"points": [{"label": "bad", "set": {"workload": "bad.swf"}},
   {"label": "good", "set": {"workload": "good.swf"}}]}}, "figures": []}
END
why='bad.swf:21:12: "x" is not a number'
says 'a run that fails: exit code 5' 5 \
    '^protium: 2 of 4 runs failed; they are done again by the same command$' \
    run bad.json --out bad
is 'a run that fails: each is told, with the reason' 2 \
    "$(grep -c "^protium: runs/w=bad/.*$why" .err)"
is 'the others are done' 3 "$(wc -l <bad/summary.csv | tr -d ' ')"
if $sqlite; then
    is 'the store knows why' 2 "$(sqlite3 bad/results.db \
        "SELECT count(*) FROM run WHERE status = 'failed'
            AND error LIKE '%bad.swf:21:12%'")"
fi
is 'cells.csv counts them' '1' "$(awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
    $column["w"] == "bad" { print $column["failed"] }
' bad/cells.csv | sort -u)"
is 'and no other' '0' "$(awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
    $column["w"] == "good" { print $column["failed"] }
' bad/cells.csv | sort -u)"
tidy 'a run that fails leaves nothing temporary' bad
says 'they are tried again, and no other' 5 \
    '^protium: 2 runs in .*; 2 were there already$' run bad.json --out bad
awk '{ $4 = $4 == "x" ? 99 : $4; print }' bad.swf >mended
mv mended bad.swf
says 'mended, they are done' 0 '^protium: 2 runs in .*; 2 were there already$' \
    run bad.json --out bad
run run bad.json --out mended
alike 'and it is as if nothing had been' bad mended

# A worker that is killed while it is at a run.
cat >slow.json <<'END'
{"workload": "lublin:nodes=16", "cluster": 16, "policies": ["fcfs"],
 "grid": {"jobs": [100000, 100]}, "figures": []}
END
begin run slow.json --out slow --jobs 1
victim=
tries=0
while [ -z "$victim" ] && [ $tries -lt 200 ]; do
    victim=$(children $parent)
    sleep 0.05
    tries=$((tries + 1))
done
kill -9 "$victim"
wait $parent
got=$?
said_so 'a worker that is killed: the rest goes on' 5 '1 of 2 runs failed'
said_so 'a worker that is killed: its run is told' 5 \
    'runs/jobs=100000/fcfs: the worker was killed \(signal 9'
tidy 'a worker that is killed leaves nothing temporary' slow
says 'its run is done again' 0 '^protium: 1 runs? in .*; 1 were there' \
    run slow.json --out slow
run run slow.json --out slow2
same 'and it is as if nothing had been' slow slow2

# A run that runs out of memory.
cat >memory.json <<'END'
{"workload": "poisson:nodes=16,mean=100,load=20", "cluster": 16,
 "policies": ["fcfs", "fifo"], "grid": {"jobs": [50, 200000]}, "figures": []}
END
# shellcheck disable=SC3045
if (ulimit -v 70000 && "$protium" --version) >/dev/null 2>&1; then
    (
        ulimit -v 70000
        "$protium" run memory.json --out memory --jobs 2 >.out 2>.err
    )
    got=$?
    said_so 'out of memory: the rest is done' 5 '2 of 4 runs failed'
    said_so 'out of memory: it is told' 5 \
        'runs/jobs=200000/fcfs: .*out of memory'
    intact 'out of memory: the store is intact' memory
    tidy 'out of memory: nothing temporary is left' memory
    says 'with more memory: the rest' 0 \
        '^protium: 2 runs in .*; 2 were there already$' \
        run memory.json --out memory
else
    skip 'out of memory' 'no limit can be set'
fi

# ---- signals ----

# signalled NAME SIGNAL
signalled()
{
    begin run long.json --out "sig$2" --jobs 2
    until_done 10 "sig$2"
    workers=$(children $parent)
    kill -"$2" $parent
    wait $parent
    got=$?
    said_so "$1: in words" 130 \
        'interrupted: [0-9]+ of [0-9]+ runs are done, and stay; the same'
    # shellcheck disable=SC2086
    judge "$1: no worker is left" gone $workers
    intact "$1: the store is intact" "sig$2"
    tidy "$1: nothing temporary is left" "sig$2"
    run run long.json --out "sig$2"
    is "$1: resumed" 0 "$got"
    is "$1: nothing was lost" 0 \
        "$(grep -c '; [0-9] were there already' .err)"
    same "$1: the same bytes" "sig$2" whole
}
signalled SIGINT INT
signalled SIGTERM TERM

# ---- two at once ----

begin run long.json --out both --jobs 1
until_done 3 both
kill -STOP $parent
says 'a second one in the same folder: its number is told' 2 \
    "both: process $parent is at work there" run long.json --out both
says 'whatever it is to do' 2 'at work there' run bad.json --out both
kill -CONT $parent
wait $parent
got=$?
is 'the first one does not mind' 0 "$got"
same 'and has the same bytes' both whole

# ---- folders ----

mkdir things
echo precious >things/thesis.tex
says 'a folder of other things' 2 \
    'things: is not empty and holds no results' run bad.json --out things
is 'which is left alone' thesis.tex "$(ls -A things)"
is 'a file is in the way: exit code 2' 2 \
    "$("$protium" run bad.json --out good.swf 2>.err; echo $?)"
is 'a file below a file' 1 \
    "$("$protium" run bad.json --out good.swf/a 2>.err; echo $?)"
if can_be_nobody; then
    mkdir closed
    chmod 755 closed
    as_nobody "$protium" run bad.json --out closed/dir 2>.err >.out
    got=$?
    said_so 'a folder that cannot be made' 1 \
        'closed/dir: the folder cannot be made: Permission denied'
    as_nobody "$protium" run bad.json --out closed 2>.err >.out
    got=$?
    said_so 'a folder that cannot be written' 1 \
        'closed/.*: cannot be .*: Permission denied'
    cp -R whole ro
    as_nobody "$protium" run long.json --out ro 2>.err >.out
    got=$?
    said_so 'results that cannot be written' 1 \
        'ro/.*: cannot be .*: Permission denied'
else
    skip 'folders that cannot be written' 'nobody cannot run protium'
fi

begin run long.json --out lost --jobs 2
until_done 20 lost
until rm -rf lost 2>/dev/null; do :; done
wait $parent
got=$?
judge 'the folder is deleted under way: that is no success' test "$got" -ne 0
said_so 'the folder is deleted under way: in words' "$got" \
    'lost/.*No such file or directory'
rm -rf lost
run run long.json --out lost
same 'and can be made again' lost whole

# ---- a full disk ----

mkdir disk
if [ "$(id -u)" -eq 0 ] &&
    mount -t tmpfs -o size=3m none disk >/dev/null 2>&1; then
    mounted=$here/disk
    says 'a disk that is too small is told before' 2 \
        'disk/a: the disk is too small for .* \(expected .*--force\)' \
        run long.json --out disk/a
    says 'a full disk' 1 \
        'disk/a/.*(No space left on device|disk is full)' \
        run long.json --out disk/a --force
    [ ! -e disk/a/results.db ] ||
        intact 'a full disk: the store is intact' disk/a
    says 'it is full still' 1 \
        'disk/a/.*(No space left on device|disk is full)' \
        run long.json --out disk/a --force
    mount -o remount,size=200m disk
    run run long.json --out disk/a
    is 'with more room: it goes on' 0 "$got"
    judge 'with more room: from where it was' \
        grep -qE '; [1-9][0-9]* were there already' .err
    same 'with more room: the same bytes' disk/a whole
    tidy 'with more room: nothing temporary is left' disk/a
    umount disk && mounted=
else
    skip 'a full disk' 'nothing can be mounted'
fi

# ---- many ----

cat >many.json <<'END'
{"workload": "poisson:jobs=3,nodes=4,mean=10", "cluster": 4,
 "policies": ["fcfs"], "files": "none", "figures": [],
 "grid": {"load": {"from": 0.01, "to": 1, "step": 0.01},
          "mean": {"from": 1, "to": 200, "step": 1}}}
END
run run many.json --out many --dry-run
is 'many cells: --dry-run' 0 "$got"
said 'many cells: how many' '^20000 runs$'
judge 'many cells: how long, and how much disk' grep -qE \
    '^protium: [0-9]+ more runs: about .* with [0-9]+ workers?, .* of disk' \
    .err
judge 'many cells: nothing is left' test ! -e many
begin run many.json --out many --jobs 2
until_done 300 many
kill -INT $parent
wait $parent
is 'many cells: interrupted' 130 $?
intact 'many cells: the store is intact' many
done=$(sed -n 's/^protium: interrupted: \([0-9]*\) of 20000 .*/\1/p' .err)
judge 'many cells: some are done' test "${done:-0}" -ge 300
begin run many.json --out many --jobs 2
until_done $((done + 300)) many
kill -INT $parent
wait $parent
again=$(sed -n 's/^protium: interrupted: \([0-9]*\) of 20000 .*/\1/p' .err)
judge 'many cells: resumed, it goes on from there' \
    test "${again:-0}" -ge $((done + 300))
is 'many cells: none is done twice' "$again" \
    "$(tail -n +2 many/costs.csv | cut -d, -f1 | sort -u | wc -l | tr -d ' ')"

# ---- bad studies ----

refused()
{
    cat >x.json
    says "$1" "$2" "$3" run x.json --out x
    judge "$1: nothing is made" test ! -e x
}
refused 'an empty file' 3 '^x.json:1:1: ' </dev/null
refused 'no study' 3 '^x.json:1:[0-9]+: ' <<'END'
{}
END
refused 'bad JSON' 3 '^x.json:2:13: ' <<'END'
{"workload": "lublin",
 "policies" ["easy"]}
END
refused 'an unknown figure' 3 \
    "^x.json:1:[0-9]+: .*'swep'.*did you mean 'sweep'" <<'END'
{"workload": "lublin:jobs=5", "policies": ["easy"], "figures": ["swep"]}
END
refused 'an unknown metric of the stop rule' 3 \
    "^x.json:2:[0-9]+: .*did you mean 'wait_mean'" <<'END'
{"workload": "lublin:jobs=5", "policies": ["easy"],
 "stop": {"metric": "wait_maen", "relative": 0.1, "most": 9}}
END
refused 'an axis without values' 3 '^x.json:1:[0-9]+: ' <<'END'
{"workload": "lublin:jobs=5", "policies": ["easy"], "grid": {"load": []}}
END
refused 'too many values' 3 '^x.json:2:45: .*too many values' <<'END'
{"workload": "lublin:jobs=5", "policies": ["easy"], "grid": {
 "load": {"from": 0.00001, "to": 1, "step": 0.00001}}}
END
refused 'more cells than a machine can carry' 3 'points|cells|runs' <<'END'
{"workload": "lublin:jobs=5", "policies": ["easy"], "grid": {
 "load": {"from": 0.0001, "to": 1, "step": 0.0001},
 "seed": {"from": 1, "to": 10000, "step": 1},
 "users": {"from": 1, "to": 10000, "step": 1}}}
END

finish
