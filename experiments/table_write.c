/* table_write.c - a table in each of its languages. */
#include <string.h>

#include "base/alloc.h"
#include "experiments/table.h"

/* Characters as one sees them: bytes of UTF-8 that begin one. */
static size_t width_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
}

static const struct pt_table_cell *cell_at(const struct pt_table *table,
                                           int64_t row, int column)
{
    return &table->cells[row * table->ncolumns + column];
}

/* The names of marks, each where it is set, in the order of their bits. */
static void put_marks(struct pt_out *out, unsigned marks,
                      const char *const names[4])
{
    for (int i = 0; i < 4; i++)
        if (marks >> i & 1)
            pt_out_text(out, names[i]);
}

static void put_left_out(const struct pt_table *table, struct pt_out *out,
                         const char *before, const char *after)
{
    if (table->left_out == 0)
        return;
    pt_out_text(out, before);
    pt_out_text(out, "These are the first ");
    pt_out_int(out, table->nrows);
    pt_out_text(out, " rows; ");
    pt_out_int(out, table->left_out);
    pt_out_text(out, " more are in the CSV files.");
    pt_out_text(out, after);
}

/* --- Markdown --- */

/* An underscore inside a word means nothing there, and is left to be read. */
static void put_markdown(struct pt_out *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        const bool inside =
            *c == '_' && c > text && is_word(c[-1]) && is_word(c[1]);

        if ((unsigned char)*c < 0x20) {
            pt_out_char(out, ' ');
            continue;
        }
        if (strchr("\\|*_`<>[]&~#$", *c) && !inside)
            pt_out_char(out, '\\');
        pt_out_char(out, *c);
    }
}

static const char *const markdown_marks[4] = {"\\*", "†", "‡", "?"};

static void put_markdown_cell(struct pt_out *out,
                              const struct pt_table_cell *cell)
{
    put_markdown(out, cell->text);
    if (cell->half) {
        pt_out_text(out, " ± ");
        pt_out_text(out, cell->half);
    }
    put_marks(out, cell->marks, markdown_marks);
}

static void put_markdown_head(struct pt_out *out,
                              const struct pt_table_column *column)
{
    put_markdown(out, column->head);
    if (column->unit[0]) {
        pt_out_text(out, " (");
        put_markdown(out, column->unit);
        pt_out_char(out, ')');
    }
}

/* Row ROW's cell, or the head if ROW is -1, as text on the heap. */
static char *markdown_of(const struct pt_table *table, int64_t row, int column)
{
    struct pt_err err = {.code = PT_ERR_NONE};
    struct pt_out out;
    char *text;

    pt_out_open(&out, NULL, &err);
    if (row < 0)
        put_markdown_head(&out, &table->columns[column]);
    else
        put_markdown_cell(&out, cell_at(table, row, column));
    pt_out_char(&out, '\0');
    text = pt_alloc(out.used, 1);
    memcpy(text, out.buffer, out.used);
    pt_out_abandon(&out);
    return text;
}

static void put_padded(struct pt_out *out, const char *text, size_t width,
                       bool right)
{
    const size_t n = width_of(text);

    pt_out_char(out, ' ');
    for (size_t i = n; right && i < width; i++)
        pt_out_char(out, ' ');
    pt_out_text(out, text);
    for (size_t i = n; !right && i < width; i++)
        pt_out_char(out, ' ');
    pt_out_text(out, " |");
}

static void put_ruler(const struct pt_table *table, struct pt_out *out,
                      const size_t *widths)
{
    pt_out_char(out, '|');
    for (int c = 0; c < table->ncolumns; c++) {
        const bool number = table->columns[c].number;

        pt_out_char(out, number ? '-' : ':');
        for (size_t i = 0; i < widths[c]; i++)
            pt_out_char(out, '-');
        pt_out_text(out, number ? ":|" : "-|");
    }
    pt_out_char(out, '\n');
}

void pt_table_markdown(const struct pt_table *table, struct pt_out *out)
{
    const int64_t n = table->ncolumns;
    char **texts = pt_alloc((size_t)((table->nrows + 1) * n), sizeof *texts);
    size_t *widths = pt_alloc((size_t)n, sizeof *widths);

    for (int64_t i = 0; i < (table->nrows + 1) * n; i++) {
        texts[i] = markdown_of(table, i / n - 1, (int)(i % n));
        const size_t width = width_of(texts[i]);
        if (width > widths[i % n])
            widths[i % n] = width;
    }
    for (int64_t row = 0; row <= table->nrows; row++) {
        pt_out_char(out, '|');
        for (int64_t c = 0; c < n; c++)
            put_padded(out, texts[row * n + c], widths[c],
                       table->columns[c].number);
        pt_out_char(out, '\n');
        if (row == 0)
            put_ruler(table, out, widths);
    }
    for (int i = 0; i < table->nnotes; i++) {
        pt_out_char(out, '\n');
        put_markdown(out, table->notes[i]);
        pt_out_char(out, '\n');
    }
    put_left_out(table, out, "\n", "\n");
    for (int64_t i = 0; i < (table->nrows + 1) * n; i++)
        pt_free(texts[i]);
    pt_free(texts);
    pt_free(widths);
}

/* --- LaTeX --- */

struct word {
    const char *text, *means;
};

static const struct word latex_words[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"^", "\\textasciicircum{}"},
    {"~", "\\textasciitilde{}"},
    {"<", "\\textless{}"},
    {">", "\\textgreater{}"},
    {"|", "\\textbar{}"},
    {"±", "$\\pm$"},
    {"†", "$\\dagger$"},
    {"‡", "$\\ddagger$"},
    {"µ", "$\\mu$"},
    {NULL, NULL},
};

static void put_latex(struct pt_out *out, const char *text)
{
    while (*text) {
        const struct word *word = latex_words;

        while (word->text && strncmp(text, word->text, strlen(word->text)) != 0)
            word++;
        if (word->text) {
            pt_out_text(out, word->means);
            text += strlen(word->text);
        } else {
            pt_out_char(out, (unsigned char)*text < 0x20 ? ' ' : *text);
            text++;
        }
    }
}

/* Of marks, so small that what stands above and below stays in line. */
static const char *const latex_marks[4] = {"*", "\\dagger", "\\ddagger", "?"};

/* A number in mathematics: its signs are its own. */
static void put_math(struct pt_out *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        const bool power = c > text && c[-1] == 'e';

        pt_out_text(out, power ? "{" : "");
        pt_out_text(out, *c == 'e' ? "\\mathrm{" : "");
        pt_out_char(out, *c);
        pt_out_text(out, power || *c == 'e' ? "}" : "");
    }
}

static void put_latex_cell(struct pt_out *out, const struct pt_table_cell *cell,
                           bool number)
{
    if (number && strcmp(cell->text, "-") != 0) {
        pt_out_char(out, '$');
        put_math(out, cell->text);
        if (cell->half) {
            pt_out_text(out, " \\pm ");
            put_math(out, cell->half);
        }
        pt_out_char(out, '$');
    } else {
        put_latex(out, cell->text);
    }
    if (!cell->marks)
        return;
    pt_out_text(out, number ? "\\rlap{$^{" : "$^{");
    put_marks(out, cell->marks, latex_marks);
    pt_out_text(out, number ? "}$}" : "}$");
}

/* A metric's name is broken where its words are: columns stay narrow. */
static void put_latex_head(struct pt_out *out,
                           const struct pt_table_column *column)
{
    char word[2] = {0};

    pt_out_text(out, column->number ? "\\shortstack[r]{" : "");
    for (const char *c = column->head; *c && column->number; c++) {
        word[0] = *c;
        if (*c == '_')
            pt_out_text(out, "\\\\");
        else
            put_latex(out, word);
    }
    if (!column->number)
        put_latex(out, column->head);
    if (column->unit[0]) {
        pt_out_text(out, " (");
        put_latex(out, column->unit);
        pt_out_char(out, ')');
    }
    pt_out_text(out, column->number ? "}" : "");
}

static void put_latex_rows(const struct pt_table *table, struct pt_out *out)
{
    for (int64_t row = 0; row < table->nrows; row++) {
        if (table->gaps[row] && row > 0)
            pt_out_text(out, "\\addlinespace\n");
        for (int c = 0; c < table->ncolumns; c++) {
            pt_out_text(out, c > 0 ? " & " : "");
            put_latex_cell(out, cell_at(table, row, c),
                           table->columns[c].number);
        }
        pt_out_text(out, " \\\\\n");
    }
}

void pt_table_latex(const struct pt_table *table, struct pt_out *out)
{
    pt_out_text(out, "% Needs \\usepackage{booktabs}, and a table environment "
                     "around it;\n% where it is too wide, "
                     "\\resizebox{\\linewidth}{!}{...} or table*.\n");
    pt_out_text(out, "\\begin{tabular}{@{}");
    for (int c = 0; c < table->ncolumns; c++)
        pt_out_char(out, table->columns[c].number ? 'r' : 'l');
    pt_out_text(out, "@{}}\n\\toprule\n");
    for (int c = 0; c < table->ncolumns; c++) {
        pt_out_text(out, c > 0 ? " & " : "");
        put_latex_head(out, &table->columns[c]);
    }
    pt_out_text(out, " \\\\\n\\midrule\n");
    put_latex_rows(table, out);
    pt_out_text(out, "\\bottomrule\n\\end{tabular}\n");
    if (table->nnotes == 0 && table->left_out == 0)
        return;
    pt_out_text(out,
                "\\par\\smallskip\n\\parbox{\\linewidth}{\\footnotesize\n");
    for (int i = 0; i < table->nnotes; i++) {
        put_latex(out, table->notes[i]);
        pt_out_char(out, '\n');
    }
    put_left_out(table, out, "", "\n");
    pt_out_text(out, "}\n");
}

/* --- HTML --- */

void pt_html_text(struct pt_out *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            pt_out_text(out, "&amp;");
            break;
        case '<':
            pt_out_text(out, "&lt;");
            break;
        case '>':
            pt_out_text(out, "&gt;");
            break;
        case '"':
            pt_out_text(out, "&quot;");
            break;
        case '\'':
            pt_out_text(out, "&#39;");
            break;
        default:
            pt_out_char(out, *text == '\n' || (unsigned char)*text >= 0x20
                                 ? *text
                                 : ' ');
        }
    }
}

static const char *const html_marks[4] = {"*", "†", "‡", "?"};

static void put_html_head(struct pt_out *out,
                          const struct pt_table_column *column)
{
    char letter[2] = {0};

    pt_out_text(out, column->number ? "<th class=\"number\">" : "<th>");
    for (const char *c = column->head; *c; c++) {
        letter[0] = *c;
        pt_html_text(out, letter);
        if (*c == '_')
            pt_out_text(out, "<wbr>");
    }
    if (column->unit[0]) {
        pt_out_text(out, " (");
        pt_html_text(out, column->unit);
        pt_out_char(out, ')');
    }
    pt_out_text(out, "</th>");
}

static void put_html_cell(struct pt_out *out, const struct pt_table_cell *cell,
                          bool number)
{
    pt_out_text(out, number ? "<td class=\"number\">" : "<td>");
    pt_html_text(out, cell->text);
    if (cell->half) {
        pt_out_text(out, " <span class=\"half\">± ");
        pt_out_text(out, cell->half);
        pt_out_text(out, "</span>");
    }
    if (cell->marks) {
        pt_out_text(out, "<sup>");
        put_marks(out, cell->marks, html_marks);
        pt_out_text(out, "</sup>");
    }
    pt_out_text(out, "</td>");
}

void pt_table_html(const struct pt_table *table, struct pt_out *out)
{
    pt_out_text(out, "<div class=\"wide\"><table class=\"numbers\">\n"
                     "<thead><tr>");
    for (int c = 0; c < table->ncolumns; c++)
        put_html_head(out, &table->columns[c]);
    pt_out_text(out, "</tr></thead>\n<tbody>\n");
    for (int64_t row = 0; row < table->nrows; row++) {
        pt_out_text(out, table->gaps[row] && row > 0 ? "<tr class=\"gap\">"
                                                     : "<tr>");
        for (int c = 0; c < table->ncolumns; c++)
            put_html_cell(out, cell_at(table, row, c),
                          table->columns[c].number);
        pt_out_text(out, "</tr>\n");
    }
    pt_out_text(out, "</tbody></table></div>\n");
    for (int i = 0; i < table->nnotes; i++) {
        pt_out_text(out, "<p class=\"note\">");
        pt_html_text(out, table->notes[i]);
        pt_out_text(out, "</p>\n");
    }
    put_left_out(table, out, "<p class=\"note\">", "</p>\n");
}
