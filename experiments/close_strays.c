#include "experiments/close_parts.h"

#include <dirent.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

/* Memory as everywhere. */
#define uthash_malloc(size)     pt_alloc(size, 1)
#define uthash_free(item, size) pt_free(item)
#define uthash_fatal(text)      pt_assert(false)
#include <uthash.h>

#include "experiments/folder.h"

struct home {
    char *path;
    UT_hash_handle hh;
};

static int add_home(void *context, const struct pt_store_outcome *outcome)
{
    struct home **homes = context, *home;

    if (!outcome->path)
        return 0;
    HASH_FIND_STR(*homes, outcome->path, home);
    if (home)
        return 0;
    home = pt_alloc(1, sizeof *home);
    home->path = pt_text_dup(outcome->path, strlen(outcome->path));
    HASH_ADD_KEYPTR(hh, *homes, home->path, strlen(home->path), home);
    return 0;
}

/* Removes the strays in PATH, below DIR, and below it. */
static void search(struct home *homes, const char *dir, const char *path)
{
    char *full = pt_folder_path(dir, path);
    DIR *folder = opendir(full);
    const struct dirent *entry;
    struct home *home;

    if (folder && (pt_folder_holds(dir, path, "run.json") ||
                   pt_folder_holds(dir, path, "jobs.csv"))) {
        HASH_FIND_STR(homes, path, home);
        if (!home)
            pt_folder_prune(dir, path);
    } else {
        while (folder && (entry = readdir(folder))) {
            char *below;

            if (strcmp(entry->d_name, ".") == 0 ||
                strcmp(entry->d_name, "..") == 0)
                continue;
            below = pt_folder_path(path, entry->d_name);
            search(homes, dir, below);
            pt_free(below);
        }
    }
    if (folder)
        closedir(folder);
    pt_free(full);
}

int pt_close_strays(const struct pt_closing *closing, struct pt_err *err)
{
    struct home *homes = NULL, *home, *next;
    int status = 0;

    if (!pt_folder_holds(closing->dir, ".", "runs"))
        return 0;
    status = pt_store_each(*closing->store, add_home, &homes, err);
    if (status == 0)
        search(homes, closing->dir, "runs");
    HASH_ITER(hh, homes, home, next)
    {
        HASH_DEL(homes, home);
        pt_free(home->path);
        pt_free(home);
    }
    return status;
}
