
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

left = 0.68
panel_w = (sweep ? W / 2 : W) - left - 0.14
panel_h = H - foot - 0.26

set logscale y
set yrange [edge:top * 1.15]
set ytics noenhanced
set bmargin at screen foot / H
set tmargin at screen (foot + panel_h) / H
set label 1 sprintf('Gang wait (at the foot: at most %s)', edge_name) \
    at screen 0.13 / W, screen (foot + panel_h / 2) / H center rotate \
    noenhanced textcolor rgb ink
set key off

# A legend of our own: the room that set key takes differs among terminals.
do for [i = 1:nseries] {
    x = (W / 2 - key_columns * key_width / 2 \
        + ((i - 1) / key_rows) * key_width) / W
    y = (0.1 + (key_rows - 1 - (i - 1) % key_rows) * key_line) / H
    set arrow i from screen x, screen y to screen x + 0.28 / W, screen y \
        nohead lt i dt 1 lw 3
    set arrow 40 + i from screen x + 0.14 / W, screen y - 0.035 / H \
        rto screen 0, screen 0.07 / H nohead front dt 1 lw 1.6 lc rgb '#000000'
    set label 10 + i series[i] at screen x + 0.34 / W, screen y left \
        noenhanced textcolor rgb ink
}

set multiplot
set lmargin at screen left / W
set rmargin at screen (left + panel_w) / W
set xrange [-0.5:classes - 0.5]
tick = 0.035 * classes / panel_w   # half of a median's, 0.07 inches wide
eval width_tics
set xtics scale 0
set label 2 'Tasks of the gang (how many gangs)' \
    at screen (left + panel_w / 2) / W, screen (foot - 0.42) / H center \
    textcolor rgb ink
set label 3 'Median, 25-75 % (thick), 5-95 % (thin)' . \
    (never eq '' ? '' : '; ' . never) \
    at screen left / W, screen 1 - 0.1 / H left noenhanced textcolor rgb ink
if (point ne '') {
    set label 4 'at ' . point at screen (left + panel_w) / W, \
        screen (foot + panel_h) / H right offset 0,0.4 noenhanced \
        textcolor rgb ink
}
plot for [i = 1:nseries] name . '.dat' index i - 1 using 1:4 with lines \
        lt i lw 0.8 dt (2,3), \
    for [i = 1:nseries] '' index i - 1 using 1:2:(0):($6 - $2) \
        with vectors nohead lt i dt 1 lw 1.0, \
    for [i = 1:nseries] '' index i - 1 using 1:3:(0):($5 - $3) \
        with vectors nohead lt i dt 1 lw 3.6, \
    for [i = 1:nseries] '' index i - 1 using ($1 - tick):4:(2 * tick):(0) \
        with vectors nohead dt 1 lw 1.6 lc rgb '#000000'
if (sweep) {
    unset label
    unset arrow
    set lmargin at screen (W / 2 + left) / W
    set rmargin at screen (W / 2 + left + panel_w) / W
    set xrange [load_low:load_high]
    tick = 0.035 * (load_high - load_low) / panel_w
    step = load_high - load_low > 50 ? 20 : 10
    set xtics step scale 0.5
    set label 2 'Utilisation of the machine (%)' \
        at screen (W / 2 + left + panel_w / 2) / W, \
        screen (foot - 0.42) / H center textcolor rgb ink
    plot for [i = 1:nseries] name . '.dat' index nseries + i - 1 using 1:4 \
            with lines lt i, \
        for [i = 1:nseries] '' index nseries + i - 1 using 1:2:(0):($6 - $2) \
            with vectors nohead lt i dt 1 lw 0.8, \
        for [i = 1:nseries] '' index nseries + i - 1 using 1:3:(0):($5 - $3) \
            with vectors nohead lt i dt 1 lw 2.4, \
        for [i = 1:nseries] '' index nseries + i - 1 \
            using ($1 - tick):4:(2 * tick):(0) \
            with vectors nohead dt 1 lw 1.6 lc rgb '#000000'
}
unset multiplot
unset output
