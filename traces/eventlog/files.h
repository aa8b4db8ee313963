/* files.h - the lines of an event log: of one file, or of the parts of a
 * rolling log in their order.
 *
 * A rolling log is a folder: events_N_... by N, as Spark names them, where the
 * last one that ends in .compact stands for all before it; or, as Databricks
 * names them, eventlog-DATE... by date and then eventlog. */
#ifndef PT_TRACES_EVENTLOG_FILES_H
#define PT_TRACES_EVENTLOG_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/error.h"
#include "sink/out.h"
#include "traces/text.h"

/* The longest line of an event log. */
#define PT_EVENTLOG_LINE (64u << 20)

struct pt_eventlog_files {
    struct pt_lines lines; /* of the part that is open */
    char *folder;          /* NULL: a single file */
    struct pt_eventlog_part {
        char *path;
        int64_t number; /* 0: by name */
        bool compact;
    } * parts; /* [nparts] */
    int32_t nparts, capacity, at;
    int32_t missing;       /* numbers left out between the parts */
    bool open;             /* `lines` is */
    int64_t bytes;         /* of the parts before */
    char *digests;         /* of the parts before, as sha256sum prints them */
    size_t digests_length; /* of that text */
    char digest[PT_DIGEST_TEXT]; /* "" before the end: of the file, or of
                                    `digests` */
};

/* Whether there is such a part in the folder at PATH. */
bool pt_eventlog_files_sniff(const char *path);

/* Opens the file at PATH, or the folder; or BYTES [N], which must outlive
 * FILES, under NAME.  On -1 there is nothing to close. */
int pt_eventlog_files_open(struct pt_eventlog_files *files, const char *path,
                           struct pt_err *err);
int pt_eventlog_files_open_bytes(struct pt_eventlog_files *files,
                                 const char *name, const void *bytes, size_t n,
                                 struct pt_err *err);

/* The next line is in files->lines: 1; 0 = the end of all parts.  -1 = ERR says
 * why no more can be read of this part; the next call goes on with the part
 * after it.  ENDED is whether a part has ended since the line before. */
int pt_eventlog_files_next(struct pt_eventlog_files *files, bool *ended,
                           struct pt_err *err);

/* Bytes read so far, as they are on the disk. */
int64_t pt_eventlog_files_bytes(const struct pt_eventlog_files *files);

void pt_eventlog_files_close(struct pt_eventlog_files *files);

#endif
