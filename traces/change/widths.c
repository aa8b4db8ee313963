/* widths.c - jobs and machine of another size: widths and processors, all
 * multiplied by one factor. */
#include <math.h>
#include "traces/change.h"
#include "traces/row.h"

enum powers { POWERS_NO, POWERS_UP, POWERS_DOWN, POWERS_NEAREST };
enum { CAPPED, POWER, RULES };

/* Wider is nobody. */
#define MOST 1000000000

struct widths {
    double by;
    int powers;
    bool machine, keep;

    int64_t fit, most; /* processors below, and of what they become; 0 =
                          unknown */
    struct pt_rule rules[RULES];
    struct pt_stage stage;
    struct pt_truth truth;
};

static int open_widths(void *state, struct pt_below *below, struct pt_err *err)
{
    struct widths *widths = state;

    (void)err;
    widths->fit = below->processors;
    widths->most = below->becomes < MOST ? below->becomes : MOST;
    widths->rules[CAPPED] = (struct pt_rule){
        .name = "width-capped", .what = "width cut to the machine's"};
    widths->rules[POWER] = (struct pt_rule){
        .name = "width-power", .what = "width made a power of two"};
    return 0;
}

/* WIDTH or a power of two that is near. */
static int64_t to_power(const struct widths *widths, int64_t width)
{
    int64_t under = 1;

    while (2 * under <= width)
        under *= 2;
    switch ((enum powers)widths->powers) {
    case POWERS_NO:
        break;
    case POWERS_UP:
        return under < width ? 2 * under : under;
    case POWERS_DOWN:
        return under;
    case POWERS_NEAREST:
        return width - under < 2 * under - width ? under
               : under < width                   ? 2 * under
                                                 : under;
    }
    return width;
}

/* OLD times the factor, rounded up.  Who fits the machine goes on to fit it;
 * who does not is for others to judge. */
static int32_t change_width(struct widths *widths, int32_t old)
{
    const double many = ceil((double)old * widths->by * (1 - 1e-12));
    const int64_t most = MOST;
    int64_t width = many < 1 ? 1 : many > MOST ? most : (int64_t)many;
    int64_t power = to_power(widths, width);

    widths->rules[POWER].rows += power != width;
    if (widths->fit > 0 && old <= widths->fit && power > widths->most) {
        widths->rules[CAPPED].rows++;
        return (int32_t)widths->most;
    }
    return (int32_t)(power < most ? power : most);
}

static pt_time share_out(pt_time time, int32_t from, int32_t to)
{
    return pt_row_scale(time, (double)from / (double)to);
}

static int next_widths(void *state, struct pt_below *below,
                       struct pt_work *work, struct pt_err *err)
{
    struct widths *widths = state;
    int got = below->source->next(below->state, work, err);

    if (got <= 0)
        return got;
    widths->stage = work->job.stages[0];
    widths->truth = work->truths[0];
    int32_t old = widths->stage.ntasks;
    int32_t width = change_width(widths, old);
    widths->stage.ntasks = width;
    if (widths->keep && width != old) {
        pt_time limit = share_out(widths->stage.limit, old, width);
        widths->stage.limit = limit > 0 ? limit : 1;
        widths->truth.length = share_out(widths->truth.length, old, width);
    }
    work->job.stages = &widths->stage;
    work->truths = &widths->truth;
    return 1;
}

static int32_t rules_of_widths(const void *state, const struct pt_rule **rules)
{
    const struct widths *widths = state;

    *rules = widths->rules;
    return RULES;
}

static double machine_of_widths(const void *state)
{
    const struct widths *widths = state;

    return widths->machine ? widths->by : 1;
}

static const char *const powers[] = {"no", "up", "down", "nearest", NULL};

static const struct pt_param params[] = {
    {.name = "by",
     .type = PT_PARAM_REAL,
     .unit = "",
     .fallback = "1",
     .min = 1e-6,
     .max = 1e6,
     .offset = offsetof(struct widths, by),
     .help = "What widths are multiplied by; they are rounded up, and are "
             "those of the machine at most."},
    {.name = "machine",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "yes",
     .offset = offsetof(struct widths, machine),
     .help = "Whether the processors of the recorded machine are multiplied "
             "too; with --nodes, those are the result."},
    {.name = "powers",
     .type = PT_PARAM_CHOICE,
     .unit = "",
     .fallback = "no",
     .choices = powers,
     .offset = offsetof(struct widths, powers),
     .help = "Whether each width becomes a power of two: the next one, the "
             "one before, or the nearest (the larger of two)."},
    {.name = "keep_area",
     .type = PT_PARAM_BOOL,
     .unit = "",
     .fallback = "no",
     .offset = offsetof(struct widths, keep),
     .help = "Whether lengths and limits change the other way, so that "
             "processor-seconds stay."},
    PT_PARAM_END};

const struct pt_change pt_change_widths = {
    .name = "widths",
    .summary = "a larger or a smaller machine: widths and processors, all "
               "multiplied",
    .cite = "E. Frachtenberg and D. G. Feitelson, Pitfalls in parallel job "
            "scheduling evaluation, JSSPP 2005",
    .params = params,
    .state_size = sizeof(struct widths),
    .open = open_widths,
    .next = next_widths,
    .rules = rules_of_widths,
    .machine = machine_of_widths,
};
