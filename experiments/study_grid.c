/* study_grid.c - of a study's document: the grid. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"
#include "base/vec.h"
#include "experiments/study_names.h"
#include "experiments/study_range.h"

#define LABEL_CHARACTERS PT_STUDY_WORD ".-"

/* A point's name is a folder's, and such names have an end. */
#define POINT_NAME 200

/* ---- values ---- */

/* VALUE as a setting of PATH has it: files are named from the root on. */
static int normal_text(const struct pt_study_grid *grid, int32_t item,
                       const char *path, const char *value, char **text,
                       struct pt_err *err)
{
    struct pt_study_doc *doc = grid->doc;
    struct pt_err why = {.code = PT_ERR_NONE};

    if (strcmp(path, "workload") == 0)
        return pt_study_read_found(doc, item, value, text, err);
    if (strcmp(path, "set.failures") == 0)
        *text = pt_study_failures_new(doc->folder, value, &why);
    else if (strcmp(path, "set.failures.trace.file") == 0)
        *text = pt_study_path_new(doc->folder, value);
    else
        *text = pt_study_copy(value);
    return *text ? 0 : pt_study_doc_bad(doc, item, &why, err);
}

/* What TEXT, a value of PATH, is as a number; NaN: none.  Times are seconds. */
static double number_of(const struct pt_study_grid *grid, const char *path,
                        const char *text)
{
    const struct pt_param *param =
        path ? pt_grid_param(&grid->bare, path) : NULL;
    struct pt_err ignored = {.code = PT_ERR_NONE};
    pt_time time = 0;
    double x;

    if (pt_text_read_real(&x, text))
        return x;
    if (!param || param->type != PT_PARAM_TIME)
        return (double)NAN;
    struct pt_param table[2] = {*param, PT_PARAM_END};
    table[0].offset = 0;
    if (pt_param_set(table, &time, "", param->name, text, &ignored) < 0 ||
        time == PT_TIME_NEVER)
        return (double)NAN;
    return pt_time_seconds(time);
}

/* TEXT as a label; of a trace's path its last part. */
static int make_label(const struct pt_study_grid *grid, int32_t item,
                      const char *path, const char *text, char **label,
                      struct pt_err *err)
{
    const char *slash =
        path && strcmp(path, "workload") == 0 ? strrchr(text, '/') : NULL;
    const char *from = slash ? slash + 1 : text;

    if (strlen(from) >= PT_STUDY_LABEL)
        return pt_json_bad(&grid->doc->json, item, err,
                           "'%.40s...' is too long for a label (expected "
                           "\"points\" with a label each)",
                           from);
    *label = pt_study_copy(from[0] ? from : "empty");
    for (char *c = *label; *c; c++)
        if (!strchr(LABEL_CHARACTERS, *c))
            *c = '-';
    return 0;
}

/* One more value, which stands at ITEM. */
static struct pt_axis_value *add_value(struct pt_study_grid *grid, int32_t item)
{
    struct pt_axis *axis = pt_study_last_axis(grid);
    const struct pt_axis_value empty = {.x = (double)NAN};

    pt_vec_push(axis->values, axis->n, grid->nvalues, empty);
    pt_vec_push(grid->items, grid->nitems, grid->capacity, item);
    return &axis->values[axis->n - 1];
}

static int check_label(const struct pt_study_grid *grid, int32_t item,
                       struct pt_err *err)
{
    const struct pt_axis *axis = pt_study_last_axis(grid);
    const char *label = axis->values[axis->n - 1].label;

    for (int i = 0; i + 1 < axis->n; i++)
        if (strcmp(axis->values[i].label, label) == 0)
            return pt_json_bad(&grid->doc->json, item, err,
                               "two values of an axis are labelled '%s' "
                               "(expected each once)",
                               label);
    return 0;
}

/* VALUE gets PATH and TEXT, which it takes over. */
static void push_text(struct pt_axis_value *value, char *path, char *text)
{
    const size_t n = (size_t)value->n + 1;

    value->paths = pt_realloc(value->paths, n, sizeof *value->paths);
    value->texts = pt_realloc(value->texts, n, sizeof *value->texts);
    value->paths[value->n] = path;
    value->texts[value->n++] = text;
}

/* TEXT, which stands at ITEM, is a value of an axis that sets PATH alone. */
static int add_text(struct pt_study_grid *grid, int32_t item, const char *path,
                    const char *text, struct pt_err *err)
{
    struct pt_axis_value *value;
    char *normal;

    if (pt_study_last_axis(grid)->n == PT_RANGE_MOST)
        return pt_json_bad(&grid->doc->json, item, err,
                           "too many values (expected at most %d)",
                           PT_RANGE_MOST);
    if (normal_text(grid, item, path, text, &normal, err) < 0)
        return -1;
    value = add_value(grid, item);
    value->x = number_of(grid, path, normal);
    push_text(value, pt_study_copy(path), normal);
    if (make_label(grid, item, path, text, &value->label, err) < 0)
        return -1;
    return check_label(grid, item, err);
}

struct range_context {
    struct pt_study_grid *grid;
    int32_t item;
    const char *path;
};

static int add_step(void *context, const char *text, struct pt_err *err)
{
    const struct range_context *range = context;

    return add_text(range->grid, range->item, range->path, text, err);
}

/* The values of the list, or of the range, ITEM. */
static int read_values(struct pt_study_grid *grid, int32_t item,
                       const char *path, struct pt_err *err)
{
    const struct pt_json *json = &grid->doc->json;

    if (pt_json_at(json, item)->kind == PT_JSON_OBJECT) {
        struct range_context range = {grid, item, path};
        return pt_study_read_range(json, item, add_step, &range, err);
    }
    if (pt_json_expect(json, item, "values", PT_JSON_LIST, err) < 0)
        return -1;
    for (int32_t i = item + 1; i < pt_json_at(json, item)->end;
         i = pt_json_at(json, i)->end) {
        const char *text;
        if (pt_study_doc_value(grid->doc, i, "the axis", &text, err) < 0 ||
            add_text(grid, i, path, text, err) < 0)
            return -1;
    }
    if (pt_study_last_axis(grid)->n > 0)
        return 0;
    return pt_json_bad(json, item, err,
                       "the axis has no values (expected at least one)");
}

/* ---- points ---- */

static bool is_set(const struct pt_axis_value *value, const char *path)
{
    for (int k = 0; k < value->n; k++)
        if (strcmp(value->paths[k], path) == 0)
            return true;
    return false;
}

static int read_sets(struct pt_study_grid *grid, int32_t item,
                     struct pt_axis_value *value, struct pt_err *err)
{
    const struct pt_study_doc *doc = grid->doc;

    if (pt_study_doc_keys(doc, item, "set", err) < 0)
        return -1;
    for (int32_t key = 0; (key = pt_study_doc_key(doc, item, key)) > 0;) {
        const char *name = pt_json_text(&doc->json, key), *text;
        char *path, *normal;
        if (pt_study_doc_value(doc, key + 1, name, &text, err) < 0 ||
            pt_study_read_path(grid, key, name, &path, err) < 0)
            return -1;
        if (is_set(value, path)) {
            pt_json_bad(&doc->json, key, err,
                        "%s is set twice (expected it once)", path);
            pt_free(path);
            return -1;
        }
        if (normal_text(grid, key + 1, path, text, &normal, err) < 0) {
            pt_free(path);
            return -1;
        }
        push_text(value, path, normal);
    }
    if (value->n > 0)
        return 0;
    return pt_json_bad(&doc->json, item, err,
                       "the point sets nothing (expected PATH: value)");
}

/* X as it is told at ITEM, else as LABEL or the only value has it. */
static int read_x(const struct pt_study_grid *grid, int32_t item, int32_t label,
                  struct pt_axis_value *value, struct pt_err *err)
{
    const struct pt_json *json = &grid->doc->json;

    if (item >= 0 && pt_json_at(json, item)->kind == PT_JSON_NULL)
        return 0;
    if (item >= 0)
        return pt_json_real(json, item, "x", -1e300, 1e300, &value->x, err);
    if (label >= 0)
        value->x = number_of(grid, NULL, value->label);
    if (isnan(value->x) && value->n == 1)
        value->x = number_of(grid, value->paths[0], value->texts[0]);
    return 0;
}

static int read_label(const struct pt_study_grid *grid, int32_t point,
                      const int32_t *at, struct pt_axis_value *value,
                      struct pt_err *err)
{
    const struct pt_json *json = &grid->doc->json;
    const char *text = value->n == 1 ? value->texts[0] : NULL;
    int32_t item = at[1] >= 0 ? at[1] : at[0];

    if (item >= 0 && pt_json_at(json, item)->kind == PT_JSON_NULL)
        item = -1;
    if (item >= 0 &&
        pt_study_doc_value(grid->doc, item, "label", &text, err) < 0)
        return -1;
    if (!text)
        return pt_json_bad(json, point, err,
                           "the point has no label (expected \"label\" or "
                           "\"x\")");
    if (at[1] >= 0 && item == at[1] &&
        (text[0] == '\0' || strspn(text, LABEL_CHARACTERS) != strlen(text)))
        return pt_json_bad(json, item, err,
                           "'%.60s' is not a label (expected letters, digits, "
                           "'.', '_' and '-')",
                           text);
    return make_label(grid, point, value->n == 1 ? value->paths[0] : NULL, text,
                      &value->label, err);
}

static int read_point(struct pt_study_grid *grid, int32_t item,
                      struct pt_err *err)
{
    static const char *const keys[] = {"x", "label", "set"};
    const struct pt_json *json = &grid->doc->json;
    struct pt_axis_value *value;
    int32_t at[3];

    if (pt_json_keys(json, item, "a point", keys, 3, at, err) < 0)
        return -1;
    if (at[2] < 0)
        return pt_json_bad(json, item, err,
                           "the point sets nothing (expected \"set\": {PATH: "
                           "value})");
    value = add_value(grid, item);
    if (read_sets(grid, at[2], value, err) < 0 ||
        read_label(grid, item, at, value, err) < 0 ||
        read_x(grid, at[0], at[1], value, err) < 0)
        return -1;
    return check_label(grid, item, err);
}

static int read_points(struct pt_study_grid *grid, int32_t item,
                       struct pt_err *err)
{
    const struct pt_json *json = &grid->doc->json;

    if (pt_json_expect(json, item, "points", PT_JSON_LIST, err) < 0)
        return -1;
    if (pt_json_at(json, item)->n > PT_RANGE_MOST)
        return pt_json_bad(json, item, err,
                           "too many points (expected at most %d)",
                           PT_RANGE_MOST);
    for (int32_t i = item + 1; i < pt_json_at(json, item)->end;
         i = pt_json_at(json, i)->end)
        if (read_point(grid, i, err) < 0)
            return -1;
    if (pt_study_last_axis(grid)->n > 0)
        return 0;
    return pt_json_bad(json, item, err,
                       "the axis has no points (expected at least one)");
}

/* ---- axes ---- */

/* Its values set PATH alone. */
static int read_plain(struct pt_study_grid *grid, int32_t path_item,
                      const char *path, int32_t name_item, const char *name,
                      int32_t values, struct pt_err *err)
{
    char *full = NULL;
    int status = pt_study_read_path(grid, path_item, path, &full, err);

    if (status == 0)
        status = name ? pt_study_name_axis(grid, name_item, name, err)
                      : pt_study_name_by_path(grid, path_item, full, err);
    if (status == 0)
        status = read_values(grid, values, full, err);
    pt_free(full);
    return status;
}

enum { A_SETS, A_TITLE, A_UNIT, A_VALUES, A_POINTS, A_KEYS };

static int read_words(const struct pt_study_grid *grid, int32_t item,
                      const char *what, char **to, struct pt_err *err)
{
    const struct pt_json *json = &grid->doc->json;

    if (item < 0 || pt_json_at(json, item)->kind == PT_JSON_NULL)
        return 0;
    if (pt_json_expect(json, item, what, PT_JSON_TEXT, err) < 0)
        return -1;
    *to = pt_study_copy(pt_json_text(json, item));
    return 0;
}

/* What the axis, of plain values, sets; NULL: no parameter. */
static const struct pt_param *plain_param(const struct pt_study_grid *grid)
{
    return pt_grid_param(&grid->bare,
                         pt_study_last_axis(grid)->values[0].paths[0]);
}

static int read_object(struct pt_study_grid *grid, int32_t key,
                       struct pt_err *err)
{
    static const char *const keys[] = {"sets", "title", "unit", "values",
                                       "points"};
    const struct pt_json *json = &grid->doc->json;
    const char *name = pt_json_text(json, key);
    const int32_t item = key + 1;
    int32_t at[A_KEYS];

    if (pt_json_keys(json, item, "an axis", keys, A_KEYS, at, err) < 0 ||
        read_words(grid, at[A_TITLE], "title", &pt_study_last_axis(grid)->title,
                   err) < 0 ||
        read_words(grid, at[A_UNIT], "unit", &pt_study_last_axis(grid)->unit,
                   err) < 0)
        return -1;
    if ((at[A_VALUES] < 0) == (at[A_POINTS] < 0))
        return pt_json_bad(json, item, err,
                           "the axis has %s (expected \"values\" or "
                           "\"points\")",
                           at[A_VALUES] < 0 ? "no values"
                                            : "values and points");
    if (at[A_POINTS] >= 0 && at[A_SETS] >= 0)
        return pt_json_bad(json, at[A_SETS], err,
                           "points say themselves what they set (expected no "
                           "\"sets\")");
    if (at[A_POINTS] >= 0)
        return pt_study_name_axis(grid, key, name, err) < 0
                   ? -1
                   : read_points(grid, at[A_POINTS], err);
    if (at[A_SETS] < 0) {
        if (read_plain(grid, key, name, key, NULL, at[A_VALUES], err) < 0)
            return -1;
    } else if (pt_json_expect(json, at[A_SETS], "sets", PT_JSON_TEXT, err) <
                   0 ||
               read_plain(grid, at[A_SETS], pt_json_text(json, at[A_SETS]), key,
                          name, at[A_VALUES], err) < 0) {
        return -1;
    }
    return pt_study_read_times(grid->doc, pt_study_last_axis(grid),
                               plain_param(grid), at[A_UNIT], err);
}

/* Title and unit, where nobody said them. */
static void fill_in(const struct pt_study_grid *grid)
{
    struct pt_axis *axis = pt_study_last_axis(grid);
    const struct pt_axis_value *first = &axis->values[0];
    const struct pt_param *param =
        first->n == 1 ? pt_grid_param(&grid->bare, first->paths[0]) : NULL;

    if (!axis->title)
        axis->title = pt_study_copy(axis->name);
    if (!axis->unit)
        axis->unit = pt_study_copy(param && param->unit ? param->unit : "");
}

static int read_axis(struct pt_study_grid *grid, int32_t key,
                     struct pt_err *err)
{
    const struct pt_json *json = &grid->doc->json;
    struct pt_study_doc *doc = grid->doc;
    struct pt_study *study = doc->study;
    const char *name = pt_json_text(json, key);
    const bool list = pt_json_at(json, key + 1)->kind == PT_JSON_LIST;
    int status;

    study->axes[study->naxes++] = (struct pt_axis){.name = NULL};
    grid->nvalues = 0;
    if (list || pt_study_is_range(json, key + 1))
        status = read_plain(grid, key, name, key, NULL, key + 1, err) < 0
                     ? -1
                     : pt_study_read_times(doc, pt_study_last_axis(grid),
                                           plain_param(grid), -1, err);
    else if (pt_json_at(json, key + 1)->kind == PT_JSON_OBJECT)
        status = read_object(grid, key, err);
    else
        status = pt_json_bad(json, key + 1, err,
                             "the axis has no list of values (expected [...], "
                             "or an object with values or points)");
    if (status == 0)
        fill_in(grid);
    return status;
}

/* ---- the whole ---- */

static bool sets(const struct pt_axis *axis, const char *path)
{
    for (int i = 0; i < axis->n; i++)
        for (int k = 0; k < axis->values[i].n; k++)
            if (strcmp(axis->values[i].paths[k], path) == 0)
                return true;
    return false;
}

/* The key of axis number AXIS in the grid ITEM. */
static int32_t key_of(const struct pt_study_grid *grid, int32_t item, int axis)
{
    int32_t key = 0;

    do
        key = pt_study_doc_key(grid->doc, item, key);
    while (axis-- > 0);
    return key;
}

/* A path that some values of both A and B set, or NULL. */
static const char *both_set(const struct pt_axis *a, const struct pt_axis *b)
{
    for (int i = 0; i < a->n; i++)
        for (int k = 0; k < a->values[i].n; k++)
            if (sets(b, a->values[i].paths[k]))
                return a->values[i].paths[k];
    return NULL;
}

/* Nothing is set by two axes. */
static int check_apart(const struct pt_study_grid *grid, int32_t item,
                       struct pt_err *err)
{
    const struct pt_study *study = grid->doc->study;

    for (int a = 1; a < study->naxes; a++)
        for (int b = 0; b < a; b++) {
            const char *path = both_set(&study->axes[a], &study->axes[b]);
            if (path)
                return pt_json_bad(&grid->doc->json, key_of(grid, item, a), err,
                                   "the axes %s and %s both set %s "
                                   "(expected one of them)",
                                   study->axes[b].name, study->axes[a].name,
                                   path);
        }
    return 0;
}

/* The longest name of a point is not too long. */
static int check_names(const struct pt_study_grid *grid, int32_t item,
                       struct pt_err *err)
{
    const struct pt_study *study = grid->doc->study;
    size_t length = 0;

    for (int a = 0; a < study->naxes; a++) {
        size_t longest = 0;
        for (int i = 0; i < study->axes[a].n; i++)
            if (strlen(study->axes[a].values[i].label) > longest)
                longest = strlen(study->axes[a].values[i].label);
        length += strlen(study->axes[a].name) + longest + 2;
    }
    if (length <= POINT_NAME)
        return 0;
    return pt_json_bad(&grid->doc->json, item, err,
                       "a point's name has up to %zu characters, too many for "
                       "a folder (expected at most %d: shorter names of axes "
                       "and labels)",
                       length, POINT_NAME);
}

/* Each value of each axis is one that can be set, under each policy. */
static int check_cells(const struct pt_study_grid *grid, struct pt_err *err)
{
    const struct pt_study *study = grid->doc->study;
    int64_t stride = 1;
    int end = grid->nitems;

    for (int a = study->naxes - 1; a >= 0; a--) {
        const int first = end - study->axes[a].n;
        for (int i = 0; i < study->axes[a].n; i++)
            for (int c = 0; c < study->choices.n; c++) {
                struct pt_err why = {.code = PT_ERR_NONE};
                struct pt_cell cell;
                int status = pt_cell_init(&cell, study, i * stride, c, &why);
                pt_cell_fini(&cell);
                if (status < 0)
                    return pt_study_doc_bad(grid->doc, grid->items[first + i],
                                            &why, err);
            }
        end = first;
        stride *= study->axes[a].n;
    }
    return 0;
}

static int read_all(struct pt_study_grid *grid, int32_t item,
                    struct pt_err *err)
{
    const struct pt_study_doc *doc = grid->doc;
    struct pt_err why = {.code = PT_ERR_NONE};
    int64_t points;

    for (int32_t key = 0; (key = pt_study_doc_key(doc, item, key)) > 0;)
        if (read_axis(grid, key, err) < 0)
            return -1;
    if (pt_grid_points(doc->study, &points, &why) < 0)
        return pt_study_doc_bad(doc, item, &why, err);
    if (check_apart(grid, item, err) < 0 || check_names(grid, item, err) < 0)
        return -1;
    return check_cells(grid, err);
}

int pt_study_read_grid(struct pt_study_doc *doc, int32_t item,
                       struct pt_err *err)
{
    struct pt_study *study = doc->study;
    struct pt_study_grid grid = {.doc = doc,
                                 .bare = {.workload = study->workload}};
    int status;

    if (item < 0 || pt_json_at(&doc->json, item)->kind == PT_JSON_NULL)
        return 0;
    if (pt_study_doc_keys(doc, item, "grid", err) < 0)
        return -1;
    if (pt_json_at(&doc->json, item)->n > PT_STUDY_AXES)
        return pt_json_bad(&doc->json, item, err,
                           "%d axes are too many (expected at most %d)",
                           (int)pt_json_at(&doc->json, item)->n, PT_STUDY_AXES);
    study->axes = pt_alloc(PT_STUDY_AXES, sizeof *study->axes);
    status = read_all(&grid, item, err);
    pt_free(grid.items);
    return status;
}
