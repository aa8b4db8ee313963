
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

dx = most_load / columns_x
set xrange [0:most_load]
set yrange [0:rows_y]
if (!demand) { set xtics 25 }
unset grid
set key off
set logscale cb
set cbrange [1:most]
set cbtics format '%g' scale 0.3
box_w = W < 5 ? W - 0.9 : 2.6
box_x = W - 0.25 - box_w
set label 100 'Waiting time' at screen 0.11 / W, \
    screen (foot + (H - foot) / 2) / H center rotate textcolor rgb ink
set label 101 (demand ? 'Processors in use or wanted' : 'Processors busy') . \
    ' on arrival (%' . (told ? '' : ' of the most') . ')' \
    at screen (left + (W - left) / 2) / W, screen (foot - 0.36) / H center \
    textcolor rgb ink
set label 102 'Jobs' at screen (box_x - 0.15) / W, screen 0.285 / H right \
    textcolor rgb ink
# Waits of 0, and those too short for the axis, stand apart.
do for [k = 1:first_y] {
    set arrow k from graph 0, first k to graph 1, first k nohead front \
        lc rgb ink lw 0.6
}

set multiplot
do for [i = 1:n] {
    col = (i - 1) % columns
    row = (i - 1) / columns
    x = (left + col * (panel_w + between)) / W
    y = 1 - (row + 1) * (panel_h + gap) / H
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set bmargin at screen y
    set tmargin at screen y + panel_h / H
    set label 1 label[i] at graph 0, graph 1 offset 0,0.65 left noenhanced \
        textcolor rgb ink
    # Tics have their names at the left and at the foot only.
    set xtics format (i + columns > n ? '%g' : '')
    y_named = col == 0
    eval y_tics
    if (i == n) {
        set colorbox horizontal user size screen box_w / W, screen 0.09 / H \
            origin screen box_x / W, screen 0.24 / H
    } else { unset colorbox }
    plot name . '.dat' index i - 1 \
        using (($1 + 0.5) * dx):($2 + 0.5):($1 * dx):(($1 + 1) * dx):2: \
        ($2 + 1):3 with boxxyerror fs solid 1.0 border rgb '#FFFFFF' lw 0.3 \
        lc palette
    unset label 100
    unset label 101
    unset label 102
}
unset multiplot
unset output
