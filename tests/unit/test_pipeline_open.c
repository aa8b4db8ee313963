/* How pipeline documents are opened: what is a document at all, how it may be
 * packed, and which of its stages are gangs because one asks for it. */
#include "tests/unit/pipeline_reading.h"

#include <unistd.h>
#include <zlib.h>

static const char text[] =
    JOBS("{\"stages\": [{\"length\": 1}]}, {\"stages\": [{\"length\": 2}]}");

static void test_a_gzipped_document_is_the_same(void **state)
{
    const char *base = getenv("TMPDIR");
    char path[80];
    struct tap tap;

    (void)state;
    snprintf(path, sizeof path, "%.40s/pt-pipeline-XXXXXX",
             base ? base : "/tmp");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    gzFile file = gzdopen(fd, "wb");
    gzputs(file, text);
    gzclose(file);
    ASSERT_INT(tap_file(&tap, path), 0);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(tap_next(&tap), 1);
    ASSERT_INT(strlen(tap_info(&tap).digest), 64);
    assert_true(tap_info(&tap).bytes < (int64_t)sizeof text);
    tap_close(&tap);

    ASSERT_INT(truncate(path, 60), 0);
    ASSERT_INT(tap_file(&tap, path), -1);
    ASSERT_HAS(tap.message, "the gzip data end too early");
    pt_free(tap.state);
    unlink(path);
    ASSERT_INT(tap_file(&tap, path), -1);
    ASSERT_HAS(tap.message, "expected a readable file");
    pt_free(tap.state);
}

static bool is_ours(const char *head)
{
    return pt_source_pipeline.sniff("x", head, strlen(head));
}

static void test_documents_are_known_by_their_beginning(void **state)
{
    (void)state;
    assert_true(is_ours("{\"schema\": \"protium.pipeline/1\""));
    assert_true(is_ours("\xef\xbb\xbf\n\t {\"jobs\": [{"));
    assert_true(is_ours("{\"note\": \"\", \"schema\": \"protium.pipeline/9\""));
    assert_false(is_ours("{\"Event\":\"SparkListenerJobStart\",\"jobs\":1"));
    assert_false(is_ours("; Version: 2.2"));
    assert_false(is_ours("[{\"jobs\": []}]"));
    assert_false(is_ours("{\"t\": 1}"));
    assert_false(is_ours(""));
}

/* ---- gangs on demand ---- */

/* Opens a document of the stages train (two tasks), b and c with the parameter
 * gang=ASKED. */
static int tap_gang(struct tap *tap, const char *asked)
{
    static const char stages[] = STAGES(
        "{\"id\": \"train\", \"tasks\": 2, \"length\": 1}, {\"id\": \"b\", "
        "\"mode\": \"parallel\", \"length\": 1}, {\"id\": \"c\", "
        "\"length\": 1, \"iterations\": 4, \"rdds\": "
        "[{\"partitions\": 7}]}");

    tap_init(tap, &pt_source_pipeline);
    ASSERT_INT(pt_param_set(pt_source_pipeline.params, tap->state, "pipeline",
                            "gang", asked, &tap->err),
               0);
    return tapped(tap,
                  pt_pipeline_open_bytes(tap->state, "t.json", stages,
                                         strlen(stages), &plain, &tap->err));
}

static void test_stages_that_are_asked_for_are_gangs(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_gang(&tap, "c+b"), 0);
    ASSERT_INT(tap_next(&tap), 1);
    const struct pt_stage *stages = tap.work.job.stages;
    ASSERT_INT(stages[0].mode, PT_PARALLEL);
    ASSERT_INT(stages[1].mode, PT_GANG);
    ASSERT_INT(stages[2].mode, PT_GANG);
    ASSERT_INT(stages[2].flaw, PT_FLAW_CHAIN);
    tap_close(&tap);
}

static void test_who_asks_for_a_gang_means_a_stage_that_is_there(void **state)
{
    struct tap tap;

    (void)state;
    ASSERT_INT(tap_gang(&tap, "c+trian"), -1);
    ASSERT_INT(tap.err.code, PT_ERR_USAGE);
    ASSERT_HAS(tap.err.text,
               "gang: no job has a stage 'trian' (did you mean 'train'?)");
    pt_free(tap.state);
    ASSERT_INT(tap_gang(&tap, "c+"), -1);
    ASSERT_HAS(tap.err.text, "gang: no job has a stage ''");
    pt_free(tap.state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gzipped_document_is_the_same),
        cmocka_unit_test(test_documents_are_known_by_their_beginning),
        cmocka_unit_test(test_stages_that_are_asked_for_are_gangs),
        cmocka_unit_test(test_who_asks_for_a_gang_means_a_stage_that_is_there),
    };
    return cmocka_run_group_tests_name("pipeline_open", tests, NULL, NULL) != 0;
}
