/* run_json.c - run.json: where a run's numbers come from.
 *
 * Everything but the member `volatile` follows from the inputs alone.  `config`
 * stands there byte for byte as it was digested.  Integers that a double cannot
 * hold, and all areas, are strings. */
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include "core/core.h"
#include "metrics/ledger.h"
#include "run.h"
#include "sink/doc.h"
#include "sink/metric.h"
#include "sink/sink.h"
#include "version.h"

struct run_json {
    struct pt_out *out;
    const char *config; /* borrowed for the run */
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static void write_program(struct pt_doc *doc, const struct run_json *json,
                          const struct pt_report *report)
{
    char digest[PT_DIGEST_TEXT];

    pt_digest_of(json->config, strlen(json->config), digest);
    pt_doc_text(doc, "schema", "protium.run/1");
    pt_doc_text(doc, "version", pt_version);
    pt_doc_text(doc, "commit", pt_commit);
    pt_doc_text(doc, "label", report->run->label);
    pt_doc_text(doc, "policy", report->run->policy_text);
    pt_doc_raw(doc, "config", json->config);
    pt_doc_text(doc, "config_sha256", digest);
    pt_doc_int(doc, "seed", report->run->settings.seed);
}

static void write_rules(struct pt_doc *doc, const struct pt_rule *rules,
                        int32_t n)
{
    pt_doc_begin(doc, "rules", '[');
    for (int32_t i = 0; i < n; i++) {
        const struct pt_rule *rule = &rules[i];

        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "rule", rule->name);
        pt_doc_text(doc, "what", rule->what);
        pt_doc_int(doc, "rows", rule->rows);
        pt_doc_bool(doc, "drops", rule->drops);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

static void write_inputs(struct pt_doc *doc, const struct pt_report *report)
{
    const struct pt_run *run = report->run;

    pt_doc_text(doc, "source", run->source ? run->source->name : NULL);
    pt_doc_text(doc, "source_params", run->source_params);
    pt_doc_begin(doc, "inputs", '[');
    if (run->path) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "file", last_part(run->path));
        pt_doc_int(doc, "bytes", report->input_bytes);
        pt_doc_text(doc, "sha256", report->digest_input);
        pt_doc_end(doc, '}');
    }
    if (report->failed.digest) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "file", last_part(report->failed.path));
        pt_doc_text(doc, "sha256", report->failed.digest);
        pt_doc_int(doc, "rows", report->failed.rows);
        write_rules(doc, report->failed.rules, report->failed.nrules);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
    pt_doc_int(doc, "rows", report->rows);
    pt_doc_bool(doc, "sorted", report->sorted);
    write_rules(doc, report->rules, report->nrules);
    pt_doc_begin(doc, "machine", '{');
    pt_doc_int(doc, "nodes", report->nodes);
    pt_doc_int(doc, "cores", report->cores);
    pt_doc_int(doc, "slots",
               report->ledger.slots / (report->ledger.thousandths ? 1000 : 1));
    pt_doc_end(doc, '}');
}

static void write_course(struct pt_doc *doc, const struct pt_report *report)
{
    const struct pt_deadlock *deadlock = &report->counts.deadlock;

    pt_doc_int(doc, "steps", report->counts.steps);
    pt_doc_int(doc, "decisions", report->counts.decisions);
    pt_doc_int(doc, "passes", report->counts.passes);
    pt_doc_int(doc, "hold_timeouts", report->counts.timeouts);
    pt_doc_int(doc, "gave_up", report->counts.gave_up);
    pt_doc_int(doc, "deadlocks", report->counts.deadlocks);
    if (report->counts.deadlocks > 0) {
        pt_doc_begin(doc, "first_deadlock", '{');
        pt_doc_time(doc, "at_s", deadlock->at);
        pt_doc_int(doc, "gangs", deadlock->gangs);
        pt_doc_text(doc, "who", deadlock->who);
        pt_doc_end(doc, '}');
    } else {
        pt_doc_text(doc, "first_deadlock", NULL);
    }
    /* A run that breaks one stops at once, and writes nothing. */
    pt_doc_begin(doc, "invariants", '{');
    pt_doc_int(doc, "checked", report->counts.checks);
    pt_doc_int(doc, "violated", 0);
    pt_doc_begin(doc, "names", '[');
    for (const char *const *name = pt_core_invariants; *name; name++)
        pt_doc_text(doc, NULL, *name);
    pt_doc_end(doc, ']');
    pt_doc_end(doc, '}');
}

static void write_outputs(struct pt_doc *doc, const struct pt_report *report)
{
    pt_doc_begin(doc, "outputs", '[');
    for (int32_t i = 0; i < report->noutputs; i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "file", report->outputs[i].file);
        pt_doc_int(doc, "bytes", report->outputs[i].bytes);
        pt_doc_text(doc, "sha256", report->outputs[i].digest);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}

/* SECONDS since the epoch as "2026-01-31T12:00:00Z": the year begins in March
 * here, so that the leap day is its last. */
static void print_date(struct pt_out *out, int64_t seconds)
{
    int64_t day = seconds / 86400 + 719468;
    int64_t era = day / 146097, of_era = day % 146097;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    int64_t second = seconds % 86400;
    const int64_t parts[] = {
        400 * era + year + (month >= 10),
        month < 10 ? month + 3 : month - 9,
        of_year - (153 * month + 2) / 5 + 1,
        second / 3600,
        second / 60 % 60,
        second % 60,
    };

    for (int i = 0; i < 6; i++) {
        if (parts[i] < 10)
            pt_out_char(out, '0');
        pt_out_int(out, parts[i]);
        pt_out_char(out, "--T::Z"[i]);
    }
}

static void write_volatile(struct pt_doc *doc, const struct pt_report *report)
{
    struct utsname host;
    struct timespec now = {.tv_sec = 0};
    bool known = uname(&host) >= 0;

    clock_gettime(CLOCK_REALTIME, &now);
    pt_doc_begin(doc, "volatile", '{');
    pt_doc_text(doc, "host", known ? host.nodename : NULL);
    pt_doc_text(doc, "system", known ? host.sysname : NULL);
    pt_doc_text(doc, "machine", known ? host.machine : NULL);
    pt_doc_raw(doc, "date", "\"");
    print_date(doc->out, now.tv_sec > 0 ? (int64_t)now.tv_sec : 0);
    pt_out_char(doc->out, '"');
    pt_doc_real(doc, "wall_s", report->wall_s);
    pt_doc_real(doc, "cpu_s", report->cpu_s);
    pt_doc_int(doc, "peak_kib", report->peak_kib);
    pt_doc_end(doc, '}');
}

static int run_json_open(void *state, struct pt_out *out,
                         const struct pt_sink_context *context,
                         struct pt_err *err)
{
    struct run_json *json = state;

    (void)err;
    *json = (struct run_json){.out = out, .config = context->config};
    return 0;
}

static int run_json_close(void *state, const struct pt_report *report,
                          struct pt_err *err)
{
    struct run_json *json = state;
    struct pt_doc doc;

    (void)err;
    if (!report)
        return 0;
    pt_doc_init(&doc, json->out);
    pt_doc_begin(&doc, NULL, '{');
    write_program(&doc, json, report);
    write_inputs(&doc, report);
    pt_metrics_write(&doc, report);
    write_course(&doc, report);
    write_outputs(&doc, report);
    write_volatile(&doc, report);
    pt_doc_end(&doc, '}');
    return 0;
}

const struct pt_sink pt_sink_run_json = {
    .name = "run",
    .summary = "provenance, metrics, ledger and digests of the run",
    .cite = "protium's README, \"Results\"",
    .state_size = sizeof(struct run_json),
    .file = "run.json",
    .open = run_json_open,
    .close = run_json_close,
};
