#include "experiments/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"

/* Digits that a double surely has. */
#define DIGITS 15

static char *copy_of(const char *text)
{
    return pt_text_dup(text, strlen(text));
}

void pt_table_fini(struct pt_table *table)
{
    for (int i = 0; i < table->ncolumns; i++) {
        pt_free(table->columns[i].head);
        pt_free(table->columns[i].unit);
    }
    for (int64_t i = 0; i < table->ncells; i++) {
        pt_free(table->cells[i].text);
        pt_free(table->cells[i].half);
    }
    for (int i = 0; i < table->nnotes; i++)
        pt_free(table->notes[i]);
    pt_free(table->columns);
    pt_free(table->cells);
    pt_free(table->gaps);
    pt_free(table->notes);
    *table = (struct pt_table){.nrows = 0};
}

void pt_table_add_column(struct pt_table *table, const char *head,
                         const char *unit, bool number)
{
    const struct pt_table_column column = {
        .head = copy_of(head), .unit = copy_of(unit), .number = number};

    pt_assert(table->nrows == 0);
    pt_vec_push(table->columns, table->ncolumns, table->columns_capacity,
                column);
}

bool pt_table_add_row(struct pt_table *table, bool gap)
{
    pt_assert(table->ncells == table->nrows * table->ncolumns);
    if (table->nrows == PT_TABLE_ROWS) {
        table->left_out++;
        return false;
    }
    pt_vec_push(table->gaps, table->nrows, table->rows_capacity, gap);
    return true;
}

static void add_cell(struct pt_table *table, struct pt_table_cell cell)
{
    pt_assert(table->ncells < table->nrows * table->ncolumns);
    pt_vec_push(table->cells, table->ncells, table->cells_capacity, cell);
}

void pt_table_add_text(struct pt_table *table, const char *text, unsigned marks)
{
    add_cell(table,
             (struct pt_table_cell){.text = copy_of(text), .marks = marks});
}

void pt_table_add_number(struct pt_table *table, double mean, double half,
                         unsigned marks)
{
    char text[PT_NUMBER_TEXT], width[PT_NUMBER_TEXT];

    pt_number_print(mean, half, text, width);
    add_cell(table,
             (struct pt_table_cell){.text = copy_of(text),
                                    .half = width[0] ? copy_of(width) : NULL,
                                    .marks = marks});
}

void pt_table_add_note(struct pt_table *table, const char *format, ...)
{
    char text[1024], *note;
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    note = copy_of(text);
    pt_vec_push(table->notes, table->nnotes, table->notes_capacity, note);
}

/* --- numbers --- */

/* VALUE with DECIMALS, which may be negative: then it is rounded before the
 * point.  A zero has no sign. */
static void print_decimals(double value, int decimals,
                           char text[PT_NUMBER_TEXT])
{
    if (decimals < 0) {
        const double unit = pow(10, -decimals);
        value = nearbyint(value / unit) * unit;
        decimals = 0;
    }
    snprintf(text, PT_NUMBER_TEXT, "%.*f", decimals, value);
    if (text[0] == '-' && !strpbrk(text, "123456789"))
        memmove(text, text + 1, strlen(text));
}

/* The power of ten of VALUE's first digit, when it is rounded to DIGITS. */
static int power_of(double value, int digits)
{
    char text[PT_NUMBER_TEXT];
    int64_t power = 0;

    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    /* No locale: the mark is an 'e', then a sign and digits. */
    const char *mark = strchr(text, 'e') + 1;
    for (const char *c = mark + 1; *c; c++)
        power = 10 * power + (*c - '0');
    return (int)(*mark == '-' ? -power : power);
}

static int clamp(int value, int low, int high)
{
    return value < low ? low : value > high ? high : value;
}

/* A number that nothing is known of. */
static void print_plain(double value, char text[PT_NUMBER_TEXT])
{
    const double size = fabs(value);
    const bool whole = size < 1e15 && !(fabs(value - nearbyint(value)) > 0);

    if (size >= 1e15 || (size < 1e-9 && !whole))
        snprintf(text, PT_NUMBER_TEXT, "%.3e", value);
    else if (whole)
        print_decimals(value, 0, text);
    else
        print_decimals(value, clamp(3 - power_of(value, 4), 0, DIGITS), text);
}

void pt_number_print(double mean, double half, char mean_text[PT_NUMBER_TEXT],
                     char half_text[PT_NUMBER_TEXT])
{
    half_text[0] = '\0';
    if (!isfinite(mean)) {
        pt_text_copy(mean_text, PT_NUMBER_TEXT, "-");
        return;
    }
    /* What is less than the rounding of sums is none. */
    if (!isfinite(half) || half <= 1e-13 * fabs(mean) || half < 1e-12 ||
        half >= 1e15 || fabs(mean) >= 1e15) {
        print_plain(mean, mean_text);
        if (isfinite(half))
            print_plain(half < 1e-12 || half <= 1e-13 * fabs(mean) ? 0 : half,
                        half_text);
        return;
    }
    const int decimals = clamp(1 - power_of(half, 2), -DIGITS, DIGITS);

    print_decimals(mean, decimals, mean_text);
    print_decimals(half, decimals, half_text);
}
