# style.gp - how all figures look.  Edit it: it is never overwritten.
#
# Set before: fmt (svg, pdf, png, or tex for the paper's own letters), out (the
# file), id, W and H (inches), points (the height of letters).

font = 'Liberation Sans'
if (!exists("points")) points = 8
dpi = 300                # of the png
ink = '#262626'          # text and axes

set encoding utf8

if (fmt eq 'svg') {
    # 96 units an inch.  The entities are commas, which gnuplot would take for
    # the end of the name: fonts to fall back on.
    eval sprintf("set terminal svg size %d,%d fixed butt " . \
        "background 'white' name '%s' linewidth 1.0 dashlength 1.1 " . \
        "font '%s&#44; Arial&#44; Helvetica&#44; sans-serif,%g'", \
        ceil(W * 96), ceil(H * 96), id, font, points * 96.0 / 72)
}
if (fmt eq 'pdf') {
    # The scale: its points are 96 an inch.
    eval sprintf("set terminal pdfcairo size %gin,%gin butt " . \
        "font '%s,%g' fontscale 0.75 linewidth 1.5 pointscale 0.85 " . \
        "dashlength 1.1", W, H, font, points)
}
if (fmt eq 'png') {
    eval sprintf("set terminal pngcairo size %d,%d butt " . \
        "font '%s,%g' fontscale %g linewidth %g pointscale %g " . \
        "dashlength 1.1", ceil(W * dpi), ceil(H * dpi), font, points, \
        dpi / 96.0, dpi / 96.0, dpi / 96.0)
}
if (fmt eq 'tex') {
    eval sprintf("set terminal cairolatex pdf size %gin,%gin butt " . \
        "font ',%g' linewidth 1.5 pointscale 0.85 dashlength 1.1", \
        W, H, points)
}
if (fmt ne 'svg' && fmt ne 'pdf' && fmt ne 'png' && fmt ne 'tex') {
    exit error "fmt is '" . fmt . "': expected svg, pdf, png or tex"
}
set output out

# Colours after Okabe and Ito; dashes for those who print in grey.
set linetype 1 lc rgb '#0072B2' lw 1.4 dt 1
set linetype 2 lc rgb '#D55E00' lw 1.4 dt (8,3)
set linetype 3 lc rgb '#009E73' lw 1.4 dt (3,2)
set linetype 4 lc rgb '#CC79A7' lw 1.4 dt (10,3,2,3)
set linetype 5 lc rgb '#E69F00' lw 1.4 dt (14,4)
set linetype 6 lc rgb '#56B4E9' lw 1.4 dt (6,2,2,2,2,2)
set linetype 7 lc rgb '#000000' lw 1.4 dt (1,2)
set linetype 8 lc rgb '#8C6D31' lw 1.4 dt (12,2,4,2)
set linetype 9 lc rgb '#0072B2' lw 1.4 dt (3,2)
set linetype 10 lc rgb '#D55E00' lw 1.4 dt (10,3,2,3)
set linetype 11 lc rgb '#009E73' lw 1.4 dt (14,4)
set linetype 12 lc rgb '#CC79A7' lw 1.4 dt 1
set linetype 13 lc rgb '#E69F00' lw 1.4 dt (1,2)
set linetype 14 lc rgb '#56B4E9' lw 1.4 dt (12,2,4,2)
set linetype 15 lc rgb '#000000' lw 1.4 dt 1
set linetype 16 lc rgb '#8C6D31' lw 1.4 dt (8,3)
set linetype cycle 16

set border 3 lw 0.6 lc rgb ink
set tics out nomirror scale 0.5 textcolor rgb ink
set style line 100 lc rgb '#DCDCDC' lw 0.5 dt 1
set grid back ls 100
