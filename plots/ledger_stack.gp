
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
    at screen (left + (W - left - right) / 2) / W, screen (foot - 0.36) / H \
    center textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
key_rows = (nclasses + key_columns - 1) / key_columns
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

# From the whole pile down to its lowest layer, so that no seam shows.
plot for [k = nclasses:1:-1] name . '.dat' \
    using (0):1:(0):(column(k + 1)):($1 - 0.36):($1 + 0.36) \
    with boxxyerror fs solid noborder fc rgb colour[k]
unset output
