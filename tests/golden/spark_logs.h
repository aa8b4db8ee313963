/* spark_logs.h - where the logs of tests/golden/spark are, and what their
 * applications know of themselves. */
#ifndef PT_TESTS_GOLDEN_SPARK_LOGS_H
#define PT_TESTS_GOLDEN_SPARK_LOGS_H

#include <jansson.h>

/* Of Spark, ended by NULL. */
extern const char *const spark_versions[];

/* The log of a scenario: a file, or the folder of a rolling log; the caller
 * frees. */
char *spark_log(const char *version, const char *name);

/* Its NAME.expected.json; the caller's. */
json_t *spark_expected(const char *version, const char *name);

#endif
