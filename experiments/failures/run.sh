#!/bin/sh
# run.sh [OUT] - gangs on machines that break: tables and figures in OUT
# (build/failures).  Run it where the Makefile is.  10 seeds, the same for
# everything that is compared; FULL=1: 40; REPS=N: N.  STUDIES names some of
#
# goodput   what is kept of the work, over the nodes' MTBF and the gang's width
# interval  how long a gang takes, over the time between checkpoints
# losses    where the time goes under five policies; what takes the work
# racks     gangs within few racks or across many, when racks fail
# lanl      four policies, three widths, with and without checkpoints
set -eu
out=${1:-build/failures}
mkdir -p "$out"
if [ -z "${STUDIES:-}" ]; then
    STUDIES='goodput racks' sh "$0" "$out" &
    status=0
    STUDIES='lanl interval losses' sh "$0" "$out" || status=$?
    wait $! || status=$?
    exit $status
fi
. experiments/sweep.sh
here=experiments/failures
reps=${FULL:+40}
seeds=$(counted 1 "${REPS:-${reps:-10}}")

save=cost=5m,restart=5m

# mixed WIDTH HOURS: "widths" of model poisson: gangs of WIDTH for HOURS, which
# do 70 % of the work, and jobs of four nodes for 4 hours.
mixed()
{
    awk -v w="$1" -v h="$2" 'BEGIN {
        share = 0.7 * 4 * 4 / (0.7 * 4 * 4 + 0.3 * w * h)
        printf "widths=4:%.8f:14400+%d:%.8f:%d", 1 - share, w, share, h * 3600
    }'
}

# of_gangs FILE X WIDTH: after run(); appends to FILE, for each policy, its
# label, X, and of the gangs of WIDTH the mean response, the share of attempts
# that failed, and how many did.
of_gangs()
{
    for jobs in "$tmp"/out/runs/*/jobs.csv; do
        label=${jobs%/jobs.csv}
        awk -F, -v label="${label##*/}" -v x="$2" -v width="$3" '
            NR == 1 {
                for (i = 1; i <= NF; i++)
                    at[$i] = i
                next
            }
            $at["requested_number_of_resources"] == width {
                n++
                response += $at["turnaround_time"]
                attempts += $at["attempts"]
            }
            END {
                printf "%s,%s,%.10g,%.10g,%d\n", label, x, response / n,
                    1 - n / attempts, attempts - n
            }' "$jobs" >>"$1"
    done
}

# kept FILE: FILE, lines of label, x, goodput, utilisation: the last one as the
# share of the work that was kept.
kept()
{
    awk -F, '{ print $1 "," $2 "," $3 "," $3 / $4 }' "$1"
}

# ---- goodput ----

# A backlog of gangs of 24 h, for about 60 times that, on 512 nodes and 16 to
# spare.
goodput_run()
{
    work=poisson:jobs=$((60 * 512 / $3)),law=deterministic,saturated=yes
    work=$work,widths=$3:1:86400
    for seed in $seeds; do
        for how in none optimum:$save; do
            run "$tmp/$1" "$2" 'goodput utilisation' "$work" -s seed="$seed" \
                --nodes 528 -p "${how%%:*}=fcfs" -s losses=0 \
                -s checkpoint="$how" -s "failures=nodes:mtbf=$4,mttr=5.92h"
        done
    done
}

goodput()
{
    for days in 20 30 50 75 120 200 400 1000; do
        goodput_run mtbf $days 64 ${days}d
    done
    for width in 1 2 4 8 16 32 64 128 256; do
        goodput_run width $width $width 1779.99h
    done
    for by in mtbf width; do
        kept "$tmp/$by" >"$tmp/kept"
        means "$tmp/kept" 'goodput kept' >"$out/goodput-$by.csv"
    done
    draw $here/goodput.gp "$out/goodput"
}

# ---- interval ----

# 40 gangs of WIDTH that work for 5 days and write for COST minutes, at
# intervals of which so many make the 5 days: a quarter of the optimum to four
# times that, and no checkpoint at the very end.
interval_of()
{
    series=$1 width=$2 cost=$3
    shift 3
    work=poisson:jobs=40,law=deterministic,saturated=yes
    work=$work,widths=$width:1:432000
    for n in "$@"; do
        x=$(calc "120 / $n")
        step=$(awk -v n="$n" 'BEGIN {
            printf "%.6f", int(432000 * 1e6 / n + 0.999999) / 1e6 }')
        for seed in $seeds; do
            run "$tmp/$series" "$x" 'goodput utilisation' "$work" \
                --nodes $((width + 16)) -p "$series=fcfs" \
                -s seed="$seed" -s losses=0 \
                -s failures=nodes:mtbf=1779.99h,mttr=5.92h \
                -s "checkpoint=fixed:interval=${step}s,cost=${cost}m,restart=5m"
        done
    done
    awk -F, '{ print $1 "," $2 "," $4 / $3 }' "$tmp/$series" >>"$tmp/times"
}

# best FILE: of FILE, lines of "series,x,value" with the same seeds in the same
# order for each x, the x with the least mean, and the least and the greatest x
# whose paired difference to it may be none (95 %).
best()
{
    awk -F, '
        !(($1, $2) in n) {
            if (!($1 in nx))
                series[++nseries] = $1
            xs[$1, ++nx[$1]] = $2
        }
        {
            value[$1, $2, ++n[$1, $2]] = $3
            sum[$1, $2] += $3
        }
        function student(degrees)
        {
            return 1.96 + 2.372 / degrees + 2.82 / degrees ^ 2 + \
                2.6 / degrees ^ 3
        }
        function is_like(s, x, y,    i, m, d, total, square)
        {
            m = n[s, x]
            for (i = 1; i <= m; i++) {
                d = value[s, x, i] - value[s, y, i]
                total += d
                square += d * d
            }
            square = (square - total * total / m) / (m - 1)
            return total / m <= student(m - 1) * sqrt(square / m)
        }
        END {
            print "series,x,low,high,time"
            for (s = 1; s <= nseries; s++) {
                name = series[s]
                least = xs[name, 1]
                for (k = 2; k <= nx[name]; k++)
                    if (sum[name, xs[name, k]] < sum[name, least])
                        least = xs[name, k]
                low = high = least
                for (k = 1; k <= nx[name]; k++) {
                    x = xs[name, k]
                    if (x != least && !is_like(name, x, least))
                        continue
                    low = x + 0 < low + 0 ? x : low
                    high = x + 0 > high + 0 ? x : high
                }
                printf "%s,%s,%s,%s,%.8g\n", name, least, low, high,
                    sum[name, least] / n[name, least]
            }
        }' "$1"
}

interval()
{
    interval_of light 64 5 12 18 25 35 43 48 53 58 63 68 80 100 140 200
    interval_of medium 256 30 12 16 22 29 38 44 48 52 56 60 76 92 120 160
    interval_of heavy 512 60 18 24 32 40 48 54 57 60 63 66 76 88 104 136 180
    means "$tmp/times" 'time' >"$out/interval.csv"
    best "$tmp/times" >"$out/interval-best.csv"
    draw $here/interval.gp "$out/interval"
}

# ---- losses ----

classes='useful lost checkpoint restart hold drain blocked short idle down'

# 1024 nodes, gangs of 128: for the policies, a month at 80 %; for what takes
# the work, half a year at 60 %, under a tree with Google's nodes and racks; a
# switch fails every three years, a spine or a feed every two.  Where nodes are
# counted, nothing is fragmented.
losses()
{
    tree=tree:switch_mtbf=1095d,spine_mtbf=730d,feed_mtbf=730d
    work=poisson:nodes=1024,law=gamma,cv=0.5,$(mixed 128 6)
    columns=
    for class in $classes; do
        columns="$columns share_$class"
    done
    for seed in $seeds; do
        for how in none daly:$save; do
            run "$tmp/stack" "${how%%:*}" "$columns" \
                "$work,load=0.8,jobs=10000" --nodes 1024 \
                -s seed="$seed" -s checkpoint="$how" \
                -s failures=fta:trace=lanl05,law=weibull -s losses=0 \
                -p fifo=fifo:hold_timeout=30m,tries=1000000000 \
                -p fcfs,spark,easy,conservative
        done
    done
    means "$tmp/stack" "$classes" >"$out/losses-stack.csv"
    for seed in $seeds; do
        for how in none daly:$save; do
            run "$tmp/tree" 0 makespan "$work,load=0.6,jobs=60000" \
                --nodes 1024 -s racks=32 -s seed="$seed" -s checkpoint="$how" \
                -s failures=$tree -s losses=0 -p "${how%%:*}=easy"
            by_origin "${how%%:*}" "$(tail -n 1 "$tmp/tree")" \
                >>"$tmp/origins"
        done
    done
    means "$tmp/origins" 'down lost faults' >"$out/losses-origins.csv"
    draw $here/losses.gp "$out/losses"
}

# by_origin HOW LINE: of the run that LINE is about, a line an origin with what
# was down and lost, node-hours a year, and outages of a node.
by_origin()
{
    awk -F, -v how="$1" -v makespan="${2##*,}" '
        BEGIN { year = 31557600 / makespan }
        NR > 1 {
            down[$1] = $3
            lost[$1] = $5
            outages[$1] = $2
        }
        END {
            n = split("node rack switch spine feed", origin, " ")
            for (i = 1; i <= n; i++) {
                o = origin[i]
                printf "%s,%s,%.10g,%.10g,%.10g\n", how, o,
                    down[o] / 3600 * year, lost[o] / 3600 * year,
                    outages[o] * year
            }
        }' "$tmp/out/runs/$1/failures.csv"
}

# ---- racks ----

# 16 racks of 16 nodes at 70 %: gangs of 16 for 12 hours, and narrow jobs.  Only
# racks fail.
racks()
{
    work=poisson:jobs=20000,nodes=256,load=0.7,law=deterministic,$(mixed 16 12)
    for days in 10 20 50 100 200 500; do
        for seed in $seeds; do
            for prefer in pack spread; do
                for how in none daly:$save; do
                    label=$prefer-${how%%:*}
                    run "$tmp/racks" $days \
                        'goodput utilisation makespan' "$work" \
                        --nodes 256 -s racks=16 -s seed="$seed" \
                        -s place=racks:prefer=$prefer -s checkpoint="$how" \
                        -s losses=0 -p "$label=easy" \
                        -s failures=tree:mtbf=0,rack_mtbf=${days}d,rack_mttr=3h
                    of_gangs "$tmp/hits" $days 16
                done
            done
        done
    done
    # Faults of a rack: what is expected in the time, so that all are counted
    # alike.
    paste -d , "$tmp/racks" "$tmp/hits" | awk -F, '{
        printf "%s,%s,%.10g,%.10g,%.10g,%.10g,%.10g\n", $1, $2, $9,
            $10 / ($5 / (($2 * 24 + 3) * 3600) * 16), $3 / $4, $3, $8 / 3600
    }' >"$tmp/kept"
    means "$tmp/kept" 'hit per_fault kept goodput response' >"$out/racks.csv"
    draw $here/racks.gp "$out/racks"
}

# ---- lanl ----

# minus FILE LABEL: of FILE, lines of "series,x,value,...", blocks of one line a
# series, each line less that of series LABEL in its block.
minus()
{
    awk -F, -v label="$2" '
        function put(    i, k, line)
        {
            for (k = 1; k <= n; k++) {
                split(rows[k], row, ",")
                split(rows[base], other, ",")
                line = row[1] "," row[2]
                for (i = 3; i <= fields; i++)
                    line = line "," row[i] - other[i]
                if (k != base)
                    print line
            }
            n = base = 0
        }
        {
            if ($1 == first)
                put()
            if (first == "")
                first = $1
            rows[++n] = $0
            fields = NF
            if ($1 == label)
                base = n
        }
        END { put() }' "$1"
}

lanl()
{
    names='response gang_response bounded_slowdown goodput lost ettr'
    for width in 32 128 256; do
        work=poisson:jobs=20000,nodes=1024,load=0.8,law=gamma,cv=0.5
        work=$work,$(mixed $width 6)
        for how in none daly:$save; do
            x=$width-${how%%:*}
            for seed in $seeds; do
                run "$tmp/all" "$x" 'response_mean bounded_slowdown_mean
                    goodput share_lost ettr' "$work" --nodes 1024 \
                    -s seed="$seed" -s checkpoint="$how" -s losses=0 \
                    -s failures=fta:trace=lanl05,law=weibull \
                    -p easy,fcfs \
                    -p fifo=fifo:hold_timeout=30m,tries=1000000000,spark
                of_gangs "$tmp/gangs" "$x" $width
            done
        done
    done
    paste -d , "$tmp/all" "$tmp/gangs" | awk -F, '
        $1 != $8 { exit 1 }
        { print $1 "," $2 "," $3 / 3600 "," $10 / 3600 "," $4 "," $5 "," $6 \
            "," $7 }' >"$tmp/lanl"
    means "$tmp/lanl" "$names" >"$out/lanl.csv"
    minus "$tmp/lanl" easy >"$tmp/paired"
    means "$tmp/paired" "$names" >"$out/lanl-paired.csv"
    draw $here/lanl.gp "$out/lanl"
}

for study in $STUDIES; do
    $study
    echo "$study: $out/$study*.csv, .svg, .png"
done
