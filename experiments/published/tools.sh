# tools.sh - what run.sh needs; read with `.`.
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

# draw SCRIPT OUT: OUT.svg and OUT.png of OUT.csv, by SCRIPT.
draw()
{
    for fmt in svg png; do
        LC_ALL=C.UTF-8 gnuplot -d -e "fmt = '$fmt'; name = '$2'; \
            style = 'plots/style.gp'; panels = 'experiments/published/panels.gp'" "$1"
    done
}
