# How often partial gangs deadlock without barrier mode, and what the way out
# costs.
id = 'deadlock'
n = 2
H = 2.9
array series[4] = ['two', 'four', 'eight', 'gang']
array entries[4] = ['2 drivers', '4 drivers', '8 drivers', 'gang, spark']
array lts[4] = [1, 2, 3, 4]
load panels

# D drivers hold at most D (w - 1) slots for gangs that are not complete: below
# that many there is no deadlock, whatever the run.
edge(k) = 32.0 / 2**k + 1
x(k) = pick(series[k], 2)
at(k) = x(k) + 0.14 * (k - 2)
share(k, c) = k == 4 || column(2) < edge(k) ? NaN : 100 * pick(series[k], c)

set multiplot
set xrange [0:25]
set xtics 4
xname = 'Tasks of each gang (on 32 slots)'
eval legend

i = 0
title = 'No way out (dotted: possible from there on)'
yname = 'Runs that deadlock (%)'
eval panel
set yrange [0:102]
set ytics 20
do for [k = 1:3] {
    set arrow 20 + k from edge(k), 0 to edge(k), 102 nohead back lt k lw 0.8 \
        dt (1,3)
}
plot for [k = 4:1:-1] name . '.csv' skip 1 \
        using (x(k)):(100 * pick(series[k], 3)) with lines lt k, \
    for [k = 1:3] '' skip 1 \
        using (at(k)):(share(k, 4)):(0):(share(k, 5) - share(k, 4)) \
        with vectors nohead lt k dt 1 lw 0.8
eval no_legend
do for [k = 1:3] { unset arrow 20 + k }

i = 1
title = 'Held slots are given back after 5 min'
yname = 'Slots held idle (% of the machine)'
eval panel
set yrange [0:40]
set ytics 10
hold(k, c) = 100 * pick(series[k], c)
plot for [k = 4:1:-1] name . '-held.csv' skip 1 using (x(k)):(hold(k, 5)) \
        with lines lt k, \
    for [k = 1:3] '' skip 1 \
        using (at(k)):(hold(k, 5) - hold(k, 6)):(0):(2 * hold(k, 6)) \
        with vectors nohead lt k dt 1 lw 0.8
unset multiplot
unset output
