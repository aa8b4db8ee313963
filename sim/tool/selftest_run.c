#include "tool/selftest_run.h"

#include <string.h>

#include "ask/policy_text.h"
#include "ask/workload.h"
#include "base/text.h"
#include "run.h"

static int set_all(struct pt_settings *settings, const char *set,
                   struct pt_err *err)
{
    char word[PT_PARAM_TEXT_SIZE];

    for (; set && *set; set += strspn(set, " ")) {
        size_t length = strcspn(set, " ");
        pt_text_copy(word, length + 1 < sizeof word ? length + 1 : sizeof word,
                     set);
        char *value = strchr(word, '=');
        if (!value)
            return pt_err_set(err, PT_ERR_USAGE,
                              "'%.80s' is no setting (expected KEY=VALUE)",
                              word);
        *value++ = '\0';
        if (pt_settings_set(settings, "selftest", word, value, err) < 0)
            return -1;
        set += length;
    }
    return 0;
}

static int go(const struct pt_selftest_run *asked,
              const struct pt_workload *workload,
              const struct pt_choice *choice, struct pt_report *report,
              struct pt_err *err)
{
    struct pt_run run = {.source = workload->source,
                         .source_params = workload->params,
                         .path = workload->path,
                         .nodes = asked->nodes,
                         .cores = asked->nodes > 0 ? 1 : 0,
                         .policy = choice->policy,
                         .policy_state = choice->state,
                         .policy_text = choice->text,
                         .label = choice->label,
                         .interrupted = asked->interrupted};

    pt_param_defaults(pt_settings_params, &run.settings);
    run.settings.seed = asked->seed;
    run.settings.replication = asked->replication;
    if (set_all(&run.settings, asked->set, err) < 0)
        return -1;
    int status = pt_run_go(&run, report, err);
    report->run = NULL; /* it ends here */
    return status;
}

int pt_selftest_go(const struct pt_selftest_run *asked,
                   struct pt_report *report, struct pt_err *err)
{
    struct pt_workload workload = {.text = NULL};
    struct pt_choices choices = {.n = 0};
    int status = pt_workload_find(&workload, asked->workload, err);

    *report = (struct pt_report){.run = NULL};
    if (status == 0)
        status = pt_choices_add(&choices, asked->policy, err);
    if (status == 0)
        status = go(asked, &workload, &choices.items[0], report, err);
    pt_choices_fini(&choices);
    pt_workload_fini(&workload);
    return status;
}
