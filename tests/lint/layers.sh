#!/bin/sh
# layers.sh [ROOT] - who includes whom.
#
# A room is a folder; `sim` stands for the files right below sim/.  A format of
# many files is a room in traces/, which no other format and nobody but the tool
# sees.  The registry and the tool see everybody, and so do tests.  A study of
# experiments/ is a script: it runs the program, and reads nothing of the rest
# but plots/style.gp.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-.}
files=$(sh "$here/files.sh" "$root")
found=$(mktemp)
trap 'rm -f "$found"' EXIT
cd "$root"

# shellcheck disable=SC2086
awk '
BEGIN {
    allowed["sim/base"] = "sim/base"
    allowed["sim/core"] = "sim/base sim/core"
    allowed["sim/policy"] = "sim/base sim/core sim/policy"
    allowed["sim/place"] = "sim/base sim/core sim/place"
    allowed["sim/metrics"] = "sim/base sim/core sim/metrics"
    allowed["sim/sink"] = "sim/base sim/core sim/metrics sim/sink " \
        "sim/run.h sim/version.h traces/source.h"
    allowed["sim/world"] = "sim/base sim/core sim/world traces/source.h " \
        "models/straggler.h models/fault.h models/stream.h " \
        "models/failure.h models/checkpoint.h"
    allowed["traces"] = "sim/base sim/core traces sim/sink/out.h " \
        "models/failure.h"
    allowed["models"] = "sim/base sim/core models traces/source.h"
    allowed["plots"] = "sim/base sim/metrics plots sim/registry.h"
    allowed["sim/ask"] = "sim/base sim/core sim/ask sim/registry.h traces"
    allowed["experiments"] = "sim/base sim/core sim/metrics sim/sink " \
        "sim/ask experiments sim/run.h sim/registry.h sim/version.h " \
        "traces/source.h traces/json.h"
    allowed["sim"] = "sim/base sim/core sim/metrics sim/sink sim/world sim " \
        "traces/source.h traces/change.h models/failure.h " \
        "models/checkpoint.h models/straggler.h models/stream.h"
}

function room_of(file,    part)
{
    split(file, part, "/")
    if ((part[1] == "sim" || part[1] == "traces") && part[3] != "")
        return part[1] "/" part[2]
    return part[1]
}

function exists(path)
{
    return path in known
}

# The file that FILE means by #include "NAME".
function resolve(file, name,    folder)
{
    folder = file
    sub(/[^\/]*$/, "", folder)
    if (exists(folder name))
        return folder name
    if (exists("sim/" name))
        return "sim/" name
    return name
}

function may(room, file, target,    words, n, i)
{
    if (room == "sim/tool" || room == "tests" || file ~ /^sim\/registry\./)
        return 1
    if (room ~ /^traces\//)
        allowed[room] = allowed["traces"] " " room
    n = split(allowed[room], words, " ")
    for (i = 1; i <= n; i++)
        if (words[i] == target || words[i] == room_of(target))
            return 1
    return 0
}

/^#include "/ {
    name = $2
    gsub(/"/, "", name)
    n++
    from[n] = FILENAME
    line[n] = FNR
    what[n] = name
}

END {
    for (i = 1; i < ARGC; i++)
        known[ARGV[i]] = 1
    bad = 0
    for (i = 1; i <= n; i++) {
        target = resolve(from[i], what[i])
        if (target ~ /\.def$/)
            continue
        if (!exists(target)) {
            printf "%s:%d: no file %s\n", from[i], line[i], what[i]
            bad++
        } else if (!may(room_of(from[i]), from[i], target)) {
            printf "%s:%d: %s may not include %s\n", from[i], line[i],
                room_of(from[i]), target
            bad++
        }
    }
    exit bad > 0
}' $files

sh "$here/files.sh" . ALL | grep -E '^experiments/.*\.(sh|gp)$' |
    while read -r file; do
        grep -nE '(^|[^A-Za-z0-9_./-])(sim|models|traces|tests)/' "$file" \
            /dev/null || true
    done >"$found"
if [ -s "$found" ]; then
    cat "$found"
    echo 'a study runs the program, and knows nothing of its sources'
    exit 1
fi
echo "ok layers"
