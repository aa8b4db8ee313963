
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

gain = '#0072B2'
loss = '#D55E00'
x2 = wide ? W / 2 : 0     # where the second panel begins
y1 = H - 0.26 - panel_h
y2 = wide ? y1 : 0.76

share(x) = sprintf(x < 1e-9 ? '0 %%' : x < 1 ? '%.2g %%' : '%.1f %%', x)

set key off
set multiplot
set lmargin at screen left / W
set rmargin at screen (left + panel_w) / W
set bmargin at screen y1 / H
set tmargin at screen (y1 + panel_h) / H
set xrange [-end:end]
set yrange [0:top]
eval x_tics
if (top > 50) { set ytics 20 }
set label 1 title_1 at screen (left + panel_w / 2) / W, \
    screen (y1 - 0.38) / H center noenhanced textcolor rgb ink
set label 7 title_2 at screen (left + panel_w / 2) / W, \
    screen (y1 - 0.52) / H center noenhanced textcolor rgb ink
set label 2 'Jobs with so much or more (%)' at screen 0.11 / W, \
    screen (y1 + panel_h / 2) / H center rotate textcolor rgb ink
set label 3 'less: ' . share(less) at graph 0, graph 1 \
    offset 0,0.65 left textcolor rgb gain
set label 4 'equal: ' . share(equal) at graph 0.5, graph 1 \
    offset 0,0.65 center textcolor rgb ink
set label 5 'more: ' . share(100 - less - equal) at graph 1, graph 1 \
    offset 0,0.65 right textcolor rgb loss
set label 6 alone at screen (left + panel_w) / W, screen 0.08 / H right \
    noenhanced textcolor rgb ink
set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead lc rgb ink lw 0.6
plot name . '.dat' index 0 using 1:2 with filledcurves y1=0 \
        fs solid 0.35 noborder fc rgb gain, \
    '' index 1 using 1:2 with filledcurves y1=0 \
        fs solid 0.35 noborder fc rgb loss, \
    '' index 0 using 1:2 with lines lc rgb gain dt 1 lw 1.4, \
    '' index 1 using 1:2 with lines lc rgb loss dt 1 lw 1.4

unset label
unset arrow
set lmargin at screen (x2 + left) / W
set rmargin at screen (x2 + left + panel_w) / W
set bmargin at screen y2 / H
set tmargin at screen (y2 + panel_h) / H
set xrange [-0.5:classes - 0.5]
set yrange [-end:end]
unset xtics
eval y_tics
unset grid
set grid y back ls 100
do for [c = 1:classes] {
    set label 200 + c width[c] at first c - 1, screen (y2 - 0.1) / H center \
        noenhanced textcolor rgb ink
    set label 300 + c jobs[c] at first c - 1, screen (y2 - 0.24) / H center \
        noenhanced textcolor rgb ink
}
set label 1 title . ' difference' at screen (x2 + 0.11) / W, \
    screen (y2 + panel_h / 2) / H center rotate textcolor rgb ink
set label 2 'Width in processors; below it: jobs' \
    at screen (x2 + left + panel_w / 2) / W, screen (y2 - 0.43) / H center \
    textcolor rgb ink
set label 3 'Median, quartiles, 5-95 %' at graph 0, graph 1 offset 0,0.65 \
    left textcolor rgb ink
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lc rgb ink lw 0.6
box = 0.26
plot name . '.dat' index 2 using 1:2:(0):($6 - $2) with vectors nohead \
        lc rgb ink dt 1 lw 0.8, \
    '' index 2 using ($1 - box / 2):2:(box):(0) with vectors nohead \
        lc rgb ink dt 1 lw 0.8, \
    '' index 2 using ($1 - box / 2):6:(box):(0) with vectors nohead \
        lc rgb ink dt 1 lw 0.8, \
    '' index 2 using 1:3:($1 - box):($1 + box):3:5 with boxxyerror \
        fs solid 1.0 border rgb ink fc rgb '#CFCFCF' dt 1 lw 0.8, \
    '' index 2 using ($1 - box):4:(2 * box):(0) with vectors nohead dt 1 \
        lw 2 lc rgb '#000000'
unset multiplot
unset output
