
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set lmargin at screen left / W
set rmargin at screen 1 - right / W
set tmargin at screen 1 - 0.1 / H
set bmargin at screen foot / H

set xrange [0:100]
set yrange [n - 0.5:-0.5]
set xtics 20 format '%g'
set mxtics 2
set border 1
set ytics scale 0 noenhanced format ''
do for [i = 1:n] { set ytics add (label[i] i - 1) }
unset grid
set label 101 'Share of the machine (%)' \
    at screen (left + (W - left - right) / 2) / W, screen (keys + 0.1) / H \
    center textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [k = 1:nkeys] {
    x = key_x[k]
    y = key_y[k]
    set object k rectangle from screen x / W, screen (y - 0.04) / H \
        to screen (x + 0.2) / W, screen (y + 0.04) / H front \
        fs solid border rgb '#404040' fc rgb colour[k] lw 0.4
    set label 10 + k key[k] at screen (x + key_sample) / W, screen y / H left \
        noenhanced textcolor rgb ink
}

# From the whole pile down to its lowest layer, so that no seam shows.
plot for [k = nkeys:1:-1] name . '.dat' \
    using (0):1:(0):(column(k + 1)):($1 - 0.36):($1 + 0.36) \
    with boxxyerror fs solid noborder fc rgb colour[k]
unset output
