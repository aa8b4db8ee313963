#include "sink/doc.h"

#include <math.h>
#include <string.h>
#include "base/assert.h"
#include "base/text.h"

#define EXACT_IN_DOUBLE (INT64_C(1) << 53)

static void new_line(struct pt_doc *doc)
{
    if (doc->compact)
        return;
    pt_out_char(doc->out, '\n');
    for (int i = 0; i < doc->depth; i++)
        pt_out_text(doc->out, "  ");
}

static void put_key(struct pt_doc *doc, const char *key)
{
    if (!doc->empty)
        pt_out_char(doc->out, ',');
    if (doc->depth > 0)
        new_line(doc);
    doc->empty = false;
    if (!key)
        return;
    pt_out_json_text(doc->out, key);
    pt_out_text(doc->out, doc->compact ? ":" : ": ");
}

void pt_doc_init(struct pt_doc *doc, struct pt_out *out)
{
    *doc = (struct pt_doc){.out = out, .empty = true};
}

void pt_doc_begin(struct pt_doc *doc, const char *key, char bracket)
{
    put_key(doc, key);
    pt_out_char(doc->out, bracket);
    doc->depth++;
    doc->empty = true;
}

void pt_doc_end(struct pt_doc *doc, char bracket)
{
    pt_assert(doc->depth > 0);
    doc->depth--;
    if (!doc->empty)
        new_line(doc);
    pt_out_char(doc->out, bracket);
    doc->empty = false;
    if (doc->depth == 0)
        pt_out_char(doc->out, '\n');
}

void pt_doc_text(struct pt_doc *doc, const char *key, const char *text)
{
    put_key(doc, key);
    if (text)
        pt_out_json_text(doc->out, text);
    else
        pt_out_text(doc->out, "null");
}

void pt_doc_bool(struct pt_doc *doc, const char *key, bool value)
{
    pt_doc_raw(doc, key, value ? "true" : "false");
}

void pt_doc_int(struct pt_doc *doc, const char *key, int64_t value)
{
    bool quoted = value > EXACT_IN_DOUBLE || value < -EXACT_IN_DOUBLE;

    put_key(doc, key);
    if (quoted)
        pt_out_char(doc->out, '"');
    pt_out_int(doc->out, value);
    if (quoted)
        pt_out_char(doc->out, '"');
}

void pt_doc_real(struct pt_doc *doc, const char *key, double value)
{
    put_key(doc, key);
    if (isnan(value))
        pt_out_text(doc->out, "null");
    else
        pt_out_real(doc->out, value);
}

void pt_doc_time(struct pt_doc *doc, const char *key, pt_time time)
{
    put_key(doc, key);
    pt_out_time(doc->out, time);
}

void pt_doc_area(struct pt_doc *doc, const char *key, pt_area area)
{
    char text[PT_AREA_TEXT];

    pt_area_print(text, area);
    pt_doc_text(doc, key, text);
}

void pt_doc_raw(struct pt_doc *doc, const char *key, const char *text)
{
    put_key(doc, key);
    pt_out_text(doc->out, text);
}

void pt_doc_value(struct pt_doc *doc, const char *key,
                  const struct pt_param *param, const char *text)
{
    int64_t integer;
    double real;

    switch (param->type) {
    case PT_PARAM_INT:
        if (pt_text_read_int(&integer, text)) {
            pt_doc_int(doc, key, integer);
            return;
        }
        break;
    case PT_PARAM_REAL:
        if (pt_text_read_real(&real, text)) {
            pt_doc_real(doc, key, real);
            return;
        }
        break;
    case PT_PARAM_BOOL:
        pt_doc_bool(doc, key, strcmp(text, "yes") == 0);
        return;
    case PT_PARAM_TIME:
    case PT_PARAM_CHOICE:
    case PT_PARAM_TEXT:
        break;
    }
    pt_doc_text(doc, key, text);
}

void pt_doc_params(struct pt_doc *doc, const struct pt_param *params,
                   const void *state)
{
    char text[PT_PARAM_TEXT_SIZE];

    for (const struct pt_param *p = params; p && p->name; p++) {
        pt_param_print(p, state, text, sizeof text);
        pt_doc_value(doc, p->name, p, text);
    }
}
