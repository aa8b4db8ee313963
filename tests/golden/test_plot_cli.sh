#!/bin/sh
# test_plot_cli.sh - `plot` from outside: what is drawn, how it is asked for, and
# what is refused.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# files PATTERN: of those in r/figures whose names are like it, in one line.
files()
{
    find r/figures -type f -name "$1" ! -name style.gp 2>/dev/null |
        sed 's/.*\///' | sort | tr '\n' ' '
}

# refused NAME CODE PATTERN ARGUMENT...: of a plot; one line says why, nothing
# goes to standard output, and nothing is drawn.
refused()
{
    name=$1 code=$2 pattern=$3
    shift 3
    rm -rf r/figures
    run plot "$@"
    if [ "$got" -ne "$code" ]; then
        not_ok "$name" "exit code $got (expected $code)"
    elif ! grep -qE -e "$pattern" .err; then
        not_ok "$name" "expected: $pattern"
    elif [ "$(wc -l <.err)" -ne 1 ]; then
        not_ok "$name" 'more than one line'
    elif [ -s .out ]; then
        not_ok "$name" 'printed to stdout'
    elif [ -e r/figures ]; then
        not_ok "$name" 'it drew something'
    else
        ok "$name"
    fi
}

# drawn NAME "FILE..." ARGUMENT...: these files are in r/figures, and no others
# but the style; nothing is said.
drawn()
{
    name=$1 files=$2
    shift 2
    rm -rf r/figures
    run plot r "$@"
    there=$(files '*')
    if [ "$got" -ne 0 ]; then
        not_ok "$name" "exit code $got"
    elif [ -s .err ]; then
        not_ok "$name" 'something was said'
    elif [ "$there" != "$files " ]; then
        not_ok "$name" "there is '$there' (expected '$files ')"
    else
        ok "$name"
    fi
}

run replay lublin:jobs=60,nodes=32,load=0.8 --policy fcfs,easy --out r
judge 'there are results' [ "$got" -eq 0 ]
cp -r r keep

refused 'no folder' 2 'plot needs a DIR'
refused 'no such folder' 3 'nix/runs.*expected a results folder' nix
refused 'a slip of the hand' 2 "did you mean 'queue'" r quene
refused 'no such figure' 2 'unknown figure' r nonsense
refused 'no such parameter' 2 "did you mean 'metric'" r queue:metrik=both
refused 'no such value' 2 'metric' r queue:metric=all
refused 'a name with a folder' 2 'no name for' r a/b=queue
refused 'the name of the style' 2 "not 'style'" r style=queue
refused 'two of one name' 2 "two figures are called 'queue'" r queue queue=gantt
refused 'no such paper' 2 "did you mean 'acm'" r queue --paper acmm
refused 'no such format' 2 "did you mean 'svg'" r queue --format svgz
refused 'three columns' 2 'expected 1 or 2' r queue --columns 3
refused 'no such option' 2 'papers' r --papers acm

if ! command -v gnuplot >/dev/null; then
    run plot r queue
    judge 'without gnuplot there are sources' [ -s r/figures/queue.dat ]
    skip 'drawing' 'no gnuplot'
    finish
    exit
fi

drawn 'all formats' 'queue.dat queue.gp queue.pdf queue.png queue.svg' queue
drawn 'two figures of one kind' 'a.dat a.gp a.svg b.dat b.gp b.svg' \
    a=queue b=queue:metric=demand --format svg
drawn 'with the letters of LaTeX' 'q.dat q.gp q.pdf q.svg q.tex' \
    q=queue --latex --format svg
judge 'which stand on the pdf' grep -q 'includegraphics.*{q}' r/figures/q.tex

drawn 'one column of ACM' 'queue.dat queue.gp queue.svg' \
    queue --paper acm --columns 1 --format svg
judge 'is 3.33 inches wide' grep -q '^W = 3.33$' r/figures/queue.gp
judge 'with letters 8 points high' grep -q '^points = 8.0$' r/figures/queue.gp
drawn 'two columns of IEEE' 'queue.dat queue.gp queue.svg' \
    queue --paper ieee --columns 2 --format svg
judge 'are 7.16 inches wide' grep -q '^W = 7.16$' r/figures/queue.gp

drawn 'one run of two' 'queue.dat queue.gp queue.svg' \
    queue:only=easy --format svg
is 'is one curve' 1 "$(grep -c "^label\\[" r/figures/queue.gp)"
drawn 'and one distribution of two' 'wait-cdf.dat wait-cdf.gp wait-cdf.svg' \
    wait-cdf:only=easy --format svg
judge 'which looks as it does among others' \
    grep -q '^style\[1\] = 2$' r/figures/wait-cdf.gp
run plot r queue:only=load=9
judge 'what is not there is told' \
    grep -q 'queue: there is no run of only=load=9' .err

# Edited files are kept, and drawn as they are.
run plot r queue --format svg
echo "ink = '#123456'" >>r/figures/style.gp
echo 'set title "edited"' >>r/figures/queue.gp
cp r/figures/style.gp edited.gp
run plot r queue --format svg --again
judge 'an edited style stays' cmp -s edited.gp r/figures/style.gp
judge 'an edited script stays' grep -q edited r/figures/queue.gp
run plot r queue --format svg
judge 'an edited style stays for ever' cmp -s edited.gp r/figures/style.gp
judge 'ours is beside it' [ -s r/figures/style.gp.new ]

# The study's own list.
rm -rf r
cp -r keep r
sed 's/"figures": \[\]/"figures": ["wait=wait-cdf", "queue"]/' keep/study.json \
    >r/study.json
run plot r --format svg
is 'the figures of the study' 'queue.svg wait.svg ' "$(files '*.svg')"
sed 's/"figures": \[\]/"figures": ["wait-cfd"]/' keep/study.json >r/study.json
refused 'a slip in the study' 2 "did you mean 'wait-cdf'" r
run plot keep --format svg
judge 'all that can be drawn' [ -s keep/figures/gantt.svg ]
judge 'and nothing else' [ ! -e keep/figures/sweep.svg ]

# Twice the same bytes.
cp keep/figures/utilisation.svg once.svg
run plot keep utilisation --format svg
judge 'the same bytes again' cmp -s once.svg keep/figures/utilisation.svg

finish
