# Ours over what was published, row by row.
id = 'published'
n = 1
array entries[3] = ['predictsim (2015)', 'a second program', \
    'Tsafrir et al. (2007)']
array series[3] = ['predictsim', 'second', 'tpds07']
array lts[3] = [1, 3, 2]
ndots = 3
key_width = 1.75
set datafile separator ','
stats name . '.csv' skip 1 using 8 nooutput
rows = STATS_records
H = 1.3 + 0.19 * rows
load panels
left = 2.6
foot = 0.82

ratio(k) = strcol(1) eq series[k] ? 1 + column(8) : NaN
said(off) = off == 0 ? 'same' : sprintf('%+.1f %%', 100 * off)

set multiplot
set xrange [0.94:1.06]
set xtics 0.02
set format x '%.2f'
set yrange [0.3:rows + 0.7]
set grid xtics noytics
set object 1 rectangle from 0.95, graph 0 to 1.05, graph 1 behind \
    fillcolor rgb '#F2F2F2' fillstyle solid noborder
set arrow 200 from 1, graph 0 to 1, graph 1 nohead lw 0.8 lc rgb ink back
title = 'Published tables again'
xname = 'Ours / published (shaded: within 5 %)'
yname = ''
eval legend
i = 0
eval panel
plot name . '.csv' skip 1 using (1):(rows - $0):ytic(sprintf('%s, %s: %s', \
        strcol(2), strcol(3), strcol(4))) with dots lc rgb ink, \
    for [k = 1:3] '' skip 1 using (ratio(k)):(rows - $0) \
        with points pt 7 ps 0.7 lt lts[k], \
    '' skip 1 using (1 + $8 + 0.0025):(rows - $0):(said($8)) \
        with labels left noenhanced textcolor rgb ink
unset multiplot
unset output
