#!/bin/sh
# run.sh [OUT] - one shared cluster, or a data cluster and a training cluster of
# the same size together: a table and a figure in OUT (build/unified).  Run it
# where the Makefile is.
#
# A job prepares data in parallel, trains as a gang, and infers in parallel.  64
# slots on eight nodes, all alike; three of them are the data cluster, five the
# training cluster, as the two kinds of work are to each other (3 to 5).  Moving
# data between the two costs nothing here.
#
# two      each stage on its own cluster
# oneway   data stages may use the training nodes too, gangs those alone
# unified  each stage anywhere
set -eu
out=${1:-build/unified}
mkdir -p "$out"
. experiments/sweep.sh

model=hydrogen:jobs=400,nodes=8,cores=8
model=$model,prepare_min=48,prepare_max=192,prepare_mean=17.5
model=$model,infer_min=48,infer_max=192,infer_mean=8.75
model=$model,widths=8:0.5+16:0.3+32:0.2,train_mean=300,factor=1

# worlds: of $tmp/unified.json, the same jobs for the other worlds, whose stages
# are bound to nodes by their profile: 1 data, 2 training.
worlds()
{
    nodes='{"count": 3, "cores": 8, "profile": 1},'
    nodes="$nodes {\"count\": 5, \"cores\": 8, \"profile\": 2}"
    sed -e "s/^    {\"count\": 8, \"cores\": 8}/    $nodes/" \
        -e 's/"mode": "gang",/& "profile": 2,/g' \
        "$tmp/unified.json" >"$tmp/oneway.json"
    sed 's/{"id": \([0-9]*\), "tasks"/{"id": \1, "profile": 1, "tasks"/g' \
        "$tmp/oneway.json" >"$tmp/two.json"
}

for load in 0.3 0.4 0.5 0.6 0.7 0.8 0.9; do
    for seed in $(counted 1 10); do
        "$protium" trace generate "$model,load=$load" "$tmp/unified.json" \
            -s seed="$seed" 2>"$tmp/said"
        worlds
        for world in two oneway unified; do
            run "$tmp/all" $load 'utilisation response_mean response_p95
                gang_wait_mean parallel_wait_mean share_barrier' \
                "$tmp/$world.json" -p $world-spark=spark,$world-easy=easy
        done
    done
done
means "$tmp/all" 'utilisation response response_p95 gang_wait parallel_wait
    barrier' >"$out/unified.csv"
draw experiments/unified/unified.gp "$out/unified"
echo "unified: $out/unified.csv, .svg, .png"
