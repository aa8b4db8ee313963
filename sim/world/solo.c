#include "world/solo.h"

#include "base/alloc.h"

struct pt_solo *pt_solo_new(const struct pt_way *way,
                            const struct pt_piece *piece)
{
    struct pt_solo *solo = pt_alloc(1, sizeof *solo);

    *solo = (struct pt_solo){.way = *way, .piece = *piece};
    return solo;
}

struct pt_progress pt_solo_progress(const struct pt_solo *solo, pt_time now,
                                    int32_t n)
{
    struct pt_progress one = pt_way_progress(&solo->way, now);

    return (struct pt_progress){.restart = one.restart * n,
                                .checkpoint = one.checkpoint * n,
                                .saved = one.saved * n};
}

void pt_solo_save(const struct pt_solo *solo, pt_time now, int32_t task,
                  int32_t ntasks, struct pt_saved *saved)
{
    pt_time work = pt_way_progress(&solo->way, now).saved;
    pt_time done = pt_piece_done(&solo->piece, work);

    if (work == 0)
        return;
    pt_saved_open(saved, task < 0 ? 1 : ntasks);
    for (int32_t i = 0; i < saved->n; i++)
        if ((task < 0 || i == task) && done > saved->done[i])
            saved->done[i] = done;
}
