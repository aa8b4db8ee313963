#include "tool/trace_failures.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/param.h"
#include "base/text.h"
#include "tool/findings.h"
#include "traces/text.h"

bool pt_trace_failures_sniff(const char *path)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_lines lines;
    struct stat status;
    const char *head;
    bool known;

    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
        pt_lines_open(&lines, path, &err) < 0)
        return false;
    const size_t n = pt_lines_head(&lines, &head);
    known = pt_outage_log_sniff(head, n);
    pt_lines_close(&lines);
    return known;
}

static int read_whole(const char *option, const char *text, int64_t *value,
                      struct pt_err *err)
{
    if (pt_text_read_int(value, text) && *value >= 1 && *value <= INT32_MAX / 2)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--%s '%s' (expected a whole number from 1 to %d, for a "
                      "failure trace)",
                      option, text, INT32_MAX / 2);
}

struct window {
    pt_time from, until;
};

static const struct pt_param window_params[] = {
    {.name = "from",
     .type = PT_PARAM_TIME,
     .fallback = "0",
     .max = 9.2e12,
     .offset = offsetof(struct window, from)},
    {.name = "until",
     .type = PT_PARAM_TIME,
     .fallback = "0",
     .max = 9.2e12,
     .offset = offsetof(struct window, until)},
    PT_PARAM_END};

/* "A..B", "A:B", "A,B", or "B": from 0. */
static int read_span(const char *text, struct window *window,
                     struct pt_err *err)
{
    struct pt_err unsaid = {.code = PT_ERR_NONE};
    const char *dots = strstr(text, "..");
    const char *mark = dots ? dots : strpbrk(text, ":,");
    char *from = pt_text_dup(text, mark ? (size_t)(mark - text) : 0);
    const char *until = dots ? dots + 2 : mark ? mark + 1 : text;
    bool good;

    pt_param_defaults(window_params, window);
    good =
        (!mark ||
         pt_param_set(window_params, window, "", "from", from, &unsaid) == 0) &&
        pt_param_set(window_params, window, "", "until", until, &unsaid) == 0 &&
        window->from < window->until;
    pt_free(from);
    if (good)
        return 0;
    return pt_err_set(err, PT_ERR_USAGE,
                      "--span '%s' is not a window (expected A..B, or B for "
                      "0..B: A < B, times such as 3600, 10m, 2h or 1d)",
                      text);
}

int pt_trace_failures_span(const char *text, pt_time *from, pt_time *until,
                           struct pt_err *err)
{
    struct window window;

    if (read_span(text, &window, err) < 0)
        return -1;
    *from = window.from;
    *until = window.until;
    return 0;
}

static int read_asked(const struct pt_trace_failures_asked *asked,
                      struct pt_log_reading *reading, struct pt_err *err)
{
    struct window window = {.from = 0, .until = PT_TIME_NEVER};
    int64_t nodes = 0;

    *reading = (struct pt_log_reading){.windowed = asked->span != NULL};
    if (asked->nodes && read_whole("nodes", asked->nodes, &nodes, err) < 0)
        return -1;
    if (asked->system &&
        read_whole("system", asked->system, &reading->system, err) < 0)
        return -1;
    if (asked->span && read_span(asked->span, &window, err) < 0)
        return -1;
    reading->nodes = (int32_t)nodes;
    reading->from = window.from;
    reading->until = window.until;
    return 0;
}

int pt_trace_failures_info(const struct pt_trace_failures_asked *asked,
                           struct pt_err *err)
{
    struct pt_log_reading reading;
    struct pt_findings findings;
    struct pt_outage_log log;
    int status = 0;

    if (read_asked(asked, &reading, err) < 0 ||
        pt_outage_log_read(&log, asked->path, &reading, err) < 0)
        return -1;
    pt_findings_make(&findings, &log);
    if (*asked->stop)
        status = pt_err_set(err, PT_ERR_INTERRUPTED, "interrupted");
    else if (asked->out)
        status = pt_findings_draw(&findings, asked->out, err);
    if (status == 0 && asked->json)
        status = pt_findings_print_json(&findings, asked->path, err);
    else if (status == 0) {
        pt_findings_print(&findings, asked->path);
        if (asked->out)
            printf("\n%-22s %s/figures\n", "figure", asked->out);
    }
    pt_findings_fini(&findings);
    pt_outage_log_close(&log);
    return status;
}
