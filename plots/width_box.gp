
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

left = 0.68
right = 0.14
panel_w = W - left - right
panel_h = H - foot - 0.26

set lmargin at screen left / W
set rmargin at screen (left + panel_w) / W
set bmargin at screen foot / H
set tmargin at screen (foot + panel_h) / H

set logscale y
set yrange [edge:top * 1.25]
set ytics noenhanced
if (ratio) { set ytics format '%g' }
set xrange [-0.5:classes - 0.5]
unset xtics
unset grid
set grid y back ls 100
do for [c = 1:classes - 1] {
    set arrow 100 + c from first c - 0.5, graph 0 to first c - 0.5, graph 1 \
        nohead back ls 100
}
do for [c = 1:classes] {
    set label 200 + c width[c] at first c - 1, screen (foot - 0.1) / H center \
        noenhanced textcolor rgb ink
    set label 300 + c jobs[c] at first c - 1, screen (foot - 0.24) / H center \
        noenhanced textcolor rgb ink
}
set label 1 title . (ratio ? '' \
    : W < 5 ? sprintf(' (foot: up to %s)', edge_name) \
    : sprintf(' (at the foot: at most %s)', edge_name)) \
    at screen 0.13 / W, screen (foot + panel_h / 2) / H center rotate \
    noenhanced textcolor rgb ink
set label 2 'Width in processors; below it: jobs' \
    at screen (left + panel_w / 2) / W, screen (foot - 0.43) / H center \
    textcolor rgb ink
set label 3 W < 5 ? 'Median, quartiles, 5-95 %, mean (dot)' \
    : 'Median, quartiles (box), 5-95 % (whiskers), mean (dot)' \
    at screen left / W, screen 1 - 0.1 / H left textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [i = 1:nkeys] {
    set object i rectangle from screen key_x[i] / W, \
        screen (key_y[i] - 0.04) / H rto screen key_sample / W, \
        screen 0.08 / H front fs solid 0.4 border
    eval sprintf("set object %d fc lt %d", i, style[i])
    set label 10 + i key[i] at screen (key_x[i] + key_sample + 0.06) / W, \
        screen key_y[i] / H left noenhanced textcolor rgb ink
}

box = 0.8 / n * 0.38      # half of a box, and of its whiskers' ends
tick = box * 0.5
dot = n * classes > 40 || W < 5 ? 0.24 : 0.36
plot for [i = 1:n] name . '.dat' index i - 1 using 1:2:(0):($6 - $2) \
        with vectors nohead lt style[i] dt 1 lw 0.8, \
    for [i = 1:n] '' index i - 1 using ($1 - tick):2:(2 * tick):(0) \
        with vectors nohead lt style[i] dt 1 lw 0.8, \
    for [i = 1:n] '' index i - 1 using ($1 - tick):6:(2 * tick):(0) \
        with vectors nohead lt style[i] dt 1 lw 0.8, \
    for [i = 1:n] '' index i - 1 \
        using 1:3:($1 - box):($1 + box):3:5 with boxxyerror \
        fs solid 1.0 noborder fc rgb '#FFFFFF', \
    for [i = 1:n] '' index i - 1 \
        using 1:3:($1 - box):($1 + box):3:5 with boxxyerror \
        lt style[i] dt 1 lw 0.8 fs solid 0.4 border, \
    for [i = 1:n] '' index i - 1 using ($1 - box):4:(2 * box):(0) \
        with vectors nohead dt 1 lw 1.6 lc rgb '#000000', \
    for [i = 1:n] '' index i - 1 using 1:7 with points pt 7 ps dot * 1.5 \
        lc rgb '#FFFFFF', \
    for [i = 1:n] '' index i - 1 using 1:7 with points pt 7 ps dot \
        lc rgb '#000000'
unset output
