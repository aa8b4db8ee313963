# Where the time of a machine that breaks goes; and what takes its work.
id = 'losses'
n = 2
H = 3.5
array policy[5] = ['fifo', 'fcfs', 'spark', 'easy', 'conservative']
array how[2] = ['none', 'daly']
# Names and colours as in all figures of the ledger.
array class[10] = ['useful', 'lost', 'checkpoint', 'restart', 'hold', \
    'drain', 'blocked', 'short', 'idle', 'down']
array colour[10] = ['#0072B2', '#CC79A7', '#117733', '#44AA99', '#D55E00', \
    '#E69F00', '#56B4E9', '#A6A6A6', '#E8E8E8', '#000000']
array origin[5] = ['node', 'rack', 'switch', 'spine', 'feed']
array entries[3] = ['work lost', 'with checkpoints', 'down']
array lts[3] = [2, 1, 15]
ndots = 3
load panels
left = 1.0
foot = 1.1

set multiplot
i = 0
title = 'Above: no checkpoints; below: by Daly''s rule'
xname = 'Share of the machine (%)'
yname = ''
eval panel
set xrange [0:100]
set yrange [4.5:-0.5]
set xtics 20
unset grid
set ytics scale 0 format ''
do for [p = 1:5] { set ytics add (policy[p] p - 1) }
do for [k = 1:10] {
    x = 0.3 + 0.82 * ((k - 1) % 4)
    y = 0.48 - 0.17 * ((k - 1) / 4)
    set object k rectangle from screen x / W, screen (y - 0.04) / H \
        to screen (x + 0.14) / W, screen (y + 0.04) / H front \
        fs solid border rgb '#404040' fc rgb colour[k] lw 0.4
    set label 30 + k class[k] at screen (x + 0.19) / W, screen y / H left \
        textcolor rgb ink
}
is(p, h) = strcol(1) eq policy[p] && strcol(2) eq how[h]
upto(k) = 100 * (sum [j = 1:k] column(1 + 2 * j))
# From the whole pile down to its lowest layer, so that no seam shows.
plot for [k = 10:1:-1] for [p = 1:5] for [h = 1:2] name . '-stack.csv' \
    skip 1 using (0):(p - 1):(0):(is(p, h) ? upto(k) : NaN): \
        (p - 1.4 + 0.42 * (h - 1)):(p - 1.04 + 0.42 * (h - 1)) \
    with boxxyerror fs solid noborder fc rgb colour[k], \
    for [p = 1:5] for [h = 1:2] '' skip 1 \
        using (is(p, h) ? 100 * ($3 - $4) : NaN):(p - 1.22 + 0.42 * (h - 1)): \
        (200 * $4):(0) with vectors nohead lw 1 dt 1 lc rgb 'white', \
    for [p = 1:5] for [h = 1:2] '' skip 1 \
        using (is(p, h) ? 100 * $3 : NaN):(p - 1.22 + 0.42 * (h - 1)) \
        with points pt 7 ps 0.3 lc rgb 'white'

do for [k = 1:10] { unset object k; unset label 30 + k }
i = 1
title = 'Lost and down, by where the fault was'
xname = 'Node-hours a year'
left = 0.75
eval panel
do for [k = 1:3] {
    x = 4.3 + 0.95 * (k - 1) - (k == 3 ? -0.15 : 0)
    set label 50 + k entries[k] at screen (x + 0.1) / W, screen 0.48 / H \
        left textcolor rgb ink
    set label 60 + k '' at screen x / W, screen 0.48 / H \
        point pt 7 ps 0.8 lt lts[k]
}
set logscale x
set xrange [10:1e6]
set xtics autofreq format '10^{%T}'
set grid x back ls 100
set ytics scale 0 format ''
unset ytics
set ytics scale 0
do for [o = 1:5] { set ytics add (origin[o] o - 1) }
row(h, o) = strcol(1) eq how[h] && strcol(2) eq origin[o]
plot for [h = 1:2] for [o = 1:5] name . '-origins.csv' skip 1 \
        using (row(h, o) ? ($5 - $6 > 10 ? $5 - $6 : 10) : NaN): \
        (o - 1 + 0.16 * (h - 1)):($5 + $6 - ($5 - $6 > 10 ? $5 - $6 : 10)):(0) \
        with vectors nohead lt lts[h] dt 1, \
    for [h = 1:2] for [o = 1:5] '' skip 1 using (row(h, o) ? $5 : NaN): \
        (o - 1 + 0.16 * (h - 1)) with points lt lts[h] pt 7 ps 0.8, \
    for [o = 1:5] '' skip 1 using \
        (row(1, o) ? ($3 - $4 > 10 ? $3 - $4 : 10) : NaN): \
        (o - 1 - 0.16):($3 + $4 - ($3 - $4 > 10 ? $3 - $4 : 10)):(0) \
        with vectors nohead lt 15 dt 1, \
    for [o = 1:5] '' skip 1 using (row(1, o) ? $3 : NaN):(o - 1 - 0.16) \
        with points lt 15 pt 7 ps 0.8
unset multiplot
unset output
