#!/bin/sh
# test_trace_info_failures.sh - `trace info` of failure traces from outside: exact
# availabilities, overlaps, windows, fits, JSON, the figure, and bad input.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# expect NAME CODE PATTERN ARGUMENT...: .err has a line like PATTERN, or is
# empty; what fails says nothing on standard output.
expect()
{
    name=$1 code=$2 pattern=$3
    shift 3
    run "$@"
    if [ "$got" -ne "$code" ]; then
        not_ok "$name" "exit code $got (expected $code)"
    elif grep -qE 'Sanitizer|runtime error|Assertion' .err; then
        not_ok "$name" 'it fell over'
    elif [ "$code" -ne 0 ] && [ -s .out ]; then
        not_ok "$name" 'printed to stdout'
    elif [ -z "$pattern" ] && [ -s .err ]; then
        not_ok "$name" 'said something on stderr'
    elif [ -n "$pattern" ] && ! grep -qE -e "$pattern" .err; then
        not_ok "$name" "expected: $pattern"
    else
        ok "$name"
    fi
}

# value WHAT: what .out has for it, without its unit and remarks.
value()
{
    sed -n "s/^ *$1  *\\([^ ]*\\).*/\\1/p" .out | head -n 1
}

# availability NAME EXPECTED ARGUMENT...
availability()
{
    name=$1 expected=$2
    shift 2
    run trace info "$@"
    is "$name" "$expected" "$(value availability)"
}

# Three faults on two nodes, of which two overlap: down in [10, 30) and
# [50, 60).
cat >three.csv <<'END'
node,down,up,cause
a,10,20,hardware
a,15,30,software
b,50,60,network
END
# Outages that meet are one; what is between them is no time up.
cat >meet.csv <<'END'
node,down,up,cause
a,10,20,hardware
a,20,30,hardware
a,40,50,hardware
a,60,65,software
END
printf 'node,down,up,cause\n' >none.csv

# ---- exact ----

expect 'three: read' 0 '' trace info three.csv --nodes 4 --span 0..100
is 'three: format' csv "$(value format)"
is 'three: nodes' 4 "$(value nodes)"
is 'three: faults' 3 "$(value faults)"
is 'three: outages' 2 "$(value 'outages of nodes')"
is 'three: watched' 400 "$(value node-seconds)"
is 'three: down' 30 "$(value down)"
is 'three: availability' 0.925000 "$(value availability)"
is 'three: MTBF' 123.333 "$(value MTBF)"
is 'three: MTTR' 10 "$(value MTTR)"
judge 'three: the first fault has the common time' grep -qE \
    '^hardware +1 +10 +33.3 %$' .out
judge 'three: the second has the rest' grep -qE '^software +1 +10 ' .out
judge 'three: all of its own' grep -qE '^network +1 +10 ' .out
judge 'three: times down' grep -q '^time down: 2 complete, 0 open' .out
judge 'three: times up' grep -q '^time up: 0 complete, 6 open' .out

expect 'meet: read' 0 '' trace info meet.csv --span 100
is 'meet: faults' 4 "$(value faults)"
is 'meet: outages' 3 "$(value 'outages of nodes')"
judge 'meet: times down' grep -q '^time down: 3 complete, 0 open' .out
judge 'meet: times up' grep -q '^time up: 2 complete, 2 open.*mean 10 s$' .out
is 'meet: availability' 0.650000 "$(value availability)"

availability 'nodes: as many as fail' 0.850000 three.csv --span 0..100
availability 'nodes: fewer than there are' 0.850000 three.csv --span 0..100 \
    --nodes 1
availability 'nodes: three' 0.900000 three.csv --nodes 3 --span 0..100
availability 'nodes: a million' 1.000000 three.csv --nodes 1000000 --span 100
availability 'span: one number' 0.850000 three.csv --span 100
availability 'span: A:B' 0.850000 three.csv --span 0:100
availability 'span: A,B' 0.850000 three.csv --span 0,100
availability 'span: units' 0.970000 three.csv --span 0s..500s
availability 'span: other units' 0.999750 three.csv --span 0m..1000m
availability 'span: the middle' 0.750000 three.csv --span 20..60
availability 'span: fractions' 0.863636 three.csv --span 25..52.5
availability 'span: rounds half up' 0.999985 three.csv --span 0..1000000
availability 'span: always up' 1.000000 three.csv --span 100..200 --nodes 2
availability 'span: always down' 0.000000 meet.csv --span 11..19
availability 'no fault at all' 1.000000 none.csv --nodes 5 --span 1d
is 'no fault at all: MTBF' - "$(value MTBF)"

# ---- JSON ----

if command -v jq >/dev/null 2>&1; then
    # field NAME EXPECTED FILTER: of .out.
    field()
    {
        is "$1" "$2" "$(jq -r "$3" .out 2>&1)"
    }
    expect 'json: three' 0 '' trace info three.csv --nodes 4 --span 0..100 \
        --json
    field 'json: schema' protium.outages/1 .schema
    field 'json: counts' '4 3 2' '"\(.nodes) \(.faults) \(.outages)"'
    field 'json: span' '0 100' '"\(.span[0]) \(.span[1])"'
    field 'json: exact' '400000000 30000000' '"\(.watched_us) \(.down_us)"'
    field 'json: seconds' '400 30' '"\(.watched_s) \(.down_s)"'
    field 'json: availability' 0.925 .availability
    judge 'json: six digits' grep -q '"availability": 0.925000,' .out
    field 'json: MTTR' 10 .mttr
    field 'json: causes' 'hardware network software' \
        '.causes | keys | join(" ")'
    field 'json: causes sum' 30000000 '[.causes[].down_us | tonumber] | add'
    field 'json: laws' 'exponential weibull lognormal gamma' \
        '[.up.fits[].law] | join(" ")'
    field 'json: no time up' '0 6 null' '"\(.up.n) \(.up.open) \(.up.mean)"'
    field 'json: no fit' 'null false' '.up.fits[1] | "\(.shape) \(.best)"'
    field 'json: rules' true '.rules | length > 0 and all(.rows >= 0)'
    run trace info three.csv --span 200..300 --json
    field 'json: a window without a fault' '0 0 null {}' \
        '"\(.faults) \(.down_us) \(.mttr) \(.causes)"'

    # Weibull-like: quantiles of shape 1/2 and scale 100, in one node's times
    # up; the repair always takes 5 s.
    awk 'BEGIN {
        print "node,down,up,cause"
        t = 0
        for (i = 1; i <= 400; i++) {
            p = (i * 157 % 401) / 401
            printf "n0,%.6f,%.6f,unknown\n", t, t + 5
            t += 5 + 100 * log(1 - p) ^ 2
        }
        printf "n0,%.6f,%.6f,unknown\n", t, t + 5
    }' >weibull.csv
    expect 'fits: read' 0 '' trace info weibull.csv --json
    field 'fits: how many' '400 401' '"\(.up.n) \(.down.n + .down.open)"'
    field 'fits: the best is Weibull' weibull \
        '.up.fits[] | select(.best).law'
    field 'fits: shape and scale' true '.up.fits[1] |
        .shape > 0.48 and .shape < 0.53 and .scale > 95 and .scale < 105'
    field 'fits: the distance is small' true '.up.fits[1].ks < 0.02'
    field 'fits: the exponential keeps the mean' true \
        '.up.mean as $m | .up.fits[0].mean | . / $m - 1 | fabs < 1e-12'
    field 'fits: the least AIC' true \
        '[.up.fits[].aic] | min == .[1]'
    field 'fits: what does not vary has no Weibull fit' null \
        '.down.fits[1].shape'
else
    skip json 'no jq'
fi

# ---- the figure ----

expect 'figure: drawn' 0 '' trace info meet.csv --span 100 --out new/fig
judge 'figure: where' grep -q '^figure  *new/fig/figures$' .out
is 'figure: columns' kind,x,data,exponential,weibull,lognormal,gamma \
    "$(head -n 1 new/fig/survival.csv)"
judge 'figure: few points' test "$(wc -l <new/fig/survival.csv)" -lt 4001
is 'figure: none is longer than the longest' 0,0 \
    "$(awk -F , '{ last[$1] = $3 } END { print last["up"] "," last["down"] }' \
        new/fig/survival.csv)"
is 'figure: a third is longer than 10 s' 0.3333333333333333 \
    "$(awk -F , '$1 == "down" && $2 == 10 { print $3 }' new/fig/survival.csv)"
for ending in dat gp; do
    judge "figure: survival.$ending" test -s new/fig/figures/survival.$ending
done
if command -v gnuplot >/dev/null 2>&1; then
    for ending in svg pdf png; do
        judge "figure: survival.$ending" \
            test -s new/fig/figures/survival.$ending
        cp new/fig/figures/survival.$ending was.$ending
        rm new/fig/figures/survival.$ending
    done
    expect 'figure: plot draws it again' 0 '' plot new/fig survival
    judge 'figure: the same' cmp was.svg new/fig/figures/survival.svg
    rm new/fig/figures/survival.svg
    expect 'figure: plot draws all that there is' 0 '' plot new/fig
    judge 'figure: that is one' cmp was.svg new/fig/figures/survival.svg
    is 'figure: and no other' 5 \
        "$(find new/fig/figures -name '*.*' ! -name style.gp | wc -l)"
else
    skip figure 'no gnuplot'
fi
expect 'figure: onto an earlier one' 0 '' trace info three.csv --span 99 \
    --out new/fig
expect 'figure: of no fault' 0 'no time up or down has both its ends' \
    trace info none.csv --nodes 2 --span 99 --out empty
expect 'figure: no runs here' 3 'runs: cannot be read' plot new/fig gantt
mkdir other
echo x >other/x
expect 'figure: a folder of something else' 2 'expected a new or empty' \
    trace info three.csv --out other
expect 'figure: no folder' 2 "^protium: --out '' is not a folder" \
    trace info three.csv --out ''
sed 's/^up,/aloft,/' new/fig/survival.csv >other/survival.csv
sed '2s/^down,[^,]*,/down,-1,/' new/fig/survival.csv >empty/survival.csv
expect 'figure: a time below zero' 3 \
    '^empty/survival.csv:2:6: "-1" \(expected a number of seconds > 0\)' \
    plot empty survival
sed '2s/^down,\([^,]*\),[^,]*,/down,\1,2,/' new/fig/survival.csv \
    >empty/survival.csv
expect 'figure: a share above one' 3 \
    '^empty/survival.csv:2:[0-9]+: "2" \(expected a number from 0 to 1\)' \
    plot empty survival
sed '2s/^down,/aloft,/' new/fig/survival.csv >empty/survival.csv
expect 'figure: another kind' 3 \
    '^empty/survival.csv:2:1: "aloft" \(expected up or down\)' plot empty

# ---- usage ----

printf '1 0 -1 10 2 -1 -1 2 20 -1 1 1 1 1 1 1 -1 -1\n' >t.swf
for option in --span=9 --system=2 --out=away; do
    expect "usage: $option of a workload" 2 'is for info of a failure trace' \
        trace info t.swf $option
    expect "usage: $option of a model" 2 'is for info of a failure trace' \
        trace generate lublin:jobs=3 x.swf $option
done
judge 'usage: nothing was made' test ! -e away -a ! -e x.swf
expect 'usage: --set of a failure trace' 2 '--set is not for a failure trace' \
    trace info three.csv --set clean=strict
for bad in 0 -1 x 2x4 '' 1.5 99999999999; do
    expect "usage: --nodes '$bad'" 2 'expected a whole number from 1' \
        trace info three.csv "--nodes=$bad"
done
for bad in x 5..5 9..3 .. 1.. ..5 -5..5 1..2..3 1:2:3 1..never 0 '' 5parsecs; do
    expect "usage: --span '$bad'" 2 'is not a window \(expected A\.\.B' \
        trace info three.csv "--span=$bad"
done
expect 'usage: --system of zero' 2 'expected a whole number from 1' \
    trace info three.csv --system 0
expect 'usage: two traces' 2 'needs one TRACE|one too many' \
    trace info three.csv three.csv

# ---- bad input ----

# bad NAME LINE COLUMN TEXT: a row that is none, after two good lines.
bad()
{
    printf 'node,down,up,cause\na,10,20,hardware\n%b\n' "$4" >bad.csv
    expect "bad: $1" 3 "^bad.csv:$2:$3: .*\\(.*\\)" trace info bad.csv
}

bad 'a time that is none' 3 3 'a,x,20,hardware'
bad 'another one' 3 6 'a,30,x,hardware'
bad 'too few fields' 3 '[0-9]+' 'a,30'
expect 'bad: not there' 3 '^gone.csv: ' trace info gone.csv
printf 'node,down,up,cause\na,10,20,hardware\n' | gzip -c | head -c 30 >cut.gz
expect 'bad: cut short' 3 '^cut.gz' trace info cut.gz
gzip -c three.csv >three.csv.gz
availability 'packed' 0.850000 three.csv.gz --span 0..100

# ---- the real ones ----

# real NAME FILE AVAILABILITY NODES ARGUMENT...
real()
{
    name=$1 file=$shared/traces/$2 expected=$3 nodes=$4
    shift 4
    if [ -f "$file" ]; then
        expect "$name: read" 0 '' trace info "$file" "$@"
        is "$name: availability" "$expected" "$(value availability)"
        is "$name: nodes" "$nodes" "$(value nodes)"
        is "$name: fits" 2 "$(grep -cE '^  [a-z]+ \* ' .out)"
    else
        skip "$name" 'no ../shared'
    fi
}

real "Grid'5000" grid5k_event_trace.tab.xz 0.813910 1288
real 'LANL' LA-UR-05-7318-failure-data-1996-2005.csv.xz 0.998862 5006
real 'LANL 20' LA-UR-05-7318-failure-data-1996-2005.csv.xz 0.999498 512 \
    --system 20

finish
