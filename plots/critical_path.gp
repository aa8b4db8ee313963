
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

# Room for the lanes' names.
left = names + 0.3
panel_w = W / columns - left - 0.14

# Beside the path, failed beside it, running, at barriers, failed.
array paint[5]
paint[1] = 0xDADADA
paint[2] = 0xF3B68F
paint[3] = 0x0072B2
paint[4] = 0x882255
paint[5] = 0xD55E00
# What the path was spent on: waiting, running, at barriers, failed tries.
array chain[4]
chain[1] = 0xFFFFFF
chain[2] = paint[3]
chain[3] = paint[4]
chain[4] = paint[5]

right = span * 1.01
set xrange [0:right]
set yrange [lanes + 0.6:-0.7]
set border 1
set ytics scale 0 noenhanced
set grid noytics xtics back ls 100
set style fill solid 1.0 border rgb '#404040'
set label 101 sprintf('Time since the submission of the job (%s)', unit) \
    at screen 0.5, screen (keys + 0.12) / H center textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [k = 1:nkeys] {
    x = key_x[k]
    y = key_y[k]
    h = k == 1 ? 0.018 : 0.04
    set object k rectangle from screen x / W, screen (y - h) / H \
        to screen (x + 0.2) / W, screen (y + h) / H front \
        fs solid border rgb '#404040' fc rgb (k == 5 ? paint[1] : chain[k]) \
        lw 0.4
    set label 10 + k key[k] at screen (x + key_sample) / W, screen y / H left \
        textcolor rgb ink
}

# What failed has a cross at its end, 0.07 inches wide on any terminal.
cross_x = 0.035 * right / panel_w
cross_y = 0.035 * (lanes + 1.3) / panel_h
# From a lane to just before another.
reach(from, to) = to - from - 0.2 * sgn(to - from)

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
    # A narrow panel's title begins above the lanes' names.
    set label 1 title[i] at screen (panel_w < 3 ? x - (left - 0.1) / W : x), \
        screen y + (panel_h + 0.09) / H left noenhanced textcolor rgb ink
    # Tics have their numbers at the foot of each column only.
    if (i + columns > n) { set xtics format '%g' } else { set xtics format '' }
    bars = 3 * (i - 1)
    edges = bars + 1
    path = bars + 2
    # Edges leave a lane to the right and enter one from above or below.
    plot name . '.dat' \
        index edges using 1:($5 > 0 ? NaN : $2):($3 - $1):(0) \
        with vectors nohead dt 1 lw 0.6 lc rgb '#9A9A9A', \
        '' index edges using 3:($5 > 0 ? NaN : $2):(0):(reach($2, $4)) \
        with vectors head filled size screen 0.008,18 fixed \
        dt 1 lw 0.6 lc rgb '#9A9A9A', \
        '' index bars using 2:1:2:3:($1 - 0.14):($1 + 0.14):ytic(9) \
        with boxxyerror lw 0.4 dt 1 fc rgb '#FFFFFF', \
        '' index bars using 3:1:3:4:($1 - 0.32):($1 + 0.32):(paint[int($6)]) \
        with boxxyerror lw 0.4 dt 1 fc rgb variable, \
        '' index bars using ($5 < $4 ? $5 : NaN):1:5:4: \
        ($1 - 0.32):($1 + 0.32) \
        with boxxyerror lw 0.4 dt 1 fc rgb paint[4], \
        for [s = -1:1:2] '' index bars \
        using ($8 > 0 ? $4 - cross_x : NaN):($1 - s * cross_y): \
        (2 * cross_x):(2 * s * cross_y) \
        with vectors nohead dt 1 lw 1.2 lc rgb '#000000', \
        '' index edges using 1:($5 > 0 ? $2 : NaN):($3 - $1):(0) \
        with vectors nohead dt 1 lw 1.6 lc rgb '#000000', \
        '' index edges using 3:($5 > 0 && $2 != $4 ? $2 : NaN):(0): \
        (reach($2, $4)) \
        with vectors head filled size screen 0.009,18 fixed \
        dt 1 lw 1.6 lc rgb '#000000', \
        '' index path using 1:(0):1:2:(-0.32):(0.32):(chain[int($3)]): \
        ytic('path') \
        with boxxyerror lw 0.4 dt 1 fc rgb variable
    if (i == 1) {
        do for [k = 1:nkeys] {
            unset object k
            unset label 10 + k
        }
    }
    unset label 101
}
unset multiplot
unset output
