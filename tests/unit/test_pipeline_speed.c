/* The speed of a node in pipeline documents: read, refused, and written. */
#include "tests/unit/pipeline_reading.h"

#include <unistd.h>
#include "sink/out.h"
#include "traces/pipeline/write.h"

#define JOB            "\"jobs\": [{\"stages\": [{\"length\": 1}]}]"
#define MACHINE(nodes) DOC("\"machine\": {\"nodes\": [" nodes "]},\n" JOB)

static const struct pt_machine *open_machine(struct tap *tap, const char *text)
{
    if (tap_text(tap, text, &plain) < 0)
        fail_msg("%s", tap->message);
    return tap_info(tap).machine;
}

static void test_each_node_of_an_entry_has_its_speed(void **state)
{
    static const double speeds[] = {0.5, 0.5, 1, 1, 0.001, 1000, 1.25};
    struct tap tap;

    (void)state;
    const struct pt_machine *machine = open_machine(
        &tap, MACHINE("{\"count\": 2, \"speed\": 0.5}, {}, {\"speed\": 1}, "
                      "{\"speed\": 0.001}, {\"speed\": 1e3}, "
                      "{\"speed\": 1.25}"));
    ASSERT_INT(machine->nodes, 7);
    for (int i = 0; i < 7; i++)
        ASSERT_NEAR(machine->node[i].speed, speeds[i], 0, 0);
    tap_close(&tap);
}

/* Nodes of one speed are equal, but their speed is not lost. */
static void test_only_a_speed_of_one_leaves_nodes_alike(void **state)
{
    struct tap tap;

    (void)state;
    assert_null(
        open_machine(&tap, MACHINE("{\"count\": 3, \"speed\": 1.0}"))->node);
    tap_close(&tap);
    const struct pt_machine *machine =
        open_machine(&tap, MACHINE("{\"count\": 3, \"speed\": 2}"));
    assert_non_null(machine->node);
    for (int i = 0; i < 3; i++)
        ASSERT_NEAR(machine->node[i].speed, 2, 0, 0);
    tap_close(&tap);
}

static void test_bad_speeds_are_told_where_they_stand(void **state)
{
    static const struct {
        const char *text, *seen;
        int column;
    } table[] = {
        {MACHINE("\n{\"speed\": 0}"), "0", 11},
        {MACHINE("\n{\"speed\": -1}"), "-1", 11},
        {MACHINE("\n{\"speed\": -0.0}"), "-0.0", 11},
        {MACHINE("\n{\"speed\": 0.0009}"), "0.0009", 11},
        {MACHINE("\n{\"speed\": 1000.001}"), "1000.001", 11},
        {MACHINE("\n{\"speed\": 1e999}"), "1e999", 11},
        {MACHINE("\n{\"cores\": 2, \"speed\": \"2\"}"), "'2'", 23},
        {MACHINE("\n{\"cores\": 2, \"speed\": \"fast\"}"), "'fast'", 23},
        {MACHINE("\n{\"speed\": null}"), "null", 11},
        {MACHINE("\n{\"speed\": true}"), "true", 11},
        {MACHINE("\n{\"speed\": [1]}"), "a list", 11},
        {MACHINE("\n{\"speed\": {}}"), "an object", 11},
    };
    char expected[200];
    struct tap tap;

    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        snprintf(expected, sizeof expected,
                 "t.json:2:%d: 'speed' is %s (expected a number from 0.001 to "
                 "1000)",
                 table[i].column, table[i].seen);
        ASSERT_INT(tap_text(&tap, table[i].text, &plain), -1);
        ASSERT_INT(tap.err.code, PT_ERR_INPUT);
        ASSERT_TEXT(tap.message, expected);
        pt_free(tap.state);
    }
}

static void test_a_slip_of_the_key_is_told(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_text(&tap, MACHINE("\n{\"sped\": 2}"), &plain), -1);
    ASSERT_HAS(tap.message, "t.json:2:2: ");
    ASSERT_HAS(tap.message, "(did you mean 'speed'?)");
    pt_free(tap.state);
    ASSERT_INT(
        tap_text(&tap, MACHINE("\n{\"speed\": 2, \"speed\": 2}"), &plain), -1);
    ASSERT_HAS(tap.message, "t.json:2:14: ");
    pt_free(tap.state);
}

/* Writes what TEXT says to PATH, and opens that. */
static void write_and_open(const char *text, const char *path, struct tap *back)
{
    struct pt_pipeline_writer writer;
    struct tap tap;

    const struct pt_machine *machine = open_machine(&tap, text);
    ASSERT_INT(pt_pipeline_write_open(&writer, path, machine, NULL, &tap.err),
               0);
    while (tap_next(&tap) == 1)
        ASSERT_INT(pt_pipeline_write_job(&writer, &tap.work, &tap.err), 0);
    ASSERT_INT(pt_pipeline_write_close(&writer, NULL, &tap.err), 0);
    tap_close(&tap);
    if (tap_file(back, path) < 0)
        fail_msg("%s", back->message);
}

static void
test_a_speed_that_is_written_reads_back_to_the_last_bit(void **state)
{
    static const char text[] =
        MACHINE("{\"speed\": 0.1}, {}, {\"speed\": 0.3333333333333333}, "
                "{\"speed\": 999.9999999999999, \"up\": 5, \"down\": 9}, "
                "{\"speed\": 1.0000000000000002, \"rack\": \"r\"}");
    const char *base = getenv("TMPDIR");
    char path[100];
    struct tap tap, back;

    (void)state;
    snprintf(path, sizeof path, "%.60s/pt-speed-XXXXXX", base ? base : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    write_and_open(text, path, &back);
    const struct pt_machine *a = open_machine(&tap, text);
    const struct pt_machine *b = tap_info(&back).machine;
    same_machine(a, b);
    for (int i = 0; i < 5; i++)
        ASSERT_NEAR(a->node[i].speed, b->node[i].speed, 0, 0);
    ASSERT_NEAR(b->node[0].speed, 0.1, 0, 0);
    assert_true(b->node[4].speed > 1);
    tap_close(&tap);
    tap_close(&back);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_node_of_an_entry_has_its_speed),
        cmocka_unit_test(test_only_a_speed_of_one_leaves_nodes_alike),
        cmocka_unit_test(test_bad_speeds_are_told_where_they_stand),
        cmocka_unit_test(test_a_slip_of_the_key_is_told),
        cmocka_unit_test(
            test_a_speed_that_is_written_reads_back_to_the_last_bit)};

    return cmocka_run_group_tests_name("pipeline_speed", tests, NULL, NULL) !=
           0;
}
