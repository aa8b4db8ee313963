#!/bin/sh
# test_report_cli.sh - report.html from outside: of a study and of a replay; text
# of a user stays text, figures keep apart, and nothing is asked of the network.
# shellcheck source=tests/golden/cli.sh
. "$(dirname "$0")/cli.sh"

# has NAME TEXT [FILE]: the page has TEXT, as it stands.
has()
{
    if grep -qF -e "$2" "${3:-$page}"; then
        ok "$1"
    else
        not_ok "$1" "no '$2' in ${3:-$page}"
    fi
}

hasnt()
{
    if grep -qiE -e "$2" "${3:-$page}"; then
        not_ok "$1" "'$(grep -ioE -m 1 -e "$2" "${3:-$page}")' in ${3:-$page}"
    else
        ok "$1"
    fi
}

# expect NAME CODE PATTERN ARGUMENT...: one line on .err like it.
expect()
{
    name=$1 code=$2 pattern=$3
    shift 3
    run "$@"
    if [ "$got" -ne "$code" ]; then
        not_ok "$name" "exit code $got (expected $code)"
    elif grep -qE 'Sanitizer|runtime error|Assertion' .err; then
        not_ok "$name" 'it fell over'
    elif [ "$code" -ne 0 ] && [ -s .out ]; then
        not_ok "$name" 'printed to stdout'
    elif [ -n "$pattern" ] && ! grep -qE -e "$pattern" .err; then
        not_ok "$name" "expected: $pattern"
    else
        ok "$name"
    fi
}

# ids PAGE: every id, and what names one, a line each.
ids()
{
    grep -oE "[ ]id=['\"][^'\"]*" "$1" | sed 's/.*["'"'"']//' | sort
}
named()
{
    grep -oE "(href=['\"]|url\()#[^'\")]*" "$1" | sed 's/.*#//' | sort -u
}

# whole NAME: the page is one, and is alone in the world.
whole()
{
    is "$1: it begins as a page" '<!DOCTYPE html>' "$(head -n 1 "$page")"
    is "$1: it ends as a page" '</html>' "$(tail -n 1 "$page")"
    hasnt "$1: no script" '<script|javascript:| on[a-z]+='
    hasnt "$1: nothing from elsewhere" \
        '(src|href|url)[=(]["'"'"']?(https?:|//|file:)|@import|<link|<iframe'
    is "$1: no id is there twice" '' "$(ids "$page" | uniq -d)"
    ids "$page" >.ids
    named "$page" >.named
    is "$1: what is named is there" '' "$(comm -13 .ids .named)"
    is "$1: nothing else is left" '' "$(find . -name '*.tmp')"
}

# svg NAME TEXT: a figure made by hand.
svg()
{
    mkdir -p study/figures
    cat >"study/figures/$1.svg" <<EOF
<?xml version="1.0"?>
<!-- a comment with id="c" and <b> -->
<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><defs>
<path id='p' d="M0,0"/><clipPath id="clip"><path/></clipPath></defs>
<use href='#p'/><use xlink:href="#p"/><g clip-path="url(#clip)"
  data-id="p" title=" id='$1'"/><text>$2</text></svg>
EOF
}

cat >study.json <<'EOF'
{"question": "Is <i>EASY</i> & \"co\" better?",
 "workload": {"model": "lublin", "jobs": 300, "nodes": 64},
 "policies": ["fcfs", "easy"],
 "grid": {"load": {"title": "load <of> all", "unit": "%",
                   "values": [0.6, 0.9]}},
 "set": {"tau": "20s"},
 "replications": 3}
EOF

run run study.json --out study --jobs 1
is 'a study is done' 0 "$got"
svg one 'a &lt; b'
svg two 'second'
run report study
is 'a report of a study is made' 0 "$got"
is 'its name is printed' study/report.html "$(cat .out)"
page=study/report.html
whole study
has 'the question is text' \
    '<h1>Is &lt;i&gt;EASY&lt;/i&gt; &amp; &quot;co&quot; better?</h1>'
has 'the title of an axis is text' '<th>load &lt;of&gt; all (%)</th>'
has 'there are means' '<h2>Means</h2>'
has 'there are differences' '<h2>Differences</h2>'
has 'means have intervals' '<span class="half">± '
has 'notes tell of confidence and replications' \
    '95 % confidence interval (Student&#39;s t), over 3 replications a cell.'
has 'the workload is told' 'jobs=300, nodes=64'
has 'the policies are told' '<b>easy</b> = <code>backfill</code>: '
has 'the baseline is told' 'head=block, order=fifo</span> (baseline)'
has 'the grid is told' '0.6, 0.9 (sets <code>'
has 'a setting that was made is told' '<code>tau=20s</code>'
has 'the program is told' \
    "protium $("$protium" --version | sed 's/protium \([^ ]*\) .*/\1/'), commit"
has 'metrics are defined' '<dt><code>wait_mean</code> (s)</dt><dd>mean over'
has 'a figure is part of the page' "<path id='f1-p' d=\"M0,0\"/>"
has 'and is not any other' "<path id='f2-p' d=\"M0,0\"/>"
has 'its links follow' "<use href='#f1-p'/><use xlink:href=\"#f1-p\"/>"
has 'and its clips' 'clip-path="url(#f2-clip)"'
has 'text that looks like an id is left alone' "data-id=\"p\" title=\" id='one'\"/>"
hasnt 'comments of a figure are not' 'a comment with id'
has 'it says how to do it again' 'protium run study.json --out again'

cp study/report.html first.html
run report study
judge 'a report is the same every time' cmp -s first.html study/report.html
svg three '<script>alert(1)</script>'
run report study
hasnt 'a figure with a script is not shown' 'alert'
has 'and that is said' 'Not shown: it holds a script'
rm study/figures/*.svg
run report study
has 'without figures it says how there are some' 'protium plot .</code> draws'

for format in md tex html; do
    judge "there is a tables/means.$format" test -s "study/tables/means.$format"
    judge "there is a tables/paired.$format" \
        test -s "study/tables/paired.$format"
done
has 'the LaTeX of an axis is text' 'load \textless{}of\textgreater{} all (\%)' \
    study/tables/means.tex

if command -v gnuplot >/dev/null 2>&1; then
    run plot study
    run report study
    whole 'with all figures'
    has 'figures are explained' '<figcaption><b>'
else
    skip 'with all figures' 'no gnuplot'
fi

cat >trace.swf <<'EOF'
1 0 -1 10 2 -1 -1 2 10 -1 1 1 1 1 1 1 -1 -1
2 1 -1 10 4 -1 -1 4 10 -1 1 1 1 1 1 1 -1 -1
3 2 -1 10 2 -1 -1 2 -1 -1 1 1 1 1 1 1 -1 -1
4 3 -1 -1 2 -1 -1 2 10 -1 1 1 1 1 1 1 -1 -1
EOF
run replay trace.swf --nodes 4 --policy fcfs,easy --out replay
run report replay
is 'a report of a replay is made' 0 "$got"
page=replay/report.html
whole replay
has 'it has a title' '<h1>fcfs, easy on trace.swf</h1>'
has 'it has the results' '<h2>Results</h2>'
has 'a row a policy' '<tr><td>fcfs</td><td class="number">'
has 'that nothing was repeated is said' 'One run each: there is no interval'
has 'rules that touched rows are there' '<h2>Rows of the input'
hasnt 'of which there were some' 'every row was taken as it is'
has 'the machine is told' '4 nodes of one processor'
has 'the digest of the trace is told' "$(sha256sum <trace.swf | cut -c 1-64)"

expect 'no DIR' 2 '^protium: report needs a DIR' report
expect 'two DIRs' 2 "takes one DIR; 'b' is one too many" report a b
expect 'a DIR that is not there' 3 '^nowhere: holds no study.json' \
    report nowhere
mkdir other
expect 'a DIR of something else' 3 'expected a folder of results' report other
echo '{}' >other/study.json
expect 'a study under way' 3 'holds no summary.csv .is the study still' \
    report other
printf 'label,policy\n' >other/summary.csv
echo '{"question": 5' >other/study.json
expect 'a study.json that is none' 3 '^other/study.json:2:1: |study.json:[0-9]' \
    report other
echo '[1]' >other/study.json
expect 'a study.json of another kind' 3 'study.json:1:1: ' report other
echo '{"policies": 3, "grid": [1, 2], "set": {"tau": null}, "metrics": {}}' \
    >other/study.json
expect 'a study.json that means little' 0 '' report other
judge 'and has a page' test -s other/report.html
rm -f other/report.html
if [ -w /dev/full ] && can_be_nobody; then
    chmod 755 other
    as_nobody timeout 20 "$protium" report other >.out 2>.err
    got=$?
    is 'a DIR that cannot be written: the code' 1 "$got"
    judge 'a DIR that cannot be written: the words' \
        grep -q '^other/report.html: cannot be written: ' .err
else
    skip 'a DIR that cannot be written' 'nobody to be'
fi
run help report
said 'report has a help page' 'report.html'

finish
