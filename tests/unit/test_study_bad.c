/* Studies that are refused: where, and what is said. */
#include "tests/unit/study_reading.h"

/* TEXT is refused at line 1 and COLUMN of what it stands in, from 1. */
struct bad {
    const char *text;
    int column;
    const char *says;
};

static const struct bad wholes[] = {
    {"{}", 1, "the study has no workload (expected \"workload\": a model or"},
    {"{\"workload\": \"lublin\"}", 1,
     "the study has no policies (expected \"policies\": such as [\"fcfs\", "
     "\"easy\"])"},
    {"{\"policies\": [\"easy\"]}", 1,
     "the study has no workload (expected \"workload\": a model or"},
    {"{\"workload\": \"lubln:jobs=3\", \"policies\": [\"easy\"]}", 14,
     "'lubln:jobs=3' is no file here, nor a model (did you mean "
     "'lublin:jobs=3'?)"},
    {"{\"workload\": \"no/such.swf\", \"policies\": [\"easy\"]}", 14,
     "the trace 'no/such.swf' cannot be read: No such file or"},
    {"{\"workload\": \"lublin:job=3\", \"policies\": [\"easy\"]}", 14,
     "lublin has no parameter 'job' (did you mean 'jobs'?)"},
    {"{\"workload\": {\"model\":\"lublin\",\"jobz\":3}, \"policies\": "
     "[\"easy\"]}",
     32, "lublin has no parameter 'jobz' (did you mean 'jobs'?)"},
    {"{\"workload\": {\"model\":\"lublin\",\"jobs\":-3}, \"policies\": "
     "[\"easy\"]}",
     39,
     "lublin: bad value jobs=-3 (expected a whole number from 0 to "
     "1000000000000)"},
    {"{\"workload\": {\"model\":\"lublin\",\"type\":\"batsh\"}, \"policies\": "
     "[\"easy\"]}",
     39, "lublin: type=batsh is not known (did you mean batch?"},
    {"{\"workload\": {\"model\":\"lublin\",\"trace\":\"x\"}, \"policies\": "
     "[\"easy\"]}",
     14,
     "the workload has a model and a trace (expected \"model\" or \"trace\")"},
    {"{\"workload\": {}, \"policies\": [\"easy\"]}", 14,
     "the workload has no source (expected \"model\" or \"trace\")"},
    {"{\"workload\": 5, \"policies\": [\"easy\"]}", 14,
     "workload is neither a text nor an object (expected"},
    {"{\"workload\": {\"trace\":\"a.swf\"}, \"policies\": [\"easy\"]}", 23,
     "the trace 'a.swf' cannot be read: No such file or directory"},
    {"{\"workload\": \"lublin\", \"policies\": [\"eazy\"]}", 37,
     "unknown policy 'eazy' (did you mean 'easy'?)"},
    {"{\"workload\": \"lublin\", \"policies\": []}", 36,
     "no policies (expected at least one, such as \"easy\": protium list "
     "policies)"},
    {"{\"workload\": \"lublin\", \"policies\": [\"easy\",\"easy\"]}", 44,
     "two policies are labelled 'easy' (give one another label: LABEL=easy)"},
    {"{\"workload\": \"lublin\", \"policies\": {\"a b\": \"easy\"}}", 37,
     "'a b' is not a label (expected at most 64 letters, digits,"},
    {"{\"workload\": \"lublin\", \"policies\": {\"a\": "
     "{\"policy\":\"backfill\",\"dept\":4}}}",
     63, "backfill has no parameter 'dept' (did you mean 'depth'?)"},
    {"{\"workload\": \"lublin\", \"policies\": {\"a\": "
     "{\"policy\":\"backfill\",\"depth\":-4}}}",
     71,
     "backfill: bad value depth=-4 (expected a whole number from 0 to "
     "1000000000, or all)"},
    {"{\"workload\": \"lublin\", \"policies\": {\"a\": {\"depth\":4}}}", 42,
     "the policy has no name (expected \"policy\": one of protium list "
     "policies)"},
    {"{\"workload\": \"lublin\", \"policies\": {\"a\": \"easy\", \"a\": "
     "\"fcfs\"}}",
     50, "policies: 'a' stands here twice (expected it once)"},
    {"{\"workload\": \"lublin\", \"polices\": [\"easy\"]}", 24,
     "the study: unknown key 'polices' (did you mean 'policies'?)"},
    {"{\"workload\": \"lublin\", \"policies\": [\"fcfs\"], \"grid\": "
     "{\"policy.depth\": [1]}}",
     55, "no policy of the study has a parameter 'depth' (expected"},
    {"{\"workload\": \"poisson\", \"policies\": [\"easy\"], \"grid\": "
     "{\"cores\": [1]}}",
     56, "'cores' is the cluster's (expected 'cluster.cores')"},
    {"{\"workload\": \"lublin\", \"policies\": [\"easy\"] /* not ended", 45,
     "the comment does not end (expected */)"},
    {"{\"workload\": \"lublin\" \"policies\": [\"easy\"]}", 23,
     "the object goes on (expected , or })"},
};

static const struct bad members[] = {
    {"\"baseline\": \"easi\"", 13,
     "no policy is labelled 'easi' (did you mean 'easy'?)"},
    {"\"set\": {\"clea\": \"none\"}", 9,
     "set has no parameter 'clea' (did you mean 'clean'?)"},
    {"\"set\": {\"clean\": \"nune\"}", 18,
     "set: clean=nune is not known (did you mean none? expected none or "
     "strict)"},
    {"\"set\": {\"tau\": \"10 apples\"}", 16,
     "set: bad value tau=10 apples (expected a time such as 10s,"},
    {"\"set\": {\"place\": \"pak\"}", 18,
     "unknown placement 'pak' (did you mean 'pack'?)"},
    {"\"set\": {\"failures\": \"nodes:mtfb=3d\"}", 21,
     "nodes has no parameter 'mtfb' (did you mean 'mtbf'?)"},
    {"\"failures\": \"nods\"", 13,
     "unknown failure model 'nods' (did you mean 'nodes'?)"},
    {"\"failures\": \"trace:file=x.csv\"", 13,
     "file=x.csv cannot be read: No such file or directory"},
    {"\"failures\": \"nodes\", \"set\": {\"failures\":\"none\"}", 13,
     "failures is set twice (expected it here or in \"set\")"},
    {"\"set\": {\"replication\": 2}", 9,
     "set.replication is each run's own (expected \"replications\": N in the "
     "study)"},
    {"\"set\": {\"warmup\": \"mzer\"}", 19,
     "warmup: 'mzer' is not known (did you mean 'mser'?)"},
    {"\"set\": {\"changes\": \"lood\"}", 20,
     "unknown change 'lood' (did you mean 'load'?)"},
    {"\"set\": {\"seed\": null}", 17,
     "seed has no single value (expected a number, a text, true or false)"},
    {"\"set\": {\"seed\": 1, \"seed\": 2}", 20,
     "set: 'seed' stands here twice (expected it once)"},
    {"\"cluster\": \"12y\"", 12,
     "cluster '12y' is not a machine (expected \"N\" or \"NxC\": N"},
    {"\"cluster\": {\"node\": 3}", 13,
     "cluster: unknown key 'node' (did you mean 'nodes'?)"},
    {"\"cluster\": {\"nodes\": 0}", 22,
     "nodes is 0 (expected a whole number from 1 to 1073741823)"},
    {"\"cluster\": {\"cores\": 2}", 22,
     "cores without nodes (expected \"nodes\" too)"},
    {"\"set\": {\"checkpoint\":\"young\"}, \"grid\": "
     "{\"checkpoint.daly.cost\": [\"5m\"]}",
     66,
     "checkpoint is young, and so has no 'daly.cost' (expected daly there, or "
     "no checkpoint)"},
    {"\"replications\": 0", 17,
     "replications is 0 (expected a whole number from 1 to 1000000)"},
    {"\"metrics\": [\"wait_maen\"]", 13,
     "unknown metric 'wait_maen' (did you mean 'wait_mean'?)"},
    {"\"metrics\": []", 12, "no metrics (expected at least one)"},
    {"\"replications\": 5, \"stop\": "
     "{\"metric\":\"wait_mean\",\"relative\":0.05,\"most\":2}",
     73, "most is 2 (expected a whole number from 5 to 1000000)"},
    {"\"stop\": {\"metric\":\"wait_mean\",\"relative\":0.05,\"most\":20}", 9,
     "stop needs an interval, and one replication has none"},
    {"\"replications\": 5, \"stop\": "
     "{\"metric\":\"wait_mean\",\"relative\":0.05}",
     28, "stop: 'most' is missing (expected metric, relative and most)"},
    {"\"confidence\": 95", 15,
     "confidence is 95 (expected a number from 0.5 to 0.9999)"},
    {"\"files\": \"al\"", 10, "files is 'al' (did you mean 'all'?)"},
    {"\"tape\": 1", 9, "tape is 1 (expected true or false)"},
    {"\"figures\": [\"a\",\"a\"]", 17,
     "figure 'a' stands here twice (expected it once)"},
    {"\"schema\": \"protium.study/2\"", 11,
     "this is no study that this program knows (expected \"protium.study/1\")"},
    {"", 1, "nothing after the comma (expected more)"},
};

static const struct bad grids[] = {
    {"\"lode\": [1]", 1,
     "'lode': there is no 'lode' to set (did you mean 'nodes'?)"},
    {"\"load\": []", 9, "the axis has no values (expected at least one)"},
    {"\"load\": [0.5, -1]", 15,
     "lublin: bad value load=-1 (expected a number from 0 to 1000)"},
    {"\"load\": [0.5, 0.5]", 15,
     "two values of an axis are labelled '0.5' (expected each once)"},
    {"\"load\": 5", 9,
     "the axis has no list of values (expected [...], or an object with values "
     "or points)"},
    {"\"load\": {\"from\":1,\"to\":2}", 9,
     "the range has no 'step' (expected from, to and step)"},
    {"\"load\": {\"from\":1,\"to\":2,\"step\":-1}", 33,
     "steps do not lead from 'from' to 'to' (expected another step)"},
    {"\"load\": {\"from\":1,\"to\":2,\"step\":\"a\"}", 33,
     "'step' is no plain number (expected one such as 0.05, of at most 15 "
     "digits)"},
    {"\"load\": [1], \"workload.load\": [2]", 14,
     "the axes load and workload_load both set workload.load (expected one of "
     "them)"},
    {"\"a\": {\"sets\":\"load\",\"values\":[1]}, \"A\": "
     "{\"sets\":\"seed\",\"values\":[2]}",
     36,
     "two axes are called 'A' (expected another name: \"NAME\": {\"sets\": "
     "...})"},
    {"\"a b\": {\"sets\":\"load\",\"values\":[1]}", 1,
     "'a b' is not the name of an axis (expected letters, digits and _)"},
    {"\"label\": {\"sets\":\"load\",\"values\":[1]}", 1,
     "an axis cannot be called 'label', as a column of the results is "
     "(expected another name)"},
    {"\"depth\": [1]", 1,
     "'depth' is a parameter of policies (expected 'policy.depth')"},
    {"\"policy.dept\": [1]", 1,
     "no policy of the study has a parameter 'dept' (did you mean 'depth'?)"},
    {"\"nodez\": [1]", 1,
     "'nodez': there is no 'nodez' to set (did you mean 'nodes'?)"},
    {"\"cluster.cores\": [1, 2]", 19,
     "cluster.cores without nodes (expected cluster.nodes too)"},
    {"\"failures.nods.mtbf\": [\"1d\"]", 1,
     "unknown failure model 'nods' (did you mean 'nodes'?)"},
    {"\"failures.nodes.mtbff\": [\"1d\"]", 1,
     "nodes has no parameter 'mtbff' (did you mean 'mtbf'?)"},
    {"\"failures.nodes.mtbf\": [\"1d\", \"1q\"]", 31,
     "nodes: bad value mtbf=1q (expected a time such as 10s, 5m,"},
    {"\"failures.nodes\": [\"1d\"]", 1,
     "set.failures.nodes names no parameter (expected "
     "set.failures.NAME.PARAMETER)"},
    {"\"replication\": [1,2]", 1,
     "the replication is no axis (expected \"replications\": N in the study)"},
    {"\"p\": {\"points\":[{\"x\":1}]}", 1,
     "an axis cannot be called 'p', as a column of the results is (expected "
     "another name)"},
    {"\"q\": {\"points\":[{\"x\":1,\"set\":{}}]}", 30,
     "the point sets nothing (expected PATH: value)"},
    {"\"q\": {\"points\":[{\"label\":\"a/b\",\"set\":{\"seed\":1}}]}", 26,
     "'a/b' is not a label (expected letters, digits, '.', '_' and '-')"},
    {"\"q\": {\"points\":[{\"set\":{\"seed\":1,\"load\":1}}]}", 17,
     "the point has no label (expected \"label\" or \"x\")"},
    {"\"q\": {\"points\":[{\"label\":\"a\",\"set\":{\"seed\":1,\"lode\":1}}]}",
     46, "'lode': there is no 'lode' to set (did you mean 'nodes'?)"},
    {"\"set\": [1]", 1,
     "'set' does not say what is set (expected 'set.' and a name)"},
    {"\"set.\": [1]", 1,
     "'set.' does not say what is set (expected 'set.' and a name)"},
    {"\"workload.\": [1]", 1,
     "'workload.' does not say what is set (expected 'workload.' and a name)"},
    {"\"clean.x\": [1]", 1,
     "set.clean.x: clean names no plug-in, and so has no parameters (expected "
     "set.clean)"},
    {"\"\": [1]", 1,
     "'': there is no '' to set (expected a setting, a parameter"},
};

/* BAD, with HEAD before and TAIL after it. */
static void expect_bad(void **state, const char *head, const struct bad *bad,
                       const char *tail)
{
    char text[1024];
    struct pt_study study;
    struct pt_err err;

    snprintf(text, sizeof text, "%s%s%s", head, bad->text, tail);
    if (read_study(state, text, &study, &err) == 0)
        print_error("it was read: %s\n", text);
    assert_int_equal(err.code, PT_ERR_INPUT);
    ASSERT_HAS(err.file, "/study.json");
    if (!strstr(err.text, bad->says) || err.line != 1 ||
        err.column != bad->column + (int)strlen(head)) {
        print_error("%s\n%d:%d: %s (expected column %d: %s)\n", text, err.line,
                    err.column, err.text, bad->column + (int)strlen(head),
                    bad->says);
        fail();
    }
    pt_study_fini(&study);
}

static void test_a_study_that_is_none_is_refused(void **state)
{
    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        expect_bad(state, "", &wholes[i], "");
}

#define STUDY "{\"workload\": \"lublin\", \"policies\": [\"easy\"], "

static void test_each_member_is_checked(void **state)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        expect_bad(state, STUDY, &members[i], "}");
}

static void test_each_axis_is_checked(void **state)
{
    for (size_t i = 0; i < sizeof grids / sizeof *grids; i++)
        expect_bad(state, STUDY "\"grid\": {", &grids[i], "}}");
}

static void test_lines_are_counted_through_comments(void **state)
{
    struct pt_study study;
    struct pt_err err;

    assert_int_equal(read_study(state,
                                "// one\n/* two\n three */ {\n"
                                "  \"workload\": \"lublin\", // four\n"
                                "  \"policies\": [\n\"fcfs\",\n"
                                "    /* seven */ \"eazy\"]\n}\n",
                                &study, &err),
                     -1);
    ASSERT_INT(err.line, 7);
    ASSERT_INT(err.column, 17);
    pt_study_fini(&study);
}

static void test_too_many_axes_are_refused(void **state)
{
    char text[8192] = "{\"workload\": \"lublin\", \"policies\": [\"easy\"], "
                      "\"grid\": {";
    struct pt_study study;
    struct pt_err err;

    for (int i = 0; i < 65; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used,
                 "%s\"a%d\": {\"sets\": \"seed\", \"values\": [1]}",
                 i > 0 ? ", " : "", i);
    }
    pt_text_copy(text + strlen(text), 3, "}}");
    assert_int_equal(read_study(state, text, &study, &err), -1);
    ASSERT_TEXT(err.text, "65 axes are too many (expected at most 64)");
    pt_study_fini(&study);
}

static void test_too_many_points_are_refused(void **state)
{
    struct pt_study study;
    struct pt_err err;

    assert_int_equal(
        read_study(state,
                   STUDY "\"grid\": {\"seed\": {\"from\": 1, \"to\": 9999, "
                         "\"step\": 1}, \"jobs\": {\"from\": 1, \"to\": 9999, "
                         "\"step\": 1}, \"users\": {\"from\": 1, \"to\": 9999, "
                         "\"step\": 1}, \"factor\": {\"from\": 1, \"to\": 9, "
                         "\"step\": 1}}}",
                   &study, &err),
        -1);
    ASSERT_HAS(err.text, "too many points (expected at most 2^40)");
    pt_study_fini(&study);
    assert_int_equal(read_study(state,
                                STUDY "\"grid\": {\"seed\": {\"from\": 1, "
                                      "\"to\": 1000000, \"step\": 1}}}",
                                &study, &err),
                     -1);
    ASSERT_HAS(err.text, "too many values (expected at most 10000)");
    pt_study_fini(&study);
}

static void test_names_too_long_for_a_folder_are_refused(void **state)
{
    char text[2048] = "";
    struct pt_study study;
    struct pt_err err;

    snprintf(text, sizeof text,
             STUDY "\"grid\": {\"%060d\": {\"sets\": \"seed\", \"values\": "
                   "[1]}, \"%061d\": {\"sets\": \"load\", \"values\": [1]}, "
                   "\"%062d\": {\"sets\": \"scale\", \"values\": [1]}, "
                   "\"%020d\": {\"sets\": \"jobs\", \"values\": [1]}}}",
             0, 0, 0, 0);
    assert_int_equal(read_study(state, text, &study, &err), -1);
    ASSERT_HAS(err.text, "too many for a folder");
    pt_study_fini(&study);
}

static void test_what_is_no_document_is_refused(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_study study;

    pt_study_init(&study);
    assert_int_equal(pt_study_read(&study, *state, &err), -1);
    ASSERT_HAS(err.text, "cannot be read: ");
    assert_int_equal(err.code, PT_ERR_INPUT);
    err = (struct pt_err){.code = PT_ERR_NONE};
    assert_int_equal(pt_study_read(&study, "no/such/study.json", &err), -1);
    ASSERT_HAS(err.text, "cannot be read: ");
    pt_study_fini(&study);
    assert_int_equal(read_study(state, "", &study, &err), -1);
    ASSERT_HAS(err.text, "the document ends too early");
    pt_study_fini(&study);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, study_folder, study_folder_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_study_that_is_none_is_refused),
        TEST(test_each_member_is_checked),
        TEST(test_each_axis_is_checked),
        TEST(test_lines_are_counted_through_comments),
        TEST(test_too_many_axes_are_refused),
        TEST(test_too_many_points_are_refused),
        TEST(test_names_too_long_for_a_folder_are_refused),
        TEST(test_what_is_no_document_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
