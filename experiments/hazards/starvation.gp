# How long wide gangs wait behind a stream of narrow jobs, and what it costs the
# narrow ones that they do not.
id = 'starvation'
n = 2
H = 2.9
array entries[4] = ['spark, mean', 'spark, 95 %', 'easy, mean', 'easy, 95 %']
array lts[4] = [1, 9, 2, 10]
series(k) = k < 3 ? 'spark' : 'easy'
load panels

x(k) = 100 * pick(series(k), 2)
at(k) = x(k) + 0.25 * (k < 3 ? -1 : 1)
minutes(k, c) = pick(series(k), c) / 60
bar(k, c) = k % 2 ? c : c + 2

set multiplot
set xrange [28:92]
set xtics 10
xname = 'Load of the machine (%)'
eval legend

i = 0
title = 'Gangs of 24 tasks (on 32 slots)'
yname = 'Wait (minutes)'
eval panel
set logscale y
set yrange [0.01:5000]
set ytics (0.01, 0.1, 1, 10, 100, 1000)
set arrow 40 from 28, 2880 to 92, 2880 nohead lt 7 lw 0.8
set label 40 'the whole run: two days' at 29, 2880 left offset 0,-0.6 \
    textcolor rgb ink
plot for [k = 1:4] name . '.csv' skip 1 \
        using (x(k)):(minutes(k, bar(k, 3))) with lines lt lts[k], \
    for [k = 1:4] '' skip 1 \
        using (at(k)):(minutes(k, bar(k, 3)) - minutes(k, bar(k, 4))):(0): \
        (2 * minutes(k, bar(k, 4))) with vectors nohead lt lts[k] dt 1 lw 0.8
eval no_legend

i = 1
title = 'Jobs of one task'
eval panel
plot for [k = 1:4] name . '.csv' skip 1 \
        using (x(k)):(minutes(k, bar(k, 7))) with lines lt lts[k], \
    for [k = 1:4] '' skip 1 \
        using (at(k)):(minutes(k, bar(k, 7)) - minutes(k, bar(k, 8))):(0): \
        (2 * minutes(k, bar(k, 8))) with vectors nohead lt lts[k] dt 1 lw 0.8
unset multiplot
unset output
