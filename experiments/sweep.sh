# sweep.sh - what the scripts of the studies share; read with `.`.
#
# A study runs the program again and again, each time with another seed, and
# writes one CSV a figure: a row a series and value of x, means over the seeds
# and half the width of their 95 % interval.
# shellcheck shell=sh

LC_ALL=C
export LC_ALL
protium=${PROTIUM:-build/protium}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# calc EXPRESSION: its value.
calc()
{
    awk "BEGIN { printf \"%.10g\", $1 }"
}

# counted FROM TO: FROM, FROM + 1, ... TO.
counted()
{
    awk -v n="$1" -v to="$2" 'BEGIN { for (; n <= to; n++) print n }'
}

# run FILE X "COLUMN..." ARGUMENT...: replays with the arguments; appends to
# FILE, for each policy, its label, X, and these columns of summary.csv.
run()
{
    file=$1 x=$2 columns=$3
    shift 3
    "$protium" replay "$@" --out "$tmp/out" >"$tmp/said" 2>&1 || {
        cat "$tmp/said" >&2
        exit 1
    }
    # The only commas inside a field are those of the policy.
    awk -F, -v x="$x" -v columns="$columns" '
        { gsub(/"[^"]*"/, "") }
        NR == 1 {
            n = split(columns, name, " ")
            for (i = 1; i <= NF; i++)
                at[$i] = i
            for (i = 1; i <= n; i++)
                if (!(name[i] in at)) {
                    print "no column " name[i] | "cat >&2"
                    exit 1
                }
            next
        }
        {
            line = $1 "," x
            for (i = 1; i <= n; i++)
                line = line "," $at[name[i]]
            print line
        }' "$tmp/out/summary.csv" >>"$file"
}

# means FILE "NAME...": of FILE, lines of "series,x,value,...", the mean over
# the lines of one series and x, and half of its 95 % interval (Student's).  An
# empty value counts for nothing.
means()
{
    awk -F, -v names="$2" '
        !(($1, $2) in seen) {
            seen[$1, $2] = 1
            if (!($1 in row)) {
                row[$1] = ++nseries
                series[nseries] = $1
            }
            xs[$1, ++nx[$1]] = $2
        }
        {
            for (i = 3; i <= NF; i++)
                if ($i != "") {
                    n[$1, $2, i]++
                    sum[$1, $2, i] += $i
                    square[$1, $2, i] += $i * $i
                }
        }
        # The 97.5 % quantile of Student, to 0.2 % from 4 degrees on.
        function student(degrees)
        {
            return 1.96 + 2.372 / degrees + 2.82 / degrees ^ 2 + \
                2.6 / degrees ^ 3
        }
        function interval(key,    m, mean, spread)
        {
            m = n[key]
            if (m == 0)
                return ","
            mean = sum[key] / m
            if (m == 1)
                return sprintf("%.8g,", mean)
            spread = (square[key] - m * mean * mean) / (m - 1)
            spread = spread > 0 ? spread : 0
            return sprintf("%.8g,%.4g", mean,
                student(m - 1) * sqrt(spread / m))
        }
        END {
            fields = split(names, name, " ")
            printf "series,x"
            for (i = 1; i <= fields; i++)
                printf ",%s,%s_95", name[i], name[i]
            print ""
            for (s = 1; s <= nseries; s++)
                for (k = 1; k <= nx[series[s]]; k++) {
                    x = xs[series[s], k]
                    printf "%s,%s", series[s], x
                    for (i = 1; i <= fields; i++)
                        printf ",%s", interval(series[s] SUBSEP x SUBSEP i + 2)
                    print ""
                }
        }' "$1"
}

# shares FILE: of FILE, lines of "series,x,count", the share of the lines of one
# series and x whose count is not 0, and its 95 % interval (Wilson's).
shares()
{
    awk -F, '
        BEGIN { print "series,x,share,low,high" }
        {
            key = $1 "," $2
            if (!(key in n))
                keys[$1] = keys[$1] " " key
            if (!($1 in row)) {
                row[$1] = ++nseries
                series[nseries] = $1
            }
            n[key]++
            hits[key] += $3 > 0
        }
        END {
            z = 1.959964
            for (s = 1; s <= nseries; s++) {
                m = split(keys[series[s]], list, " ")
                for (i = 1; i <= m; i++) {
                    k = n[list[i]]
                    p = hits[list[i]] / k
                    middle = p + z * z / (2 * k)
                    arm = z * sqrt(p * (1 - p) / k + z * z / (4 * k * k))
                    low = (middle - arm) / (1 + z * z / k)
                    high = (middle + arm) / (1 + z * z / k)
                    if (low < 1e-9)
                        low = 0
                    printf "%s,%.6g,%.6g,%.6g\n", list[i], p, low, high
                }
            }
        }' "$1"
}

# draw SCRIPT OUT: OUT.svg and OUT.png of OUT.csv, by SCRIPT.
draw()
{
    for fmt in svg png; do
        LC_ALL=C.UTF-8 gnuplot -d -e "fmt = '$fmt'; name = '$2'; \
            style = 'plots/style.gp'; panels = 'experiments/panels.gp'" "$1"
    done
}
