#!/bin/sh
# run.sh [OUT] - published tables again: what others have printed for logs of
# the Parallel Workloads Archive, and the same rows by this program, as tables
# (csv, md, tex) and a figure in OUT (build/published).  Run it where the
# Makefile is.
#
# TRACES (../shared/traces) is the folder of the logs, NAME.swf.gz; they are not
# ours to give: www.cs.huji.ac.il/labs/parallel/workload has them, and asks to be
# cited.  A log that is not there is skipped, and named.
#
# predictsim  E. Gaussier et al., SC'15, the tables of its artefact: EASY and
#             EASY-SJBF, to the last digit
# second      FCFS by a second program of the same rules, not published
# tpds07      D. Tsafrir, Y. Etsion, D. Feitelson, TPDS 18(6), 2007, tables 2
#             and 3, EASY and SJBF: the first 1 % of the jobs to end are left
#             out.  Their CTC has 512 processors, not the 338 of the batch
#             partition; which rows they left out besides, we do not know.
#             Their two other logs, SDSC-SP2 and SDSC-BLUE, are not here.
set -eu
out=${1:-build/published}
logs=${TRACES:-../shared/traces}
mkdir -p "$out"
. experiments/published/tools.sh
here=experiments/published
strict='-s clean=strict -s ties=pyss'

# rows: table, log, its file, processors (0: the header's), policy, metric,
# its column, by what to divide it, what was printed.
rows()
{
    kth=KTH-SP2-1996-2
    ctc=CTC-SP2-1996-3.1-cln
    wait='wait,min,wait_mean,60'
    flow='flow,s,response_mean,1'
    bound='bounded slowdown,,bounded_slowdown_mean,1'
    cat <<END
predictsim,KTH,$kth,0,easy,$flow,15696.7982
predictsim,KTH,$kth,0,easy,$bound,92.5765
predictsim,KTH,$kth,0,easy-sjbf,$flow,14764.0027
predictsim,KTH,$kth,0,easy-sjbf,$bound,69.4054
predictsim,CTC,$ctc,0,easy,$flow,25526.8022
predictsim,CTC,$ctc,0,easy,$bound,49.5713
predictsim,CTC,$ctc,0,easy-sjbf,$flow,23023.1738
predictsim,CTC,$ctc,0,easy-sjbf,$bound,30.0411
second,KTH,$kth,0,fcfs,$flow,362636.3352
second,KTH,$kth,0,fcfs,$bound,6814.9733
second,CTC,$ctc,0,fcfs,$flow,666811.3269
second,CTC,$ctc,0,fcfs,$bound,3651.5662
tpds07,KTH,$kth,0,easy,$wait,114.2
tpds07,KTH,$kth,0,easy,$bound,89.9
tpds07,KTH,$kth,0,easy-sjbf,$wait,102
tpds07,KTH,$kth,0,easy-sjbf,$bound,73
tpds07,CTC,$ctc,512,easy,$wait,21.3
tpds07,CTC,$ctc,512,easy,$bound,4.6
tpds07,CTC,$ctc,512,easy-sjbf,$wait,19
tpds07,CTC,$ctc,512,easy-sjbf,$bound,4
END
}

# replay TABLE FILE PROCESSORS POLICY COLUMN: the value of COLUMN.
replay()
{
    case $1 in tpds07) cut='-s warmup=1%' ;; *) cut= ;; esac
    case $3 in 0) nodes= ;; *) nodes="--nodes $3" ;; esac
    : >"$tmp/value"
    # shellcheck disable=SC2086
    run "$tmp/value" 0 "$5" "$logs/$2.swf.gz" $nodes $strict $cut -p "$4"
    cut -d , -f 3 "$tmp/value"
}

# One line a row: table, log, processors, policy, metric, unit, published, ours.
rows | while IFS=, read -r table log file nodes policy metric unit column by \
    value; do
    if [ ! -f "$logs/$file.swf.gz" ]; then
        echo "$file" >>"$tmp/missing"
        continue
    fi
    ours=$(replay "$table" "$file" "$nodes" "$policy" "$column")
    echo "$table,$log,$nodes,$policy,$metric,$unit,$value,$(calc "$ours / $by")"
done >"$tmp/rows"

if [ -s "$tmp/missing" ]; then
    sort -u "$tmp/missing" | while read -r file; do
        echo "SKIPPED (no $logs/$file.swf.gz): its rows are left out" >&2
    done
    if [ ! -s "$tmp/rows" ]; then
        echo 'published: no log is there, no table was made (TRACES=DIR)' >&2
        exit 0
    fi
fi

# table FORM: the rows, with ours as precise as what was published, and two digits
# more where other jobs were left out.
table()
{
    awk -F, -v form="$1" '
        function decimals(text)
        {
            return index(text, ".") ? length(text) - index(text, ".") : 0
        }
        function name(text, nodes)
        {
            return nodes > 0 ? text " (" nodes ")" : text
        }
        BEGIN {
            if (form == "csv")
                print "table,log,policy,metric,unit,published,ours,difference"
            if (form == "md") {
                print "| table | log | policy | metric | published | ours |" \
                    " difference |"
                print "|---|---|---|---|--:|--:|--:|"
            }
            if (form == "tex") {
                print "\\begin{tabular}{llllrrr}"
                print "\\hline"
                print "table & log & policy & metric & published & ours &" \
                    " difference \\\\"
            }
        }
        {
            more = $1 == "tpds07" ? 2 : 0
            ours = sprintf("%.*f", decimals($7) + more, $8)
            off = ours == $7 ? 0 : $8 / $7 - 1
            said = off == 0 ? "same" : sprintf("%+.2f %%", 100 * off)
            metric = $5 ($6 == "" ? "" : " (" $6 ")")
            if (form == "csv")
                printf "%s,%s,%s,%s,%s,%s,%s,%.6f\n", $1, name($2, $3), $4,
                    $5, $6, $7, ours, off
            if (form == "md")
                printf "| %s | %s | %s | %s | %s | %s | %s |\n", $1,
                    name($2, $3), $4, metric, $7, ours, said
            if (form == "tex") {
                if ($1 != last)
                    print "\\hline"
                last = $1
                sub(/%/, "\\%", said)
                sub(/^[-+]/, "$&$", said)
                sub(/ /, "\\,", said)
                printf "%s & %s & %s & %s & %s & %s & %s \\\\\n", $1,
                    name($2, $3), $4, metric, $7, ours, said
            }
        }
        END {
            if (form == "tex")
                print "\\hline\n\\end{tabular}"
        }' "$tmp/rows"
}

for form in csv md tex; do
    table $form >"$out/published.$form"
done
draw $here/published.gp "$out/published"
echo "published: $out/published.csv, .md, .tex, .svg, .png"
