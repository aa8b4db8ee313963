# How long a gang takes, over the time between its checkpoints.
id = 'interval'
n = 3
H = 2.9
array series[3] = ['light', 'medium', 'heavy']
array width[3] = [64, 256, 512]
array cost[3] = [5 / 60.0, 0.5, 1]
array top[3] = [1.3, 2.6, 6]
array from[3] = [0.5, 0.6, 0.6]
array to[3] = [15, 12, 8]
array entries[6] = ['simulated', 'its least', 'theory', "Young", "Daly", \
    'optimum']
array lts[6] = [1, 2, 7, 5, 3, 15]
ndots = 2
key_width = 1.05
load panels

# Hours.
work = 120.0
restart = 5 / 60.0
exact(m, c) = m * (1 + lambertw(-exp(-1 - c / m)))
young(m, c) = sqrt(2 * c * m)
daly(m, c) = c >= 2 * m ? m : young(m, c) * (1 + sqrt(c / (2 * m)) / 3 + \
    c / (2 * m) / 9) - c
# All intervals are full, and none is saved at the end.
takes(x, m, c) = m * exp(restart / m) * ((work / x - 1) * \
    (exp((x + c) / m) - 1) + exp(x / m) - 1) / work

set multiplot
set samples 400
set logscale x
xname = 'Work between checkpoints (h)'
yname = 'Time at work over work'
eval legend

do for [i = 0:2] {
    s = series[i + 1]
    c = cost[i + 1]
    m = 1779.99 / width[i + 1]
    title = sprintf('%d nodes, %d min a checkpoint', width[i + 1], \
        int(60 * c + 0.5))
    eval panel
    set xrange [from[i + 1]:to[i + 1]]
    set yrange [1:top[i + 1]]
    set xtics (0.5, 1, 2, 5, 10)
    set ytics autofreq
    set arrow 101 from young(m, c), graph 0 to young(m, c), graph 1 \
        nohead lt lts[4] back
    set arrow 102 from daly(m, c), graph 0 to daly(m, c), graph 1 \
        nohead lt lts[5] back
    set arrow 103 from exact(m, c), graph 0 to exact(m, c), graph 1 \
        nohead lt lts[6] lw 0.7 back
    data = name . '.csv'
    plot takes(x, m, c) with lines lt 7, \
        data skip 1 using (pick(s, 2)):(pick(s, 3) - pick(s, 4)):(0): \
            (2 * pick(s, 4)) with vectors nohead lt 1 dt 1, \
        '' skip 1 using (pick(s, 2)):(pick(s, 3)) \
            with points lt 1 pt 7 ps 0.6, \
        name . '-best.csv' skip 1 using (pick(s, 3)):(pick(s, 5)): \
            (pick(s, 4) - pick(s, 3)):(0) with vectors nohead lt 2 dt 1, \
        '' skip 1 using (pick(s, 2)):(pick(s, 5)) \
            with points lt 2 pt 7 ps 0.8
    eval no_legend
}
unset multiplot
unset output
