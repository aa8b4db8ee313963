/* tree.h - an ordered map whose every part knows a summary of what it holds.
 *
 * A B+-tree: items (key, value, summary) in order of key; each inner entry has
 * the fold of the summaries below it.  So "the first item from here on that
 * passes" is found without looking at the items that do not, in O(log n) where
 * the fold tells exactly, and by the way the queue and the profile are both
 * this tree with another fold.  Nodes are taken from a free list: a warm tree
 * does not allocate.  A node that becomes empty leaves; others never merge
 * (Johnson and Shasha, "B-trees with inserts and deletes: why free-at-empty is
 * better than merge-at-half", JCSS 47, 1993). */
#ifndef PT_BASE_TREE_H
#define PT_BASE_TREE_H

#include <stdbool.h>
#include <stdint.h>

struct pt_key {
    int64_t a, b, c; /* in order of a, then b, then c */
};

static inline bool pt_key_less(const struct pt_key *x, const struct pt_key *y)
{
    if (x->a != y->a)
        return x->a < y->a;
    if (x->b != y->b)
        return x->b < y->b;
    return x->c < y->c;
}

struct pt_sum {
    int64_t v[4];
};

enum { PT_TREE_FAN = 32 };

struct pt_tree_node {
    int32_t n;
    struct pt_key key[PT_TREE_FAN]; /* inner: not above any key below */
    struct pt_sum sum[PT_TREE_FAN];
    union {
        struct pt_tree_node *child;
        int64_t value;
    } link[PT_TREE_FAN];
};

/* The summary of SUMS [n >= 1], in order. */
typedef struct pt_sum pt_tree_fold(const struct pt_sum *sums, int32_t n);

struct pt_tree {
    struct pt_tree_node *root; /* NULL: empty */
    struct pt_tree_node *spare;
    int32_t height; /* 0: the root is a leaf */
    int64_t size;
    pt_tree_fold *fold;
};

void pt_tree_init(struct pt_tree *tree, pt_tree_fold *fold);
void pt_tree_fini(struct pt_tree *tree);
void pt_tree_clear(struct pt_tree *tree);

/* KEY is not in the tree yet. */
void pt_tree_insert(struct pt_tree *tree, struct pt_key key, int64_t value,
                    struct pt_sum sum);
/* Adds the parts of SUM to those of KEY's item; a new item has them as they
 * are, and one whose v[0] comes to 0 is removed.  VALUE is a new item's.  One
 * descent. */
void pt_tree_add(struct pt_tree *tree, struct pt_key key, int64_t value,
                 struct pt_sum sum);
/* KEY is in the tree. */
void pt_tree_remove(struct pt_tree *tree, struct pt_key key);
void pt_tree_change(struct pt_tree *tree, struct pt_key key, struct pt_sum sum);

/* The item's summary, or NULL; borrowed until the tree changes. */
const struct pt_sum *pt_tree_find(const struct pt_tree *tree,
                                  struct pt_key key);

/* The fold of all; the tree is not empty.  O(PT_TREE_FAN). */
struct pt_sum pt_tree_total(const struct pt_tree *tree);

/* What a search is after.  PICK returns the first index i >= FROM of SUMS [n]
 * below which an item may pass, N if none; at a leaf what it returns is the
 * answer.  SKIP (may be NULL) is told what lies before the starting point, and
 * PICK itself sees everything from there on in order: a running sum can be
 * kept in the search. */
struct pt_tree_search {
    int32_t (*pick)(struct pt_tree_search *search, const struct pt_sum *sums,
                    int32_t n, int32_t from);
    void (*skip)(struct pt_tree_search *search, const struct pt_sum *sums,
                 int32_t n);
    const struct pt_sum *found; /* of the answer; borrowed until the tree
                                   changes */
};

/* The first item with key >= FROM (NULL: from the start) that passes SEARCH;
 * fills KEY and VALUE (either may be NULL).  False if there is none. */
bool pt_tree_first(const struct pt_tree *tree, const struct pt_key *from,
                   struct pt_tree_search *search, struct pt_key *key,
                   int64_t *value);

/* A place in the tree, between calls of pt_tree_walk(): what lies behind it
 * need not be looked at again.  Good until the tree changes. */
enum { PT_TREE_HEIGHT = 16 };
struct pt_tree_walk {
    const struct pt_tree_node
        *node[PT_TREE_HEIGHT]; /* by height, to the root */
    int32_t at[PT_TREE_HEIGHT];
    int32_t height; /* lowest that is known */
};

/* Before the first item. */
void pt_tree_walk_start(const struct pt_tree *tree, struct pt_tree_walk *walk);
/* On to the next item that passes SEARCH (whose SKIP is not asked);
 * search->found is its summary.  False if there is none; the walk is over then.
 */
bool pt_tree_walk(const struct pt_tree *tree, struct pt_tree_walk *walk,
                  struct pt_tree_search *search, struct pt_key *key,
                  int64_t *value);

/* The first item with key >= FROM (NULL: of all). */
bool pt_tree_next(const struct pt_tree *tree, const struct pt_key *from,
                  struct pt_key *key, int64_t *value);

#endif
