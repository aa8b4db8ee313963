# panels.gp - panels side by side, in the style of all figures, with one legend
# at the foot.
#
# Set before: fmt, name (of the CSV and of the picture), style (where style.gp
# is), id, n (panels), H (inches), entries and lts (arrays: the legend's texts
# and line types).

W = 7.0
out = name . '.' . fmt
load style

set datafile separator ','
set datafile missing NaN
set key off
left = 0.56                # room for the numbers and the name of the y axis
right = 0.14
foot = 0.86                # room for those of the x axis, and the legend
head = 0.3
if (!exists("key_width")) key_width = 1.35
if (!exists("dots")) dots = 0 # 1: all entries but the last are dots
if (!exists("ndots")) ndots = dots ? |entries| - 1 : 0 # the first so many

# Column C, of the rows of series S.
pick(s, c) = strcol(1) eq s ? column(c) : NaN

# Lays out panel i: title, xname, yname are its texts.
panel = "from_x = i * W / n + left; to_x = (i + 1) * W / n - right; " . \
    "set lmargin at screen from_x / W; set rmargin at screen to_x / W; " . \
    "set bmargin at screen foot / H; set tmargin at screen (H - head) / H; " . \
    "set label 1 title at screen from_x / W, screen (H - 0.13) / H " . \
    "left noenhanced textcolor rgb ink; " . \
    "set label 2 xname at screen (from_x + to_x) / 2 / W, " . \
    "screen (foot - 0.36) / H center noenhanced textcolor rgb ink; " . \
    "set label 3 yname at screen (from_x - left + 0.1) / W, " . \
    "screen (foot + H - head) / 2 / H center rotate noenhanced " . \
    "textcolor rgb ink"

# The legend comes with the first panel, and goes after it.
legend = "do for [k = 1:|entries|] { " . \
    "x = W / 2 - |entries| * key_width / 2 + (k - 1) * key_width; " . \
    "if (k <= ndots) { " . \
    "set label 30 + k '' at screen (x + 0.2) / W, screen 0.13 / H " . \
    "point pt 7 ps 0.8 lt lts[k] } else { " . \
    "set arrow k from screen x / W, screen 0.13 / H " . \
    "to screen (x + 0.3) / W, screen 0.13 / H nohead lt lts[k] }; " . \
    "set label 10 + k entries[k] at screen (x + 0.36) / W, screen 0.13 / H " . \
    "left noenhanced textcolor rgb ink }"
no_legend = "do for [k = 1:|entries|] { unset arrow k; unset label 10 + k; " . \
    "unset label 30 + k }"
