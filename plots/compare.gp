
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

# Marks by policy: filled, and the same hollow.
array full[6] = [7, 5, 9, 13, 11, 15]
array hollow[6] = [6, 4, 8, 12, 10, 14]
mark(s) = (style[s] - 1) % 6 + 1
size(s) = (style[s] - 1) % 12 < 6 ? 0.6 : 0.4
black = '#000000'

set key off
set errorbars 0 lw 1
set border 1
set yrange [n - 0.5:-0.5]

# At fixed places: terminals differ in the width of a letter.
set label 900 held at screen held_x / W, screen 1 - 0.14 / H left noenhanced \
    textcolor rgb ink
do for [i = 1:nkeys] {
    x = (key_x[i] + key_sample / 2) / W
    y = key_y[i] / H
    if (key_kind[i] == 3) {
        set label 100 + i '' at screen x, screen y \
            point pt 6 ps 0.6 lw 1 lc rgb black
    } else {
        set label 100 + i '*' at screen x, screen y center noenhanced \
            textcolor rgb ink
    }
    set label i key[i] at screen (key_x[i] + key_sample + 0.06) / W, screen y \
        left noenhanced textcolor rgb ink
}

set multiplot
do for [i = 1:nmetrics] {
    col = (i - 1) % columns
    row = (i - 1) / columns
    x = (left + col * (panel_w + between)) / W
    y = (keys + (rows - 1 - row) * (panel_h + foot) + foot - 0.06) / H
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set bmargin at screen y
    set tmargin at screen y + panel_h / H
    if (logx[i]) { set logscale x } else { unset logscale x }
    set xrange [low[i]:high[i]]
    if (logx[i]) {
        set xtics step[i] format (low[i] < 1e-4 || high[i] > 1e6) ? \
            (fmt eq 'tex' ? '$10^{%T}$' : '10^{%T}') : '%g'
    } else {
        set xtics step[i] format '%g'
    }
    # The policies' names stand at the left of each row only.
    set ytics scale 0 noenhanced format ''
    set ytics ()
    do for [k = 1:n] {
        if (col == 0) { set ytics add (label[k] k - 1) } \
        else { set ytics add ('' k - 1) }
    }
    set label 901 title1[i] at screen x + panel_w / 2 / W, \
        screen y - (tics + line / 2) / H center noenhanced textcolor rgb ink
    set label 902 title2[i] at screen x + panel_w / 2 / W, \
        screen y - (tics + 1.5 * line) / H center noenhanced textcolor rgb ink
    unset arrow 900
    if (base[i] == base[i]) {
        set arrow 900 from first base[i], graph 0 to first base[i], graph 1 \
            nohead back lc rgb ink lw 0.8 dt (3,3)
    }
    plot for [k = 1:n] name . '.dat' index i - 1 every ::k-1::k-1 \
            using 1:4:2:3 with xerrorbars lt style[k] dt 1 lw 1.2 pt 0, \
        for [k = 1:n] name . '.dat' index i - 1 every ::k-1::k-1 \
            using ($5 == 0 ? $1 : NaN):4 with points lt style[k] \
            pt full[mark(k)] ps size(k), \
        for [k = 1:n] name . '.dat' index i - 1 every ::k-1::k-1 \
            using ($5 == 1 ? $1 : NaN):4 with points lt style[k] \
            pt full[mark(k)] ps size(k) lc rgb 'white', \
        for [k = 1:n] name . '.dat' index i - 1 every ::k-1::k-1 \
            using ($5 == 1 ? $1 : NaN):4 with points lt style[k] dt 1 lw 1 \
            pt hollow[mark(k)] ps size(k), \
        name . '.dat' index i - 1 \
            using ($6 == 1 ? $3 : NaN):4:('*') with labels left \
            offset 0.4,-0.15 noenhanced textcolor rgb ink
    if (i == 1) {
        do for [j = 1:nkeys] {
            unset label j
            unset label 100 + j
        }
        unset label 900
    }
}
unset multiplot
unset output
