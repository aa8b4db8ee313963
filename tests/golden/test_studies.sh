#!/bin/sh
# test_studies.sh - the studies that are shipped: each is read, is what the
# schema says, runs, and gives the same bytes with one worker and with two.
# Their curves of theory are what theory.sh writes, and means lie on them.
studies=$(cd "$(dirname "$0")/../../experiments" && pwd) || exit 1
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# A part of each grid, or fewer jobs: the whole would take minutes.
cut_down()
{
    python3 - "$1" <<'END'
import json, re, sys
text = re.sub(r'^\s*//.*$', '', open(sys.argv[1]).read(), flags=re.M)
study = json.loads(text)
for axis in study["grid"].values():
    key = "points" if "points" in axis else "values"
    if isinstance(axis[key], dict):
        axis[key] = [axis[key]["from"], axis[key]["to"]]
    axis[key] = [axis[key][0], axis[key][-1]]
work = study["workload"]
if isinstance(work, str):
    small = lambda jobs: "jobs=%d" % min(int(jobs.group(1)), 200)
    study["workload"] = re.sub(r"jobs=(\d+)", small, work)
    for axis in study["grid"].values():
        for point in axis.get("points", []):
            for key in point["set"]:
                if key == "workload.jobs":
                    point["set"][key] = min(int(point["set"][key]), 200)
study["replications"] = 1
json.dump(study, open("study.json", "w"))
END
}

if ! python3 -c 'import jsonschema' 2>/dev/null; then
    echo "SKIPPED (no python3-jsonschema): test_studies"
    exit 0
fi
run init first.json
schema=protium.study.schema.json
for file in "$studies"/studies/*.json; do
    study=$(basename "$file" .json)
    case $study in *-work) continue ;; esac
    judge "$study: is what the schema says" python3 -c '
import json, jsonschema, re, sys
text = re.sub(r"^\s*//.*$", "", open(sys.argv[2]).read(), flags=re.M)
jsonschema.validate(json.loads(text), json.load(open(sys.argv[1])))
' "$schema" "$file"
    cp "$studies"/studies/*-work.* "$studies"/studies/*.csv .
    cut_down "$file"
    for jobs in 1 2; do
        run run study.json --out "$study-$jobs" --jobs "$jobs" --no-figures
        is "$study: runs with --jobs $jobs" 0 "$got"
    done
    for made in summary.csv cells.csv results.db; do
        judge "$study: the same $made" cmp "$study-1/$made" "$study-2/$made"
    done
    rm -rf "$study-1" "$study-2"
done

for study in ceiling goodput goodput-width interval retry; do
    sh "$studies/theory.sh" $study >theory.csv
    judge "$study: its theory is theory.sh's" \
        cmp theory.csv "$studies/studies/$study-theory.csv"
done

# The means of RETRY's tries and of CEILING's utilisation are those of theory.
near()
{
    python3 - "$@" <<'END'
import csv, sys
axis, metric, label, within, name = sys.argv[1:6]
due = {}
for row in csv.DictReader(open(name)):
    due.setdefault(row["series"].split(":")[0], {})[row["x"]] = float(row["y"])
seen = 0
for row in csv.DictReader(open("out/cells.csv")):
    if row["metric"] != metric or row["label"] != label:
        continue
    series = "p = " + row["chance"] if "chance" in row else "closed form"
    at = due[series].get(row[axis])
    if at is not None:
        seen += 1
        if abs(float(row["mean"]) / at - 1) > float(within):
            sys.exit("%s: %s, due is %g" % (row[axis], row["mean"], at))
sys.exit(seen < 7)
END
}
run run "$studies/studies/ceiling.json" --out out --no-figures --replications 1
judge 'ceiling: gang FCFS is at the closed form' \
    near width utilisation fcfs 0.02 "$studies/studies/ceiling-theory.csv"
rm -rf out
run run "$studies/studies/retry.json" --out out --no-figures --replications 3
judge 'retry: gangs need as many tries as they must' \
    near width gang_tries gang 0.08 "$studies/studies/retry-theory.csv"
finish
