# What it costs that one member's failure makes the whole gang work again.
id = 'retry'
n = 3
H = 2.7
array p[3] = [0.001, 0.01, 0.05]
array series[3] = ['0.001', '0.01', '0.05']
array entries[4] = ['a task fails: p = 0.001', 'p = 0.01', 'p = 0.05', \
    'theory']
array lts[4] = [1, 5, 2, 7]
key_width = 1.5
dots = 1
load panels

x(k) = pick(series[k], 2)
succeeds(k, w) = (1 - p[k])**w
# The share of an attempt that is worked, until the first failure of W, each of
# which would be at a time uniform in the work.
works(k, w) = (1 - (1 - p[k])**(w + 1)) / (p[k] * (w + 1))
lost(k, w) = 1 - succeeds(k, w) / works(k, w)

set multiplot
set logscale x 2
set xrange [0.8:80]
set samples 200
set xtics (1, 2, 4, 8, 16, 32, 64)
xname = 'Tasks of the gang'
eval legend

i = 0
title = 'Attempts a success'
yname = 'Attempts'
eval panel
set logscale y
set yrange [0.9:60]
set ytics (1, 2, 5, 10, 20, 50)
measured(k, c) = pick(series[k], c)
plot for [k = 1:3] 1 / succeeds(k, x) with lines lt 7, \
    for [k = 1:3] name . '.csv' skip 1 \
        using (x(k)):(measured(k, 3) - measured(k, 4)):(0): \
        (2 * measured(k, 4)) with vectors nohead lt lts[k] dt 1, \
    for [k = 1:3] '' skip 1 using (x(k)):(measured(k, 3)) \
        with points lt lts[k] pt 7 ps 0.8
eval no_legend
unset logscale y
set yrange [0:100]
set ytics 20
percent(k, c) = 100 * pick(series[k], c)

i = 1
title = 'Work thrown away'
yname = 'Lost (% of what was worked)'
eval panel
plot for [k = 1:3] 100 * lost(k, x) with lines lt 7, \
    for [k = 1:3] name . '.csv' skip 1 \
        using (x(k)):(percent(k, 5) - percent(k, 6)):(0): \
        (2 * percent(k, 6)) with vectors nohead lt lts[k] dt 1, \
    for [k = 1:3] '' skip 1 using (x(k)):(percent(k, 5)) \
        with points lt lts[k] pt 7 ps 0.8

i = 2
title = 'Given up after 4 attempts'
yname = 'Jobs that fail (%)'
eval panel
plot for [k = 1:3] 100 * (1 - succeeds(k, x))**4 with lines lt 7, \
    for [k = 1:3] name . '.csv' skip 1 \
        using (x(k)):(percent(k, 7) - percent(k, 8)):(0): \
        (2 * percent(k, 8)) with vectors nohead lt lts[k] dt 1, \
    for [k = 1:3] '' skip 1 using (x(k)):(percent(k, 7)) \
        with points lt lts[k] pt 7 ps 0.8
unset multiplot
unset output
