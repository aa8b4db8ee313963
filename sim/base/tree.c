#include "base/tree.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

enum { FAN = PT_TREE_FAN };

void pt_tree_init(struct pt_tree *tree, pt_tree_fold *fold)
{
    *tree = (struct pt_tree){.fold = fold};
}

static struct pt_tree_node *node_take(struct pt_tree *tree)
{
    struct pt_tree_node *node = tree->spare;

    if (!node)
        return pt_alloc(1, sizeof *node);
    tree->spare = node->link[0].child;
    node->n = 0;
    return node;
}

static void node_give(struct pt_tree *tree, struct pt_tree_node *node)
{
    node->link[0].child = tree->spare;
    tree->spare = node;
}

static void give_all(struct pt_tree *tree, struct pt_tree_node *node,
                     int32_t height)
{
    for (int32_t i = 0; height > 0 && i < node->n; i++)
        give_all(tree, node->link[i].child, height - 1);
    node_give(tree, node);
}

void pt_tree_clear(struct pt_tree *tree)
{
    if (tree->root)
        give_all(tree, tree->root, tree->height);
    tree->root = NULL;
    tree->height = 0;
    tree->size = 0;
}

void pt_tree_fini(struct pt_tree *tree)
{
    pt_tree_clear(tree);
    while (tree->spare) {
        struct pt_tree_node *node = tree->spare;
        tree->spare = node->link[0].child;
        pt_free(node);
    }
}

/* The first entry whose key is not below KEY. */
static int32_t lower(const struct pt_tree_node *node, const struct pt_key *key)
{
    int32_t at = 0;

    for (int32_t n = node->n; n > 0;) {
        int32_t half = (n + 1) / 2;
        at += pt_key_less(&node->key[at + half - 1], key) ? half : 0;
        n -= half;
    }
    return at;
}

/* The entry of an inner node under which KEY belongs. */
static int32_t under(const struct pt_tree_node *node, const struct pt_key *key)
{
    int32_t at = 0;

    for (int32_t n = node->n; n > 1;) {
        int32_t half = n / 2;
        at += pt_key_less(key, &node->key[at + half]) ? 0 : half;
        n -= half;
    }
    return at;
}

static bool same(const struct pt_key *x, const struct pt_key *y)
{
    return x->a == y->a && x->b == y->b && x->c == y->c;
}

static void open_gap(struct pt_tree_node *node, int32_t at)
{
    size_t tail = (size_t)(node->n - at);

    memmove(&node->key[at + 1], &node->key[at], tail * sizeof node->key[0]);
    memmove(&node->sum[at + 1], &node->sum[at], tail * sizeof node->sum[0]);
    memmove(&node->link[at + 1], &node->link[at], tail * sizeof node->link[0]);
    node->n++;
}

static void close_gap(struct pt_tree_node *node, int32_t at)
{
    size_t tail = (size_t)(--node->n - at);

    memmove(&node->key[at], &node->key[at + 1], tail * sizeof node->key[0]);
    memmove(&node->sum[at], &node->sum[at + 1], tail * sizeof node->sum[0]);
    memmove(&node->link[at], &node->link[at + 1], tail * sizeof node->link[0]);
}

/* Moves the tail of a full NODE to a new right neighbour.  An append leaves the
 * node nearly full: a queue grows at its end. */
static struct pt_tree_node *split(struct pt_tree *tree,
                                  struct pt_tree_node *node, bool append)
{
    struct pt_tree_node *right = node_take(tree);
    int32_t keep = append ? FAN - 1 : FAN / 2;
    size_t moved = (size_t)(FAN - keep);

    memcpy(right->key, &node->key[keep], moved * sizeof node->key[0]);
    memcpy(right->sum, &node->sum[keep], moved * sizeof node->sum[0]);
    memcpy(right->link, &node->link[keep], moved * sizeof node->link[0]);
    right->n = (int32_t)moved;
    node->n = keep;
    return right;
}

struct insertion {
    struct pt_key key;
    int64_t value;
    struct pt_sum sum;
    bool adds;   /* to an item that may be there */
    bool was;    /* it was there ... */
    bool zeroed; /* ... and has come to nothing, and gone */
};

static void add_to(struct pt_tree_node *leaf, int32_t at,
                   struct insertion *item)
{
    struct pt_sum *sum = &leaf->sum[at];

    for (size_t i = 0; i < sizeof sum->v / sizeof *sum->v; i++)
        sum->v[i] += item->sum.v[i];
    item->was = true;
    item->zeroed = sum->v[0] == 0;
    if (item->zeroed)
        close_gap(leaf, at);
}

/* CHILD, the entry AT of NODE, has lost an item. */
static void shrunk(struct pt_tree *tree, struct pt_tree_node *node, int32_t at,
                   struct pt_tree_node *child)
{
    if (child->n > 0) {
        node->sum[at] = tree->fold(child->sum, child->n);
    } else {
        node_give(tree, child);
        close_gap(node, at);
    }
}

static void lower_root(struct pt_tree *tree)
{
    while (tree->height > 0 && tree->root->n == 1) {
        struct pt_tree_node *root = tree->root;
        tree->root = root->link[0].child;
        tree->height--;
        node_give(tree, root);
    }
    if (tree->size == 0)
        pt_tree_clear(tree);
}

/* Returns the new right neighbour where NODE had to split, else NULL. */
static struct pt_tree_node *insert(struct pt_tree *tree,
                                   struct pt_tree_node *node, int32_t height,
                                   struct insertion *item)
{
    struct pt_tree_node *right = NULL, *child = NULL;
    int32_t at;

    if (height > 0) {
        at = under(node, &item->key);
        if (pt_key_less(&item->key, &node->key[at]))
            node->key[at] = item->key;
        struct pt_tree_node *below = node->link[at].child;
        child = insert(tree, below, height - 1, item);
        if (item->zeroed) {
            shrunk(tree, node, at, below);
            return NULL;
        }
        node->sum[at] = tree->fold(below->sum, below->n);
        if (!child)
            return NULL;
        at++;
    } else {
        at = lower(node, &item->key);
        if (at < node->n && same(&node->key[at], &item->key)) {
            pt_assert(item->adds);
            add_to(node, at, item);
            return NULL;
        }
    }
    if (node->n == FAN) {
        right = split(tree, node, at == FAN);
        if (at > node->n) {
            at -= node->n;
            node = right;
        }
    }
    open_gap(node, at);
    if (child) {
        node->key[at] = child->key[0];
        node->sum[at] = tree->fold(child->sum, child->n);
        node->link[at].child = child;
    } else {
        node->key[at] = item->key;
        node->sum[at] = item->sum;
        node->link[at].value = item->value;
    }
    return right;
}

static void put(struct pt_tree *tree, struct insertion *item)
{
    if (!tree->root)
        tree->root = node_take(tree);
    struct pt_tree_node *left = tree->root;
    struct pt_tree_node *right = insert(tree, left, tree->height, item);
    tree->size += !item->was;
    if (!right)
        return;
    struct pt_tree_node *root = node_take(tree);
    struct pt_tree_node *halves[] = {left, right};
    for (int32_t i = 0; i < 2; i++) {
        root->key[i] = halves[i]->key[0];
        root->sum[i] = tree->fold(halves[i]->sum, halves[i]->n);
        root->link[i].child = halves[i];
    }
    root->n = 2;
    tree->root = root;
    tree->height++;
}

void pt_tree_insert(struct pt_tree *tree, struct pt_key key, int64_t value,
                    struct pt_sum sum)
{
    struct insertion item = {.key = key, .value = value, .sum = sum};

    put(tree, &item);
}

void pt_tree_add(struct pt_tree *tree, struct pt_key key, int64_t value,
                 struct pt_sum sum)
{
    struct insertion item = {
        .key = key, .value = value, .sum = sum, .adds = true};

    put(tree, &item);
    if (item.zeroed) {
        tree->size--;
        lower_root(tree);
    }
}

static void drop(struct pt_tree *tree, struct pt_tree_node *node,
                 int32_t height, const struct pt_key *key)
{
    if (height == 0) {
        int32_t at = lower(node, key);
        pt_assert(at < node->n && same(&node->key[at], key));
        close_gap(node, at);
        return;
    }
    int32_t at = under(node, key);
    struct pt_tree_node *child = node->link[at].child;
    drop(tree, child, height - 1, key);
    shrunk(tree, node, at, child);
}

void pt_tree_remove(struct pt_tree *tree, struct pt_key key)
{
    pt_assert(tree->root);
    drop(tree, tree->root, tree->height, &key);
    tree->size--;
    lower_root(tree);
}

static void change(struct pt_tree *tree, struct pt_tree_node *node,
                   int32_t height, const struct pt_key *key,
                   const struct pt_sum *sum)
{
    int32_t at;

    if (height == 0) {
        at = lower(node, key);
        pt_assert(at < node->n && same(&node->key[at], key));
        node->sum[at] = *sum;
    } else {
        at = under(node, key);
        struct pt_tree_node *child = node->link[at].child;
        change(tree, child, height - 1, key, sum);
        node->sum[at] = tree->fold(child->sum, child->n);
    }
}

void pt_tree_change(struct pt_tree *tree, struct pt_key key, struct pt_sum sum)
{
    pt_assert(tree->root);
    change(tree, tree->root, tree->height, &key, &sum);
}

const struct pt_sum *pt_tree_find(const struct pt_tree *tree, struct pt_key key)
{
    const struct pt_tree_node *node = tree->root;

    if (!node)
        return NULL;
    for (int32_t height = tree->height; height > 0; height--)
        node = node->link[under(node, &key)].child;
    int32_t at = lower(node, &key);
    return at < node->n && same(&node->key[at], &key) ? &node->sum[at] : NULL;
}

struct pt_sum pt_tree_total(const struct pt_tree *tree)
{
    pt_assert(tree->root);
    return tree->fold(tree->root->sum, tree->root->n);
}

struct hit {
    struct pt_key key;
    int64_t value;
};

static bool first(const struct pt_tree_node *node, int32_t height,
                  const struct pt_key *from, struct pt_tree_search *search,
                  struct hit *hit)
{
    int32_t i = 0;

    if (from) {
        i = height > 0 ? under(node, from) : lower(node, from);
        if (search->skip && i > 0)
            search->skip(search, node->sum, i);
        if (height > 0) {
            if (first(node->link[i].child, height - 1, from, search, hit))
                return true;
            i++;
        }
    }
    while ((i = search->pick(search, node->sum, node->n, i)) < node->n) {
        if (height == 0) {
            search->found = &node->sum[i];
            hit->key = node->key[i];
            hit->value = node->link[i].value;
            return true;
        }
        if (first(node->link[i].child, height - 1, NULL, search, hit))
            return true;
        i++;
    }
    return false;
}

bool pt_tree_first(const struct pt_tree *tree, const struct pt_key *from,
                   struct pt_tree_search *search, struct pt_key *key,
                   int64_t *value)
{
    struct hit hit;

    if (!tree->root || !first(tree->root, tree->height, from, search, &hit))
        return false;
    if (key)
        *key = hit.key;
    if (value)
        *value = hit.value;
    return true;
}

static int32_t pick_any(struct pt_tree_search *search,
                        const struct pt_sum *sums, int32_t n, int32_t from)
{
    (void)search, (void)sums, (void)n;
    return from;
}

/* The very first item: down the left edge. */
static bool leftmost(const struct pt_tree *tree, struct pt_key *key,
                     int64_t *value)
{
    const struct pt_tree_node *node = tree->root;

    if (!node)
        return false;
    for (int32_t height = tree->height; height > 0; height--)
        node = node->link[0].child;
    if (key)
        *key = node->key[0];
    if (value)
        *value = node->link[0].value;
    return true;
}

bool pt_tree_next(const struct pt_tree *tree, const struct pt_key *from,
                  struct pt_key *key, int64_t *value)
{
    struct pt_tree_search search = {.pick = pick_any};

    return from ? pt_tree_first(tree, from, &search, key, value)
                : leftmost(tree, key, value);
}

void pt_tree_walk_start(const struct pt_tree *tree, struct pt_tree_walk *walk)
{
    pt_assert(tree->height < PT_TREE_HEIGHT);
    walk->height = tree->height;
    walk->node[tree->height] = tree->root;
    walk->at[tree->height] = -1;
}

bool pt_tree_walk(const struct pt_tree *tree, struct pt_tree_walk *walk,
                  struct pt_tree_search *search, struct pt_key *key,
                  int64_t *value)
{
    int32_t height = walk->height;

    if (!tree->root)
        return false;
    for (int32_t i = walk->at[height] + 1;;) {
        const struct pt_tree_node *node = walk->node[height];
        i = search->pick(search, node->sum, node->n, i);
        if (i == node->n) {
            if (height == tree->height)
                return false;
            i = walk->at[++height] + 1;
            continue;
        }
        walk->at[height] = i;
        if (height == 0)
            break;
        walk->node[--height] = node->link[i].child;
        i = 0;
    }
    walk->height = 0;
    search->found = &walk->node[0]->sum[walk->at[0]];
    if (key)
        *key = walk->node[0]->key[walk->at[0]];
    if (value)
        *value = walk->node[0]->link[walk->at[0]].value;
    return true;
}
