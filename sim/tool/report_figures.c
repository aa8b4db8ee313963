/* report_figures.c - figures as parts of a page.
 *
 * An SVG becomes an element of the page.  Its ids would meet those of others:
 * each gets a prefix, wherever it is named. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/folder.h"
#include "plots/figure.h"
#include "tool/report_parts.h"

struct names {
    char **items; /* [n] without ".svg" */
    int n, capacity;
};

static int name_order(const void *a, const void *b)
{
    char *const *x = a;
    char *const *y = b;

    return strcmp(*x, *y);
}

/* The figures of DIR, sorted; a folder that is not there has none. */
static void find_figures(struct names *names, const char *dir)
{
    static const char ending[] = ".svg";
    char *path = pt_folder_path(dir, "figures");
    DIR *folder = opendir(path);
    const struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        const size_t n = strlen(entry->d_name), tail = sizeof ending - 1;

        if (entry->d_name[0] == '.' || n <= tail ||
            strcmp(entry->d_name + n - tail, ending) != 0)
            continue;
        char *name = pt_text_dup(entry->d_name, n - tail);
        pt_vec_push(names->items, names->n, names->capacity, name);
    }
    if (folder)
        closedir(folder);
    pt_free(path);
    if (names->n > 1)
        qsort(names->items, (size_t)names->n, sizeof *names->items, name_order);
}

/* PART in TEXT, in letters of any size. */
static bool has(const char *text, const char *part)
{
    const size_t n = strlen(part);

    for (; *text; text++)
        if (strncasecmp(text, part, n) == 0)
            return true;
    return false;
}

/* What no figure of ours has, and no page should. */
static const char *refusal_of(const char *svg)
{
    if (!strstr(svg, "<svg"))
        return "it holds no <svg>";
    if (has(svg, "<script") || has(svg, "<foreignObject") ||
        has(svg, "<style") || has(svg, "<!ENTITY"))
        return "it holds a script, a style, or foreign elements";
    return NULL;
}

/* --- ids --- */

struct scan {
    struct pt_out *out;
    int figure;
    char quote; /* in a tag: that of the value that one is in */
};

static void put_prefix(const struct scan *scan)
{
    pt_out_char(scan->out, 'f');
    pt_out_int(scan->out, scan->figure);
    pt_out_char(scan->out, '-');
}

/* If an id stands at AT (behind AT[-1]): what is before it, or 0.  INSIDE a
 * value only url(#...) names one. */
static size_t id_at(const char *at, bool inside)
{
    static const char *const starts[] = {"id=\"", "id='"};
    static const char *const links[] = {"href=\"#", "href='#"};
    static const char *const values[] = {"url(#", "url('#", "url(\"#"};
    const bool first = at[-1] == ' ' || at[-1] == '\t' || at[-1] == '\n';

    for (size_t i = 0; i < 2 && !inside; i++) {
        if (first && strncmp(at, starts[i], strlen(starts[i])) == 0)
            return strlen(starts[i]);
        if (strncmp(at, links[i], strlen(links[i])) == 0)
            return strlen(links[i]);
    }
    for (size_t i = 0; i < 3 && inside; i++)
        if (strncmp(at, values[i], strlen(values[i])) == 0)
            return strlen(values[i]);
    return 0;
}

/* Where the comment, instruction or declaration at AT ends; AT: it is none. */
static const char *skip_other(const char *at)
{
    const char *end = NULL;

    if (strncmp(at, "<!--", 4) == 0) {
        end = strstr(at, "-->");
        return end ? end + 3 : at + strlen(at);
    }
    if (at[1] != '?' && at[1] != '!')
        return at;
    end = strchr(at, '>');
    return end ? end + 1 : at + strlen(at);
}

/* The tag at AT; returns where it ends. */
static const char *put_tag(struct scan *scan, const char *at)
{
    scan->quote = '\0';
    pt_out_char(scan->out, *at++);
    while (*at) {
        const size_t n = id_at(at, scan->quote != '\0');

        if (n > 0) {
            pt_out_bytes(scan->out, at, n);
            put_prefix(scan);
            if (!scan->quote)
                scan->quote = at[strcspn(at, "'\"")];
            at += n;
            continue;
        }
        if (scan->quote && *at == scan->quote)
            scan->quote = '\0';
        else if (!scan->quote && (*at == '"' || *at == '\''))
            scan->quote = *at;
        else if (!scan->quote && *at == '>')
            break;
        pt_out_char(scan->out, *at++);
    }
    return at;
}

static void put_svg(struct pt_out *out, const char *svg, int figure)
{
    struct scan scan = {.out = out, .figure = figure};
    const char *at = strstr(svg, "<svg");

    while (*at) {
        if (*at == '<') {
            const char *after = skip_other(at);
            at = after == at ? put_tag(&scan, at) : after;
        }
        if (*at && *at != '<')
            pt_out_char(out, *at++);
    }
}

/* --- captions --- */

/* The figure type that the study's NAME=FIGURE, or NAME alone, means. */
static const char *summary_of(const struct pt_json *json, const char *name)
{
    const int32_t figures = pt_web_member(json, 0, "figures");
    const size_t n = strlen(name);
    const char *type = name;

    for (int32_t i = pt_web_first(json, figures); i >= 0;
         i = pt_web_next(json, figures, i)) {
        const char *text = pt_web_text(json, i);
        if (text && strncmp(text, name, n) == 0 && text[n] == '=')
            type = text + n + 1;
    }
    for (int i = 0; pt_figures[i]; i++) {
        const size_t length = strlen(pt_figures[i]->name);
        if (strncmp(type, pt_figures[i]->name, length) == 0 &&
            (type[length] == '\0' || type[length] == ':'))
            return pt_figures[i]->summary;
    }
    return NULL;
}

static void put_caption(struct pt_web *web, const char *name)
{
    const char *summary = summary_of(&web->study, name);

    pt_web_put(web, "<figcaption><b>");
    pt_web_say(web, name);
    pt_web_put(web, "</b>");
    if (summary) {
        pt_web_put(web, ": ");
        pt_web_say(web, summary);
    }
    pt_web_put(web, "</figcaption>");
}

static int put_figure(struct pt_web *web, const char *name, int number,
                      struct pt_err *err)
{
    const size_t size = strlen(name) + sizeof "figures/.svg";
    char *file = pt_alloc(size, 1), *svg;
    const char *refusal;

    snprintf(file, size, "figures/%s.svg", name);
    svg = pt_folder_read(web->dir, file, err);
    pt_free(file);
    if (!svg)
        return -1;
    refusal = refusal_of(svg);
    pt_web_put(web, "<figure>\n");
    if (refusal) {
        pt_web_put(web, "<p class=\"note\">Not shown: ");
        pt_web_say(web, refusal);
        pt_web_put(web, ".</p>\n");
    } else {
        put_svg(&web->out, svg, number);
        pt_web_put(web, "\n");
    }
    put_caption(web, name);
    pt_web_put(web, "\n</figure>\n");
    pt_free(svg);
    return 0;
}

int pt_web_figures(struct pt_web *web, struct pt_err *err)
{
    struct names names = {.n = 0};
    int status = 0;

    find_figures(&names, web->dir);
    pt_web_put(web, "<h2>Figures</h2>\n");
    if (names.n == 0)
        pt_web_put(web, "<p>There are none: <code>protium plot .</code> draws "
                        "them.</p>\n");
    for (int i = 0; i < names.n; i++) {
        if (status == 0)
            status = put_figure(web, names.items[i], i + 1, err);
        pt_free(names.items[i]);
    }
    pt_free(names.items);
    return status;
}
