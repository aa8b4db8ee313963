/* tasks.c - the tasks of an attempt, where they are not consecutive, and where
 * they are. */
#include <string.h>

#include "base/vec.h"
#include "core/books.h"

static void list_tasks(struct pt_attempt *a)
{
    if (a->listed)
        return;
    a->nlist = 0;
    pt_vec_reserve(a->list, a->list_capacity, a->task_end - a->task);
    for (int32_t task = a->task; task < a->task_end; task++)
        a->list[a->nlist++] = task;
    a->listed = true;
}

/* Tasks in their order, copies behind them. */
static bool task_before(int32_t a, int32_t b)
{
    if ((a < 0) != (b < 0))
        return a >= 0;
    return a >= 0 ? a < b : ~a < ~b;
}

void pt_attempt_add_task(struct pt_attempt *a, int32_t task)
{
    int32_t i;

    list_tasks(a);
    pt_vec_reserve(a->list, a->list_capacity, a->nlist + 1);
    for (i = a->nlist++; i > 0 && task_before(task, a->list[i - 1]); i--)
        a->list[i] = a->list[i - 1];
    a->list[i] = task;
}

void pt_attempt_take_task(struct pt_attempt *a, int32_t index)
{
    if (!a->listed && index == 0) {
        a->task++;
        return;
    }
    list_tasks(a);
    memmove(&a->list[index], &a->list[index + 1],
            (size_t)(--a->nlist - index) * sizeof *a->list);
}

int32_t pt_attempt_index(const struct pt_attempt *a, int32_t task)
{
    if (!a->listed)
        return task - a->task;
    for (int32_t i = 0; i < a->nlist; i++)
        if (a->list[i] == task)
            return i;
    return -1;
}

int32_t pt_attempt_node(const struct pt_attempt *a, int32_t index)
{
    for (int32_t i = 0; i < a->alloc.n; i++) {
        if (index < a->alloc.ranges[i].count)
            return a->alloc.ranges[i].first;
        index -= a->alloc.ranges[i].count;
    }
    return -1;
}
