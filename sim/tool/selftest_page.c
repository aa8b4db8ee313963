#include "tool/selftest_page.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sink/doc.h"
#include "version.h"

enum { COLUMNS = 100 };

static const char *const verdicts[PT_VERDICTS] = {
    [PT_VERDICT_OK] = "ok",
    [PT_VERDICT_DIFFERS] = "differs",
    [PT_VERDICT_SKIPPED] = "skipped",
};

int pt_page_count(const struct pt_chapter *chapters, int n,
                  enum pt_verdict verdict)
{
    int count = 0;

    for (int i = 0; i < n; i++)
        for (int k = 0; k < chapters[i].n; k++)
            count += chapters[i].findings[k].verdict == verdict;
    return count;
}

void pt_page_sum_up(const struct pt_chapter *chapters, int n, char *text,
                    size_t size)
{
    const int ok = pt_page_count(chapters, n, PT_VERDICT_OK);
    const int differ = pt_page_count(chapters, n, PT_VERDICT_DIFFERS);
    const int skipped = pt_page_count(chapters, n, PT_VERDICT_SKIPPED);

    snprintf(text, size, "%d checks: %d ok, %d differ, %d skipped",
             ok + differ + skipped, ok, differ, skipped);
}

static void put(struct pt_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct pt_out *out, const char *format, ...)
{
    char text[512];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    pt_out_text(out, text);
}

/* "-0.13 %"; nothing where there is none. */
static void print_deviation(const struct pt_finding *f, char text[16])
{
    text[0] = '\0';
    if (!isnan(f->deviation))
        snprintf(text, 16, "%+.2f %%", 100 * f->deviation);
    if (strcmp(text, "-0.00 %") == 0 || strcmp(text, "+0.00 %") == 0)
        snprintf(text, 16, "0.00 %%");
}

static void print_half(const struct pt_finding *f, char text[16])
{
    text[0] = '\0';
    if (!isnan(f->half))
        snprintf(text, 16, "%.2g", f->half);
}

/* Whether row I is of another source than the one above it. */
static bool is_first(const struct pt_chapter *chapter, int i)
{
    return i == 0 || strcmp(chapter->findings[i].source,
                            chapter->findings[i - 1].source) != 0;
}

/* ---- text ---- */

/* TEXT, its words wrapped, each line two columns in. */
static void wrap(struct pt_out *out, const char *text)
{
    size_t at = 0;

    for (; *text; text += strspn(text, " ")) {
        const size_t length = strcspn(text, " ");
        if (at > 0 && at + 1 + length > COLUMNS) {
            pt_out_char(out, '\n');
            at = 0;
        }
        pt_out_text(out, at > 0 ? " " : "  ");
        pt_out_bytes(out, text, length);
        at += length + (at > 0 ? 1 : 2);
        text += length;
    }
    pt_out_char(out, '\n');
}

static void write_row(struct pt_out *out, const struct pt_finding *f)
{
    char half[16], off[16];

    if (f->verdict == PT_VERDICT_SKIPPED) {
        put(out, "  %-40s %13s  skipped: %s\n", f->quantity, f->reference,
            f->why);
        return;
    }
    print_half(f, half);
    print_deviation(f, off);
    put(out, "  %-40s %13s %13s %10s %9s  %s\n", f->quantity, f->reference,
        f->ours, half, off, verdicts[f->verdict]);
    if (f->verdict == PT_VERDICT_DIFFERS && f->why[0])
        put(out, "      %s\n", f->why);
}

static void write_text(struct pt_out *out, const struct pt_chapter *c)
{
    put(out, "\n%s\n", c->title);
    wrap(out, c->rule);
    put(out, "\n  %-40s %13s %13s %10s %9s  %s\n", "", "reference", "ours",
        "+- (95 %)", "off", "verdict");
    for (int i = 0; i < c->n; i++) {
        if (is_first(c, i))
            put(out, "  [%s]\n", c->findings[i].source);
        write_row(out, &c->findings[i]);
    }
}

/* ---- Markdown ---- */

/* TEXT, with nothing in it that means anything. */
static void put_plain(struct pt_out *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_|<>[]", *text))
            pt_out_char(out, '\\');
        pt_out_char(out, *text);
    }
}

static void put_cell(struct pt_out *out, const char *text)
{
    pt_out_text(out, " | ");
    put_plain(out, text);
}

static void write_markdown(struct pt_out *out, const struct pt_chapter *c)
{
    put(out, "\n## %s\n\n", c->title);
    put_plain(out, c->rule);
    pt_out_text(out, "\n\n| quantity | reference | ours | ± (95 %) | off | "
                     "verdict | source |\n"
                     "|---|--:|--:|--:|--:|---|---|\n");
    for (int i = 0; i < c->n; i++) {
        const struct pt_finding *f = &c->findings[i];
        char half[16], off[16];
        print_half(f, half);
        print_deviation(f, off);
        pt_out_text(out, "| ");
        put_plain(out, f->quantity);
        put_cell(out, f->reference);
        put_cell(out, f->ours);
        put_cell(out, half);
        put_cell(out, off);
        put(out, f->verdict == PT_VERDICT_DIFFERS ? " | **%s**" : " | %s",
            verdicts[f->verdict]);
        if (f->verdict != PT_VERDICT_OK && f->why[0]) {
            pt_out_text(out, ": ");
            put_plain(out, f->why);
        }
        put_cell(out, f->source);
        pt_out_text(out, " |\n");
    }
}

/* ---- JSON ---- */

static void write_json_row(struct pt_doc *doc, const struct pt_finding *f)
{
    pt_doc_begin(doc, NULL, '{');
    pt_doc_text(doc, "quantity", f->quantity);
    pt_doc_text(doc, "source", f->source);
    pt_doc_text(doc, "verdict", verdicts[f->verdict]);
    pt_doc_text(doc, "why", f->why[0] ? f->why : NULL);
    if (isnan(f->expected)) {
        pt_doc_text(doc, "reference", f->reference);
        pt_doc_text(doc, "ours", f->ours);
    } else {
        pt_doc_real(doc, "reference", f->expected);
        pt_doc_real(doc, "ours", f->found);
    }
    pt_doc_real(doc, "half_95", f->half);
    pt_doc_real(doc, "deviation", f->deviation);
    pt_doc_int(doc, "replications", f->runs);
    pt_doc_end(doc, '}');
}

static void write_json(struct pt_out *out, const struct pt_chapter *chapters,
                       int n, int64_t seed)
{
    struct pt_doc doc;

    pt_doc_init(&doc, out);
    pt_doc_begin(&doc, NULL, '{');
    pt_doc_text(&doc, "schema", "protium.selftest/1");
    pt_doc_text(&doc, "version", pt_version);
    pt_doc_text(&doc, "commit", pt_commit);
    pt_doc_int(&doc, "seed", seed);
    for (int v = 0; v < PT_VERDICTS; v++)
        pt_doc_int(&doc, verdicts[v],
                   pt_page_count(chapters, n, (enum pt_verdict)v));
    pt_doc_begin(&doc, "chapters", '[');
    for (int i = 0; i < n; i++) {
        pt_doc_begin(&doc, NULL, '{');
        pt_doc_text(&doc, "name", chapters[i].name);
        pt_doc_text(&doc, "rule", chapters[i].rule);
        pt_doc_begin(&doc, "checks", '[');
        for (int k = 0; k < chapters[i].n; k++)
            write_json_row(&doc, &chapters[i].findings[k]);
        pt_doc_end(&doc, ']');
        pt_doc_end(&doc, '}');
    }
    pt_doc_end(&doc, ']');
    pt_doc_end(&doc, '}');
}

void pt_page_write(struct pt_out *out, enum pt_page_form form,
                   const struct pt_chapter *chapters, int n, int64_t seed)
{
    char sum[96];

    if (form == PT_PAGE_JSON) {
        write_json(out, chapters, n, seed);
        return;
    }
    pt_page_sum_up(chapters, n, sum, sizeof sum);
    put(out, "%sProtium %s: validation page%s",
        form == PT_PAGE_MARKDOWN ? "# " : "", pt_version,
        form == PT_PAGE_MARKDOWN ? "\n\n" : "\n");
    put(out, "%s. Commit %s, seed %lld.\n", sum, pt_commit, (long long)seed);
    for (int i = 0; i < n; i++) {
        if (form == PT_PAGE_MARKDOWN)
            write_markdown(out, &chapters[i]);
        else
            write_text(out, &chapters[i]);
    }
}
