#!/bin/sh
# test_pandas.sh - others read what a study leaves: pandas gives our metrics
# from jobs.csv, scipy our intervals, and SQLite and the schema are satisfied.
tests=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/golden/cli.sh
. "$tests/cli.sh"

python=
for candidate in python3 /usr/bin/python3; do
    if [ -z "$python" ] && $candidate -c 'import pandas, numpy' 2>/dev/null
    then
        python=$candidate
    fi
done
if [ -z "$python" ]; then
    skip 'results in pandas' 'no python3-pandas'
    finish
    exit $?
fi

cat >check.py <<'END'
"""check.py DIR: a line a case, as cli.sh's."""
import json
import math
import sqlite3
import sys

import numpy as np
import pandas as pd

folder = sys.argv[1]
WORST = 1e-9
# Student's t, two-sided 95 %, where there is no scipy.
TABLE = {1: 12.706204736174694, 2: 4.302652729749462, 3: 3.182446305283708,
         4: 2.7764451051977934, 5: 2.570581835636315, 7: 2.3646242515927849,
         9: 2.262157162798205, 11: 2.200985160091639}
try:
    from scipy import stats
except ImportError:
    stats = None


def report(name, wrong, n):
    if n == 0:
        wrong = [("nothing was compared",)]
    if wrong:
        print(f"not ok {folder}: {name}: {len(wrong)} of {n} differ: "
              f"{wrong[:3]}")
    else:
        print(f"ok {folder}: {name} ({n})")


def near(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return abs(a - b) <= WORST * max(abs(a), abs(b)) + 1e-12


def student(df, confidence):
    if stats is not None:
        return stats.t.ppf(0.5 + confidence / 2, df)
    return TABLE.get(df) if confidence == 0.95 else None


study = json.load(open(f"{folder}/study.json"))
summary = pd.read_csv(f"{folder}/summary.csv", float_precision="round_trip")
cells = pd.read_csv(f"{folder}/cells.csv", float_precision="round_trip")
db = sqlite3.connect(f"file:{folder}/results.db?mode=ro", uri=True)
axes = [column for column in summary.columns[4:]
        if column in cells.columns[12:]]
metrics = [column for column in summary.columns[4:] if column not in axes]

# --- jobs.csv gives the row of summary.csv ---

wrong, n = [], 0
paths = dict(((label, point, rep), path) for label, point, rep, path in
             db.execute("SELECT label, point.name, replication, path "
                        "FROM run JOIN point USING(point_id)"))
for _, row in summary.iterrows():
    point = row["point"] if isinstance(row["point"], str) else ""
    path = paths[row["label"], point, row["replication"]]
    jobs = pd.read_csv(f"{folder}/{path}/jobs.csv",
                       float_precision="round_trip")
    record = json.load(open(f"{folder}/{path}/run.json"))
    slots = record["machine"]["slots"]
    done = jobs[jobs["first_start_time"].notna()]
    kept = done.iloc[int(row["warmup_jobs"]):]
    run = kept["finish_time"] - kept["first_start_time"]
    wait = kept["first_start_time"] - kept["submission_time"]
    response = kept["finish_time"] - kept["submission_time"]
    tau = row["tau"]
    some = run > 0
    values = {
        "wait": wait,
        "response": response,
        "slowdown": response[some] / run[some],
        "bounded_slowdown":
            (response / np.maximum(run, tau)).clip(lower=1),
    }
    ours = {
        "jobs": len(jobs),
        "done": len(done),
        "makespan": done["finish_time"].max() - jobs["submission_time"].min(),
        "first_submit": jobs["submission_time"].min(),
        "last_end": done["finish_time"].max(),
        "zero_run": (done["finish_time"] == done["first_start_time"]).sum(),
    }
    for name, x in values.items():
        ours[f"{name}_mean"] = x.mean()
        ours[f"{name}_max"] = x.max()
        for p in (50, 95, 99):
            ours[f"{name}_p{p}"] = x.quantile(p / 100,
                                              interpolation="linear")
    ours["ettr"] = done["useful_time"].sum() / (
        done["requested_number_of_resources"] *
        (done["finish_time"] - done["submission_time"])).sum()
    ours["utilisation"] = (done["execution_time"] *
                           done["requested_number_of_resources"]).sum() / (
        slots * ours["makespan"])
    ledger = pd.read_csv(f"{folder}/{path}/ledger.csv",
                         float_precision="round_trip").set_index("class")
    for name, seconds in ledger["slot_seconds"].items():
        ours[f"share_{name}"] = seconds / (slots * ours["makespan"])
    for name, value in ours.items():
        n += 1
        if not near(float(value), float(row[name])):
            wrong.append((path, name, float(value), row[name]))
report("pandas gives the metrics from jobs.csv", wrong, n)

# --- cells.csv from summary.csv ---

def half_of(values, confidence):
    if len(values) < 2:
        return math.nan
    t = student(len(values) - 1, confidence)
    return t and t * np.std(values, ddof=1) / math.sqrt(len(values))


confidence = study["confidence"]
point_names = dict(db.execute("SELECT point_id, name FROM point"))
runs = summary.assign(point=summary["point"].fillna(""))
wrong, wrong_half, n, nhalf = [], [], 0, 0
for _, cell in cells.iterrows():
    mine = runs[(runs["point"] == point_names[cell["point"]]) &
                (runs["label"] == cell["label"])]
    values = mine[cell["metric"]].dropna() if cell["metric"] in mine else []
    n += 1
    if len(values) != cell["n"] or (
            len(values) and not near(np.mean(values), cell["mean"])):
        wrong.append((cell["point"], cell["label"], cell["metric"],
                      np.mean(values), cell["mean"]))
    if cell["basis"] == "replications":
        half = half_of(values, confidence)
        if half is not None:
            nhalf += 1
            if not abs(half - cell["half"]) <= 1e-9 * abs(half) + 1e-9 * abs(
                    cell["mean"]):
                wrong_half.append((cell["point"], cell["label"],
                                   cell["metric"], half, cell["half"]))
report("the means of cells.csv are those of summary.csv", wrong, n)
if study["replications"] > 1:
    report("the half-widths are Student's", wrong_half, nhalf)
for column in axes:
    report(f"cells.csv has the axis {column}", [] if set(cells[column]) ==
           set(summary[column]) else [(column,)], len(cells))

# --- paired.csv ---

if study["replications"] > 1 and stats is not None:
    paired = pd.read_csv(f"{folder}/paired.csv", float_precision="round_trip")
    wrong, n, families = [], 0, {}
    for _, pair in paired.iterrows():
        here = runs[runs["point"] == point_names[pair["point"]]]
        a, b = (here[here["label"] == label].set_index("replication")
                .get(pair["metric"]) for label in
                (pair["label"], pair["baseline"]))
        d = (a - b).dropna().to_numpy() if a is not None else []
        n += 1
        if len(d) != pair["n"]:
            wrong.append(tuple(pair[:4]) + (len(d), pair["n"]))
            continue
        if len(d) < 2:
            continue
        p = 1.0 if not d.any() else (
            0.0 if np.ptp(d) == 0 else stats.ttest_1samp(d, 0).pvalue)
        half = half_of(d, confidence)
        families.setdefault((pair["point"], pair["metric"]), []).append(
            (p, pair["p_holm"]))
        scale = max(abs(a).max(), abs(b).max())
        if not (abs(d.mean() - pair["difference"]) <= 1e-9 * scale and
                abs(half - pair["half"]) <= 1e-9 * scale and
                abs(p - pair["p"]) <= 1e-7):
            wrong.append(tuple(pair[:4]) + (p, pair["p"], half, pair["half"]))
    report("paired.csv: differences, intervals and p values", wrong, n)
    wrong = []
    for family, ps in families.items():
        last = 0.0
        for i, (p, holm) in enumerate(sorted(ps)):
            last = max(last, min(1.0, (len(ps) - i) * p))
            if abs(last - holm) > 1e-6:
                wrong.append(family + (p, last, holm))
    report("paired.csv: Holm's correction", wrong, len(families))

# --- results.db ---

wrong = [] if db.execute("PRAGMA integrity_check").fetchone() == ("ok",) \
    else [("integrity",)]
report("the store is intact", wrong, 1)
stored = pd.read_sql("SELECT * FROM runs ORDER BY run_id", db)
wrong, n = [], 0
for name in metrics:
    for a, b in zip(stored[name], summary[name]):
        n += 1
        a, b = (math.nan if x is None else float(x) for x in (a, b))
        if not (a == b or (math.isnan(a) and math.isnan(b))):
            wrong.append((name, a, b))
report("view runs is summary.csv", wrong, n)
means = pd.read_sql("SELECT * FROM means", db)
wrong, n = [], 0
table = cells.set_index(["point", "label", "metric"])["mean"]
for _, row in means.iterrows():
    for name in metrics:
        key = (row["point_id"], row["label"], name)
        if key in table.index and row[name] is not None:
            n += 1
            if not near(float(row[name]), float(table[key])):
                wrong.append(key + (row[name], table[key]))
report("view means is cells.csv", wrong, n)
if study["jobs_in_db"]:
    view = pd.read_sql("SELECT run_id, avg(wait_s) AS wait, "
                       "avg(response_s) AS response, count(*) AS n "
                       "FROM v_job GROUP BY run_id ORDER BY run_id", db)
    wrong = []
    for (_, a), (_, b) in zip(view.iterrows(), summary.iterrows()):
        if a["n"] != b["jobs"] or (b["warmup_jobs"] == 0 and
                                   not (near(a["wait"], b["wait_mean"]) and
                                        near(a["response"],
                                             b["response_mean"]))):
            wrong.append((a["run_id"], a["wait"], b["wait_mean"]))
    report("view v_job has the jobs", wrong, len(view))

# --- study.json ---

try:
    import jsonschema
except ImportError:
    print("skip study.json against its schema: no python3-jsonschema")
else:
    schema = json.load(open("protium.study.schema.json"))
    errors = [error.message[:200] for error in
              jsonschema.Draft7Validator(schema).iter_errors(study)]
    report("study.json satisfies the schema", errors, 1)
END

run init
is 'init writes the schema' 0 "$got"

# read_back NAME: the study on standard input is run, and read.
read_back()
{
    cat >"$1.json"
    run run "$1.json" --out "$1"
    is "$1 runs" 0 "$got"
    $python -W ignore check.py "$1" >.out 2>.err
    status=$?
    while IFS= read -r line; do
        case $line in
        'ok '*) ok "${line#ok }" ;;
        'skip '*) skip "$(expr "$line" : 'skip \([^:]*\)')" "${line##*: }" ;;
        *) not_ok "${line#not ok }" 'see above' ;;
        esac
    done <.out
    is "$1: Python is content" 0 "$status"
}

read_back grid <<'END'
{"workload": "lublin:jobs=120,nodes=32,estimate=factor", "cluster": 32,
 "policies": ["fcfs", "easy", "conservative", "fifo"],
 "grid": {"load": [0.5, 0.8], "factor": [1, 5]}, "replications": 5,
 "set": {"warmup": "none"}, "jobs_in_db": true, "figures": []}
END
read_back warm <<'END'
{"workload": "lublin:jobs=200,nodes=32", "cluster": "16x2",
 "policies": {"b": "easy", "a": "fcfs"},
 "set": {"warmup": "mser", "tau": "60s"},
 "grid": {"load": [0.6, 0.9]}, "replications": 3, "confidence": 0.9,
 "figures": []}
END
read_back single <<'END'
{"workload": "poisson:jobs=1000,nodes=8,mean=100,load=0.8", "cluster": 8,
 "policies": ["easy", "fcfs"], "grid": {"load": [0.5, 0.9]}, "figures": []}
END
read_back stop <<'END'
{"workload": "lublin:jobs=60,nodes=16", "cluster": 16,
 "policies": ["fcfs", "easy"], "replications": 3, "jobs_in_db": true,
 "stop": {"metric": "wait_mean", "relative": 0.5, "most": 12},
 "set": {"warmup": "none"}, "figures": []}
END

finish
