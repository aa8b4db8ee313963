#!/bin/sh
# demo.sh - five schedulers on a sampled workload, and the figures.
set -eu
protium=${PROTIUM:-build/protium}

echo 'Five schedulers on a 128-node cluster (Lublin-Feitelson jobs):'
echo
"$protium" replay \
    lublin:jobs=3000,nodes=128,load=0.75,estimate=factor \
    --policy fifo=fifo:order=fair,hold_timeout=10m,backoff=5s \
    --policy fcfs,spark,easy,conservative \
    --out demo
echo
"$protium" plot demo
cat <<'END'

Look at demo/figures, demo/summary.csv and demo/runs/*/jobs.csv.  Try next:
  build/protium replay lublin:jobs=3000,nodes=128,load=0.75 -p fcfs,easy --by width
  build/protium replay TRACE.swf.gz --policy fcfs,spark,easy --out result
  build/protium init study.json && build/protium run study.json
  build/protium list policies
  build/protium help replay
END
