/* Where the tasks go: each placement by its properties, and by hand. */
#include "tests/unit/check.h"

#include "base/alloc.h"
#include "base/plugin.h"
#include "base/random.h"
#include "core/place.h"
#include "registry.h"

enum { MOST = 14, RACKS = 5 };

/* The placement that TEXT, NAME[:KEY=VALUE,...], asks for. */
static const struct pt_place *place_of(const char *text, void **own)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    const void *found =
        pt_plugin_open((const struct pt_plugin *const *)(const void *)pt_places,
                       "place", text, own, &err);

    if (!found)
        fail_msg("no place %s", text);
    return found;
}

static int32_t place(const char *text, const int32_t *room,
                     const struct pt_node *nodes, int32_t n, int32_t ntasks,
                     struct pt_range *shares)
{
    void *own;
    const struct pt_place *found = place_of(text, &own);
    int32_t nshares = found->place(own, room, nodes, n, ntasks, shares);

    pt_free(own);
    return nshares;
}

struct floor {
    int32_t n, ntasks;
    int32_t room[MOST], got[MOST];
    bool racks; /* else it is one */
    struct pt_node node[MOST];
};

static void draw(struct pt_random *random, struct floor *floor)
{
    int32_t sum = 0, most = 1 + (int32_t)pt_random_below(random, 9);

    floor->n = 1 + (int32_t)pt_random_below(random, MOST);
    while (sum == 0)
        for (int32_t i = sum = 0; i < floor->n; i++) {
            bool full = pt_random_below(random, 3) == 0;
            floor->room[i] =
                full ? 0 : (int32_t)pt_random_below(random, (uint32_t)most + 1);
            sum += floor->room[i];
        }
    floor->racks = pt_random_below(random, 4) > 0;
    for (int32_t i = 0; i < floor->n; i++)
        floor->node[i] = (struct pt_node){
            .rack = 3 * (int32_t)pt_random_below(random, RACKS)};
    floor->ntasks = pt_random_below(random, 4) == 0
                        ? sum
                        : 1 + (int32_t)pt_random_below(random, (uint32_t)sum);
}

/* Places, and checks that all are placed, each node at most once. */
static void share_out(const char *name, struct floor *floor)
{
    struct pt_range shares[MOST];
    int32_t n = place(name, floor->room, floor->racks ? floor->node : NULL,
                      floor->n, floor->ntasks, shares);
    int32_t placed = 0;

    assert_true(n >= 1 && n <= floor->n);
    memset(floor->got, 0, sizeof floor->got);
    for (int32_t i = 0; i < n; i++) {
        int32_t node = shares[i].first;
        assert_true(node >= 0 && node < floor->n);
        ASSERT_INT(floor->got[node], 0);
        assert_true(shares[i].count >= 1);
        assert_true(shares[i].count <= floor->room[node]);
        floor->got[node] = shares[i].count;
        placed += shares[i].count;
    }
    ASSERT_INT(placed, floor->ntasks);
}

/* A node gets fewer than it could only if no later one gets any. */
static void check_first(const struct floor *floor)
{
    bool done = false;

    for (int32_t i = 0; i < floor->n; i++) {
        assert_true(!done || floor->got[i] == 0);
        done = done || floor->got[i] < floor->room[i];
    }
}

/* The fullest first; of equals, the lower one. */
static void check_pack(const struct floor *floor)
{
    for (int32_t i = 0; i < floor->n; i++)
        for (int32_t k = 0; k < floor->n; k++) {
            bool before = floor->room[i] < floor->room[k] ||
                          (floor->room[i] == floor->room[k] && i < k);
            if (before && floor->got[k] > 0)
                ASSERT_INT(floor->got[i], floor->room[i]);
        }
}

static int32_t placed_within(const struct floor *floor, int32_t share)
{
    int32_t sum = 0;

    for (int32_t i = 0; i < floor->n; i++)
        sum += floor->room[i] < share ? floor->room[i] : share;
    return sum;
}

/* The greatest share is as small as can be, all are dealt the same but for one,
 * and the odd ones go to the roomiest, then the lower. */
static void check_spread(const struct floor *floor)
{
    int32_t most = 0;

    for (int32_t i = 0; i < floor->n; i++)
        most = floor->got[i] > most ? floor->got[i] : most;
    assert_true(placed_within(floor, most - 1) < floor->ntasks);
    for (int32_t i = 0; i < floor->n; i++) {
        bool odd = floor->got[i] == most;
        if (floor->got[i] < most - 1)
            ASSERT_INT(floor->got[i], floor->room[i]);
        for (int32_t k = 0; odd && k < floor->n; k++)
            if (floor->room[k] > floor->room[i] ||
                (floor->room[k] == floor->room[i] && k < i))
                ASSERT_INT(floor->got[k], most);
    }
}

/* The room of the run of neighbours that I is in; *first, where it begins. */
static int32_t run_of(const struct floor *floor, int32_t i, int32_t *first)
{
    int32_t room = 0, k = i;

    while (k > 0 && floor->room[k - 1] > 0)
        k--;
    *first = k;
    for (; k < floor->n && floor->room[k] > 0; k++)
        room += floor->room[k];
    return room;
}

/* If a run holds all, the smallest such one does, from its low end. */
static void check_best(const struct floor *floor)
{
    int32_t least = INT32_MAX, at = -1, first = 0, roomiest = 0, runs = 0;

    for (int32_t i = 0; i < floor->n; i++) {
        int32_t room = floor->room[i] > 0 ? run_of(floor, i, &first) : 0;
        roomiest = room > roomiest ? room : roomiest;
        if (room < floor->ntasks || room >= least)
            continue;
        least = room;
        at = first;
    }
    for (int32_t i = 0; i < floor->n; i++)
        if (floor->got[i] > 0) {
            int32_t room = run_of(floor, i, &first);
            runs += first == i;
            if (at >= 0)
                ASSERT_INT(first, at);
            assert_true(i == first || floor->got[i - 1] == floor->room[i - 1]);
            assert_true(room <= roomiest);
        }
    assert_true(at < 0 || runs == 1);
    assert_true(at >= 0 || runs > 1);
}

static void
test_all_tasks_are_placed_and_each_place_keeps_its_word(void **state)
{
    struct pt_random random;
    struct floor floor;

    (void)state;
    print_message("seed 1\n");
    pt_random_open(&random, 1, 0, PT_PURPOSE_TEST, 6);
    for (int i = 0; i < 20000; i++) {
        draw(&random, &floor);
        share_out("first", &floor);
        check_first(&floor);
        share_out("pack", &floor);
        check_pack(&floor);
        share_out("spread", &floor);
        check_spread(&floor);
        share_out("best", &floor);
        check_best(&floor);
    }
}

/* Every place that there will ever be. */
static void test_every_place_of_the_registry_places_all(void **state)
{
    struct pt_random random;
    struct floor floor;

    (void)state;
    print_message("seed 2\n");
    pt_random_open(&random, 2, 0, PT_PURPOSE_TEST, 6);
    for (int k = 0; pt_places[k]; k++)
        for (int i = 0; i < 1000; i++) {
            draw(&random, &floor);
            share_out(pt_places[k]->name, &floor);
        }
}

/* "1 x 2, 3 x 1": two tasks on node 1, then one on node 3.  ROOMS has a bar
 * between racks. */
static void expect(const char *name, const char *rooms, int32_t ntasks,
                   const char *expected)
{
    struct pt_range shares[MOST];
    struct pt_node node[MOST];
    int32_t room[MOST], n = 0, rack = 0;
    char text[200] = "";

    for (; *rooms; rooms++) {
        rack += *rooms == '|';
        if (*rooms == '|')
            continue;
        node[n] = (struct pt_node){.rack = rack};
        room[n++] = *rooms - '0';
    }
    int32_t nshares = place(name, room, node, n, ntasks, shares);
    for (int32_t i = 0; i < nshares; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%d x %d",
                 i > 0 ? ", " : "", shares[i].first, shares[i].count);
    }
    ASSERT_TEXT(text, expected);
}

static void test_first_takes_the_lowest_nodes(void **state)
{
    (void)state;
    expect("first", "0302", 4, "1 x 3, 3 x 1");
    expect("first", "222", 2, "0 x 2");
    expect("first", "5", 5, "0 x 5");
    void *own;
    assert_true(place_of("first", &own)->lowest);
    pt_free(own);
}

static void test_best_takes_the_tightest_run_that_holds_all(void **state)
{
    (void)state;
    expect("best", "4402203", 3, "6 x 3");
    expect("best", "4402203", 4, "3 x 2, 4 x 2");
    expect("best", "4402203", 5, "0 x 4, 1 x 1");
    expect("best", "22022", 3, "0 x 2, 1 x 1");
    expect("best", "2202205", 8, "6 x 5, 0 x 2, 1 x 1");
    expect("best", "2203202", 8, "3 x 3, 4 x 2, 0 x 2, 1 x 1");
    void *own;
    assert_false(place_of("best", &own)->lowest);
    pt_free(own);
}

static void test_pack_fills_the_fullest_nodes(void **state)
{
    (void)state;
    expect("pack", "4121", 3, "1 x 1, 3 x 1, 2 x 1");
    expect("pack", "4420", 2, "2 x 2");
    expect("pack", "333", 4, "0 x 3, 1 x 1");
    expect("pack", "90", 9, "0 x 9");
}

static void test_spread_puts_as_few_on_each_as_may_be(void **state)
{
    (void)state;
    expect("spread", "4444", 4, "0 x 1, 1 x 1, 2 x 1, 3 x 1");
    expect("spread", "4444", 2, "0 x 1, 1 x 1");
    expect("spread", "1253", 2, "2 x 1, 3 x 1");
    expect("spread", "1253", 5, "0 x 1, 1 x 1, 2 x 2, 3 x 1");
    expect("spread", "1253", 7, "0 x 1, 1 x 2, 2 x 2, 3 x 2");
    expect("spread", "1253", 8, "0 x 1, 1 x 2, 2 x 3, 3 x 2");
    expect("spread", "0900", 9, "1 x 9");
    expect("spread", "2332", 5, "0 x 1, 1 x 2, 2 x 1, 3 x 1");
}

/* --- racks --- */

/* What each rack has room for, and got. */
struct aisle {
    int64_t room[RACKS], got[RACKS];
};

static int32_t rack_of(const struct floor *floor, int32_t node)
{
    return floor->racks ? floor->node[node].rack / 3 : 0;
}

static struct aisle aisle_of(const struct floor *floor)
{
    struct aisle aisle = {.room = {0}};

    for (int32_t i = 0; i < floor->n; i++) {
        aisle.room[rack_of(floor, i)] += floor->room[i];
        aisle.got[rack_of(floor, i)] += floor->got[i];
    }
    return aisle;
}

/* The fewest of ROOM [N] that hold NTASKS, trying all. */
static int32_t fewest(const int64_t *room, int32_t n, int64_t ntasks)
{
    int32_t least = n + 1;

    for (uint32_t set = 0; set < UINT32_C(1) << n; set++) {
        int64_t sum = 0;
        int32_t count = 0;
        for (int32_t i = 0; i < n; i++)
            if (set >> i & 1) {
                sum += room[i];
                count++;
            }
        if (sum >= ntasks && count < least)
            least = count;
    }
    return least;
}

static bool is_roomier(const int64_t *room, int32_t a, int32_t b)
{
    return room[a] > room[b] || (room[a] == room[b] && a < b);
}

/* As few as may be got any.  One may be left with room: the lowest of the
 * tightest that would have done; the others are full, and the roomiest. */
static void check_packed(const int64_t *room, const int64_t *got, int32_t n,
                         int64_t ntasks)
{
    int32_t used = 0, last = -1;

    for (int32_t i = 0; i < n; i++) {
        used += got[i] > 0;
        if (got[i] > 0 && (last < 0 || room[i] < room[last] ||
                           (room[i] == room[last] && got[i] < room[i])))
            last = i;
    }
    ASSERT_INT(used, fewest(room, n, ntasks));
    for (int32_t i = 0; i < n; i++) {
        if (got[i] > 0 && i != last)
            ASSERT_INT(got[i], room[i]);
        if (got[i] > 0)
            continue;
        if (last >= 0 && room[i] >= got[last])
            assert_true(room[i] > room[last] ||
                        (room[i] == room[last] && i > last));
        for (int32_t k = 0; k < n; k++)
            if (got[k] > 0 && k != last)
                assert_true(is_roomier(room, k, i));
    }
}

/* Two differ by two or more only where the lesser one is full; where by one,
 * the greater share is the roomier one's, or the lower one's. */
static void check_even(const int64_t *room, const int64_t *got, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n; k++) {
            if (got[i] >= got[k] || got[i] == room[i])
                continue;
            ASSERT_INT(got[k], got[i] + 1);
            assert_true(is_roomier(room, k, i));
        }
}

static void check_racks(const struct floor *floor, bool even)
{
    struct aisle aisle = aisle_of(floor);

    if (even)
        check_even(aisle.room, aisle.got, RACKS);
    else
        check_packed(aisle.room, aisle.got, RACKS, floor->ntasks);
    for (int32_t rack = 0; rack < RACKS; rack++) {
        int64_t room[MOST], got[MOST];
        int32_t n = 0;
        for (int32_t i = 0; i < floor->n; i++)
            if (rack_of(floor, i) == rack) {
                room[n] = floor->room[i];
                got[n++] = floor->got[i];
            }
        if (even)
            check_even(room, got, n);
        else
            check_packed(room, got, n, aisle.got[rack]);
    }
}

static void test_racks_are_as_few_or_as_many_as_may_be(void **state)
{
    struct pt_random random;
    struct floor floor;

    (void)state;
    print_message("seed 3\n");
    pt_random_open(&random, 3, 0, PT_PURPOSE_TEST, 6);
    for (int i = 0; i < 8000; i++) {
        draw(&random, &floor);
        share_out("racks", &floor);
        check_racks(&floor, false);
        share_out("racks:prefer=spread", &floor);
        check_racks(&floor, true);
        if (!floor.racks)
            check_spread(&floor);
    }
}

static void test_racks_packs_into_the_tightest_rack_that_will_do(void **state)
{
    (void)state;
    expect("racks", "44|22|33", 3, "2 x 2, 3 x 1");
    expect("racks", "44|22|33", 4, "2 x 2, 3 x 2");
    expect("racks", "44|22|33", 5, "4 x 3, 5 x 2");
    expect("racks", "44|22|33", 8, "0 x 4, 1 x 4");
    expect("racks", "44|22|33", 11, "0 x 4, 1 x 4, 2 x 2, 3 x 1");
    expect("racks", "44|22|33", 13, "0 x 4, 1 x 4, 4 x 3, 5 x 2");
    expect("racks", "44|22|33", 18, "0 x 4, 1 x 4, 4 x 3, 5 x 3, 2 x 2, 3 x 2");
    expect("racks", "22|22|4", 4, "0 x 2, 1 x 2");
    expect("racks", "|0|22|4", 4, "1 x 2, 2 x 2");
    expect("racks", "1243", 3, "3 x 3");
    expect("racks", "1243", 5, "2 x 4, 0 x 1");
    expect("racks", "1243", 1, "0 x 1");
}

static void test_racks_spreads_over_racks_then_over_their_nodes(void **state)
{
    static const char name[] = "racks:prefer=spread";

    (void)state;
    expect(name, "44|44|44", 3, "0 x 1, 2 x 1, 4 x 1");
    expect(name, "44|44|44", 7, "0 x 2, 1 x 1, 2 x 1, 3 x 1, 4 x 1, 5 x 1");
    expect(name, "22|44|33", 2, "2 x 1, 4 x 1");
    expect(name, "10|44|99", 9, "4 x 2, 5 x 2, 2 x 2, 3 x 2, 0 x 1");
    expect(name, "9|11111", 6, "0 x 3, 1 x 1, 2 x 1, 3 x 1");
    expect(name, "1253", 7, "2 x 2, 3 x 2, 1 x 2, 0 x 1");
}

/* Rooms where nothing is needed are as good as endless. */
static void test_racks_add_up_beyond_what_a_room_can_be(void **state)
{
    int32_t room[] = {INT32_MAX, INT32_MAX, INT32_MAX};
    struct pt_node node[] = {{.rack = 1}, {.rack = 0}, {.rack = 0}};
    struct pt_range shares[3];

    (void)state;
    ASSERT_INT(place("racks", room, node, 3, INT32_MAX, shares), 1);
    ASSERT_INT(shares[0].first, 0);
    ASSERT_INT(place("racks:prefer=spread", room, node, 3, INT32_MAX, shares),
               3);
    ASSERT_INT(shares[0].first, 1);
    ASSERT_INT(shares[2].first, 0);
    ASSERT_INT(shares[2].count, INT32_MAX / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_all_tasks_are_placed_and_each_place_keeps_its_word),
        cmocka_unit_test(test_every_place_of_the_registry_places_all),
        cmocka_unit_test(test_first_takes_the_lowest_nodes),
        cmocka_unit_test(test_best_takes_the_tightest_run_that_holds_all),
        cmocka_unit_test(test_pack_fills_the_fullest_nodes),
        cmocka_unit_test(test_spread_puts_as_few_on_each_as_may_be),
        cmocka_unit_test(test_racks_are_as_few_or_as_many_as_may_be),
        cmocka_unit_test(test_racks_packs_into_the_tightest_rack_that_will_do),
        cmocka_unit_test(test_racks_spreads_over_racks_then_over_their_nodes),
        cmocka_unit_test(test_racks_add_up_beyond_what_a_room_can_be)};

    return cmocka_run_group_tests_name("places", tests, NULL, NULL) != 0;
}
