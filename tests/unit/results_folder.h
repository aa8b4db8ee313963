/* results_folder.h - a folder of results that a test writes, draws and reads.
 */
#ifndef PT_TESTS_UNIT_RESULTS_FOLDER_H
#define PT_TESTS_UNIT_RESULTS_FOLDER_H

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "plots/results.h"
#include "tests/unit/check.h"

/* A results folder of the test's own. */
struct place {
    char dir[200];
};

static inline void make_place(struct place *place)
{
    const char *root = getenv("TMPDIR");

    snprintf(place->dir, sizeof place->dir, "%s/protium-XXXXXX",
             root ? root : "/tmp");
    assert_non_null(mkdtemp(place->dir));
}

/* Removes PATH and what is in it. */
static inline void remove_all(const char *path)
{
    DIR *dir = opendir(path);

    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char *below = pt_results_path(path, entry->d_name);
        struct stat status;

        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            if (lstat(below, &status) == 0) {
                if (S_ISDIR(status.st_mode))
                    remove_all(below);
                else
                    unlink(below);
            }
        pt_free(below);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

/* DIR/NAME open for writing; makes the folders on the way. */
static inline FILE *create(const struct place *place, const char *name)
{
    char *path = pt_results_path(place->dir, name);
    FILE *stream;

    for (char *c = path + strlen(place->dir) + 1; *c; c++) {
        if (*c != '/')
            continue;
        *c = '\0';
        mkdir(path, 0777);
        *c = '/';
    }
    stream = fopen(path, "w");
    assert_non_null(stream);
    pt_free(path);
    return stream;
}

/* Writes TEXT to DIR/NAME. */
static inline void put(const struct place *place, const char *name,
                       const char *text)
{
    FILE *stream = create(place, name);

    fputs(text, stream);
    fclose(stream);
}

/* Whether there is a DIR/NAME. */
static inline bool is_there(const struct place *place, const char *name)
{
    char *path = pt_results_path(place->dir, name);
    bool found = access(path, F_OK) == 0;

    pt_free(path);
    return found;
}

/* All of DIR/NAME, on the heap. */
static inline char *get(const struct place *place, const char *name)
{
    char *path = pt_results_path(place->dir, name);
    FILE *stream = fopen(path, "r");
    char *text;
    size_t size;

    if (!stream)
        fail_msg("no %s", path);
    fseek(stream, 0, SEEK_END);
    size = (size_t)ftell(stream);
    rewind(stream);
    text = pt_alloc(size + 1, 1);
    ASSERT_INT(fread(text, 1, size, stream), size);
    fclose(stream);
    pt_free(path);
    return text;
}

#endif
