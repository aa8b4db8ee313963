/* table.h - a table for people, as Markdown, LaTeX or HTML.
 *
 * Texts may hold anything: each writer escapes for its own language.  A table
 * is made column by column, then row by row from left to right. */
#ifndef PT_EXPERIMENTS_TABLE_H
#define PT_EXPERIMENTS_TABLE_H

#include <stdbool.h>
#include <stdint.h>
#include "sink/out.h"

/* Nobody reads more rows than this; the rest is counted. */
#define PT_TABLE_ROWS 1000

/* Marks behind a cell's text; notes say what they mean. */
enum pt_table_mark {
    PT_MARK_STAR = 1,
    PT_MARK_DAGGER = 2,
    PT_MARK_DDAGGER = 4,
    PT_MARK_QUESTION = 8
};

struct pt_table_column {
    char *head, *unit; /* unit "" : it has none */
    bool number;
};

struct pt_table_cell {
    char *text, *half; /* half NULL: a text, or a number without one */
    unsigned marks;
};

struct pt_table {
    struct pt_table_column *columns; /* [ncolumns] */
    int ncolumns, columns_capacity;
    struct pt_table_cell *cells; /* [ncells] row by row */
    int64_t ncells, cells_capacity;
    bool *gaps; /* [nrows] a little room above the row */
    int64_t nrows, rows_capacity;
    int64_t left_out; /* rows */
    char **notes;     /* [nnotes] */
    int nnotes, notes_capacity;
};

/* TABLE begins as all zeroes. */
void pt_table_fini(struct pt_table *table);

/* Every column, before the first row. */
void pt_table_add_column(struct pt_table *table, const char *head,
                         const char *unit, bool number);

/* Begins a row; false: the table is full, and the row is counted alone. */
bool pt_table_add_row(struct pt_table *table, bool gap);

/* The next cell of the row that was begun. */
void pt_table_add_text(struct pt_table *table, const char *text,
                       unsigned marks);
void pt_table_add_number(struct pt_table *table, double mean, double half,
                         unsigned marks);

void pt_table_add_note(struct pt_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The notes, and how many rows were left out, come below each. */
void pt_table_markdown(const struct pt_table *table, struct pt_out *out);
/* A tabular with booktabs' rules, for a table environment. */
void pt_table_latex(const struct pt_table *table, struct pt_out *out);
/* <table class="numbers">, then paragraphs of class "note". */
void pt_table_html(const struct pt_table *table, struct pt_out *out);

/* TEXT for HTML, as an element's text or an attribute's value. */
void pt_html_text(struct pt_out *out, const char *text);

#define PT_NUMBER_TEXT 48

/* MEAN with as many digits as the first two of HALF justify, and HALF.  Where
 * HALF is NaN (then its text is "") or 0, four digits, or all of a whole
 * number; "-" if MEAN is NaN. */
void pt_number_print(double mean, double half, char mean_text[PT_NUMBER_TEXT],
                     char half_text[PT_NUMBER_TEXT]);

#endif
