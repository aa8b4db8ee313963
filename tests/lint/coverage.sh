#!/bin/sh
# coverage.sh BUILD LEAST - lines of sim/core that the tests of BUILD ran, in per
# cent; and of each room, for information.
set -eu
if ! command -v gcov >/dev/null 2>&1; then
    echo 'skip coverage: no gcov'
    exit 0
fi
build=$1
least=$2
find "$build/sim" "$build/models" "$build/traces" "$build/plots" \
    -name '*.gcno' | sort | while read -r notes; do
    gcov -n -o "$notes" "${notes%.gcno}.o" 2>/dev/null
done | awk -v least="$least" '
    /^File / {
        file = $2
        gsub(/\047/, "", file)
        next
    }
    /^Lines executed:/ && file ~ /\.c$/ && file !~ /^\// {
        split($2, part, /[:%]/)
        n = $NF
        room = file
        sub(/\/[^\/]*$/, "", room)
        lines[room] += n
        ran[room] += part[2] * n / 100
        if (part[2] < 90)
            low = low sprintf("  %-32s %5.1f %% of %d\n", file, part[2], n)
        file = ""
    }
    END {
        for (room in lines)
            printf "%-14s %5.1f %% of %d lines\n", room,
                100 * ran[room] / lines[room], lines[room] | "sort"
        close("sort")
        printf "files below 90 %%:\n%s", low
        core = lines["sim/core"] ? 100 * ran["sim/core"] / lines["sim/core"] : 0
        printf "%s coverage of sim/core: %.1f %%, at least %d\n",
            (core >= least) ? "ok" : "not ok", core, least
        exit core < least
    }'
