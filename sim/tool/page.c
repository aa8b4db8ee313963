#include "tool/page.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void pt_page_open(struct pt_page *page)
{
    fflush(stdout);
    pt_out_attach(&page->out, STDOUT_FILENO);
    pt_doc_init(&page->doc, &page->out);
}

int pt_page_close(struct pt_page *page, struct pt_err *err)
{
    int failed;

    pt_out_flush(&page->out);
    failed = page->out.failed;
    pt_out_abandon(&page->out);
    if (failed == 0 || failed == EPIPE)
        return 0;
    return pt_err_set(err, PT_ERR_INTERNAL, "standard output: %s",
                      strerror(failed));
}

void pt_json_rules(struct pt_doc *doc, const struct pt_rule *rules, int32_t n)
{
    pt_doc_begin(doc, "rules", '[');
    for (int32_t i = 0; i < n; i++) {
        pt_doc_begin(doc, NULL, '{');
        pt_doc_text(doc, "name", rules[i].name);
        pt_doc_int(doc, "rows", rules[i].rows);
        pt_doc_bool(doc, "drops", rules[i].drops);
        pt_doc_text(doc, "what", rules[i].what);
        pt_doc_end(doc, '}');
    }
    pt_doc_end(doc, ']');
}
