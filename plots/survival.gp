
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

foot = 0.68
left = 0.62
panel_w = W / 2 - left - 0.12
panel_h = H - foot - 0.1

set logscale xy
set xrange [left_edge:right_edge]
set yrange [lowest:130]
set ytics 10 format '%g'
set grid noxtics noytics xtics ytics back ls 100
set bmargin at screen foot / H
set tmargin at screen (foot + panel_h) / H
set key off

# In the order of the columns of the data.
array law[5]
law[1] = 'data'
law[2] = 'exponential'
law[3] = 'Weibull'
law[4] = 'lognormal'
law[5] = 'gamma'
array line[5]
line[1] = 15
line[2] = 2
line[3] = 9
line[4] = 4
line[5] = 11
thick(k) = k == 1 ? 1.6 : 1.3

# A legend of our own: the room that set key takes differs among terminals.
key_width = 1.16
do for [k = 1:5] {
    x = (W / 2 - 2.5 * key_width + (k - 1) * key_width + 0.1) / W
    y = 0.12 / H
    set arrow k from screen x, screen y to screen x + 0.36 / W, screen y \
        nohead lt line[k] lw thick(k)
    set label 10 + k law[k] at screen x + 0.42 / W, screen y left \
        textcolor rgb ink
}
set label 1 'Share that lasts longer (%)' at screen 0.1 / W, \
    screen (foot + panel_h / 2) / H center rotate textcolor rgb ink

array title[2]
title[1] = 'Time up'
title[2] = 'Time down'
array points_of[2]
points_of[1] = up
points_of[2] = down

set multiplot
do for [i = 1:2] {
    x = ((i - 1) * W / 2 + left) / W
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set label 2 title[i] at screen x + panel_w / 2 / W, \
        screen (foot - 0.36) / H center textcolor rgb ink
    set label 3 (points_of[i] > 0 ? '' : 'none has both its ends here') \
        at graph 0.5, graph 0.5 center textcolor rgb ink
    plot for [k = 5:2:-1] name . '.dat' index i - 1 using 1:k + 1 \
        with lines lt line[k] lw thick(k), \
        '' index i - 1 using 1:2 with steps lt line[1] lw thick(1)
    if (i == 1) {
        do for [k = 1:5] {
            unset arrow k
            unset label 10 + k
        }
        unset label 1
    }
}
unset multiplot
unset output
