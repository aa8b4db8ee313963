#include "tests/golden/spark_logs.h"

#include <dirent.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/text.h"
#include "tests/unit/check.h"

#define LOGS "tests/golden/spark/logs"

const char *const spark_versions[] = {"3.5.3", "4.0.1", "4.3.0", NULL};

/* The entry of FOLDER whose name is PREFIX, alone or up to a dot, and which is
 * no description; or begins with PREFIX, if ANY. */
static char *find(const char *folder, const char *prefix, bool any)
{
    const size_t n = strlen(prefix);
    char path[400] = "";
    DIR *dir = opendir(folder);

    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        const char *rest = e->d_name + n;
        if (strncmp(e->d_name, prefix, n) == 0 && !strstr(e->d_name, ".json") &&
            (any || *rest == '\0' || *rest == '.'))
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    }
    closedir(dir);
    assert_true(path[0] != '\0');
    return pt_text_dup(path, strlen(path));
}

char *spark_log(const char *version, const char *name)
{
    char folder[200];
    struct stat status;

    snprintf(folder, sizeof folder, LOGS "/%s", version);
    char *path = find(folder, name, false);
    ASSERT_INT(stat(path, &status), 0);
    if (!S_ISDIR(status.st_mode))
        return path;
    char *inner = find(path, "eventlog_v2_", true);
    pt_free(path);
    return inner;
}

json_t *spark_expected(const char *version, const char *name)
{
    char path[200];
    json_error_t error;

    snprintf(path, sizeof path, LOGS "/%s/%s.expected.json", version, name);
    json_t *expected = json_load_file(path, 0, &error);
    if (!expected)
        print_error("%s:%d: %s\n", path, error.line, error.text);
    assert_non_null(expected);
    return expected;
}
