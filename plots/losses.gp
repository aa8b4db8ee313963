
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

array paint[10] = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', \
    '#56B4E9', '#8C6D31', '#555555', '#F0E442', '#882255']

set lmargin at screen left / W
set rmargin at screen 1 - right / W
set tmargin at screen 1 - 0.1 / H
set bmargin at screen foot / H

set xrange [0:most * 1.04]
set yrange [n - 0.5:-0.5]
set border 3
set xtics format '%g'
set ytics scale 0 noenhanced format ''
do for [i = 1:n] { set ytics add (label[i] i - 1) }
unset grid
set grid xtics back ls 100
set label 101 sprintf('Work that was lost (slot-%s)', unit) \
    at screen (left + (W - left - right) / 2) / W, screen (keys + 0.1) / H \
    center textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [k = 1:nkeys] {
    x = key_x[k]
    y = key_y[k]
    set object k rectangle from screen x / W, screen (y - 0.04) / H \
        to screen (x + 0.2) / W, screen (y + 0.04) / H front \
        fs solid border rgb '#404040' fc rgb paint[(k - 1) % 10 + 1] lw 0.4
    set label 10 + k key[k] at screen (x + key_sample) / W, screen y / H left \
        noenhanced textcolor rgb ink
}

# The bars of a run share 0.8 of its room.
bar = 0.8 / nkeys
plot for [k = 1:nkeys] name . '.dat' index k - 1 \
    using (0):1:(0):2:($1 - 0.4 + (k - 1) * bar):($1 - 0.4 + k * bar) \
    with boxxyerror fs solid noborder fc rgb paint[(k - 1) % 10 + 1]
unset output
