/* file.h - a figure's file, that is there only when whole. */
#ifndef PT_PLOTS_FILE_H
#define PT_PLOTS_FILE_H

#include <stdbool.h>
#include <stdio.h>
#include "base/error.h"

/* Written as PATH.tmp. */
struct pt_file {
    char *path, *partial;
    FILE *stream; /* NULL: somebody else writes it */
};

/* FOLDER/NAME ENDING, named alone, or open.  pt_file_close() or _place()
 * afterwards, also on failure. */
void pt_file_name(struct pt_file *file, const char *folder, const char *name,
                  const char *ending);
int pt_file_open(struct pt_file *file, const char *folder, const char *name,
                 const char *ending, struct pt_err *err);

/* Puts the file in its place if KEEP is set, else removes it. */
int pt_file_close(struct pt_file *file, bool keep, struct pt_err *err);

/* The same for one that was only named. */
int pt_file_place(struct pt_file *file, bool keep, struct pt_err *err);

/* "AB" on the heap. */
char *pt_file_concat(const char *a, const char *b);

#endif
