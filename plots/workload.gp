
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

narrow = columns < 3
array day[7]
day[1] = told ? (narrow ? 'M' : 'Mon') : '1'
day[2] = told ? (narrow ? 'T' : 'Tue') : '2'
day[3] = told ? (narrow ? 'W' : 'Wed') : '3'
day[4] = told ? (narrow ? 'T' : 'Thu') : '4'
day[5] = told ? (narrow ? 'F' : 'Fri') : '5'
day[6] = told ? (narrow ? 'S' : 'Sat') : '6'
day[7] = told ? (narrow ? 'S' : 'Sun') : '7'

# Panel K from the top left, with its titles.
place(k) = sprintf('set lmargin at screen %g; set rmargin at screen %g; ' . \
    'set bmargin at screen %g; set tmargin at screen %g', \
    left_of(k) / W, (left_of(k) + panel_w) / W, foot_of(k) / H, \
    (foot_of(k) + panel_h) / H)
left_of(k) = left + ((k - 1) % columns) * W / columns
foot_of(k) = H - 0.48 - panel_h - ((k - 1) / columns) * (panel_h + gap)
across(k) = (left_of(k) + panel_w / 2) / W
below(k) = (foot_of(k) - 0.38) / H
beside(k) = (left_of(k) - 0.37) / W
middle(k) = (foot_of(k) + panel_h / 2) / H

set key off
set label 1 sprintf('%s: %d jobs in %.3g days', run, total, days) \
    at screen 0.09 / W, screen 1 - 0.12 / H left noenhanced textcolor rgb ink
if (!told) {
    set label 2 'Hours and days from the first submit on' \
        at screen (narrow ? 0.09 : W - 0.12) / W, \
        screen (narrow ? 0.07 : H - 0.12) / H left textcolor rgb ink
}
if (!told && !narrow) { set label 2 right }
step(top) = top < 6 ? 1 : top < 12 ? 2 : top < 30 ? 5 : top < 60 ? 10 : 20
set style fill solid 1.0 noborder
set boxwidth 0.8
set multiplot

eval place(1)
set yrange [0:hour_top]
set ytics step(hour_top)
set xrange [-0.5:23.5]
set xtics 0, 6, 18
set label 3 told ? 'Hour of the day' : 'Hour (modulo 24)' \
    at screen across(1), screen below(1) center textcolor rgb ink
set label 4 'Jobs (%)' at screen beside(1), screen middle(1) center rotate \
    textcolor rgb ink
plot name . '.dat' index 0 using 1:2 with boxes fc rgb '#56B4E9'
unset label 1
unset label 2

eval place(2)
set yrange [0:day_top]
set ytics step(day_top)
set xrange [-0.5:6.5]
set xtics ()
set for [d = 1:7] xtics add (day[d] d - 1)
set label 3 told ? 'Day of the week' : 'Day (modulo 7)' \
    at screen across(2), screen below(2) center textcolor rgb ink
set label 4 'Jobs (%)' at screen beside(2), screen middle(2) center rotate \
    textcolor rgb ink
plot name . '.dat' index 1 using 1:2 with boxes fc rgb '#56B4E9'

# Which line is which, above a panel.
sample = narrow ? 0.17 : 0.25
first_key(k, text) = sprintf("set arrow 1 from screen %g, screen %g rto " . \
    "screen %g, screen 0 nohead lt 1; set label 5 '%s' at screen %g, " . \
    "screen %g left textcolor rgb ink", left_of(k) / W, key_of(k), \
    sample / W, text, (left_of(k) + sample + 0.04) / W, key_of(k))
second_key(k, text) = sprintf("set arrow 2 from screen %g, screen %g rto " . \
    "screen %g, screen 0 nohead lt 2; set label 6 '%s' at screen %g, " . \
    "screen %g left textcolor rgb ink", (left_of(k) + panel_w / 2) / W, \
    key_of(k), sample / W, text, \
    (left_of(k) + panel_w / 2 + sample + 0.04) / W, key_of(k))
key_of(k) = (foot_of(k) + panel_h + 0.09) / H

eval place(3)
set yrange [0:100]
set ytics 25
set xrange [0:width_end]
eval width_tics
eval first_key(3, 'jobs')
eval second_key(3, 'area')
set label 3 'Width (processors)' at screen across(3), screen below(3) center \
    textcolor rgb ink
set label 4 'No wider (%)' at screen beside(3), screen middle(3) center \
    rotate textcolor rgb ink
plot name . '.dat' index 2 using (log($1) / log(4)):2 with steps lt 1, \
    '' index 2 using (log($1) / log(4)):3 with steps lt 2

eval place(4)
set xrange [time_low:time_high]
eval time_tics
eval first_key(4, 'run')
eval second_key(4, limits ? 'limit' : 'no limits')
set label 3 'Time' at screen across(4), screen below(4) center \
    textcolor rgb ink
set label 4 'No longer (%)' at screen beside(4), screen middle(4) center \
    rotate textcolor rgb ink
plot name . '.dat' index 3 using (log10($1)):2 with steps lt 1, \
    '' index 4 using (log10($1)):2 with steps lt 2

unset arrow 1
unset arrow 2
unset label 5
unset label 6
eval place(5)
set xrange [0:100]
set xtics 25
if (!accurate) {
    set label 5 'no limits' at screen across(5), screen middle(5) center \
        textcolor rgb ink
}
set label 3 'Run time / limit (%)' at screen across(5), screen below(5) \
    center textcolor rgb ink
set label 4 'Jobs with less (%)' at screen beside(5), screen middle(5) \
    center rotate textcolor rgb ink
plot name . '.dat' index 5 using 1:2 with steps lt 1
unset label 5

eval place(6)
set yrange [0:class_top]
set ytics step(class_top)
set xrange [-1:width_end]
eval class_tics
eval first_key(6, 'jobs')
eval second_key(6, 'area')
set arrow 1 lw 5 dt 1
set arrow 2 lw 5 dt 1
set label 3 'Width up to (processors)' at screen across(6), screen below(6) \
    center textcolor rgb ink
set label 4 'Share (%)' at screen beside(6), screen middle(6) center rotate \
    textcolor rgb ink
set boxwidth 0.36
plot name . '.dat' index 6 using ($1 - 0.7):2 with boxes fc rgb '#0072B2', \
    '' index 6 using ($1 - 0.3):3 with boxes fc rgb '#D55E00'
unset multiplot
unset output
