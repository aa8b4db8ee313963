# One shared cluster beside two of the same size together.
id = 'unified'
n = 3
H = 2.9
array series[5] = \
    ['two-spark', 'two-easy', 'oneway-easy', 'unified-spark', 'unified-easy']
array entries[5] = \
    ['two, spark', 'two, easy', 'one-way, easy', 'unified, spark', \
    'unified, easy']
array lts[5] = [10, 2, 4, 9, 1]
key_width = 1.32
load panels

x(k) = 100 * pick(series[k], 2)
at(k) = x(k) + 0.5 * (k - 3)
of(k, c) = pick(series[k], c)

set multiplot
set xrange [26:94]
set xtics 10
xname = 'Offered load (% of the slots)'
eval legend

i = 0
title = 'Slots at work (thin: all that is offered)'
yname = 'Utilisation (%)'
eval panel
set yrange [20:100]
set ytics 20
plot x with lines lt 7 lw 0.8, \
    for [k = 1:5] name . '.csv' skip 1 using (x(k)):(100 * of(k, 3)) \
        with lines lt lts[k], \
    for [k = 1:5] '' skip 1 \
        using (at(k)):(100 * (of(k, 3) - of(k, 4))):(0):(200 * of(k, 4)) \
        with vectors nohead lt lts[k] dt 1 lw 0.8
eval no_legend

set logscale y
set yrange [5:300]
set ytics (5, 10, 20, 50, 100, 200)
minutes(k, c) = of(k, c) / 60
do for [i = 1:2] {
    title = i == 1 ? 'End-to-end latency' : '95 % of the jobs take at most'
    yname = i == 1 ? 'Mean response (min)' : 'Response, 95 % quantile (min)'
    c = 3 + 2 * i
    eval panel
    plot for [k = 1:5] name . '.csv' skip 1 using (x(k)):(minutes(k, c)) \
            with lines lt lts[k], \
        for [k = 1:5] '' skip 1 \
            using (at(k)):(minutes(k, c) - minutes(k, c + 1)):(0): \
            (2 * minutes(k, c + 1)) with vectors nohead lt lts[k] dt 1 lw 0.8
}
unset multiplot
unset output
