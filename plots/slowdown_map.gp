
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

set xrange [-0.5:lengths - 0.5]
set yrange [-0.5:classes - 0.5]
unset grid
set key off
set logscale cb
set cbrange [1:most]
set cbtics format '%g' scale 0.3
set label 100 'Width (processors)' at screen 0.11 / W, \
    screen (foot + (H - foot) / 2) / H center rotate textcolor rgb ink
set label 101 'Run time' at screen (left + (W - left) / 2) / W, \
    screen (foot - 0.36) / H center textcolor rgb ink
set label 102 stat . ' bounded slowdown' . (W < 5 ? '' \
    : least > 1 ? sprintf('; hatched: fewer than %d jobs', least) : '') \
    at screen 0.16 / W, screen (W < 5 ? 0.42 : 0.25) / H left \
    textcolor rgb ink
if (W < 5 && least > 1) {
    set label 103 sprintf('hatched: < %d jobs', least) \
        at screen 1 - 0.16 / W, screen 0.42 / H right textcolor rgb ink
}
dark(z) = log(z) > 0.45 * log(most) ? 0xFFFFFF : 0x000000

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
    x_named = i + columns > n
    y_named = col == 0
    eval x_tics
    eval y_tics
    set ytics scale 0
    if (i == n) {
        set colorbox horizontal user size screen (W < 5 ? W - 0.4 : 2.6) / W, \
            screen 0.09 / H origin screen (W < 5 ? 0.2 : W - 2.8) / W, \
            screen (W < 5 ? 0.22 : 0.24) / H
    } else { unset colorbox }
    plot name . '.dat' index i - 1 \
            using 1:2:($1 - 0.5):($1 + 0.5):($2 - 0.5):($2 + 0.5): \
            ($4 < least ? NaN : $3) with boxxyerror \
            fs solid 1.0 border rgb '#FFFFFF' lw 0.4 lc palette, \
        '' index i - 1 \
            using 1:($4 < least ? $2 : NaN):($1 - 0.5):($1 + 0.5): \
            ($2 - 0.5):($2 + 0.5) with boxxyerror \
            fs pattern 4 border rgb '#FFFFFF' fc rgb '#A0A0A0' lw 0.4, \
        '' index i - 1 using 1:2:5:($4 < least ? 0x000000 : dark($3)) \
            with labels noenhanced font ',7' textcolor rgb variable
    unset label 100
    unset label 101
    unset label 102
    unset label 103
}
unset multiplot
unset output
