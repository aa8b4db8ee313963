#!/bin/sh
# test_extend.sh - a stranger's scheduler and a stranger's trace format: one new
# file and one line in the registry, each, in a copy of the tree.
#
# A line per case, "ok NAME" or "not ok NAME: why".
set -u
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MAKELEVEL MFLAGS
here=$(mktemp -d) || exit 1
trap 'rm -rf "$here"' EXIT
trap 'exit 130' INT TERM
passed=0 failed=0

# judge NAME TEST...: ok if the command TEST succeeds.
judge()
{
    name=$1
    shift
    if "$@" >.out 2>&1; then
        echo "ok $name"
        passed=$((passed + 1))
    else
        echo "not ok $name: $*"
        tail -n 20 .out
        failed=$((failed + 1))
    fi
}

finish()
{
    echo
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

# The program's sources, those that are not checked in yet too.
sh tests/lint/files.sh . ALL |
    grep -E '^(Makefile$|(sim|models|traces|plots|experiments|tests/lint)/)' |
    tar -cf - -T - | tar -xf - -C "$here"
cd "$here" || exit 1

# ---- one line each ----

# shellcheck disable=SC1003
sed -e '/^#define PT_POLICIES/a\    X(toy) \\' \
    -e '/^#define PT_SOURCES/a\    X(toy) \\' sim/registry.def >registry
judge 'two lines in the registry' \
    test "$(diff sim/registry.def registry | grep -c '^>')" -eq 2 -a \
    "$(diff sim/registry.def registry | grep -c '^<')" -eq 0
mv registry sim/registry.def

# ---- one file each ----

cat >sim/policy/toy.c <<'END'
/* toy.c - who came last is served first; nobody overtakes him. */
#include "core/policy.h"

static void toy_upkeep(const void *state, struct pt_upkeep *upkeep)
{
    (void)state;
    *upkeep = (struct pt_upkeep){.order = PT_ORDER_FIFO};
}

static pt_waiting latest(const struct pt_plan *plan)
{
    pt_waiting last = -1;

    for (pt_waiting w = pt_plan_head(plan); w >= 0; w = pt_plan_next(plan, w))
        last = w;
    return last;
}

static void toy_schedule(void *state, struct pt_plan *plan)
{
    pt_waiting w;

    (void)state;
    while ((w = latest(plan)) >= 0 && pt_plan_start(plan, w))
        continue;
}

extern const struct pt_policy pt_policy_toy;
const struct pt_policy pt_policy_toy = {.name = "toy",
                                        .summary = "last come, first served",
                                        .cite = "a stranger",
                                        .upkeep = toy_upkeep,
                                        .schedule = toy_schedule};
END

cat >traces/toy.c <<'END'
/* toy.c - a trace of lines with three numbers: submit, width, length. */
#include <stdio.h>
#include <string.h>

#include "traces/row.h"
#include "traces/source.h"
#include "traces/text.h"

struct toy {
    struct pt_lines lines;
    struct pt_sieve sieve;
    struct pt_machine machine;
};

static bool toy_sniff(const char *path, const char *head, size_t n)
{
    size_t length = strlen(path);

    (void)head, (void)n;
    return length > 4 && strcmp(path + length - 4, ".toy") == 0;
}

static int read_row(void *reader, struct pt_row *row, struct pt_err *err)
{
    struct toy *toy = reader;
    const struct pt_lines *lines = &toy->lines;
    long long submit, width, length;
    int status = pt_lines_next(&toy->lines, err);

    if (status <= 0)
        return status;
    if (sscanf(lines->text, "%lld %lld %lld", &submit, &width, &length) != 3)
        return pt_err_at(err, PT_ERR_INPUT, lines->file, lines->line, 1,
                         "not a row (expected submit, width and length)");
    *row = (struct pt_row){.id = lines->line,
                           .submit = submit * PT_SECOND,
                           .run = length * PT_SECOND,
                           .limit = length * PT_SECOND,
                           .allocated = width,
                           .requested = width,
                           .status = 1,
                           .user = -1,
                           .group = -1,
                           .queue = -1,
                           .line = lines->line};
    return 1;
}

static int toy_open(void *state, const char *path,
                    const struct pt_reading *reading, struct pt_err *err)
{
    struct toy *toy = state;

    if (reading->processors == 0)
        return pt_err_set(err, PT_ERR_USAGE, "%s needs --nodes", path);
    if (pt_lines_open(&toy->lines, path, err) < 0)
        return -1;
    pt_sieve_open(&toy->sieve, toy->lines.file, reading, reading->processors,
                  0);
    return 0;
}

static int toy_next(void *state, struct pt_work *work, struct pt_err *err)
{
    struct toy *toy = state;

    return pt_sieve_next(&toy->sieve, read_row, toy, work, err);
}

static void toy_info(const void *state, struct pt_source_info *info)
{
    const struct toy *toy = state;

    *info = (struct pt_source_info){.machine = &toy->machine,
                                    .digest = toy->lines.digest,
                                    .bytes = toy->lines.bytes};
    pt_sieve_info(&toy->sieve, info);
}

static void toy_close(void *state)
{
    struct toy *toy = state;

    pt_sieve_close(&toy->sieve);
    pt_lines_close(&toy->lines);
}

extern const struct pt_source pt_source_toy;
const struct pt_source pt_source_toy = {.name = "toy",
                                        .summary = "three numbers a line",
                                        .cite = "a stranger",
                                        .state_size = sizeof(struct toy),
                                        .sniff = toy_sniff,
                                        .open = toy_open,
                                        .next = toy_next,
                                        .info = toy_info,
                                        .close = toy_close};
END

judge 'a scheduler in less than 40 lines' \
    test "$(wc -l <sim/policy/toy.c)" -lt 40
judge 'the layers allow both' sh tests/lint/layers.sh

# ---- built, listed, run ----

judge 'the program builds, without a warning' \
    make -j2 MODE=gcc-O0 CC="${CC:-gcc}" WERROR=-Werror build/protium
[ -x build/protium ] || finish

# lists LIST TEXT: `protium list LIST` has a line for toy that ends in TEXT.
# shellcheck disable=SC2317
lists()
{
    build/protium list "$1" | grep -q "^  toy  *$2\$"
}

judge 'the scheduler is in the list' lists policies 'last come, first served'
judge 'the format is in the list' lists sources 'three numbers a line'

cat >seven.toy <<'END'
0 2 10
1 4 10
2 1 5
3 2 30
4 1 3
5 2 4
6 2 6
END
judge 'the trace is replayed' build/protium replay seven.toy --nodes 4 \
    --policy toy,fcfs,last=toy --tape --out result

# starts LABEL: start times in order of job number.
starts()
{
    awk -F , '
        NR == 1 {
            for (i = 1; i <= NF; i++)
                at[$i] = i
        }
        NR > 1 { print $at["job_id"], $at["starting_time"] }' \
        "result/runs/$1/jobs.csv" | sort -n | cut -d ' ' -f 2 | xargs
}

judge 'the starts are those of last come, first served' \
    test "$(starts toy)" = '0 43 2 13 4 10 7'
judge 'a label makes no difference' test "$(starts last)" = "$(starts toy)"
judge 'the starts under fcfs are others' \
    test "$(starts fcfs)" = '0 10 20 20 20 25 29'
judge 'a fresh core decides the same' \
    build/protium tape result/runs/toy/tape.jsonl
judge 'the trace is looked at' \
    sh -c 'build/protium trace info seven.toy --nodes 4 | grep -q "^jobs  *7$"'
echo '7 2' >>seven.toy
judge 'a bad line is told' sh -c \
    'build/protium replay seven.toy --nodes 4 2>&1 | grep -q "^seven.toy:8:1: "'
judge 'a slip in its name is mended' sh -c \
    'build/protium replay seven.toy -p toyy 2>&1 | grep -q "did you mean .toy"'
finish
