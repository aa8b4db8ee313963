/* eventlog_writing.h - writes event logs as Spark does, a line an event. */
#ifndef PT_TESTS_UNIT_EVENTLOG_WRITING_H
#define PT_TESTS_UNIT_EVENTLOG_WRITING_H

#include "base/alloc.h"
#include "tests/unit/check.h"
#include "tests/unit/eventlog_reading.h"

/* Times of events are ms after this, a full second of the epoch. */
#define T0 1700000000000LL

struct paper {
    char *text;
    size_t n, size;
};

static inline void write_line(struct paper *paper, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void write_line(struct paper *paper, const char *format, ...)
{
    va_list args;

    if (paper->size - paper->n < 2000) {
        paper->size = 2 * paper->size + 4000;
        paper->text = pt_realloc(paper->text, paper->size, 1);
    }
    va_start(args, format);
    int n = vsnprintf(paper->text + paper->n, 1998, format, args);
    va_end(args);
    assert_true(n > 0 && n < 1998);
    paper->n += (size_t)n;
    paper->text[paper->n++] = '\n';
    paper->text[paper->n] = '\0';
}

/* The beginning of a log of VERSION, with PROPERTIES ("" or
 * "\"key\":\"value\"") and two executors of two cores. */
static inline void write_head(struct paper *paper, const char *version,
                              const char *properties)
{
    *paper = (struct paper){.text = NULL};
    write_line(paper,
               "{\"Event\":\"SparkListenerLogStart\",\"Spark Version\":\"%s\"}",
               version);
    write_line(paper,
               "{\"Event\":\"SparkListenerEnvironmentUpdate\","
               "\"Spark Properties\":{%s}}",
               properties);
    write_line(paper,
               "{\"Event\":\"SparkListenerApplicationStart\",\"App Name\":"
               "\"test\",\"App ID\":\"app-1\",\"Timestamp\":%lld,\"User\":"
               "\"user\"}",
               T0);
    for (int i = 1; i <= 2; i++)
        write_line(paper,
                   "{\"Event\":\"SparkListenerExecutorAdded\",\"Timestamp\":"
                   "%lld,\"Executor ID\":\"%d\",\"Executor Info\":{\"Host\":"
                   "\"host%d\",\"Total Cores\":2}}",
                   T0 + 100, i, i);
}

static inline void write_tail(struct paper *paper, int at)
{
    write_line(paper,
               "{\"Event\":\"SparkListenerApplicationEnd\",\"Timestamp\":%lld}",
               T0 + at);
}

/* A stage: PARENTS and RDDS are lists, "1,2". */
struct spec {
    int id, ntasks;
    const char *parents, *rdds;
    bool barrier;
};

/* "{"RDD ID":1,...},..." of "1,2", into TEXT. */
static inline void write_rdds(const struct spec *spec, char text[600])
{
    size_t used = 0;

    text[0] = '\0';
    for (const char *at = spec->rdds; at && *at != '\0';) {
        used +=
            (size_t)snprintf(text + used, 600 - used,
                             "%s{\"RDD ID\":%ld,\"Barrier\":%s,"
                             "\"Number of Partitions\":%d}",
                             used > 0 ? "," : "", strtol(at, NULL, 10),
                             spec->barrier ? "true" : "false", spec->ntasks);
        at += strcspn(at, ",");
        at += *at == ',';
    }
}

/* The info of an attempt with NTASKS tasks; REST goes on. */
static inline const char *stage_info(const struct spec *spec, int attempt,
                                     int ntasks, const char *rest,
                                     char text[1200])
{
    char rdds[600];

    write_rdds(spec, rdds);
    snprintf(text, 1200,
             "{\"Stage ID\":%d,\"Stage Attempt ID\":%d,\"Stage Name\":"
             "\"stage %d\",\"Number of Tasks\":%d,\"RDD Info\":[%s],"
             "\"Parent IDs\":[%s]%s}",
             spec->id, attempt, spec->id, ntasks, rdds,
             spec->parents ? spec->parents : "", rest);
    return text;
}

static inline void write_job(struct paper *paper, int id, int at,
                             const char *properties, int n,
                             const struct spec *const *stages)
{
    char infos[1500], info[1200];
    size_t used = 0;

    infos[0] = '\0';
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(
            infos + used, sizeof infos - used, "%s%s", i > 0 ? "," : "",
            stage_info(stages[i], 0, stages[i]->ntasks, "", info));
    assert_true(used < sizeof infos);
    write_line(paper,
               "{\"Event\":\"SparkListenerJobStart\",\"Job ID\":%d,"
               "\"Submission Time\":%lld,\"Properties\":{%s},"
               "\"Stage Infos\":[%s]}",
               id, T0 + at, properties, infos);
}

static inline void write_job_end(struct paper *paper, int id, int at, bool good)
{
    write_line(paper,
               "{\"Event\":\"SparkListenerJobEnd\",\"Job ID\":%d,"
               "\"Completion Time\":%lld,\"Job Result\":{\"Result\":\"%s\"}}",
               id, T0 + at, good ? "JobSucceeded" : "JobFailed");
}

static inline void write_begin(struct paper *paper, const struct spec *spec,
                               int attempt, int ntasks, int at)
{
    char rest[64], info[1200];

    snprintf(rest, sizeof rest, ",\"Submission Time\":%lld", T0 + at);
    write_line(paper,
               "{\"Event\":\"SparkListenerStageSubmitted\",\"Stage Info\":%s}",
               stage_info(spec, attempt, ntasks, rest, info));
}

static inline void write_end(struct paper *paper, const struct spec *spec,
                             int attempt, int ntasks, int at, bool good)
{
    char rest[128], info[1200];

    snprintf(rest, sizeof rest, ",\"Completion Time\":%lld%s", T0 + at,
             good ? "" : ",\"Failure Reason\":\"why\"");
    write_line(paper,
               "{\"Event\":\"SparkListenerStageCompleted\",\"Stage Info\":%s}",
               stage_info(spec, attempt, ntasks, rest, info));
}

struct launch {
    int stage, attempt, id, index, from, to; /* to 0: it does not end */
    const char *reason; /* NULL: Success; "Reason" alone, or more members */
    bool copy, result;
    int executor;  /* 0: 1 */
    int partition; /* from 1; 0: not told */
};

static inline void write_launch(struct paper *paper, const struct launch *task)
{
    char info[400], partition[40] = "";

    if (task->partition > 0)
        snprintf(partition, sizeof partition, ",\"Partition ID\":%d",
                 task->partition - 1);
    snprintf(info, sizeof info,
             "\"Task ID\":%d,\"Index\":%d,\"Attempt\":0,\"Launch Time\":%lld,"
             "\"Executor ID\":\"%d\",\"Host\":\"host1\",\"Speculative\":%s%s",
             task->id, task->index, T0 + task->from,
             task->executor > 0 ? task->executor : 1,
             task->copy ? "true" : "false", partition);
    write_line(paper,
               "{\"Event\":\"SparkListenerTaskStart\",\"Stage ID\":%d,"
               "\"Stage Attempt ID\":%d,\"Task Info\":{%s,\"Finish Time\":0}}",
               task->stage, task->attempt, info);
    if (task->to > 0)
        write_line(paper,
                   "{\"Event\":\"SparkListenerTaskEnd\",\"Stage ID\":%d,"
                   "\"Stage Attempt ID\":%d,\"Task Type\":\"%s\","
                   "\"Task End Reason\":{%s},\"Task Info\":{%s,"
                   "\"Finish Time\":%lld}}",
                   task->stage, task->attempt,
                   task->result ? "ResultTask" : "ShuffleMapTask",
                   task->reason ? task->reason : "\"Reason\":\"Success\"", info,
                   T0 + task->to);
}

/* A map stage of two tasks, and what reads it. */
static const struct spec map = {.id = 0, .ntasks = 2, .rdds = "1,0"};
static const struct spec reduce = {
    .id = 1, .ntasks = 2, .parents = "0", .rdds = "2"};

/* Attempt 0 of the stage, whose tasks succeed: launches from ID on. */
static inline void write_tasks(struct paper *paper, const struct spec *spec,
                               int id, int from, int to, bool result)
{
    write_begin(paper, spec, 0, spec->ntasks, from);
    for (int i = 0; i < spec->ntasks; i++)
        write_launch(paper, &(struct launch){.stage = spec->id,
                                             .id = id + i,
                                             .index = i,
                                             .from = from,
                                             .to = to,
                                             .result = result});
    write_end(paper, spec, 0, spec->ntasks, to, true);
}

/* Reads what was written, and throws the paper away. */
static inline struct log *read_paper(struct paper *paper, const char *params)
{
    struct log *log = read_log("log", paper->text, paper->n, params, 1);

    if (log->status < 0)
        print_error("%s\n", log->message);
    ASSERT_INT(log->status, 0);
    pt_free(paper->text);
    return log;
}

#define REASON_ERROR  "\"Reason\":\"ExceptionFailure\""
#define REASON_LOST   "\"Reason\":\"ExecutorLostFailure\""
#define REASON_KILLED "\"Reason\":\"TaskKilled\""

#endif
