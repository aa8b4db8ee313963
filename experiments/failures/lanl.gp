# Four policies, three widths, with checkpoints and without, as LANL's nodes
# fail.
id = 'lanl'
n = 2
H = 4.6
array series[4] = ['easy', 'spark', 'fcfs', 'fifo']
array entries[4] = ['easy', 'spark', 'fcfs', 'fifo']
array lts[4] = [1, 3, 2, 5]
array group[6] = ['32-none', '128-none', '256-none', '32-daly', '128-daly', \
    '256-daly']
ndots = 4
key_width = 0.8
load panels
low = foot
high = H / 2 + 0.55

at(g, k) = g - 1 + 0.17 * (k - 2.5)
of(g, k, c) = strcol(1) eq series[k] && strcol(2) eq group[g] ? column(c) : NaN

set multiplot
set xrange [-0.5:5.5]
set xtics scale 0 ('32' 0, '128' 1, '256' 2, '32' 3, '128' 4, '256' 5)
set arrow 200 from 2.5, graph 0 to 2.5, graph 1 nohead lw 0.5 lc rgb ink back
set label 201 'no checkpoints' at 1, graph 1.04 center textcolor rgb ink
set label 202 'Daly''s rule' at 4, graph 1.04 center textcolor rgb ink
eval legend

array titles[4] = ['Response', 'Goodput', 'Lost', 'ETTR']
array names[4] = ['Mean response of gangs (h)', 'Goodput (%)', \
    'Lost (% of the machine)', 'ETTR (%)']
array columns[4] = [5, 9, 11, 13]
do for [p = 0:3] {
    i = p % 2
    title = ''
    xname = p > 1 ? 'Nodes of the gangs' : ''
    yname = names[p + 1]
    foot = p > 1 ? low : high
    head = p > 1 ? H - (high - 0.25) + 0.12 : 0.3
    c = columns[p + 1]
    f = p == 0 ? 1 : 100
    eval panel
    unset logscale y
    set yrange [0:*]
    set ytics autofreq
    if (p == 0) { set logscale y; set yrange [5:400]; \
        set ytics (5, 10, 20, 50, 100, 200, 400) }
    if (p == 1) { set yrange [0:100]; set ytics 20 }
    if (p == 3) { set yrange [0:100]; set ytics 20 }
    plot for [k = 1:4] for [g = 1:6] name . '.csv' skip 1 \
            using (at(g, k)):(f * (of(g, k, c) - of(g, k, c + 1))):(0): \
            (f * 2 * of(g, k, c + 1)) with vectors nohead lt lts[k] dt 1, \
        for [k = 1:4] for [g = 1:6] '' skip 1 \
            using (at(g, k)):(f * of(g, k, c)) with points lt lts[k] pt 7 ps 0.6
    eval no_legend
}
unset multiplot
unset output
