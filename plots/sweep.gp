
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

# Marks by series: filled, and the same hollow.
array full[6] = [7, 5, 9, 13, 11, 15]
array hollow[6] = [6, 4, 8, 12, 10, 14]
mark(s) = (style[s] - 1) % 6 + 1
size(s) = (style[s] - 1) % 12 < 6 ? 0.55 : 0.35
black = '#000000'
set style line 201 lw 0.9 dt 1 lc rgb black
set style line 202 lw 0.9 dt (6,3) lc rgb black
set style line 203 lw 0.9 dt (2,2) lc rgb black
set style line 204 lw 0.9 dt (8,2,2,2) lc rgb black
set style line 205 lw 0.9 dt (12,3) lc rgb black
set style line 206 lw 0.9 dt (1,3) lc rgb black

set key off
set tics nomirror noenhanced
set errorbars 0.5 lw 0.8
if (logx) { set logscale x }
set xrange [x_low:x_high]
if (paired) {
    set arrow 900 from graph 0, first 0 to graph 1, first 0 nohead back \
        lc rgb ink lw 0.8 dt 1
}

# At fixed places: terminals differ in the width of a letter.
set label 900 xtitle at screen \
    (columns > 1 ? W / 2 : left + panel_w / 2) / W, screen xtitle_y / H \
    center noenhanced textcolor rgb ink
do for [i = 1:nkeys] {
    x = key_x[i] / W
    m = x + key_sample / 2 / W
    y = key_y[i] / H
    end = x + key_sample / W
    if (key_kind[i] == 1) {
        if (numeric) {
            set arrow i from screen x, screen y to screen end, screen y \
                nohead lt style[i]
        }
        set label 100 + i '' at screen m, screen y \
            point lt style[i] pt full[mark(i)] ps size(i)
    }
    if (key_kind[i] == 2) {
        set arrow i from screen x, screen y to screen end, screen y nohead \
            ls 200 + i - nkeys + ncurves + (key_kind[nkeys] == 3 ? 1 : 0)
    }
    if (key_kind[i] == 3) {
        set label 100 + i '' at screen m, screen y \
            point pt 6 ps 0.55 lw 1 lc rgb black
    }
    set label i key[i] at screen end + 0.06 / W, screen y left noenhanced \
        textcolor rgb ink
}

set multiplot
do for [i = 1:nmetrics * npanels] {
    k = (i - 1) / npanels + 1
    p = (i - 1) % npanels + 1
    col = (i - 1) % columns
    row = (i - 1) / columns
    x = (col * W / columns + left) / W
    y = (foot + (rows - 1 - row) * (panel_h + gap)) / H
    set lmargin at screen x
    set rmargin at screen x + panel_w / W
    set bmargin at screen y
    set tmargin at screen y + panel_h / H
    if (logy[k]) {
        set logscale y
        set format y (low[k] < 1e-4 || high[k] > 1e6) ? \
            (fmt eq 'tex' ? '$10^{%T}$' : '10^{%T}') : '%g'
        set ytics autofreq
    } else {
        unset logscale y
        set format y '%g'
        set ytics step[k]
    }
    set yrange [low[k]:high[k]]
    set label 901 title1[k] at screen x - (left - 0.12) / W, graph 0.5 \
        center rotate noenhanced textcolor rgb ink
    set label 902 title2[k] \
        at screen x - (left - 0.12 - line) / W, graph 0.5 \
        center rotate noenhanced textcolor rgb ink
    set label 903 panel[p] at graph 0, graph 1 offset 0,0.6 left noenhanced \
        textcolor rgb ink
    # Tics have their numbers at the foot of each column only.
    bare = i + columns <= nmetrics * npanels
    if (ntics > 0) {
        set xtics ()
        do for [t = 1:ntics] {
            if (bare) { set xtics add ('' tic_at[t]) } \
            else { set xtics add (tic[t] tic_at[t]) }
        }
    } else {
        if (bare) { set xtics format '' } else { set xtics format '%g' }
    }
    first = (i - 1) * nseries
    last = nmetrics * npanels * nseries
    plot for [s = 1:nseries] name . '.dat' index first + s - 1 \
            using 1:(numeric ? $2 : NaN) with lines lt style[s], \
        for [c = 1:(k == 1 ? ncurves : 0)] name . '.dat' index last + c - 1 \
            using 1:2 with lines ls 200 + c, \
        for [s = 1:nseries] name . '.dat' index first + s - 1 \
            using 1:2:3:4 with yerrorbars lt style[s] dt 1 lw 0.8 pt 0, \
        for [s = 1:nseries] name . '.dat' index first + s - 1 \
            using 1:($5 == 0 ? $2 : NaN) with points lt style[s] \
            pt full[mark(s)] ps size(s), \
        for [s = 1:nseries] name . '.dat' index first + s - 1 \
            using 1:($5 == 1 ? $2 : NaN) with points lt style[s] \
            pt full[mark(s)] ps size(s) lc rgb 'white', \
        for [s = 1:nseries] name . '.dat' index first + s - 1 \
            using 1:($5 == 1 ? $2 : NaN) with points lt style[s] dt 1 lw 0.9 \
            pt hollow[mark(s)] ps size(s)
    if (i == 1) {
        do for [j = 1:nkeys] {
            unset arrow j
            unset label j
            unset label 100 + j
        }
        unset label 900
    }
}
unset multiplot
unset output
