
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set lmargin at screen 0.46 / W
set rmargin at screen 1 - 0.14 / W
set tmargin at screen 1 - 0.1 / H
set bmargin at screen foot / H

set logscale x
set xrange [edge:right]
set yrange [0:100]
set ytics 20
if (ratio) { set xtics format '%g' }
# At fixed places: terminals differ in the width of a letter.
set label 1 title . (ratio ? ' (at the left edge: none)' \
    : sprintf(' (at the left edge: less than %s)', edge_name)) \
    at screen (0.46 + (W - 0.6) / 2) / W, screen (foot - 0.36) / H center \
    noenhanced textcolor rgb ink
set label 2 'Share of jobs (%)' at screen 0.09 / W, \
    screen (foot + (H - foot - 0.1) / 2) / H center rotate textcolor rgb ink

# A legend of our own: the room that set key takes differs as well.
set key off
do for [i = 1:nkeys] {
    set arrow i from screen key_x[i] / W, screen key_y[i] / H \
        rto screen key_sample / W, screen 0 nohead lt style[i]
    set label 10 + i key[i] at screen (key_x[i] + key_sample + 0.06) / W, \
        screen key_y[i] / H left noenhanced textcolor rgb ink
}

plot for [i = 1:n] name . '.dat' index i - 1 using 1:2 \
    with steps lt style[i]
unset output
