/* Every line of the registry: what `protium list` and the man page rely on. */
#include "tests/unit/check.h"

#include "base/alloc.h"
#include "base/plugin.h"
#include "registry.h"
#include "run.h"
#include "sink/sink.h"
#include "ask/kinds.h"
#include "ask/policy_text.h"

static void check_params(const char *owner, const struct pt_param *params,
                         size_t state_size)
{
    for (const struct pt_param *p = params; p && p->name; p++) {
        if (!p->help || !p->help[0] || !p->fallback || !p->unit)
            print_error("%s: %s lacks help, default or unit\n", owner, p->name);
        assert_true(p->help && p->help[0] && p->fallback && p->unit);
        assert_true(p->offset < state_size);
        assert_true(pt_param_find(params, p->name) == p);
    }
}

static void check_plugin(enum pt_kind kind, int i)
{
    const struct pt_plugin *plugin = pt_kind_item(kind, i);
    const char *name = plugin->name;

    assert_true(name[0] >= 'a' && name[0] <= 'z');
    assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_."),
                     strlen(name));
    if (!plugin->summary || !plugin->cite || !plugin->cite[0])
        print_error("%s lacks summary or cite\n", name);
    assert_true(plugin->summary && plugin->summary[0]);
    assert_null(strchr(plugin->summary, '\n'));
    assert_true(plugin->cite && plugin->cite[0]);
    assert_int_equal(pt_kind_find(kind, name, strlen(name)), i);
    check_params(name, plugin->params, plugin->state_size);
}

static void test_every_plugin_says_what_it_is_and_where_from(void **state)
{
    (void)state;
    for (int kind = 0; kind < PT_KINDS; kind++)
        for (int i = 0; pt_kind_item((enum pt_kind)kind, i); i++)
            check_plugin((enum pt_kind)kind, i);
}

static void test_every_kind_has_somebody(void **state)
{
    (void)state;
    for (int kind = 0; kind < PT_KINDS; kind++)
        assert_non_null(pt_kind_item((enum pt_kind)kind, 0));
}

static void test_every_default_parses_and_prints_as_itself(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    for (int kind = 0; kind < PT_KINDS; kind++) {
        const struct pt_plugin *plugin;
        for (int i = 0; (plugin = pt_kind_item((enum pt_kind)kind, i)); i++) {
            void *one = pt_plugin_state_new(plugin);
            char *text = pt_plugin_text_new(plugin, one);
            const char *colon = strchr(text, ':');
            if (colon)
                assert_int_equal(
                    pt_plugin_set_text(plugin, one, colon + 1, &err), 0);
            char *again = pt_plugin_text_new(plugin, one);
            assert_string_equal(text, again);
            pt_free(again);
            pt_free(text);
            pt_free(one);
        }
    }
}

static void test_every_preset_is_a_policy(void **state)
{
    struct pt_err err = {.code = PT_ERR_NONE};

    (void)state;
    for (const struct pt_preset *p = pt_presets; p->name; p++) {
        struct pt_choices choices = {.n = 0};
        assert_int_equal(pt_choices_add(&choices, p->name, &err), 0);
        assert_int_equal(choices.n, 1);
        assert_true(p->summary && p->summary[0]);
        pt_choices_fini(&choices);
    }
}

static void test_settings_are_complete(void **state)
{
    (void)state;
    check_params("settings", pt_settings_params, sizeof(struct pt_settings));
}

static void test_no_two_sinks_write_the_same_file(void **state)
{
    (void)state;
    for (int i = 0; pt_sinks[i]; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(pt_sinks[i]->file, pt_sinks[j]->file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_plugin_says_what_it_is_and_where_from),
        cmocka_unit_test(test_every_kind_has_somebody),
        cmocka_unit_test(test_every_default_parses_and_prints_as_itself),
        cmocka_unit_test(test_every_preset_is_a_policy),
        cmocka_unit_test(test_settings_are_complete),
        cmocka_unit_test(test_no_two_sinks_write_the_same_file),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL) != 0;
}
