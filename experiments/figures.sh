#!/bin/sh
# figures.sh [OUT [STUDY...]] - carries out the studies of this folder, each into
# OUT/STUDY (build/figures), and draws their figures.  Run it where the Makefile
# is; what is finished there is not done again.  FULL=1: four times as many
# replications.  PAPER=acm, ieee, lncs, usenix: as wide as its column.
set -eu
LC_ALL=C
export LC_ALL
out=${1:-build/figures}
[ $# -eq 0 ] || shift
protium=${PROTIUM:-build/protium}
here=experiments/studies
all='load starvation deadlock deadlock-width ceiling goodput goodput-width
interval retry losses lanl racks estimates sensitivity unified'

# replications STUDY: four times what it says.
replications()
{
    sed -n 's/^  "replications": \([0-9]*\),$/\1/p' "$here/$1.json" |
        awk '{ print 4 * $1 }'
}

study()
{
    dir=$out/$1
    more=
    [ -z "${FULL:-}" ] || more="--replications $(replications "$1")"
    # shellcheck disable=SC2086
    "$protium" run "$here/$1.json" --out "$dir" $more >"$out/$1.txt"
    [ -z "${PAPER:-}" ] || "$protium" plot "$dir" --paper "$PAPER"
}

mkdir -p "$out"
for name in ${*:-$all}; do
    began=$(date +%s)
    study "$name"
    echo "$name: $dir/figures, $(($(date +%s) - began)) s"
done
[ $# -eq 0 ] || exit 0
if [ -d "${TRACES:-../shared/traces}" ]; then
    sh experiments/published/run.sh "$out/published"
else
    echo "SKIPPED (no ../shared/traces, and TRACES is not set): published"
fi
