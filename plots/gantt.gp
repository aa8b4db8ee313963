
if (!exists("fmt")) fmt = 'svg'
if (!exists("out")) out = name . '.' . fmt
load 'style.gp'

# Boxes: seven tints, light enough for black letters.
array tint[7]
tint[1] = 0x7FB8D8
tint[2] = 0xEAAE7F
tint[3] = 0x7FCEB9
tint[4] = 0xE5BCD3
tint[5] = 0xF2CF7F
tint[6] = 0xBFE1F6
tint[7] = 0xF5EE9F

# Cells: from idle (white) to busy.
set palette defined (0 '#FFFFFF', 0.5 '#8DB9DC', 0.9 '#1F6FB0', 1 '#08386E')
set cbrange [0:100]
set cbtics 25 scale 0.3
set xrange [0:span]
set yrange [-0.5:slots - 0.5]
set ytics 0, tic_step, tic_step * ((slots - 1) / tic_step)
unset grid
set style fill solid 1.0 border rgb '#404040'
set label 100 (nodes ? 'Node' : 'Processor') at screen 0.11 / W, \
    screen (foot + (H - foot) / 2) / H center rotate textcolor rgb ink
set label 101 sprintf('Time since the first submission (%s)', unit) \
    at screen 0.5, screen (foot - 0.35) / H center textcolor rgb ink
set key off

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
    set label 1 label[i] at graph 0, graph 1 offset 0,0.65 left noenhanced \
        textcolor rgb ink
    # Tics have their numbers at the foot of each column only.
    if (i + columns > n) { set xtics format '%g' } else { set xtics format '' }
    if (binned) {
        if (i == n) {
            # Below each other where they do not fit side by side.
            set colorbox horizontal user origin \
                screen (W < 5 ? left : 1.2) / W, screen 0.25 / H \
                size screen (W < 5 ? W - left - 0.2 : 2) / W, screen 0.08 / H
            set label 102 (W < 5 ? 'busy (%): cells of ' \
                : 'busy (%): mean of a cell of ') . cell \
                at screen (W < 5 ? left : 3.4) / W, \
                screen (W < 5 ? 0.43 : 0.28) / H left noenhanced \
                textcolor rgb ink
        } else { unset colorbox }
        dx = span / cells_x
        dy = 1.0 * slots / cells_y
        plot name . '.dat' matrix index i - 1 using (($1 + 0.5) * dx): \
            (($2 + 0.5) * dy - 0.5):3 with image
    } else {
        plot name . '.dat' index i - 1 \
            using 1:3:1:2:($3 - 0.5):($4 + 0.5):(tint[int($5)]) \
            with boxxyerror lw 0.4 fc rgb variable, \
            '' index i - 1 using (($1 + $2) / 2):(($3 + $4) / 2): \
            (stringcolumn(6)) with labels noenhanced textcolor rgb '#000000'
    }
    unset label 100
    unset label 101
}
unset multiplot
unset output
