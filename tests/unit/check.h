/* check.h - what every test program includes: cmocka, and a few assertions that
 * print what they saw in full.
 *
 * cmocka's own assert_float_equal() compares as float, and assert_int_equal()
 * prints hexadecimals. */
#ifndef PT_TESTS_UNIT_CHECK_H
#define PT_TESTS_UNIT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* A is within REL * |B| or within ABS of B, in doubles; NaN never is. */
#define ASSERT_NEAR(a, b, rel, abs)                                            \
    check_near((a), (b), (rel), (abs), #a, __FILE__, __LINE__)

/* Whole numbers A and B are the same. */
#define ASSERT_INT(a, b)                                                       \
    check_int((int64_t)(a), (int64_t)(b), #a, __FILE__, __LINE__)

#define ASSERT_TEXT(a, b) check_text((a), (b), #a, __FILE__, __LINE__)

/* Text A contains PART. */
#define ASSERT_HAS(a, part) check_has((a), (part), #a, __FILE__, __LINE__)

static inline void check_near(double a, double b, double rel, double abs,
                              const char *what, const char *file, int line)
{
    double off = a < b ? b - a : a - b;
    double size = b < 0 ? -b : b;

    if (off <= abs || off <= rel * size)
        return;
    print_error("%s = %.17g, expected %.17g (off by %.3g, allowed %.3g of it "
                "or %.3g)\n",
                what, a, b, off, rel, abs);
    _fail(file, line);
}

static inline void check_int(int64_t a, int64_t b, const char *what,
                             const char *file, int line)
{
    if (a == b)
        return;
    print_error("%s = %lld, expected %lld\n", what, (long long)a, (long long)b);
    _fail(file, line);
}

static inline void check_text(const char *a, const char *b, const char *what,
                              const char *file, int line)
{
    if (a && b && strcmp(a, b) == 0)
        return;
    print_error("%s = \"%s\", expected \"%s\"\n", what, a ? a : "(null)",
                b ? b : "(null)");
    _fail(file, line);
}

static inline void check_has(const char *a, const char *part, const char *what,
                             const char *file, int line)
{
    if (a && strstr(a, part))
        return;
    print_error("%s = \"%s\", expected \"%s\" in it\n", what, a ? a : "(null)",
                part);
    _fail(file, line);
}

/* Where NAME ("traces/KTH-SP2-1996-2.swf.gz") is, into PATH [SIZE]: in the
 * folder that the environment calls PROTIUM_SHARED, else in ../shared.  NULL,
 * and a loud line, if it is not there. */
static inline const char *shared_path(char *path, size_t size, const char *name)
{
    const char *folder = getenv("PROTIUM_SHARED");

    snprintf(path, size, "%s/%s", folder ? folder : "../shared", name);
    FILE *file = fopen(path, "rb");
    if (file) {
        fclose(file);
        return path;
    }
    print_message("SKIPPED (no %s): %s\n", folder ? folder : "../shared", name);
    return NULL;
}

/* Like shared_path(); skips the running test if the file is not there. */
static inline const char *shared_path_or_skip(char *path, size_t size,
                                              const char *name)
{
    const char *found = shared_path(path, size, name);

    if (!found)
        skip();
    return found;
}

#endif
