
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set xrange [0:span]
set yrange [0:100]
set ytics 50
set mytics 2
unset grid
set label 100 'Share of the machine (%)' at screen 0.13 / W, \
    screen (foot + (H - foot) / 2) / H center rotate textcolor rgb ink
set label 101 sprintf('Time since the first submission (%s)', unit) \
    at screen 0.5, screen (foot - 0.36) / H center textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [k = 1:nclasses] {
    x = W / 2 - key_columns * key_width / 2 \
        + ((k - 1) % key_columns) * key_width
    y = 0.1 + (key_rows - 1 - (k - 1) / key_columns) * key_line
    set object k rectangle from screen x / W, screen (y - 0.04) / H \
        to screen (x + 0.14) / W, screen (y + 0.04) / H front \
        fs solid border rgb '#404040' fc rgb colour[k] lw 0.4
    set label 10 + k class[k] at screen (x + 0.19) / W, screen y / H left \
        textcolor rgb ink
}

set multiplot
do for [i = 1:n] {
    col = (i - 1) % columns
    row = (i - 1) / columns
    x = (col * W / columns + left) / W
    y = 1 - (row + 1) * (panel_h + gap) / H
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set bmargin at screen y
    set tmargin at screen y + panel_h / H
    set label 1 label[i] at graph 0, graph 1 offset 0,0.65 left noenhanced \
        textcolor rgb ink
    # Tics have their numbers at the foot of each column only.
    if (i + columns > n) { set xtics format '%g' } else { set xtics format '' }
    # From the whole pile down to its lowest layer, so that no seam shows.
    plot for [k = nclasses:1:-1] name . '.dat' index i - 1 \
        using 1:(column(k + 1)) with filledcurves y1=0 \
        fs solid noborder fc rgb colour[k]
    if (i == 1) {
        do for [k = 1:nclasses] {
            unset object k
            unset label 10 + k
        }
    }
    unset label 100
    unset label 101
}
unset multiplot
unset output
