#include "only.h"

#include <stdio.h>
#include <string.h>

#define POLICY "policy"
#define WORD   256

bool pt_only_next(const char **text, char *key, char *value, int size)
{
    const char *from = *text + strspn(*text, "+");
    size_t length = strcspn(from, "+");
    const char *equals = length ? memchr(from, '=', length) : NULL;
    const char *word = equals ? equals + 1 : from;

    if (length == 0)
        return false;
    snprintf(key, (size_t)size, "%.*s",
             equals ? (int)(equals - from) : (int)strlen(POLICY),
             equals ? from : POLICY);
    snprintf(value, (size_t)size, "%.*s", (int)(from + length - word), word);
    *text = from + length;
    return true;
}

bool pt_only_holds(const char *only, const char *key, const char *value)
{
    char this_key[WORD], this_value[WORD];
    bool told = false;

    while (pt_only_next(&only, this_key, this_value, WORD)) {
        if (strcmp(this_key, key) != 0)
            continue;
        if (strcmp(this_value, value) == 0)
            return true;
        told = true;
    }
    return !told;
}

/* The value of KEY in LABEL into VALUE [WORD]; false if it has none. */
static bool find_value(const char *label, const char *key, char *value)
{
    const char *slash = strrchr(label, '/');
    const char *policy = slash ? slash + 1 : label;
    size_t nkey = strlen(key);

    if (strcmp(key, POLICY) == 0) {
        snprintf(value, WORD, "%s", policy);
        return true;
    }
    for (const char *part = label; part < policy;) {
        size_t length = strcspn(part, ",/");

        if (length > nkey && part[nkey] == '=' &&
            memcmp(part, key, nkey) == 0) {
            snprintf(value, WORD, "%.*s", (int)(length - nkey - 1),
                     part + nkey + 1);
            return true;
        }
        part += length + 1;
    }
    return false;
}

bool pt_only_run(const char *only, const char *label)
{
    const char *text = only;
    char key[WORD], told[WORD], value[WORD];

    while (pt_only_next(&text, key, told, WORD))
        if (!find_value(label, key, value) || !pt_only_holds(only, key, value))
            return false;
    return true;
}
