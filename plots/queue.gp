
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set key off
set xrange [0:span]

# At fixed places: terminals differ in the width of a letter.
set label 900 sprintf('Time since the first submission (%s)', unit) \
    at screen (columns > 1 ? W / 2 : left + panel_w / 2) / W, \
    screen xtitle_y / H center textcolor rgb ink
do for [i = 1:nkeys] {
    x = key_x[i] / W
    y = key_y[i] / H
    end = x + key_sample / W
    set arrow i from screen x, screen y to screen end, screen y \
        nohead lt style[i]
    set label i key[i] at screen end + 0.06 / W, screen y left noenhanced \
        textcolor rgb ink
}

set multiplot
do for [p = 1:npanels] {
    col = (p - 1) % columns
    row = (p - 1) / columns
    x = (col * W / columns + left) / W
    y = (foot + (rows - 1 - row) * (panel_h + gap)) / H
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set bmargin at screen y
    set tmargin at screen y + panel_h / H
    set yrange [0:high[p]]
    set ytics step[p] format '%g'
    set label 901 title[p] at screen x - (left - 0.12) / W, graph 0.5 \
        center rotate noenhanced textcolor rgb ink
    set label 903 head[p] at graph 0, graph 1 offset 0,0.6 left noenhanced \
        textcolor rgb ink
    # Tics have their numbers at the foot of each column only.
    if (p + columns > npanels) { set xtics format '%g' } \
    else { set xtics format '' }
    c = both ? 2 + (p - 1) % 2 : demand ? 3 : 2
    if (shown[p] < 0) {
        plot for [i = 1:n] name . '.dat' index i - 1 using 1:c with lines \
            lt style[i]
    } else {
        plot name . '.dat' index shown[p] using 1:c with lines lt 1
    }
    if (p == 1) {
        do for [j = 1:nkeys] {
            unset arrow j
            unset label j
        }
        unset label 900
    }
}
unset multiplot
unset output
