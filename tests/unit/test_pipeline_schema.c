/* The schema of pipeline documents says what the reader does: the same keys,
 * the same defaults; and the samples obey it.
 *
 * The checker knows the part of JSON Schema that the schema uses, and stops at
 * any other word. */
#include "tests/unit/pipeline_reading.h"

#include <dirent.h>
#include <jansson.h>
#include <regex.h>
#include "traces/pipeline/doc.h"

static json_t *load(const char *path)
{
    json_error_t error;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &error);

    if (!json)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return json;
}

static int load_schema(void **state)
{
    *state = load("traces/pipeline/pipeline.schema.json");
    return 0;
}

static int forget_schema(void **state)
{
    json_decref(*state);
    return 0;
}

/* ---- keys ---- */

static const struct pt_pipeline_kind *const kinds[] = {
    &pt_pipeline_document,  &pt_pipeline_machine,   &pt_pipeline_node,
    &pt_pipeline_pool,      &pt_pipeline_job_kind,  &pt_pipeline_stage_kind,
    &pt_pipeline_take,      &pt_pipeline_rdd,       &pt_pipeline_site,
    &pt_pipeline_span_kind, &pt_pipeline_lognormal,
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const json_t *properties_of(const json_t *schema, const char *kind)
{
    const json_t *definition =
        json_object_get(json_object_get(schema, "$defs"), kind);

    return json_object_get(definition, "properties");
}

static void test_the_schema_has_the_readers_keys_and_no_others(void **state)
{
    for (int i = 0; i < KINDS; i++) {
        const json_t *properties = properties_of(*state, kinds[i]->name);
        if (!properties)
            fail_msg("the schema has no %s", kinds[i]->name);
        for (int32_t k = 0; k < kinds[i]->n; k++)
            if (!json_object_get(properties, kinds[i]->keys[k]))
                fail_msg("%s: the schema does not know '%s'", kinds[i]->name,
                         kinds[i]->keys[k]);
        ASSERT_INT(json_object_size(properties), kinds[i]->n);
    }
}

static void test_every_object_of_the_schema_is_one_of_the_readers(void **state)
{
    json_t *definitions = json_object_get(*state, "$defs"), *definition;
    const char *name;
    int objects = 0;

    json_object_foreach(definitions, name, definition)
    {
        if (!json_object_get(definition, "properties"))
            continue;
        objects++;
        assert_true(
            json_is_false(json_object_get(definition, "additionalProperties")));
    }
    ASSERT_INT(objects, KINDS);
}

/* ---- a checker ---- */

static bool check(const json_t *root, const json_t *schema,
                  const json_t *value);

static const json_t *resolve(const json_t *root, const char *reference)
{
    assert_int_equal(strncmp(reference, "#/$defs/", 8), 0);
    const json_t *found =
        json_object_get(json_object_get(root, "$defs"), reference + 8);
    if (!found)
        fail_msg("no %s in the schema", reference);
    return found;
}

static bool has_type(const char *type, const json_t *value)
{
    if (strcmp(type, "object") == 0)
        return json_is_object(value);
    if (strcmp(type, "array") == 0)
        return json_is_array(value);
    if (strcmp(type, "string") == 0)
        return json_is_string(value);
    if (strcmp(type, "number") == 0)
        return json_is_number(value);
    if (strcmp(type, "integer") == 0)
        return json_is_integer(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    if (strcmp(type, "null") == 0)
        return json_is_null(value);
    fail_msg("the checker does not know type %s", type);
    return false;
}

static bool has_types(const json_t *types, const json_t *value)
{
    size_t i;
    json_t *type;

    if (json_is_string(types))
        return has_type(json_string_value(types), value);
    for (i = 0; (type = json_array_get(types, i)); i++)
        if (has_type(json_string_value(type), value))
            return true;
    return false;
}

static bool matches(const char *pattern, const json_t *value)
{
    regex_t regex;

    if (!json_is_string(value))
        return true;
    ASSERT_INT(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int status = regexec(&regex, json_string_value(value), 0, NULL, 0);
    regfree(&regex);
    return status == 0;
}

static bool check_object(const json_t *root, const json_t *schema,
                         const json_t *value)
{
    const json_t *properties = json_object_get(schema, "properties");
    const json_t *others = json_object_get(schema, "additionalProperties");
    const json_t *names = json_object_get(schema, "propertyNames");
    json_t *required = json_object_get(schema, "required"), *item;
    const char *key;
    size_t i;

    if (!json_is_object(value))
        return true;
    for (i = 0; (item = json_array_get(required, i)); i++)
        if (!json_object_get(value, json_string_value(item)))
            return false;
    json_object_foreach((json_t *)value, key, item)
    {
        const json_t *property = json_object_get(properties, key);
        json_t *name = json_string(key);
        bool good = !names || check(root, names, name);
        json_decref(name);
        if (!property)
            property = others;
        if (!good || (property && !check(root, property, item)))
            return false;
    }
    return true;
}

static bool check_array(const json_t *root, const json_t *schema,
                        const json_t *value)
{
    const json_t *items = json_object_get(schema, "items");
    json_t *item;
    size_t i;

    for (i = 0; (item = json_array_get(value, i)); i++)
        if (items && !check(root, items, item))
            return false;
    return true;
}

static bool check_any(const json_t *root, const json_t *choices,
                      const json_t *value, bool equal)
{
    json_t *choice;
    size_t i;

    for (i = 0; (choice = json_array_get(choices, i)); i++)
        if (equal ? json_equal(choice, value) : check(root, choice, value))
            return true;
    return false;
}

/* Whether one word of the schema is obeyed. */
static bool check_word(const json_t *root, const char *word, json_t *want,
                       const json_t *value)
{
    double number = json_number_value(value), bound = json_number_value(want);
    size_t size =
        json_is_array(value) ? json_array_size(value) : json_object_size(value);

    if (strcmp(word, "$ref") == 0)
        return check(root, resolve(root, json_string_value(want)), value);
    if (strcmp(word, "type") == 0)
        return has_types(want, value);
    if (strcmp(word, "const") == 0)
        return json_equal(want, value);
    if (strcmp(word, "enum") == 0 || strcmp(word, "anyOf") == 0)
        return check_any(root, want, value, word[0] == 'e');
    if (strcmp(word, "minimum") == 0)
        return !json_is_number(value) || number >= bound;
    if (strcmp(word, "exclusiveMinimum") == 0)
        return !json_is_number(value) || number > bound;
    if (strcmp(word, "maximum") == 0)
        return !json_is_number(value) || number <= bound;
    if (strcmp(word, "minItems") == 0)
        return !json_is_array(value) || (double)size >= bound;
    if (strcmp(word, "maxItems") == 0)
        return !json_is_array(value) || (double)size <= bound;
    if (strcmp(word, "minProperties") == 0)
        return !json_is_object(value) || (double)size >= bound;
    if (strcmp(word, "maxProperties") == 0)
        return !json_is_object(value) || (double)size <= bound;
    if (strcmp(word, "minLength") == 0)
        return !json_is_string(value) ||
               (double)json_string_length(value) >= bound;
    if (strcmp(word, "pattern") == 0)
        return matches(json_string_value(want), value);
    return true;
}

static bool is_known(const char *word)
{
    static const char *const words[] = {"$ref",
                                        "$schema",
                                        "$defs",
                                        "title",
                                        "description",
                                        "default",
                                        "dependentSchemas",
                                        "uniqueItems",
                                        "type",
                                        "const",
                                        "enum",
                                        "anyOf",
                                        "minimum",
                                        "exclusiveMinimum",
                                        "maximum",
                                        "minItems",
                                        "maxItems",
                                        "minProperties",
                                        "maxProperties",
                                        "minLength",
                                        "pattern",
                                        "properties",
                                        "additionalProperties",
                                        "propertyNames",
                                        "required",
                                        "items",
                                        NULL};

    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static bool check(const json_t *root, const json_t *schema, const json_t *value)
{
    const char *word;
    json_t *want;

    if (json_is_boolean(schema))
        return json_is_true(schema);
    json_object_foreach((json_t *)schema, word, want)
    {
        if (!is_known(word))
            fail_msg("the checker does not know '%s'", word);
        if (!check_word(root, word, want, value))
            return false;
    }
    return check_object(root, schema, value) &&
           check_array(root, schema, value);
}

static bool obeys(const json_t *schema, const char *text)
{
    json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

    assert_non_null(json);
    bool good = check(schema, schema, json);
    json_decref(json);
    return good;
}

static void test_samples_obey_the_schema_and_can_be_read(void **state)
{
    DIR *samples = opendir("traces/samples");
    struct dirent *entry;
    char path[300];
    int seen = 0;

    assert_non_null(samples);
    while ((entry = readdir(samples))) {
        struct tap tap;
        if (!strstr(entry->d_name, ".json"))
            continue;
        snprintf(path, sizeof path, "traces/samples/%.200s", entry->d_name);
        json_t *json = load(path);
        if (!check(*state, *state, json))
            fail_msg("%s does not obey the schema", path);
        assert_true(json_is_string(json_object_get(json, "note")));
        json_decref(json);
        if (tap_file(&tap, path) < 0)
            fail_msg("%s", tap.message);
        while (tap_next(&tap) == 1)
            seen++;
        ASSERT_TEXT(tap.message, "");
        assert_true(tap_info(&tap).machine->processors > 0);
        tap_close(&tap);
    }
    closedir(samples);
    assert_true(seen > 100);
}

static void test_the_schema_refuses_what_the_reader_refuses(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        DOC("\"jobs\": []"),
        JOBS("{}"),
        JOBS("{\"stages\": []}"),
        STAGES("{\"tasks\": 1}"),
        STAGES("{\"length\": 1, \"taks\": 1}"),
        STAGES("{\"length\": 1, \"tasks\": 0}"),
        STAGES("{\"length\": -1}"),
        STAGES("{\"length\": \"x\"}"),
        STAGES("{\"length\": {\"exp\": 1, \"uniform\": [1, 2]}}"),
        STAGES("{\"length\": 1, \"cores\": 0}"),
        STAGES("{\"length\": 1, \"mode\": \"x\"}"),
        STAGES("{\"length\": 1, \"memory\": \"1GB\"}"),
        STAGES("{\"length\": 1, \"takes\": {\"x\": []}}"),
        STAGES("{\"length\": 1, \"takes\": [[{\"fails\": \"x\"}]]}"),
        STAGES("{\"length\": 1, \"prefer\": [[{}]]}"),
        STAGES("{\"length\": 1, \"rdds\": [{}]}"),
    };
    struct tap tap;

    assert_true(obeys(*state, STAGES("{\"length\": 1}")));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (obeys(*state, bad[i]))
            fail_msg("the schema lets pass: %s", bad[i]);
        ASSERT_INT(tap_text(&tap, bad[i], &plain), -1);
        pt_free(tap.state);
    }
}

/* ---- defaults ---- */

/* A document with one of each; PART is where a default is put. */
static json_t *full_document(const char *kind, json_t **part)
{
    json_t *document = json_loads(
        DOC("\"machine\": {\"nodes\": [{\"name\": \"n\"}]}, \"pools\": "
            "{\"p\": {}}, \"jobs\": [{\"count\": 1, \"stages\": [{\"id\": "
            "\"a\", \"mode\": \"gang\", \"length\": {\"lognormal\": "
            "{\"mean\": 5}}}, {\"id\": \"b\", \"length\": 3, \"takes\": "
            "[[{\"length\": 1}]]}, {\"id\": \"c\", \"length\": 1, \"rdds\": "
            "[{\"partitions\": 1}]}]}]"),
        0, NULL);
    json_t *job = json_array_get(json_object_get(document, "jobs"), 0);
    json_t *stages = json_object_get(job, "stages");
    json_t *a = json_array_get(stages, 0);
    json_t *takes = json_object_get(json_array_get(stages, 1), "takes");
    json_t *rdds = json_object_get(json_array_get(stages, 2), "rdds");
    const struct {
        const char *kind;
        json_t *part;
    } parts[] = {
        {"document", document},
        {"node",
         json_array_get(
             json_object_get(json_object_get(document, "machine"), "nodes"),
             0)},
        {"pool", json_object_get(json_object_get(document, "pools"), "p")},
        {"job", job},
        {"stage", a},
        {"take", json_array_get(json_array_get(takes, 0), 0)},
        {"rdd", json_array_get(rdds, 0)},
        {"lognormal",
         json_object_get(json_object_get(a, "length"), "lognormal")},
    };

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strcmp(parts[i].kind, kind) == 0)
            *part = parts[i].part;
    return document;
}

/* Whether a default may stand beside the rest of the full document. */
static bool fits(const char *kind, const char *key)
{
    return strcmp(kind, "document") != 0 &&
           !(strcmp(kind, "stage") == 0 && strcmp(key, "mode") == 0) &&
           !(strcmp(kind, "take") == 0 && strcmp(key, "output") == 0) &&
           !(strcmp(kind, "job") == 0 && strcmp(key, "gap") == 0);
}

static void check_default(const char *kind, const char *key, json_t *value)
{
    json_t *part = NULL, *document = full_document(kind, &part);
    struct tap without, with;

    if (!part)
        fail_msg("no %s in the full document", kind);
    char *text = json_dumps(document, 0);
    ASSERT_INT(tap_text(&without, text, &plain), 0);
    free(text);
    if (!json_object_get(part, key))
        json_object_set(part, key, value);
    text = json_dumps(document, 0);
    print_message("%s: %s\n", kind, key);
    if (tap_text(&with, text, &plain) < 0)
        fail_msg("%s", with.message);
    free(text);
    json_decref(document);
    ASSERT_INT(same_works(&with, &without), 1);
    same_machine(tap_info(&with).machine, tap_info(&without).machine);
    tap_close(&with);
    tap_close(&without);
}

static void test_a_default_said_is_as_a_default_left_out(void **state)
{
    int seen = 0;

    for (int i = 0; i < KINDS; i++) {
        json_t *properties = (json_t *)properties_of(*state, kinds[i]->name);
        json_t *property;
        const char *key;
        json_object_foreach(properties, key, property)
        {
            json_t *value = json_object_get(property, "default");
            if (!value || !fits(kinds[i]->name, key))
                continue;
            check_default(kinds[i]->name, key, value);
            seen++;
        }
    }
    assert_true(seen >= 25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_schema_has_the_readers_keys_and_no_others),
        cmocka_unit_test(test_every_object_of_the_schema_is_one_of_the_readers),
        cmocka_unit_test(test_samples_obey_the_schema_and_can_be_read),
        cmocka_unit_test(test_the_schema_refuses_what_the_reader_refuses),
        cmocka_unit_test(test_a_default_said_is_as_a_default_left_out),
    };
    return cmocka_run_group_tests_name("pipeline_schema", tests, load_schema,
                                       forget_schema) != 0;
}
