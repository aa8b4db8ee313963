#!/bin/sh
# run.sh PROGRAM CORPUS SECONDS - a fuzz target for SECONDS, from a copy of its
# corpus; what breaks it is left in build/fuzz.
set -eu
program=$1
corpus=$2
seconds=$3
mkdir -p build/fuzz/found
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$program" -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 \
    -verbosity=0 -artifact_prefix=build/fuzz/found/ "$work" "$corpus"
echo "fuzz: $seconds s, and nothing broke"
