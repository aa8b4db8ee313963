/* report.c - `report DIR`: the results in one page. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "experiments/folder.h"
#include "tool/report_parts.h"
#include "tool/verb.h"
#include "version.h"

/* Nothing comes from elsewhere, and nothing runs, whatever is in the page. */
static const char head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
    "'none'; style-src 'unsafe-inline'; img-src data:\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light\">\n";

static const char style[] =
    "<style>\n"
    "body { font: 16px/1.5 \"Liberation Sans\", Arial, Helvetica, sans-serif;\n"
    "  color: #222; background: #fff; max-width: 60rem; margin: 2.5rem auto;\n"
    "  padding: 0 1.25rem; }\n"
    "h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.3rem; }\n"
    "h2 { font-size: 1.15rem; margin: 2.2rem 0 0.6rem; padding-bottom: "
    "0.2rem;\n"
    "  border-bottom: 1px solid #ccc; }\n"
    "p, ul, pre, dl { margin: 0.5rem 0; }\n"
    "ul { padding-left: 1.1rem; margin: 0; }\n"
    ".note, .about { color: #555; font-size: 0.875rem; margin: 0.35rem 0; }\n"
    "code, pre { font: 0.875em/1.5 \"Liberation Mono\", \"DejaVu Sans Mono\",\n"
    "  Consolas, monospace; }\n"
    "pre { background: #f5f5f5; padding: 0.7rem 0.9rem; overflow-x: auto; }\n"
    ".params { color: #555; font-size: 0.875rem; }\n"
    ".digest { overflow-wrap: anywhere; }\n"
    ".wide { overflow-x: auto; }\n"
    "table { border-collapse: collapse; }\n"
    "th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.9rem "
    "0.2rem 0; }\n"
    ".numbers { font-variant-numeric: tabular-nums; }\n"
    ".numbers thead th { vertical-align: bottom; border-bottom: 1.5px solid "
    "#222;\n"
    "  font-size: 0.875rem; line-height: 1.3; }\n"
    ".numbers tbody tr:last-child td { border-bottom: 1.5px solid #222; }\n"
    ".numbers .gap td { border-top: 1px solid #ddd; }\n"
    ".numbers td { white-space: nowrap; }\n"
    ".numbers th.number, .numbers td.number { text-align: right;\n"
    "  padding: 0.2rem 0.9rem 0.2rem 0.4rem; }\n"
    ".numbers td.number sup { display: inline-block; width: 0; }\n"
    ".half { color: #555; }\n"
    "sup { line-height: 0; }\n"
    ".facts th { white-space: nowrap; font-weight: 600; padding-right: 1.5rem; "
    "}\n"
    "figure { margin: 1.2rem 0; break-inside: avoid; }\n"
    "figure svg { max-width: 100%; height: auto; display: block; }\n"
    "figcaption { font-size: 0.875rem; color: #333; margin-top: 0.3rem; }\n"
    "details { font-size: 0.875rem; margin-top: 0.3rem; }\n"
    "summary { cursor: pointer; color: #555; }\n"
    "dt { margin-top: 0.4rem; }\n"
    "dd { margin: 0 0 0 1.5rem; }\n"
    "footer { margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: "
    "0.4rem;\n"
    "  color: #555; font-size: 0.875rem; }\n"
    "@media print {\n"
    "  @page { margin: 18mm 15mm; }\n"
    "  body { font-size: 10pt; max-width: none; margin: 0; padding: 0; }\n"
    "  h2 { break-after: avoid; }\n"
    "  tr { break-inside: avoid; }\n"
    "  .wide { overflow: visible; }\n"
    "  .numbers { font-size: 8.5pt; }\n"
    "}\n"
    "</style>\n";

static int write_page(struct pt_web *web, struct pt_err *err)
{
    pt_web_put(web, head);
    pt_web_put(web, "<title>");
    pt_web_title(web);
    pt_web_put(web, "</title>\n");
    pt_web_put(web, style);
    pt_web_put(web, "</head>\n<body>\n<h1>");
    pt_web_title(web);
    pt_web_put(web, "</h1>\n<p class=\"about\">");
    pt_web_put(web, web->is_study ? "A study of schedulers by simulation."
                                  : "A replay of one workload under each "
                                    "policy.");
    pt_web_put(web, "</p>\n");
    if (pt_web_results(web, err) < 0 || pt_web_figures(web, err) < 0)
        return -1;
    pt_web_made(web);
    if (pt_web_rules(web, err) < 0)
        return -1;
    pt_web_definitions(web);
    pt_web_again(web);
    pt_web_put(web, "<footer>Page by protium ");
    pt_web_say(web, pt_version);
    pt_web_put(web, " (");
    pt_web_say(web, pt_commit);
    pt_web_put(web, ").</footer>\n</body>\n</html>\n");
    return 0;
}

static int make_report(const char *dir, struct pt_err *err)
{
    char *path = pt_folder_path(dir, "report.html");
    struct pt_web web;
    int status = pt_web_init(&web, dir, err);

    if (status == 0)
        status = pt_out_open(&web.out, path, err);
    if (status == 0 && (status = write_page(&web, err)) == 0)
        status = pt_out_commit(&web.out, NULL, err);
    pt_out_abandon(&web.out);
    pt_web_fini(&web);
    if (status == 0)
        printf("%s\n", path);
    pt_free(path);
    return status;
}

static int report_run(const struct pt_tool *tool, int argc, char **argv,
                      struct pt_err *err)
{
    struct pt_options options;
    const char *dir = NULL;
    int status;

    (void)tool;
    pt_options_open(&options, "report", NULL, argc, argv);
    while ((status = pt_options_next(&options, err)) == 1) {
        if (dir) {
            status = pt_err_set(err, PT_ERR_USAGE,
                                "report takes one DIR; '%s' is one too many",
                                options.value);
            break;
        }
        dir = options.value;
    }
    pt_options_close(&options);
    if (status == 0 && !dir)
        status = pt_err_set(err, PT_ERR_USAGE,
                            "report needs a DIR: what run --out DIR wrote");
    return status == 0 ? make_report(dir, err) : -1;
}

static const char *const report_examples[] = {"protium report results", NULL};

const struct pt_verb pt_verb_report = {
    .name = "report",
    .args = "DIR",
    .summary = "put the results in DIR into one page, DIR/report.html",
    .text = "The page holds the question, the means with their intervals, the "
            "differences between policies, the figures that are in "
            "DIR/figures, what was run, the rules that touched rows of the "
            "input, what the metrics are, and how to do it again. It needs "
            "nothing else: it can be sent by mail, and prints well.\n",
    .examples = report_examples,
    .run = report_run};
