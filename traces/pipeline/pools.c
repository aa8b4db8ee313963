/* pools.c - the pools of a document, parents before children. */
#include <string.h>

#include "base/alloc.h"
#include "traces/pipeline/doc.h"

enum { PARENT, WEIGHT, MIN_SHARE, MODE, POOL_KEYS };
static const char *const pool_keys[] = {"parent", "weight", "min_share",
                                        "mode"};
const struct pt_pipeline_kind pt_pipeline_pool = {"pool", pool_keys, POOL_KEYS};

/* A pool as it stands in the document; PLACE is where it goes, -1: not yet. */
struct draft {
    struct pt_pool_spec spec; /* its parent is a draft */
    int32_t place;
};

static int read_pool(struct pt_pipeline_doc *doc, int32_t key,
                     struct draft *draft, struct pt_err *err)
{
    static const char *const modes[] = {"fifo", "fair", NULL};
    const struct pt_json *json = &doc->json;
    int32_t at[POOL_KEYS];
    int64_t weight = 1, min_share = 0;
    const char *parent = NULL;
    int mode = 0;

    if (pt_json_keys(json, key + 1, "a pool", pool_keys, POOL_KEYS, at, err) <
            0 ||
        pt_json_int(json, at[WEIGHT], "'weight'", 1, 1000000, &weight, err) <
            0 ||
        pt_json_int(json, at[MIN_SHARE], "'min_share'", 0, 1000000000,
                    &min_share, err) < 0 ||
        pt_json_choice(json, at[MODE], "'mode'", modes, &mode, err) < 0 ||
        pt_json_name(json, at[PARENT], "'parent'", &parent, err) < 0)
        return -1;
    draft->spec.weight = (int32_t)weight;
    draft->spec.min_share = (int32_t)min_share;
    draft->spec.fair = mode == 1;
    draft->spec.parent = -1;
    if (!parent)
        return 0;
    if (strcmp(draft->spec.name, "default") == 0)
        return pt_json_bad(json, at[PARENT], err,
                           "the pool 'default' has a parent (expected none)");
    draft->spec.parent = pt_pipeline_names_find(&doc->pools, parent);
    if (draft->spec.parent < 0)
        return pt_pipeline_names_bad(&doc->pools, json, at[PARENT], "'parent'",
                                     err);
    return 0;
}

/* Puts parents before children, and otherwise keeps the document's order.
 * False: some are in a circle. */
static bool place_pools(struct draft *drafts, int32_t n,
                        struct pt_pool_spec *pools)
{
    int32_t placed = 0, before;

    do {
        before = placed;
        for (int32_t i = 0; i < n; i++) {
            int32_t parent = drafts[i].spec.parent;
            if (drafts[i].place >= 0 ||
                (parent >= 0 && drafts[parent].place < 0))
                continue;
            drafts[i].place = placed;
            pools[placed] = drafts[i].spec;
            if (parent >= 0)
                pools[placed].parent = drafts[parent].place;
            placed++;
        }
    } while (placed < n && placed > before);
    return placed == n;
}

/* Names them: the default one is the first, whether it is there or not. */
static int32_t name_pools(struct pt_pipeline_doc *doc, int32_t item,
                          struct draft *drafts)
{
    struct pt_pipeline_names *names = &doc->pools;
    const struct pt_json *json = &doc->json;
    int32_t n = 1;

    drafts[0].spec =
        (struct pt_pool_spec){.name = "default", .parent = -1, .weight = 1};
    for (int32_t key = item + 1; key < pt_json_at(json, item)->end;
         key = pt_json_at(json, key + 1)->end)
        if (strcmp(pt_json_text(json, key), "default") != 0)
            drafts[n++].spec.name =
                pt_pipeline_keep_text(doc, pt_json_text(json, key));
    names->n = n;
    names->items = pt_pipeline_keep(doc, (size_t)n, sizeof *names->items);
    for (int32_t i = 0; i < n; i++) {
        drafts[i].place = -1;
        names->items[i] =
            (struct pt_pipeline_name){.name = drafts[i].spec.name, .index = i};
    }
    pt_pipeline_names_sort(names);
    return n;
}

static int read_pools(struct pt_pipeline_doc *doc, int32_t item,
                      struct draft *drafts, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t n = name_pools(doc, item, drafts);
    bool default_seen = false;

    for (int32_t key = item + 1; key < pt_json_at(json, item)->end;
         key = pt_json_at(json, key + 1)->end) {
        int32_t i =
            pt_pipeline_names_find(&doc->pools, pt_json_text(json, key));
        bool again = i == 0 ? default_seen : drafts[i].spec.weight > 0;
        if (again || pt_json_text(json, key)[0] == '\0')
            return pt_json_bad(json, key, err,
                               again ? "'pools': '%.60s' stands here twice "
                                       "(expected it once)"
                                     : "'pools': '%s' is no name",
                               pt_json_text(json, key));
        default_seen |= i == 0;
        if (read_pool(doc, key, &drafts[i], err) < 0)
            return -1;
    }
    struct pt_pool_spec *pools =
        pt_pipeline_keep(doc, (size_t)n, sizeof *pools);
    if (!place_pools(drafts, n, pools))
        return pt_json_bad(json, item, err,
                           "'pools': some are their own parents (expected a "
                           "tree)");
    for (int32_t i = 0; i < n; i++)
        doc->pools.items[i].index = drafts[doc->pools.items[i].index].place;
    doc->machine.pools = pools;
    doc->machine.npools = n;
    return 0;
}

int pt_pipeline_pools_read(struct pt_pipeline_doc *doc, int32_t item,
                           struct pt_err *err)
{
    if (item < 0)
        return 0;
    if (pt_json_expect(&doc->json, item, "'pools'", PT_JSON_OBJECT, err) < 0)
        return -1;
    int32_t n = pt_json_at(&doc->json, item)->n;
    if (n > 10000)
        return pt_json_bad(&doc->json, item, err,
                           "too many pools (expected at most 10000)");
    struct draft *drafts = pt_alloc((size_t)n + 1, sizeof *drafts);
    int status = read_pools(doc, item, drafts, err);
    pt_free(drafts);
    return status;
}
