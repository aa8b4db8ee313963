#!/bin/sh
# test_failures_study.sh - the study of failures runs, and its simulated costs
# of checkpoints follow the closed form.
#
# A line per case, "ok NAME" or "not ok NAME: why".
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v gnuplot >/dev/null || {
    echo "SKIPPED (no gnuplot): test_failures_study"
    exit 0
}
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
trap 'exit 130' INT TERM
failed=0

# judge NAME TEST...: ok if the command TEST succeeds.
judge()
{
    name=$1
    shift
    if "$@" >"$here/said" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name: $*"
        tail -n 20 "$here/said"
        failed=1
    fi
}

study()
{
    REPS=2 STUDIES=interval sh experiments/failures/run.sh "$here"
}

# follows EACH ALL: each point of interval.csv is within EACH of theory, and
# their mean ratio within ALL.
follows()
{
    awk -F, -v each="$1" -v all="$2" '
        BEGIN {
            width["light"] = 64
            width["medium"] = 256
            width["heavy"] = 512
            cost["light"] = 5 / 60
            cost["medium"] = 0.5
            cost["heavy"] = 1
        }
        function off(x)
        {
            return x > 1 ? x - 1 : 1 - x
        }
        NR > 1 {
            m = 1779.99 / width[$1]
            n = 120 / $2
            due = m * exp(5 / 60 / m) / 120 * ((n - 1) * \
                (exp(($2 + cost[$1]) / m) - 1) + exp($2 / m) - 1)
            ratio = $3 / due
            sum += ratio
            count++
            if (off(ratio) > each) {
                print $0 ": due is " due
                bad = 1
            }
        }
        END {
            print "mean ratio " sum / count
            exit bad || count < 30 || off(sum / count) > all
        }' "$here/interval.csv"
}

judge the_study_runs study
judge it_draws_a_figure test -s "$here/interval.png"
judge its_costs_follow_theory follows 0.1 0.01
exit $failed
