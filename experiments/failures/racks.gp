# Gangs within few racks, or across as many as can be, when racks fail.
id = 'racks'
n = 3
H = 2.9
array series[4] = ['pack-none', 'spread-none', 'pack-daly', 'spread-daly']
array entries[5] = ['pack', 'spread', 'pack, saving', \
    'spread, saving', 'theory']
array lts[5] = [1, 2, 9, 10, 7]
array racks[2] = [1, 16]
key_width = 1.32
load panels

of(k, c) = pick(series[k], c)
# A gang works for 12 hours.
hit(r, days) = 1 - exp(-r * 12 / (24 * days))

set multiplot
set samples 200
set logscale x
set xrange [8:600]
set xtics (10, 20, 50, 100, 200, 500)
xname = 'MTBF of a rack (days)'
eval legend

i = 0
title = 'Attempts that a rack ends'
yname = 'Attempts of gangs (%)'
eval panel
set yrange [0:65]
set ytics 20
plot for [k = 1:2] 100 * hit(racks[k], x) with lines lt 7, \
    for [k = 1:2] name . '.csv' skip 1 using 2:(100 * of(k, 3)) \
        with lines lt lts[k], \
    for [k = 1:2] '' skip 1 \
        using 2:(100 * (of(k, 3) - of(k, 4))):(0):(200 * of(k, 4)) \
        with vectors nohead lt lts[k] dt 1
eval no_legend

i = 1
title = 'Gangs that one fault ends'
yname = 'Gangs'
eval panel
set yrange [0:*]
set ytics autofreq
plot for [k = 1:2] name . '.csv' skip 1 using 2:(of(k, 5)) \
        with lines lt lts[k], \
    for [k = 1:2] '' skip 1 using 2:(of(k, 5) - of(k, 6)):(0): \
        (2 * of(k, 6)) with vectors nohead lt lts[k] dt 1

i = 2
title = 'Lost, and spent on checkpoints'
yname = 'Not kept of the work (%)'
eval panel
set yrange [0:25]
set ytics 5
plot for [k = 1:4] name . '.csv' skip 1 using 2:(100 - 100 * of(k, 7)) \
        with lines lt lts[k], \
    for [k = 1:4] '' skip 1 \
        using 2:(100 - 100 * (of(k, 7) + of(k, 8))):(0):(200 * of(k, 8)) \
        with vectors nohead lt lts[k] dt 1
unset multiplot
unset output
