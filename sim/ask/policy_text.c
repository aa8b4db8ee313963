#include "ask/policy_text.h"

#include <string.h>

#include "base/alloc.h"
#include "base/param.h"
#include "base/text.h"
#include "base/vec.h"
#include "core/policy.h"
#include "registry.h"
#include "ask/kinds.h"
#include "base/plugin.h"

#define LABEL_CHARACTERS                                                       \
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

bool pt_label_is_valid(const char *label)
{
    const size_t length = strlen(label);

    return length > 0 && length < PT_LABEL_TEXT &&
           strspn(label, LABEL_CHARACTERS) == length &&
           strchr("._-", label[0]) == NULL;
}

static const struct pt_preset *find_preset(const char *name, size_t length)
{
    for (const struct pt_preset *p = pt_presets; p->name; p++)
        if (strlen(p->name) == length && memcmp(p->name, name, length) == 0)
            return p;
    return NULL;
}

static bool is_policy(const char *name, size_t length)
{
    return find_preset(name, length) ||
           pt_kind_find(PT_KIND_POLICY, name, length) >= 0;
}

/* The policy, some parameter of which is called KEY; NULL if there is none. */
static const struct pt_policy *owner_of(const char *key)
{
    for (int i = 0; pt_policies[i]; i++)
        if (pt_policies[i]->params &&
            pt_param_find(pt_policies[i]->params, key))
            return pt_policies[i];
    return NULL;
}

static int unknown_policy(const char *name, struct pt_err *err)
{
    const char *near = pt_kind_nearest(PT_KIND_POLICY, name);
    char names[256];

    if (!name[0])
        return pt_err_set(err, PT_ERR_USAGE,
                          "a policy's name is missing (expected "
                          "[LABEL=]NAME[:KEY=VALUE,...])");
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "unknown policy '%s' (did you mean '%s'?)", name,
                          near);
    pt_kind_names(PT_KIND_POLICY, names, sizeof names);
    return pt_err_set(err, PT_ERR_USAGE,
                      "unknown policy '%s' (expected one of %s)", name, names);
}

/* Sets CHOICE's policy from TEXT, "NAME[:KEY=VALUE]", no comma in it; a preset
 * sets its own parameters first. */
static int begin(struct pt_choice *choice, const char *text, struct pt_err *err)
{
    const size_t length = strcspn(text, ":");
    const struct pt_preset *preset = find_preset(text, length);
    const struct pt_plugin *plugin;
    int index;

    if (preset) {
        if (begin(choice, preset->text, err) < 0)
            return -1;
    } else {
        index = pt_kind_find(PT_KIND_POLICY, text, length);
        if (index < 0) {
            char *name = pt_text_dup(text, length);
            unknown_policy(name, err);
            pt_free(name);
            return -1;
        }
        choice->policy = pt_policies[index];
        plugin = pt_kind_item(PT_KIND_POLICY, index);
        choice->state = pt_plugin_state_new(plugin);
    }
    if (text[length] == '\0')
        return 0;
    plugin = (const struct pt_plugin *)choice->policy;
    return pt_plugin_set_text(plugin, choice->state, text + length + 1, err);
}

/* The default label of TEXT. */
static int default_label(struct pt_choice *choice, const char *text,
                         struct pt_err *err)
{
    if (strlen(text) >= PT_LABEL_TEXT)
        return pt_err_set(err, PT_ERR_USAGE,
                          "'%s' is too long to be its own label; write "
                          "LABEL=%.*s...",
                          text, (int)strcspn(text, ":"), text);
    pt_text_copy(choice->label, sizeof choice->label, text);
    for (char *c = choice->label; *c; c++)
        if (!strchr(LABEL_CHARACTERS, *c))
            *c = '-';
    return 0;
}

static int explicit_label(struct pt_choice *choice, const char *label,
                          struct pt_err *err)
{
    const struct pt_policy *owner = owner_of(label);

    if (owner)
        return pt_err_set(err, PT_ERR_USAGE,
                          "'%s' cannot be a label: it is a parameter of %s "
                          "(write POLICY:%s=...)",
                          label, owner->name, label);
    if (!pt_label_is_valid(label))
        return pt_err_set(err, PT_ERR_USAGE,
                          "'%s' is not a label (expected at most 64 letters, "
                          "digits, '.', '_' or '-', a letter or digit first)",
                          label);
    pt_text_copy(choice->label, sizeof choice->label, label);
    return 0;
}

static int check_distinct(const struct pt_choices *choices, const char *label,
                          struct pt_err *err)
{
    for (int i = 0; i < choices->n; i++)
        if (strcmp(choices->items[i].label, label) == 0)
            return pt_err_set(err, PT_ERR_USAGE,
                              "two policies are labelled '%s' (give one "
                              "another label: LABEL=%s)",
                              label, label);
    return 0;
}

/* Adds CHOICE, which has its label or wants the default one, as TEXT,
 * "NAME[:KEY=VALUE,...]", says. */
static int add_body(struct pt_choices *choices, struct pt_choice *choice,
                    const char *text, struct pt_err *err)
{
    /* A preset may be continued without a colon: "easy,order=sjf". */
    const size_t name = strcspn(text, ":,");
    char *body = pt_text_dup(text, strlen(text));
    int status;

    if (body[name] == ',')
        body[name] = ':';
    status = begin(choice, body, err);
    pt_free(body);
    if (status == 0 && !choice->label[0])
        status = default_label(choice, text, err);
    if (status == 0)
        status = check_distinct(choices, choice->label, err);
    if (status == 0)
        choice->text = pt_plugin_text_new(
            (const struct pt_plugin *)choice->policy, choice->state);
    else
        pt_free(choice->state);
    if (status == 0)
        pt_vec_push(choices->items, choices->n, choices->capacity, *choice);
    return status;
}

int pt_choices_add_labelled(struct pt_choices *choices, const char *label,
                            const char *text, struct pt_err *err)
{
    struct pt_choice choice = {.label = ""};

    if (explicit_label(&choice, label, err) < 0)
        return -1;
    return add_body(choices, &choice, text, err);
}

/* Reads one policy, TEXT = "[LABEL=]NAME[:KEY=VALUE,...]", commas and all. */
static int add_one(struct pt_choices *choices, char *text, struct pt_err *err)
{
    struct pt_choice choice = {.label = ""};
    const size_t head = strcspn(text, ":=,");

    if (text[head] == '=') {
        text[head] = '\0';
        if (explicit_label(&choice, text, err) < 0)
            return -1;
        text += head + 1;
    }
    return add_body(choices, &choice, text, err);
}

/* The policy that TEXT [LENGTH], "[LABEL=]NAME...", begins with; NULL: none. */
static const struct pt_policy *policy_of(const char *text, size_t length)
{
    char *copy = pt_text_dup(text, length);
    const char *name = copy;
    const size_t head = strcspn(copy, ":=,");
    const struct pt_preset *preset;
    int index;

    if (copy[head] == '=')
        name = copy + head + 1;
    preset = find_preset(name, strcspn(name, ":,"));
    if (preset)
        name = preset->text;
    index = pt_kind_find(PT_KIND_POLICY, name, strcspn(name, ":,"));
    pt_free(copy);
    return index < 0 ? NULL : pt_policies[index];
}

/* KEY=VALUE follows a comma, and is neither a parameter of POLICY nor a policy
 * that is labelled KEY: says what it may have been. */
static int refuse_part(const struct pt_policy *policy, const char *key,
                       const char *value, struct pt_err *err)
{
    const char *names[32];
    size_t n = 0;
    const char *near;

    for (const struct pt_param *p = policy->params; p && p->name; p++)
        if (n < sizeof names / sizeof *names)
            names[n++] = p->name;
    near = pt_text_nearest(key, names, n);
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "%s has no parameter '%s' (did you mean '%s'?)",
                          policy->name, key, near);
    near = pt_kind_nearest(PT_KIND_POLICY, value);
    if (near)
        return pt_err_set(err, PT_ERR_USAGE,
                          "unknown policy '%s' (did you mean '%s'?)", value,
                          near);
    return pt_err_set(err, PT_ERR_USAGE,
                      "in '%s=%s', '%s' is not a parameter of %s, nor "
                      "'%s' a policy",
                      key, value, key, policy->name, value);
}

/* Does PART, which follows a comma, belong to the policy that begins at FIRST
 * [LENGTH]?  -1: it can be neither that nor a policy of its own. */
static int continues(const char *first, size_t length, const char *part,
                     struct pt_err *err)
{
    const struct pt_policy *policy = policy_of(first, length);
    const size_t head = strcspn(part, ":=,");
    char *key, *value;
    int belongs = 0;

    if (part[head] != '=' || !policy)
        return 0;
    key = pt_text_dup(part, head);
    value = pt_text_dup(part + head + 1, strcspn(part + head + 1, ":,"));
    if (policy->params && pt_param_find(policy->params, key))
        belongs = 1;
    else if (!is_policy(value, strlen(value)))
        belongs = refuse_part(policy, key, value, err);
    pt_free(key);
    pt_free(value);
    return belongs;
}

int pt_choices_add(struct pt_choices *choices, const char *list,
                   struct pt_err *err)
{
    const char *first = list;
    const char *end = list;

    if (!list[0])
        return pt_err_set(err, PT_ERR_USAGE,
                          "no policy is named (protium list policies)");
    for (;;) {
        int belongs = 0;
        end += strcspn(end, ",");
        if (*end == ',')
            belongs = continues(first, (size_t)(end - first), end + 1, err);
        if (belongs < 0)
            return -1;
        if (belongs == 0) {
            char *text = pt_text_dup(first, (size_t)(end - first));
            const int status = add_one(choices, text, err);
            pt_free(text);
            if (status < 0)
                return -1;
            if (*end == '\0')
                return 0;
            first = end + 1;
        }
        end++;
    }
}

void pt_choices_fini(struct pt_choices *choices)
{
    for (int i = 0; i < choices->n; i++) {
        pt_free(choices->items[i].state);
        pt_free(choices->items[i].text);
    }
    pt_free(choices->items);
    *choices = (struct pt_choices){.n = 0};
}
