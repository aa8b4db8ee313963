
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set logscale y
set yrange [edge:top * 1.15]
set ytics noenhanced
set key off
y_title = sprintf('Gang wait (at the foot: at most %s)', edge_name)

# At fixed places: terminals differ in the width of a letter.
do for [i = 1:nkeys] {
    x = key_x[i] / W
    y = key_y[i] / H
    set arrow i from screen x, screen y to screen x + key_sample / W, screen y \
        nohead lt style[i] dt 1 lw 3
    set arrow 40 + i from screen x + key_sample / 2 / W, \
        screen y - 0.035 / H rto screen 0, screen 0.07 / H nohead front \
        dt 1 lw 1.6 lc rgb '#000000'
    set label 10 + i key[i] at screen x + (key_sample + 0.06) / W, screen y \
        left noenhanced textcolor rgb ink
}

set multiplot
set lmargin at screen left / W
set rmargin at screen (left + panel_w) / W
set bmargin at screen foot1 / H
set tmargin at screen (foot1 + panel_h) / H
set xrange [-0.5:classes - 0.5]
tick = 0.035 * classes / panel_w   # half of a median's, 0.07 inches wide
eval width_tics
set xtics scale 0
set label 1 y_title at screen 0.13 / W, screen (foot1 + panel_h / 2) / H \
    center rotate noenhanced textcolor rgb ink
set label 2 width_title at screen (left + panel_w / 2) / W, \
    screen (foot1 - 0.42) / H center textcolor rgb ink
do for [i = 1:notes] {
    set label 2 + i note[i] at screen left / W, \
        screen (foot1 + panel_h + 0.1 + (notes - i) * line) / H left \
        noenhanced textcolor rgb ink
}
plot for [i = 1:nseries] name . '.dat' index i - 1 using 1:4 with lines \
        lt style[i] lw 0.8 dt (2,3), \
    for [i = 1:nseries] '' index i - 1 using 1:2:(0):($6 - $2) \
        with vectors nohead lt style[i] dt 1 lw 1.0, \
    for [i = 1:nseries] '' index i - 1 using 1:3:(0):($5 - $3) \
        with vectors nohead lt style[i] dt 1 lw 3.6, \
    for [i = 1:nseries] '' index i - 1 using ($1 - tick):4:(2 * tick):(0) \
        with vectors nohead dt 1 lw 1.6 lc rgb '#000000'
if (sweep) {
    unset label
    unset arrow
    x = columns > 1 ? W / 2 : 0
    set lmargin at screen (x + left) / W
    set rmargin at screen (x + left + panel_w) / W
    set bmargin at screen foot2 / H
    set tmargin at screen (foot2 + panel_h) / H
    if (columns == 1) {
        set label 1 y_title at screen 0.13 / W, \
            screen (foot2 + panel_h / 2) / H center rotate noenhanced \
            textcolor rgb ink
    }
    set xrange [load_low:load_high]
    tick = 0.035 * (load_high - load_low) / panel_w
    step = load_high - load_low > 50 ? 20 : 10
    set xtics step scale 0.5
    set label 2 'Utilisation of the machine (%)' \
        at screen (x + left + panel_w / 2) / W, \
        screen (foot2 - 0.34) / H center textcolor rgb ink
    plot for [i = 1:nseries] name . '.dat' index nseries + i - 1 using 1:4 \
            with lines lt style[i], \
        for [i = 1:nseries] '' index nseries + i - 1 using 1:2:(0):($6 - $2) \
            with vectors nohead lt style[i] dt 1 lw 0.8, \
        for [i = 1:nseries] '' index nseries + i - 1 using 1:3:(0):($5 - $3) \
            with vectors nohead lt style[i] dt 1 lw 2.4, \
        for [i = 1:nseries] '' index nseries + i - 1 \
            using ($1 - tick):4:(2 * tick):(0) \
            with vectors nohead dt 1 lw 1.6 lc rgb '#000000'
}
unset multiplot
unset output
