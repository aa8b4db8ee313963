
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

# Room for the lanes' names.
left = names + 0.35
panel_w = W / columns - left - 0.14

right = span * 1.01
set xrange [0:right]
set yrange [lanes - 0.5:-0.5]
set border 1
set ytics scale 0 noenhanced
unset grid
set grid xtics back ls 100
set style fill solid 1.0 border rgb '#404040'
set label 100 'Stage.try' at screen 0.13 / W, \
    screen (foot + (H - foot) / 2) / H center rotate textcolor rgb ink
set label 101 sprintf('Time since the first stage was ready (%s)', unit) \
    at screen 0.5, screen (keys + 0.12) / H center textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [k = 1:nkeys] {
    x = key_x[k]
    y = key_y[k]
    h = key_paint[k] == 1 ? 0.018 : 0.04
    set object k rectangle from screen x / W, screen (y - h) / H \
        to screen (x + 0.2) / W, screen (y + h) / H front \
        fs solid border rgb '#404040' fc rgb paint[key_paint[k]] lw 0.4 dt 1
    if (key_paint[k] == 5 || key_paint[k] == 6) {
        do for [s = -1:1:2] {
            set arrow 2 * k + (s > 0) from screen (x + 0.165) / W, \
                screen (y - s * 0.035) / H rto screen 0.07 / W, \
                screen s * 0.07 / H nohead front dt 1 lw 1.2 lc rgb '#000000'
        }
    }
    set label 10 + k key[k] at screen (x + key_sample) / W, screen y / H left \
        textcolor rgb ink
}

# What failed has a cross at its end, 0.07 inches wide on any terminal.
cross_x = 0.035 * right / panel_w
cross_y = 0.035 * lanes / panel_h

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
    set label 1 title[i] at screen (panel_w < 3 ? x - (left - 0.24) / W : x), \
        screen y + (panel_h + 0.09) / H left noenhanced textcolor rgb ink
    # Tics have their numbers at the foot of each column only.
    if (i + columns > n) { set xtics format '%g' } else { set xtics format '' }
    plot name . '.dat' index i - 1 \
        using (0):($8 > 0 ? $1 - 0.5 : NaN):(right):(0) \
        with vectors nohead dt 1 lw 0.5 lc rgb '#A0A0A0', \
        '' index i - 1 using 2:1:2:3:($1 - 0.16):($1 + 0.16):ytic(9) \
        with boxxyerror lw 0.4 dt 1 fc rgb paint[1], \
        '' index i - 1 using 3:1:3:4:($1 - 0.36):($1 + 0.36):(paint[int($6)]) \
        with boxxyerror lw 0.4 dt 1 fc rgb variable, \
        '' index i - 1 using ($5 < $4 ? $5 : NaN):1:5:4: \
        ($1 - 0.36):($1 + 0.36) \
        with boxxyerror lw 0.4 dt 1 fc rgb paint[4], \
        for [s = -1:1:2] '' index i - 1 \
        using ($7 > 0 ? $4 - cross_x : NaN):($1 - s * cross_y): \
        (2 * cross_x):(2 * s * cross_y) \
        with vectors nohead dt 1 lw 1.2 lc rgb '#000000'
    if (i == 1) {
        do for [k = 1:nkeys] {
            unset object k
            unset label 10 + k
            unset arrow 2 * k
            unset arrow 2 * k + 1
        }
    }
    unset label 100
    unset label 101
}
unset multiplot
unset output
