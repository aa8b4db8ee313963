#include "base/agenda.h"

#include "base/assert.h"
#include "base/vec.h"

enum { FAN = 4 };

void pt_agenda_init(struct pt_agenda *agenda)
{
    *agenda = (struct pt_agenda){0};
}

void pt_agenda_fini(struct pt_agenda *agenda)
{
    pt_free(agenda->heap);
    pt_free(agenda->place);
    pt_agenda_init(agenda);
}

static inline bool before(const struct pt_agenda_timer *a,
                          const struct pt_agenda_timer *b)
{
    return a->at < b->at || (a->at == b->at && a->owner < b->owner);
}

static void rise(struct pt_agenda *agenda, int32_t i,
                 struct pt_agenda_timer timer)
{
    while (i > 0) {
        int32_t parent = (i - 1) / FAN;
        if (!before(&timer, &agenda->heap[parent]))
            break;
        agenda->heap[i] = agenda->heap[parent];
        agenda->place[agenda->heap[i].owner] = i;
        i = parent;
    }
    agenda->heap[i] = timer;
    agenda->place[timer.owner] = i;
}

static void sink(struct pt_agenda *agenda, int32_t i,
                 struct pt_agenda_timer timer)
{
    for (;;) {
        int32_t first = FAN * i + 1, least = -1;
        int32_t end = first + FAN < agenda->n ? first + FAN : agenda->n;
        for (int32_t child = first; child < end; child++)
            if (least < 0 || before(&agenda->heap[child], &agenda->heap[least]))
                least = child;
        if (least < 0 || !before(&agenda->heap[least], &timer))
            break;
        agenda->heap[i] = agenda->heap[least];
        agenda->place[agenda->heap[i].owner] = i;
        i = least;
    }
    agenda->heap[i] = timer;
    agenda->place[timer.owner] = i;
}

static void cut(struct pt_agenda *agenda, int32_t i)
{
    struct pt_agenda_timer last = agenda->heap[--agenda->n];

    agenda->place[agenda->heap[i].owner] = -1;
    if (i == agenda->n)
        return;
    if (i > 0 && before(&last, &agenda->heap[(i - 1) / FAN]))
        rise(agenda, i, last);
    else
        sink(agenda, i, last);
}

static void know(struct pt_agenda *agenda, int32_t owner)
{
    int32_t had = agenda->owners;

    if (owner < had)
        return;
    pt_vec_reserve(agenda->place, agenda->owners, owner + 1);
    for (int32_t i = had; i < agenda->owners; i++)
        agenda->place[i] = -1;
}

void pt_agenda_set(struct pt_agenda *agenda, int32_t owner, pt_time at)
{
    pt_assert(owner >= 0);
    know(agenda, owner);

    int32_t i = agenda->place[owner];
    struct pt_agenda_timer timer = {.at = at, .owner = owner};

    if (at == PT_TIME_NEVER) {
        if (i >= 0)
            cut(agenda, i);
    } else if (i < 0) {
        pt_vec_reserve(agenda->heap, agenda->capacity, agenda->n + 1);
        rise(agenda, agenda->n++, timer);
    } else if (before(&timer, &agenda->heap[i])) {
        rise(agenda, i, timer);
    } else {
        sink(agenda, i, timer);
    }
}

int32_t pt_agenda_pop(struct pt_agenda *agenda)
{
    pt_assert(agenda->n > 0);

    int32_t owner = agenda->heap[0].owner;
    cut(agenda, 0);
    return owner;
}
