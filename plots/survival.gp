
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set logscale xy
set xrange [left_edge:right_edge]
set yrange [lowest:130]
set ytics 10 format '%g'
set grid noxtics noytics xtics ytics back ls 100
set key off

# In the order of the columns of the data.
array line[5]
line[1] = 15
line[2] = 2
line[3] = 9
line[4] = 4
line[5] = 11
thick(k) = k == 1 ? 1.6 : 1.3

# A legend of our own: the room that set key takes differs among terminals.
do for [k = 1:nkeys] {
    set arrow k from screen key_x[k] / W, screen key_y[k] / H \
        rto screen key_sample / W, screen 0 nohead lt line[k] lw thick(k)
    set label 10 + k key[k] at screen (key_x[k] + key_sample + 0.06) / W, \
        screen key_y[k] / H left textcolor rgb ink
}

array title[2]
title[1] = 'Time up'
title[2] = 'Time down'
array points_of[2]
points_of[1] = up
points_of[2] = down

set multiplot
do for [i = 1:2] {
    x = ((i - 1) % columns * W / columns + left) / W
    y = (foot + (rows - 1 - (i - 1) / columns) * pitch) / H
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set bmargin at screen y
    set tmargin at screen y + panel_h / H
    set label 1 'Share that lasts longer (%)' \
        at screen x - (left - 0.1) / W, screen y + panel_h / 2 / H \
        center rotate textcolor rgb ink
    set label 2 title[i] at screen x + panel_w / 2 / W, \
        screen y - 0.36 / H center textcolor rgb ink
    set label 3 (points_of[i] > 0 ? '' : 'none has both its ends here') \
        at graph 0.5, graph 0.5 center textcolor rgb ink
    plot for [k = 5:2:-1] name . '.dat' index i - 1 using 1:k + 1 \
        with lines lt line[k] lw thick(k), \
        '' index i - 1 using 1:2 with steps lt line[1] lw thick(1)
    if (i == 1) {
        do for [k = 1:nkeys] {
            unset arrow k
            unset label 10 + k
        }
    }
}
unset multiplot
unset output
