/* Common random numbers: with the same seed every node fails and comes back at
 * the same instants and for the same reasons, whatever the policy, the way to
 * go on, the checkpoints and the placement. */
#include "tests/conform/failing_case.h"
#include "tests/unit/check.h"

#include <jansson.h>

#include "base/alloc.h"
#include "base/vec.h"
#include "run.h"

#define SEED   80001
#define RUNS   150
#define OTHERS 3 /* runs that each is compared with */

/* What became of a node. */
struct turn {
    json_int_t at;
    char text[160]; /* as on the tape */
};

struct turns {
    struct turn *items; /* [n] */
    int32_t n, capacity;
    json_int_t end; /* of the tape */
};

static bool is_of_node(const json_t *fact)
{
    return json_object_get(fact, "down") || json_object_get(fact, "up") ||
           json_object_get(fact, "notice");
}

static void take_step(struct turns *turns, const json_t *step)
{
    const json_t *fact, *facts = json_object_get(step, "facts");
    size_t i;

    if (!facts)
        return;
    turns->end = json_integer_value(json_object_get(step, "t"));
    json_array_foreach(facts, i, fact)
    {
        struct turn turn = {.at = turns->end};
        if (!is_of_node(fact))
            continue;
        char *text = json_dumps(fact, JSON_COMPACT | JSON_SORT_KEYS);
        snprintf(turn.text, sizeof turn.text, "%s", text);
        free(text);
        pt_vec_push(turns->items, turns->n, turns->capacity, turn);
    }
}

static struct turns read_turns(const struct failing_case *it, const char *name)
{
    struct turns turns = {.n = 0};
    char path[300];
    json_t *step;

    snprintf(path, sizeof path, "%s/%s/tape.jsonl", it->folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    while ((step = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) {
        take_step(&turns, step);
        json_decref(step);
    }
    fclose(file);
    return turns;
}

/* How many of them are before END. */
static int32_t count_before(const struct turns *turns, json_int_t end)
{
    int32_t n = 0;

    while (n < turns->n && turns->items[n].at < end)
        n++;
    return n;
}

static bool same_turns(const struct turns *a, const struct turns *b, char *what,
                       int size)
{
    json_int_t end = a->end < b->end ? a->end : b->end;
    int32_t n = count_before(a, end), others = count_before(b, end);

    for (int32_t i = 0; i < n && i < others; i++) {
        const struct turn *x = &a->items[i], *y = &b->items[i];
        if (x->at == y->at && strcmp(x->text, y->text) == 0)
            continue;
        snprintf(what, (size_t)size, "nodes fare otherwise: %lld %s, %lld %s",
                 (long long)x->at, x->text, (long long)y->at, y->text);
        return false;
    }
    if (n == others)
        return true;
    snprintf(what, (size_t)size, "nodes fare otherwise: %d turns, and %d", n,
             others);
    return false;
}

static bool compare(const struct failing_case *it, const struct turns *turns,
                    uint64_t seed, char *what, int size)
{
    struct failing_case other = *it;
    struct pt_report report;

    failing_redraw(&other, seed);
    bool good = failing_run(&other, "other", &report, what, size);
    pt_report_fini(&report);
    if (good) {
        struct turns others = read_turns(it, "other");
        good = same_turns(turns, &others, what, size);
        pt_free(others.items);
    }
    if (!good)
        failing_print(&other);
    return good;
}

static bool holds(const struct failing_case *it, char *what, int size)
{
    struct pt_report report;
    bool good = failing_run(it, "a", &report, what, size);

    pt_report_fini(&report);
    if (!good)
        return false;
    struct turns turns = read_turns(it, "a");
    for (uint64_t i = 1; i <= OTHERS && good; i++)
        good = compare(it, &turns, it->seed + i * 1000003, what, size);
    pt_free(turns.items);
    return good;
}

static void
test_nodes_fail_at_the_same_instants_under_every_policy(void **state)
{
    const char *first = getenv("FAILING_SEED"), *n = getenv("FAILING_RUNS");
    uint64_t seed = first ? strtoull(first, NULL, 10) : SEED;
    int runs = n ? atoi(n) : RUNS;

    (void)state;
    print_message("seeds %llu ... %llu\n", (unsigned long long)seed,
                  (unsigned long long)(seed + (uint64_t)runs - 1));
    ASSERT_INT(failing_check_all(seed, runs, 60, holds), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_nodes_fail_at_the_same_instants_under_every_policy),
    };

    return cmocka_run_group_tests_name("failing instants", tests, NULL, NULL) !=
           0;
}
