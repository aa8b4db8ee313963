/* tasks.c - what a stage says of single tasks: where their data is,
 * and how their launches end; and of the datasets behind it. */
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"
#include "base/vec.h"
#include "traces/pipeline/doc.h"
#include "traces/pipeline/rdd.h"

#define RDDS_MAX 10000

enum { NODE, HOST, SITE_KEYS };
static const char *const site_keys[] = {"node", "host"};
const struct pt_pipeline_kind pt_pipeline_site = {"site", site_keys, SITE_KEYS};

enum { LENGTH, FAILS, PARENT, OUTPUT, TAKE_KEYS };
static const char *const take_keys[] = {"length", "fails", "parent", "output"};
const struct pt_pipeline_kind pt_pipeline_take = {"take", take_keys, TAKE_KEYS};

enum { PARTITIONS, BARRIER, PARENTS, DEPENDENCY, RDD_KEYS };
static const char *const rdd_keys[] = {"partitions", "barrier", "parents",
                                       "dependency"};
const struct pt_pipeline_kind pt_pipeline_rdd = {"rdd", rdd_keys, RDD_KEYS};

/* ---- a list for each task ---- */

static int bad_list(const struct pt_json *json, int32_t item, const char *what,
                    int32_t ntasks, struct pt_err *err)
{
    return pt_json_bad(json, item, err,
                       "%s has %ld items (expected one for each of the %ld "
                       "tasks, or an object with those of some)",
                       what, (long)pt_json_at(json, item)->n, (long)ntasks);
}

/* The list of a task is LIST, or null for none. */
static int set_list(const struct pt_json *json, int32_t list, const char *what,
                    int32_t *at, struct pt_err *err)
{
    if (pt_json_at(json, list)->kind == PT_JSON_NULL)
        return 0;
    *at = list;
    return pt_json_expect(json, list, what, PT_JSON_LIST, err);
}

/* The items of each of NTASKS tasks: lists, -1 for none.  ITEM is a list with
 * one for each task, or an object with some tasks' numbers as keys. */
static int read_lists(const struct pt_json *json, int32_t item,
                      const char *what, int32_t ntasks, int32_t *lists,
                      struct pt_err *err)
{
    bool all = pt_json_at(json, item)->kind == PT_JSON_LIST;
    int32_t end = pt_json_at(json, item)->end, k = item + 1;
    int64_t task = 0;

    for (int32_t i = 0; i < ntasks; i++)
        lists[i] = -1;
    if (all && pt_json_at(json, item)->n != ntasks)
        return bad_list(json, item, what, ntasks, err);
    if (!all && pt_json_expect(json, item, what, PT_JSON_OBJECT, err) < 0)
        return -1;
    while (k < end) {
        if (!all && (!pt_text_read_int(&task, pt_json_text(json, k)) ||
                     task < 0 || task >= ntasks || lists[task] >= 0))
            return pt_json_bad(json, k, err,
                               "%s: '%.40s' is no task, or stands here twice "
                               "(expected 0 to %ld, each once)",
                               what, pt_json_text(json, k), (long)ntasks - 1);
        int32_t list = all ? k : k + 1;
        if (set_list(json, list, what, &lists[task], err) < 0)
            return -1;
        k = pt_json_at(json, list)->end;
        task++;
    }
    return 0;
}

/* ---- preferences ---- */

static int read_site(const struct pt_pipeline_doc *doc, int32_t item,
                     struct pt_site *site, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int64_t max = doc->machine.nodes > 0 ? doc->machine.nodes - 1 : INT32_MAX;
    int32_t at[SITE_KEYS];
    int64_t number = 0;

    if (pt_json_keys(json, item, "'prefer'", site_keys, SITE_KEYS, at, err) < 0)
        return -1;
    if ((at[NODE] < 0) == (at[HOST] < 0))
        return pt_json_bad(json, item, err,
                           "'prefer': not one place (expected a \"node\" or a "
                           "\"host\")");
    bool node = at[NODE] >= 0;
    int32_t value = node ? at[NODE] : at[HOST];
    const struct pt_pipeline_names *names = node ? &doc->nodes : &doc->hosts;
    site->kind = node ? PT_SITE_NODE : PT_SITE_HOST;
    if (pt_json_at(json, value)->kind != PT_JSON_TEXT) {
        if (pt_json_int(json, value, node ? "'node'" : "'host'", 0, max,
                        &number, err) < 0)
            return -1;
        site->number = (int32_t)number;
        return 0;
    }
    site->number = pt_pipeline_names_find(names, pt_json_text(json, value));
    if (site->number < 0)
        return pt_pipeline_names_bad(names, json, value,
                                     node ? "'node'" : "'host'", err);
    if (!node && doc->node)
        site->number = doc->node[site->number].node.host;
    return 0;
}

static int read_sites(struct pt_pipeline_doc *doc, const int32_t *lists,
                      struct pt_stage *stage, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t n = 0;

    int32_t *sites_at =
        pt_pipeline_keep(doc, (size_t)stage->ntasks + 1, sizeof *sites_at);
    for (int32_t i = 0; i < stage->ntasks; i++) {
        sites_at[i] = n;
        n += lists[i] >= 0 ? pt_json_at(json, lists[i])->n : 0;
    }
    sites_at[stage->ntasks] = n;
    struct pt_site *sites = pt_pipeline_keep(doc, (size_t)n, sizeof *sites);
    stage->sites_at = sites_at;
    stage->sites = sites;
    for (int32_t i = 0; i < stage->ntasks; i++) {
        if (lists[i] < 0)
            continue;
        for (int32_t k = lists[i] + 1; k < pt_json_at(json, lists[i])->end;
             k = pt_json_at(json, k)->end)
            if (read_site(doc, k, sites++, err) < 0)
                return -1;
    }
    return 0;
}

int pt_pipeline_prefer_read(struct pt_pipeline_doc *doc, int32_t item,
                            struct pt_stage *stage, struct pt_err *err)
{
    if (item < 0)
        return 0;
    int32_t *lists = pt_alloc((size_t)stage->ntasks, sizeof *lists);
    int status =
        read_lists(&doc->json, item, "'prefer'", stage->ntasks, lists, err);
    if (status == 0)
        status = read_sites(doc, lists, stage, err);
    pt_free(lists);
    return status;
}

/* ---- scripted launches ---- */

static int read_fails(const struct pt_json *json, int32_t item,
                      struct pt_take *take, struct pt_err *err)
{
    static const char *const names[] = {[PT_FAULT_ERROR] = "error",
                                        [PT_FAULT_FETCH] = "fetch",
                                        [PT_FAULT_EXCUSED] = "excused",
                                        [PT_FAULT_FATAL] = "fatal",
                                        [PT_FAULT_FATAL + 1] = NULL};
    int fault = PT_FAULT_ERROR;
    bool fails = item >= 0;

    if (item >= 0 && pt_json_at(json, item)->kind == PT_JSON_TEXT) {
        if (pt_json_choice(json, item, "'fails'", names, &fault, err) < 0)
            return -1;
    } else if (pt_json_bool(json, item, "'fails'", &fails, err) < 0) {
        return -1;
    }
    take->outcome = fails ? PT_FAILURE : PT_SUCCESS;
    take->fault = (enum pt_fault)fault;
    return 0;
}

/* Which parent's output could not be read: the only one, unless it is said. */
static int read_fetch(const struct pt_json *json,
                      const struct pt_pipeline_drafts *drafts, int32_t place,
                      int32_t item, const int32_t *at, struct pt_take *take,
                      struct pt_err *err)
{
    const struct pt_pipeline_draft *draft = &drafts->items[place];
    int32_t parent = draft->nparents > 0 ? draft->parents[0] : -1;
    bool known = false;
    int64_t output = 0;

    if (at[PARENT] >= 0) {
        parent =
            pt_pipeline_drafts_find(drafts, json, at[PARENT], "'parent'", err);
        if (parent < 0)
            return -1;
    } else if (draft->nparents != 1) {
        return pt_json_bad(json, item, err,
                           "a failed fetch of a stage with %ld parents "
                           "(expected \"parent\": whose output it was)",
                           (long)draft->nparents);
    }
    for (int32_t i = 0; i < draft->nparents; i++)
        known |= draft->parents[i] == parent;
    if (!known)
        return pt_json_bad(json, at[PARENT], err,
                           "'parent' is no parent of the stage (expected one "
                           "that it is after)");
    if (pt_json_int(json, at[OUTPUT], "'output'", 0,
                    drafts->items[parent].ntasks - 1, &output, err) < 0)
        return -1;
    take->parent = drafts->items[parent].index;
    take->output = (int32_t)output;
    return 0;
}

static int read_take(const struct pt_json *json,
                     const struct pt_pipeline_drafts *drafts, int32_t place,
                     int32_t item, struct pt_take *take, struct pt_err *err)
{
    int32_t at[TAKE_KEYS];

    take->length = -1;
    if (pt_json_keys(json, item, "a launch", take_keys, TAKE_KEYS, at, err) <
            0 ||
        pt_json_time(json, at[LENGTH], "'length'", &take->length, err) < 0 ||
        read_fails(json, at[FAILS], take, err) < 0)
        return -1;
    if (take->outcome == PT_FAILURE && take->fault == PT_FAULT_FETCH)
        return read_fetch(json, drafts, place, item, at, take, err);
    for (int key = PARENT; key <= OUTPUT; key++)
        if (at[key] >= 0)
            return pt_json_bad(json, at[key], err,
                               "'%s' of a launch that fails otherwise "
                               "(expected \"fails\": \"fetch\")",
                               take_keys[key]);
    return 0;
}

/* Whether TAKE, a task's last one, has it tried again for ever: what is excused
 * counts nowhere, but that it fails a gang. */
static bool never_ends(const struct pt_stage *stage, const struct pt_take *take)
{
    return stage->mode == PT_PARALLEL && stage->retries &&
           take->outcome == PT_FAILURE && take->fault == PT_FAULT_EXCUSED;
}

/* A task without a list has one launch, like any of a stage without any. */
static int read_launches(struct pt_pipeline_doc *doc, const int32_t *lists,
                         const struct pt_pipeline_drafts *drafts, int32_t place,
                         struct pt_pipeline_stage *stage, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;
    int32_t ntasks = stage->stage.ntasks, n = 0;

    int32_t *takes_at =
        pt_pipeline_keep(doc, (size_t)ntasks + 1, sizeof *takes_at);
    for (int32_t i = 0; i < ntasks; i++) {
        int32_t launches = lists[i] >= 0 ? pt_json_at(json, lists[i])->n : 0;
        takes_at[i] = n;
        n += launches > 0 ? launches : 1;
    }
    takes_at[ntasks] = n;
    struct pt_take *takes = pt_pipeline_keep(doc, (size_t)n, sizeof *takes);
    stage->truth.takes_at = takes_at;
    stage->truth.takes = takes;
    for (int32_t i = 0; i < ntasks; i++) {
        struct pt_take *take = &takes[takes_at[i]];
        *take = (struct pt_take){.length = -1, .outcome = stage->truth.outcome};
        if (lists[i] < 0)
            continue;
        for (int32_t k = lists[i] + 1; k < pt_json_at(json, lists[i])->end;
             k = pt_json_at(json, k)->end)
            if (read_take(json, drafts, place, k, take++, err) < 0)
                return -1;
        if (never_ends(&stage->stage, &takes[takes_at[i + 1] - 1]))
            return pt_json_bad(json, lists[i], err,
                               "the last launch is excused, and so are all "
                               "further ones (expected one that ends it)");
    }
    return 0;
}

int pt_pipeline_takes_read(struct pt_pipeline_doc *doc,
                           const struct pt_pipeline_drafts *drafts,
                           int32_t place, struct pt_pipeline_stage *stage,
                           struct pt_err *err)
{
    int32_t item = drafts->items[place].at[PT_STAGE_TAKES];
    int32_t ntasks = stage->stage.ntasks;

    if (item < 0)
        return 0;
    int32_t *lists = pt_alloc((size_t)ntasks, sizeof *lists);
    int status = read_lists(&doc->json, item, "'takes'", ntasks, lists, err);
    if (status == 0)
        status = read_launches(doc, lists, drafts, place, stage, err);
    pt_free(lists);
    return status;
}

/* ---- datasets ---- */

static int read_dependency(const struct pt_json *json, int32_t item,
                           bool *shuffle, struct pt_err *err)
{
    static const char *const names[] = {"narrow", "shuffle", NULL};
    int choice = 0;

    if (pt_json_choice(json, item, "'dependency'", names, &choice, err) < 0)
        return -1;
    *shuffle = choice == 1;
    return 0;
}

/* The dependency of each of N parents: one word for all, or one each. */
static int read_dependencies(const struct pt_json *json, int32_t item,
                             struct pt_rdd_parent *parents, int32_t n,
                             struct pt_err *err)
{
    bool each = item >= 0 && pt_json_at(json, item)->kind == PT_JSON_LIST;
    int32_t k = each ? item + 1 : item;

    if (each && pt_json_at(json, item)->n != n)
        return pt_json_bad(json, item, err,
                           "'dependency' has %ld items (expected one for each "
                           "of the %ld parents)",
                           (long)pt_json_at(json, item)->n, (long)n);
    for (int32_t i = 0; i < n; i++) {
        if (read_dependency(json, k, &parents[i].shuffle, err) < 0)
            return -1;
        k = each ? pt_json_at(json, k)->end : k;
    }
    return 0;
}

/* PARENTS have room for a dataset's parents; they are behind it in the list,
 * which so has no circles. */
static int read_rdd(const struct pt_json *json, int32_t item, int32_t index,
                    int32_t n, struct pt_rdd_parent *parents,
                    struct pt_rdd *rdd, struct pt_err *err)
{
    int32_t at[RDD_KEYS], count = 0;
    int64_t partitions = 0, parent = 0;

    if (pt_json_keys(json, item, "'rdds'", rdd_keys, RDD_KEYS, at, err) < 0)
        return -1;
    if (at[PARTITIONS] < 0)
        return pt_json_bad(json, item, err,
                           "'rdds': no 'partitions' (expected how many it "
                           "has)");
    if (pt_json_int(json, at[PARTITIONS], "'partitions'", 0, INT32_MAX,
                    &partitions, err) < 0 ||
        pt_json_bool(json, at[BARRIER], "'barrier'", &rdd->barrier, err) < 0)
        return -1;
    if (at[PARENTS] >= 0 &&
        pt_json_expect(json, at[PARENTS], "'parents'", PT_JSON_LIST, err) < 0)
        return -1;
    for (int32_t k = at[PARENTS] + 1;
         at[PARENTS] >= 0 && k < pt_json_at(json, at[PARENTS])->end; k++) {
        if (pt_json_int(json, k, "a parent", 0, n - 1, &parent, err) < 0)
            return -1;
        if (parent <= index)
            return pt_json_bad(json, k, err,
                               "a parent does not stand behind what is made "
                               "of it (expected a place in the list above "
                               "%ld)",
                               (long)index);
        parents[count++] = (struct pt_rdd_parent){.rdd = (int32_t)parent};
    }
    rdd->partitions = (int32_t)partitions;
    rdd->parents = parents;
    rdd->nparents = count;
    return read_dependencies(json, at[DEPENDENCY], parents, count, err);
}

static int read_rdds(const struct pt_json *json, int32_t item,
                     struct pt_rdd *rdds, struct pt_rdd_parent *parents,
                     struct pt_err *err)
{
    int32_t n = pt_json_at(json, item)->n, k = item + 1;

    for (int32_t i = 0; i < n; i++) {
        if (read_rdd(json, k, i, n, parents, &rdds[i], err) < 0)
            return -1;
        parents += rdds[i].nparents;
        k = pt_json_at(json, k)->end;
    }
    return 0;
}

int pt_pipeline_rdds_read(struct pt_pipeline_doc *doc, int32_t item, bool given,
                          struct pt_stage *stage, struct pt_err *err)
{
    const struct pt_json *json = &doc->json;

    if (item < 0)
        return 0;
    if (pt_json_expect(json, item, "'rdds'", PT_JSON_LIST, err) < 0)
        return -1;
    int32_t n = pt_json_at(json, item)->n;
    if (n == 0 || n > RDDS_MAX)
        return pt_json_bad(json, item, err,
                           "%ld 'rdds' (expected 1 to %d, the stage's last one "
                           "first)",
                           (long)n, RDDS_MAX);
    /* There are fewer parents than items below the list. */
    size_t room = (size_t)(pt_json_at(json, item)->end - item);
    struct pt_rdd *rdds = pt_alloc((size_t)n, sizeof *rdds);
    struct pt_rdd_parent *parents = pt_alloc(room, sizeof *parents);
    int status = read_rdds(json, item, rdds, parents, err);
    if (status == 0) {
        pt_rdd_spread(rdds, n);
        if (!given && rdds[0].barrier)
            stage->mode = PT_GANG;
        if (stage->mode == PT_GANG)
            stage->flaw = pt_rdd_check(rdds, n, stage->ntasks);
    }
    pt_free(parents);
    pt_free(rdds);
    return status;
}
