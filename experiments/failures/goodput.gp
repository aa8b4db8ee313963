# What is kept of the work of gangs, with checkpoints and without.
id = 'goodput'
n = 2
H = 2.9
array series[2] = ['none', 'optimum']
array entries[5] = ['gang, unsaved', 'gang, optimum', 'machine, unsaved', \
    'machine, optimum', 'theory']
array lts[5] = [2, 1, 2, 1, 7]
ndots = 2
key_width = 1.38
load panels

# Hours: the work, a checkpoint, a restart.
work = 24.0
cost = 5 / 60.0
restart = cost
none(m) = work / m / (exp(work / m) - 1)
rule(m) = m * (1 + lambertw(-exp(-1 - cost / m)))
segments(m) = ceil(work / rule(m))
full(m) = exp((rule(m) + cost) / m) - 1
last(m) = exp((work - (segments(m) - 1) * rule(m)) / m) - 1
saved(m) = work / (m * exp(restart / m) * \
    ((segments(m) - 1) * full(m) + last(m)))

of(k, c) = 100 * pick(series[k], c)
set multiplot
set samples 400
set yrange [0:104]
set ytics 20
yname = 'Goodput (%)'
eval legend

do for [i = 0:1] {
    by = i == 0 ? 'mtbf' : 'width'
    title = i == 0 ? 'Gangs of 64 nodes' : 'A node fails every 1780 h'
    xname = i == 0 ? 'MTBF of a node (days)' : 'Nodes of the gang'
    eval panel
    if (i == 0) { set logscale x; set xrange [17:1200]; \
        set xtics (20, 50, 100, 200, 500, 1000) }
    if (i == 1) { set logscale x 2; set xrange [0.85:300]; \
        set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256) }
    gang(x) = i == 0 ? 24 * x / 64 : 1779.99 / x
    data = name . '-' . by . '.csv'
    plot 100 * none(gang(x)) with lines lt 7, \
        100 * saved(gang(x)) with lines lt 7, \
        for [k = 1:2] data skip 1 using 2:(of(k, 3)) with lines lt k == 1 ? \
            2 : 1 lw 0.9, \
        for [k = 1:2] '' skip 1 using 2:(of(k, 5) - of(k, 6)):(0): \
            (2 * of(k, 6)) with vectors nohead lt lts[k] dt 1, \
        for [k = 1:2] '' skip 1 using 2:(of(k, 5)) \
            with points lt lts[k] pt 7 ps 0.7
    eval no_legend
}
unset multiplot
unset output
