#include <string.h>

#include "base/alloc.h"
#include "experiments/close_parts.h"
#include "experiments/folder.h"
#include "experiments/inputs.h"
#include "experiments/verify_parts.h"

/* What close.h makes, but for the store. */
static const char *const files[] = {
    "summary.csv",      "rules.csv",        "axes.csv",
    "cells.csv",        "paired.csv",       "tables/means.md",
    "tables/means.tex", "tables/paired.md", "tables/paired.tex"};

/* The digest of FOLDER/NAME; "" if it is not there. */
static void digest_of(const char *folder, const char *name,
                      char digest[PT_DIGEST_TEXT])
{
    struct pt_inputs inputs = {.n = 0};
    struct pt_err err = {.code = PT_ERR_NONE};
    char *path = pt_folder_path(folder, name);

    if (pt_inputs_digest(&inputs, path, digest, &err) < 0)
        digest[0] = '\0';
    pt_inputs_fini(&inputs);
    pt_free(path);
}

int pt_verify_tables(const struct pt_roster *roster, struct pt_store **store,
                     const char *const *columns, int ncolumns, const char *dir,
                     const char *scratch,
                     void (*tell)(void *context, const char *what,
                                  const char *why),
                     void *context, struct pt_err *err)
{
    const struct pt_closing closing = {.study = roster->study,
                                       .dir = scratch,
                                       .roster = roster,
                                       .store = store,
                                       .columns = columns,
                                       .ncolumns = ncolumns};

    if (pt_close_summary(&closing, err) < 0 ||
        pt_close_rules(&closing, err) < 0 ||
        pt_close_analysis(&closing, err) < 0)
        return -1;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char was[PT_DIGEST_TEXT], is[PT_DIGEST_TEXT];

        digest_of(dir, files[i], was);
        digest_of(scratch, files[i], is);
        if (strcmp(was, is) != 0)
            tell(context, files[i],
                 was[0] ? "is not what the runs say" : "is not there");
    }
    return pt_store_check(*store, tell, context, err);
}
