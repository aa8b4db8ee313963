/* What is wrong with a pipeline document is told at its line and column. */
#include "tests/unit/pipeline_reading.h"

static void check_bytes(const char *text, size_t n, const char *message)
{
    struct tap tap;

    tap_init(&tap, &pt_source_pipeline);
    int status = tapped(&tap, pt_pipeline_open_bytes(tap.state, "t.json", text,
                                                     n, &plain, &tap.err));
    if (status == 0) {
        tap_close(&tap);
        fail_msg("accepted: %s", text);
    }
    ASSERT_INT(tap.err.code, PT_ERR_INPUT);
    if (strncmp(tap.message, message, strlen(message)) != 0)
        print_error("of: %s\n", text);
    if (strncmp(tap.message, message, strlen(message)) != 0)
        ASSERT_TEXT(tap.message, message);
    pt_free(tap.state);
}

struct bad {
    const char *text, *message;
};

static void check_all(const struct bad *bad, size_t n)
{
    for (size_t i = 0; i < n; i++)
        check_bytes(bad[i].text, strlen(bad[i].text), bad[i].message);
}

#define CHECK_ALL(table) check_all(table, sizeof table / sizeof *table)

static void test_bad_json_is_told_where_it_is(void **state)
{
    static const struct bad table[] = {
        {"", "t.json:1:1: the document ends too early (expected a value)"},
        {"\n\n  nul", "t.json:3:3: not JSON (expected a value)"},
        {"{\n\"a\": [1,\n2,]}", "t.json:3:3: nothing after the comma"},
        {"{\"a\": [1 2]}", "t.json:1:10: the list goes on (expected , or ])"},
        {"{\"a\": 1 \"b\"}", "t.json:1:9: the object goes on"},
        {"{\"a\" 1}", "t.json:1:6: no value (expected a colon"},
        {"{a: 1}", "t.json:1:2: no key (expected a quoted name)"},
        {"{\"a\": 1,}", "t.json:1:9: nothing after the comma"},
        {"{\"a\": 1", "t.json:1:8: the object goes on"},
        {"[01]", "t.json:1:4: a bad number (expected digits, and no zero"},
        {"[-]", "t.json:1:3: a bad number"},
        {"[1.]", "t.json:1:4: a bad number (expected digits after the point)"},
        {"[1e+]", "t.json:1:5: a bad number (expected digits after the e)"},
        {"[+1]", "t.json:1:2: not JSON"},
        {"[.5]", "t.json:1:2: not JSON"},
        {"[NaN]", "t.json:1:2: not JSON"},
        {"'a'", "t.json:1:1: not JSON"},
        {"[1] 2", "t.json:1:5: more after the document (expected its end)"},
        {"\"abc", "t.json:1:5: the text does not end (expected a quote)"},
        {"\"a\nb\"", "t.json:1:3: a control character in a text"},
        {"\"\\x\"", "t.json:1:3: a bad escape"},
        {"\"\\u12g4\"", "t.json:1:6: a bad \\u (expected four"},
        {"\"\\ud800x\"", "t.json:1:8: half a pair of \\u (expected the other)"},
        {"\"\\udc00\"", "t.json:1:8: half a pair of \\u (expected the first"},
        {"\"\\ud800\\u0041\"", "t.json:1:14: half a pair"},
        {"\"\\u0000\"", "t.json:1:8: a zero character (expected text)"},
        {"\"\x80\"", "t.json:1:2: not UTF-8"},
        {"\"\xc0\xaf\"", "t.json:1:2: not UTF-8"},
        {"\"\xed\xa0\x80\"", "t.json:1:2: not UTF-8"},
        {"\"\xf4\x90\x80\x80\"", "t.json:1:2: not UTF-8"},
        {"\"\xe2\x82\"", "t.json:1:2: not UTF-8"},
    };
    char deep[200];

    (void)state;
    CHECK_ALL(table);
    memset(deep, '[', sizeof deep);
    check_bytes(deep, sizeof deep, "t.json:1:65: too many lists and objects");
    check_bytes("[\0]", 3, "t.json:1:2: a zero byte (expected text)");
}

/* A part of a document, where it ends on the third line. */
#define HEAD "{\"schema\": \"protium.pipeline/1\",\n\"jobs\": [{\"stages\": [\n"
#define TAIL "]}]}"

static void test_bad_stages_are_told_where_they_are(void **state)
{
    static const struct bad table[] = {
        {HEAD "{\"length\": 1, \"taks\": 3}" TAIL,
         "t.json:3:15: a stage: unknown key 'taks' (did you mean 'tasks'?)"},
        {HEAD "{\"length\": 1, \"xyzzy\": 3}" TAIL,
         "t.json:3:15: a stage: unknown key 'xyzzy' (expected one of: id, "},
        {HEAD "{\"length\": 1, \"length\": 3}" TAIL,
         "t.json:3:15: a stage: 'length' stands here twice"},
        {HEAD "3" TAIL, "t.json:3:1: a stage is 3 (expected an object: {...})"},
        {HEAD "{\"tasks\": 3}" TAIL, "t.json:3:1: a stage without 'length'"},
        {HEAD "{\"length\": 1, \"tasks\": 0}" TAIL,
         "t.json:3:24: 'tasks' is 0 (expected a whole number from 1 to "
         "10000000)"},
        {HEAD "{\"length\": 1, \"tasks\": 1.5}" TAIL,
         "t.json:3:24: 'tasks' is 1.5"},
        {HEAD "{\"length\": 1, \"tasks\": \"4\"}" TAIL,
         "t.json:3:24: 'tasks' is '4'"},
        {HEAD "{\"length\": 1, \"tasks\": 10000001}" TAIL, "t.json:3:24:"},
        {HEAD "{\"length\": 1, \"tasks\": 9999999}, {\"length\": 1, "
              "\"tasks\": 2}" TAIL,
         "t.json:3:34: the job has too many tasks"},
        {HEAD "{\"length\": 1, \"limit\": 0}" TAIL,
         "t.json:3:24: 'limit' is 0 (expected more)"},
        {HEAD "{\"length\": 1, \"mode\": \"gnag\"}" TAIL,
         "t.json:3:23: 'mode' is 'gnag' (did you mean 'gang'?)"},
        {HEAD "{\"length\": 1, \"mode\": \"serial\"}" TAIL,
         "t.json:3:23: 'mode' is 'serial' (expected parallel, gang)"},
        {HEAD "{\"length\": 1, \"cores\": 0}" TAIL, "t.json:3:24: 'cores' is"},
        {HEAD "{\"length\": 1, \"cores\": 0.0001}" TAIL,
         "t.json:3:24: 'cores' is 0.0001 (expected a number from 0 to 1000000 "
         "with up to three decimals)"},
        {HEAD "{\"length\": 1, \"gpus\": 1.5}" TAIL,
         "t.json:3:23: 'gpus' is more than one and not whole"},
        {HEAD "{\"length\": 1, \"memory\": \"1GB\"}" TAIL,
         "t.json:3:25: 'memory' is '1GB' (expected MiB"},
        {HEAD "{\"length\": 1, \"iterations\": 3}" TAIL,
         "t.json:3:29: 'iterations' of a parallel stage"},
        {HEAD "{\"length\": 1, \"together\": true}" TAIL,
         "t.json:3:27: 'together' of a parallel stage"},
        {HEAD "{\"length\": 1, \"retries\": 1}" TAIL,
         "t.json:3:26: 'retries' is 1 (expected true or false)"},
        {HEAD "{\"length\": 1, \"note\": 1}" TAIL,
         "t.json:3:23: 'note' is 1 (expected a text"},
        {HEAD "{\"length\": 1, \"profile\": -1}" TAIL, "t.json:3:26:"},
        {HEAD TAIL, "t.json:2:21: 0 stages (expected 1 to 10000)"},
    };

    (void)state;
    CHECK_ALL(table);
}

static void test_bad_lengths_are_told_where_they_are(void **state)
{
    static const struct bad table[] = {
        {HEAD "{\"length\": -1}" TAIL,
         "t.json:3:12: 'length' is -1 (expected seconds, as a number from 0 "
         "to 1e11, or a text with a unit such as \"90s\", \"5m\" or \"2h\")"},
        {HEAD "{\"length\": \"5 parsecs\"}" TAIL,
         "t.json:3:12: 'length' is '5 parsecs'"},
        {HEAD "{\"length\": \"never\"}" TAIL, "t.json:3:12: 'length' is"},
        {HEAD "{\"length\": 1e300}" TAIL, "t.json:3:12: 'length' is 1e300"},
        {HEAD "{\"tasks\": 2, \"length\": [1]}" TAIL,
         "t.json:3:24: 'length' has 1 items (expected one for each of the 2 "
         "tasks)"},
        {HEAD "{\"tasks\": 2, \"length\": [1, null]}" TAIL,
         "t.json:3:28: a task's 'length' is null"},
        {HEAD "{\"length\": {\"expo\": 1}}" TAIL,
         "t.json:3:13: 'length': unknown key 'expo' (did you mean 'exp'?)"},
        {HEAD "{\"length\": {}}" TAIL,
         "t.json:3:12: 'length' has 0 distributions (expected one of"},
        {HEAD "{\"length\": {\"exp\": 0}}" TAIL,
         "t.json:3:20: 'length': the mean is 0"},
        {HEAD "{\"length\": {\"uniform\": [2, 1]}}" TAIL,
         "t.json:3:28: 'length' ends before it begins"},
        {HEAD "{\"length\": {\"uniform\": [2]}}" TAIL,
         "t.json:3:24: 'length' has 1 bounds"},
        {HEAD "{\"length\": {\"lognormal\": {\"cv\": 1}}}" TAIL,
         "t.json:3:26: 'length': no 'mean'"},
        {HEAD "{\"length\": {\"lognormal\": {\"mean\": 1, \"cv\": 0}}}" TAIL,
         "t.json:3:44: 'cv' is 0 (expected a number from 0.001 to 1000)"},
    };

    (void)state;
    CHECK_ALL(table);
}

static void test_bad_dependencies_are_told_where_they_are(void **state)
{
    static const struct bad table[] = {
        {HEAD "{\"id\": \"map\", \"length\": 1}, {\"length\": 1, \"after\": "
              "\"mpa\"}" TAIL,
         "t.json:3:52: 'after': there is no 'mpa' (did you mean 'map'?)"},
        {HEAD "{\"length\": 1, \"after\": 7}" TAIL,
         "t.json:3:24: 'after': there is no '7' (expected one such as '0')"},
        {HEAD "{\"length\": 1, \"after\": [0]}" TAIL,
         "t.json:3:24: the stage waits for itself"},
        {HEAD "{\"length\": 1}, {\"length\": 1, \"after\": [2]}, "
              "{\"length\": 1, \"after\": [0, 1]}" TAIL,
         "t.json:3:39: the stage waits for itself"},
        {HEAD "{\"id\": 1, \"length\": 1}, {\"length\": 1}" TAIL,
         "t.json:3:25: a stage without 'id' has its place as one, 1"},
        {HEAD "{\"id\": \"a\", \"length\": 1}, {\"id\": \"a\", \"length\": "
              "1}" TAIL,
         "t.json:3:34: two stages have the id 'a'"},
        {HEAD "{\"id\": \"\", \"length\": 1}" TAIL,
         "t.json:3:8: 'id' is '' (expected a name"},
        {HEAD "{\"id\": -0, \"length\": 1}" TAIL, "t.json:3:8: 'id' is -0"},
        {HEAD "{\"length\": 1}, {\"length\": 1, \"after\": [0, 0]}" TAIL,
         "t.json:3:43: 'after': '0' stands here twice"},
    };

    (void)state;
    CHECK_ALL(table);
}

static void test_what_is_wrong_about_tasks_is_told(void **state)
{
    static const struct bad table[] = {
        {HEAD "{\"tasks\": 2, \"length\": 1, \"takes\": [[]]}" TAIL,
         "t.json:3:36: 'takes' has 1 items (expected one for each of the 2"},
        {HEAD "{\"length\": 1, \"takes\": {\"1\": []}}" TAIL,
         "t.json:3:25: 'takes': '1' is no task, or stands here twice (expected "
         "0 to 0, each once)"},
        {HEAD "{\"length\": 1, \"takes\": {\"0\": [], \"0\": []}}" TAIL,
         "t.json:3:34: 'takes': '0' is no task, or"},
        {HEAD "{\"length\": 1, \"takes\": [[{\"fials\": true}]]}" TAIL,
         "t.json:3:27: a launch: unknown key 'fials' (did you mean 'fails'?)"},
        {HEAD "{\"length\": 1, \"takes\": [[{\"fails\": \"fetsh\"}]]}" TAIL,
         "t.json:3:36: 'fails' is 'fetsh' (did you mean 'fetch'?)"},
        {HEAD "{\"length\": 1, \"takes\": [[{\"fails\": \"fetch\"}]]}" TAIL,
         "t.json:3:26: a failed fetch of a stage with 0 parents"},
        {HEAD "{\"length\": 1}, {\"length\": 1, \"after\": 0, \"takes\": "
              "[[{\"fails\": \"fetch\", \"output\": 1}]]}" TAIL,
         "t.json:3:82: 'output' is 1 (expected a whole number from 0 to 0)"},
        {HEAD "{\"length\": 1}, {\"length\": 1, \"takes\": [[{\"fails\": "
              "\"fetch\", \"parent\": 0}]]}" TAIL,
         "t.json:3:70: 'parent' is no parent of the stage"},
        {HEAD "{\"length\": 1, \"takes\": [[{\"output\": 1}]]}" TAIL,
         "t.json:3:37: 'output' of a launch that fails otherwise"},
        {HEAD "{\"length\": 1, \"takes\": [3]}" TAIL,
         "t.json:3:25: 'takes' is 3 (expected a list"},
        {HEAD "{\"length\": 1, \"prefer\": 3}" TAIL,
         "t.json:3:25: 'prefer' is 3 (expected an object"},
        {HEAD "{\"length\": 1, \"prefer\": [[{}]]}" TAIL,
         "t.json:3:27: 'prefer': not one place"},
        {HEAD "{\"length\": 1, \"prefer\": [[{\"node\": \"n\"}]]}" TAIL,
         "t.json:3:36: 'node': there is no 'n'"},
        {HEAD "{\"length\": 1, \"rdds\": []}" TAIL,
         "t.json:3:23: 0 'rdds' (expected 1 to 10000"},
        {HEAD "{\"length\": 1, \"rdds\": [{}]}" TAIL,
         "t.json:3:24: 'rdds': no 'partitions'"},
        {HEAD "{\"length\": 1, \"rdds\": [{\"partitions\": 1, \"parents\": "
              "[0]}]}" TAIL,
         "t.json:3:54: a parent does not stand behind"},
        {HEAD "{\"length\": 1, \"rdds\": [{\"partitions\": 1, \"parents\": "
              "[1], \"dependency\": [\"narrow\", \"shuffle\"]}, "
              "{\"partitions\": 1}]}" TAIL,
         "t.json:3:72: 'dependency' has 2 items"},
    };

    (void)state;
    CHECK_ALL(table);
}

#define BEGIN  "{\"schema\": \"protium.pipeline/1\",\n"
#define STAGE1 "\"stages\": [{\"length\": 1}]}"

static void test_bad_jobs_are_told_where_they_are(void **state)
{
    static const struct bad table[] = {
        {"[]", "t.json:1:1: the document is a list (expected an object"},
        {"{}", "t.json:1:1: no 'schema' (expected \"schema\": "},
        {"{\"schema\": \"protium.pipeline/2\"}",
         "t.json:1:12: the schema 'protium.pipeline/2' is not known"},
        {BEGIN "\"notes\": 1}",
         "t.json:2:1: the document: unknown key 'notes' (did you mean "
         "'note'?)"},
        {"{\"schema\": \"protium.pipeline/1\"}", "t.json:1:1: no 'jobs'"},
        {BEGIN "\"jobs\": []}", "t.json:2:9: no jobs (expected at least one)"},
        {BEGIN "\"jobs\": [{}]}", "t.json:2:10: a job without 'stages'"},
        {BEGIN "\"jobs\": [{\"submit\": -1, " STAGE1 "]}",
         "t.json:2:21: 'submit' is -1"},
        {BEGIN "\"jobs\": [{\"count\": 0, " STAGE1 "]}", "t.json:2:20:"},
        {BEGIN "\"jobs\": [{\"gap\": 1, \"every\": 2, " STAGE1 "]}",
         "t.json:2:30: 'every' beside 'gap'"},
        {BEGIN "\"jobs\": [{\"after\": \"x\", " STAGE1 "]}",
         "t.json:2:20: 'after': there is no 'x'"},
        {BEGIN "\"jobs\": [{\"id\": \"me\", \"after\": \"me\", " STAGE1 "]}",
         "t.json:2:32: 'after': 'me' does not stand before this job"},
        {BEGIN "\"jobs\": [{\"id\": 1, " STAGE1 ", {\"id\": 1, " STAGE1 "]}",
         "t.json:2:55: two jobs have the id '1'"},
        {BEGIN "\"jobs\": [{\"id\": 1, \"count\": 5, " STAGE1
               ", {\"id\": 4, " STAGE1 "]}",
         "t.json:2:17: the job's 5 repetitions count on from this id"},
        {BEGIN "\"jobs\": [{\"user\": \"eve\", " STAGE1 "]}",
         "t.json:2:19: 'user' is 'eve' (expected a whole number from 0 on)"},
        {BEGIN "\"jobs\": [{\"pool\": \"p\", " STAGE1 "]}",
         "t.json:2:19: 'pool': there is no 'p' (expected 'default', or"},
        {BEGIN "\"pools\": {\"night\": {}},\n\"jobs\": [{\"pool\": "
               "\"nihgt\", " STAGE1 "]}",
         "t.json:3:19: 'pool': there is no 'nihgt' (did you mean 'night'?)"},
        {BEGIN "\"jobs\": [{\"count\": 1000000000000, " STAGE1 ", {" STAGE1
               "]}",
         "t.json:2:63: too many jobs, repetitions counted"},
    };

    (void)state;
    CHECK_ALL(table);
}

static void test_bad_machines_are_told_where_they_are(void **state)
{
    static const struct bad table[] = {
        {BEGIN "\"machine\": {}}", "t.json:2:12: 'machine': no 'nodes'"},
        {BEGIN "\"machine\": {\"nodes\": []}}", "t.json:2:22: no nodes"},
        {BEGIN "\"machine\": {\"nodes\": [{\"cores\": 0}]}}",
         "t.json:2:33: 'cores' is 0"},
        {BEGIN "\"machine\": {\"nodes\": [{\"core\": 2}]}}",
         "t.json:2:24: a node: unknown key 'core' (did you mean 'cores'?)"},
        {BEGIN "\"machine\": {\"nodes\": [{\"name\": \"a\"}, {\"name\": "
               "\"a\"}]}}",
         "t.json:2:22: two nodes are called 'a'"},
        {BEGIN "\"machine\": {\"nodes\": [{\"up\": 5, \"down\": 5}]}}",
         "t.json:2:41: 'down' is not after 'up'"},
        {BEGIN "\"machine\": {\"nodes\": [{\"count\": 1000000}, {}]}}",
         "t.json:2:43: too many nodes"},
        {BEGIN "\"pools\": {\"a\": {\"parent\": \"b\"}, \"b\": {\"parent\": "
               "\"a\"}}}",
         "t.json:2:10: 'pools': some are their own parents"},
        {BEGIN "\"pools\": {\"a\": {\"parent\": \"c\"}}}",
         "t.json:2:27: 'parent': there is no 'c'"},
        {BEGIN "\"pools\": {\"a\": {}, \"a\": {}}}",
         "t.json:2:20: 'pools': 'a' stands here twice"},
        {BEGIN "\"pools\": {\"default\": {\"parent\": \"default\"}}}",
         "t.json:2:33: the pool 'default' has a parent"},
        {BEGIN "\"pools\": {\"a\": {\"mode\": \"far\"}}}",
         "t.json:2:25: 'mode' is 'far' (did you mean 'fair'?)"},
        {BEGIN "\"set\": {\"tau\": null}}",
         "t.json:2:16: 'set': no value for 'tau'"},
        {BEGIN "\"set\": {\"tau\": 1, \"tau\": 2}}",
         "t.json:2:19: 'set': 'tau' stands here twice"},
    };

    (void)state;
    CHECK_ALL(table);
}

static void test_all_escapes_of_json_are_read(void **state)
{
    struct tap tap;

    (void)state;
    first_work(&tap,
               "\xef\xbb\xbf"
               "{\"schema\": \"protium\\u002epipeline\\/1\", \"set\": "
               "{\"k\": \"\\\"\\\\\\b\\f\\n\\r\\t\\u00e4\\u20ac\\ud83d\\ude00"
               "\xc3\xa4\"},\n\"jobs\": [{\"stages\": [{\"length\": 1E0}]}]}");
    ASSERT_TEXT(tap_info(&tap).machine->conditions->value,
                "\"\\\b\f\n\r\t\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa4");
    tap_close(&tap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_json_is_told_where_it_is),
        cmocka_unit_test(test_bad_stages_are_told_where_they_are),
        cmocka_unit_test(test_bad_lengths_are_told_where_they_are),
        cmocka_unit_test(test_bad_dependencies_are_told_where_they_are),
        cmocka_unit_test(test_what_is_wrong_about_tasks_is_told),
        cmocka_unit_test(test_bad_jobs_are_told_where_they_are),
        cmocka_unit_test(test_bad_machines_are_told_where_they_are),
        cmocka_unit_test(test_all_escapes_of_json_are_read),
    };
    return cmocka_run_group_tests_name("pipeline_bad", tests, NULL, NULL) != 0;
}
