#!/bin/sh
# theory.sh ceiling|goodput|goodput-width|interval|retry - closed forms, as the
# curves that figures of studies lay over their points: series,x,y.
set -eu
LC_ALL=C
export LC_ALL
case ${1:-} in
ceiling | goodput | goodput-width | interval | retry) ;;
*)
    echo 'usage: theory.sh ceiling|goodput|goodput-width|interval|retry' >&2
    exit 2
    ;;
esac
awk -v study="$1" '
# The principal branch of Lambert'"'"'s W, for -1/e < y < 0.
function lambert(y,    w, i)
{
    w = -1 + sqrt(2 * (1 + 2.718281828459045 * y))
    for (i = 0; i < 40; i++)
        w -= (w * exp(w) - y) / (exp(w) * (w + 1))
    return w
}

function row(series, x, y)
{
    printf "%s,%.6g,%.6g\n", series, x, y
}

# Half of the jobs need one node, half all k: the share of the nodes that gang
# FCFS keeps at work when there is always a next job (multiserver-job queue,
# "one or all": lengths exponential, of one mean).
function ceiling(k,    p, sum, j)
{
    p = 0.5
    for (j = 1; j < k; j++)
        sum += p ^ j / j
    return (p + k * p) / k / (p + p * sum + p ^ k / k)
}

# Hours of a gang'"'"'s work over the hours that it takes, if it has a mean of m
# between failures: from scratch each time; saving for `cost` after each `step`
# of work but the last, with `restart` after a failure.
function unsaved(work, m)
{
    return work / m / (exp(work / m) - 1)
}
function saved(work, m, step, cost, restart,    n)
{
    n = int(work / step - 1e-9)
    return work / (m * exp(restart / m) * (n * (exp((step + cost) / m) - 1) + \
        exp((work - n * step) / m) - 1))
}
# The step that takes least.
function optimum(m, cost)
{
    return m * (1 + lambert(-exp(-1 - cost / m)))
}

# Of 528 nodes 16 are to spare.
function goodput(series, x, m)
{
    if (series == "none: theory")
        row(series, x, 512 / 528 * unsaved(24, m))
    else
        row(series, x, 512 / 528 * saved(24, m, optimum(m, 5 / 60), 5 / 60, \
            5 / 60))
}

BEGIN {
    print "series,x,y"
    if (study == "ceiling")
        for (i = 1; i <= 7; i++)
            row("closed form", 2 ^ i, ceiling(2 ^ i))
    for (s = 1; s <= 2 && study ~ /^goodput/; s++)
        for (i = 0; i <= 60; i++) {
            name = s == 1 ? "none: theory" : "optimum: theory"
            if (study == "goodput")
                goodput(name, x = 20 * 50 ^ (i / 60), 24 * x / 64)
            else
                goodput(name, x = 4 * 64 ^ (i / 60), 1779.99 / x)
        }
    for (s = 1; s <= 3 && study == "interval"; s++) {
        w = s == 1 ? 64 : s == 2 ? 256 : 512
        cost = s == 1 ? 5 / 60 : s == 2 ? 0.5 : 1
        for (n = 200; n >= 12; n = int(n / 1.04))
            row(w " nodes: theory", 120 / n, 512 / 528 * \
                saved(120, 1779.99 / w, 120 / n, cost, 5 / 60))
    }
    for (s = 1; s <= 3 && study == "retry"; s++) {
        p = s == 1 ? 0.001 : s == 2 ? 0.01 : 0.05
        for (i = 0; i <= 48; i++)
            row("p = " p ": theory", x = 2 ^ (i / 8), (1 - p) ^ -x)
    }
}'
