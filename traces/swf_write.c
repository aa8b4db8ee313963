#include "traces/swf_write.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/text.h"

#define ZIP_SIZE (1u << 16)

/* Longer than a line of 18 numbers can be. */
#define ROW_SIZE (18 * PT_TIME_TEXT + 1)

struct pt_swf_zip {
    z_stream stream;
    char bytes[ZIP_SIZE]; /* compressed */
};

static void *zip_alloc(void *unused, unsigned count, unsigned size)
{
    (void)unused;
    return pt_alloc(count, size);
}

static void zip_free(void *unused, void *memory)
{
    (void)unused;
    pt_free(memory);
}

/* zlib writes no name and no date into the gzip header unless told to. */
static struct pt_swf_zip *zip_new(void)
{
    struct pt_swf_zip *zip = pt_alloc(1, sizeof *zip);

    zip->stream = (z_stream){.zalloc = zip_alloc, .zfree = zip_free};
    int status = deflateInit2(&zip->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED,
                              15 + 16, 8, Z_DEFAULT_STRATEGY);
    pt_assert(status == Z_OK);
    return zip;
}

static void zip_delete(struct pt_swf_zip *zip)
{
    if (!zip)
        return;
    deflateEnd(&zip->stream);
    pt_free(zip);
}

/* Compresses TEXT [N]; FLUSH is Z_NO_FLUSH or Z_FINISH. */
static void zip_write(struct pt_swf_writer *writer, const char *text, size_t n,
                      int flush)
{
    struct pt_swf_zip *zip = writer->zip;
    z_stream *stream = &zip->stream;

    stream->next_in = (z_const Bytef *)text;
    stream->avail_in = (uInt)n;
    do {
        stream->next_out = (Bytef *)zip->bytes;
        stream->avail_out = ZIP_SIZE;
        deflate(stream, flush);
        pt_out_bytes(&writer->out, zip->bytes, ZIP_SIZE - stream->avail_out);
    } while (stream->avail_out == 0);
}

static void write_bytes(struct pt_swf_writer *writer, const char *text,
                        size_t n)
{
    if (writer->zip)
        zip_write(writer, text, n, Z_NO_FLUSH);
    else
        pt_out_bytes(&writer->out, text, n);
}

/* A header line.  Line ends in VALUE would begin a row: they become blanks. */
static void write_label(struct pt_swf_writer *writer, const char *label,
                        const char *value)
{
    if (!value)
        return;
    write_bytes(writer, "; ", 2);
    write_bytes(writer, label, strlen(label));
    write_bytes(writer, ": ", 2);
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        bool control = c < 0x20 || c == 0x7f;
        write_bytes(writer, control ? " " : value, 1);
    }
    write_bytes(writer, "\n", 1);
}

static void write_number(struct pt_swf_writer *writer, const char *label,
                         int64_t value)
{
    char text[24];

    if (value == 0)
        return;
    text[pt_text_int(text, value)] = '\0';
    write_label(writer, label, text);
}

static void write_title(struct pt_swf_writer *writer,
                        const struct pt_swf_title *title)
{
    char longest[PT_TIME_TEXT];

    longest[pt_time_print(longest, title->longest)] = '\0';
    write_label(writer, "Version", "2.2");
    write_label(writer, "Computer", title->computer);
    write_label(writer, "Conversion", title->conversion);
    write_number(writer, "MaxJobs", title->jobs);
    write_number(writer, "MaxRecords", title->jobs);
    write_number(writer, "UnixStartTime", title->unix_start);
    write_number(writer, "MaxNodes", title->nodes);
    write_number(writer, "MaxProcs", title->processors);
    write_label(writer, "MaxRuntime", title->longest > 0 ? longest : NULL);
    for (const char *const *note = title->notes; note && *note; note++)
        write_label(writer, "Note", *note);
}

static bool is_gzip(const char *path)
{
    size_t n = strlen(path);

    return n >= 3 && strcasecmp(path + n - 3, ".gz") == 0;
}

int pt_swf_write_open(struct pt_swf_writer *writer, const char *path,
                      const struct pt_swf_title *title, struct pt_err *err)
{
    *writer = (struct pt_swf_writer){.zip = NULL};
    if (pt_out_open(&writer->out, path, err) < 0)
        return -1;
    if (is_gzip(path))
        writer->zip = zip_new();
    write_title(writer, title);
    return 0;
}

/* Processors that STAGE takes: each task at least one, and whole ones. */
static int64_t processors(const struct pt_stage *stage)
{
    int64_t cores = (stage->need.amount[PT_CORES] + 999) / 1000;

    return stage->ntasks * (cores > 0 ? cores : 1);
}

/* When the last of the stage's tasks would end, if all began at 0. */
static pt_time run_time(const struct pt_stage *stage,
                        const struct pt_truth *truth)
{
    pt_time longest = 0;

    if (!truth->task)
        return truth->length;
    for (int32_t i = 0; i < stage->ntasks; i++)
        if (truth->task[i] > longest)
            longest = truth->task[i];
    return longest;
}

static int64_t status(enum pt_outcome outcome)
{
    switch (outcome) {
    case PT_SUCCESS:
        return 1;
    case PT_FAILURE:
        return 0;
    case PT_KILLED:
        return 5;
    }
    pt_assert(outcome == PT_SUCCESS);
    return -1;
}

static char *put_int(char *to, int64_t value)
{
    to += pt_text_int(to, value);
    *to++ = ' ';
    return to;
}

/* What is never is unknown to the format. */
static char *put_time(char *to, pt_time time)
{
    to += pt_time_print(to, time == PT_TIME_NEVER ? -PT_SECOND : time);
    *to++ = ' ';
    return to;
}

int pt_swf_write_job(struct pt_swf_writer *writer, const struct pt_work *work,
                     struct pt_err *err)
{
    const struct pt_job *job = &work->job;
    const struct pt_stage *stage = job->stages;
    char row[ROW_SIZE], *to = row;

    if (job->nstages != 1)
        return pt_err_set(err, PT_ERR_INPUT,
                          "job %lld has %d stages (SWF has room for one)",
                          (long long)job->id, (int)job->nstages);
    to = put_int(to, job->id);
    to = put_time(to, job->submit);
    to = put_int(to, -1); /* wait */
    to = put_time(to, run_time(stage, work->truths));
    to = put_int(to, processors(stage));
    to = put_int(to, -1); /* CPU time */
    to = put_int(to, -1); /* memory */
    to = put_int(to, processors(stage));
    to = put_time(to, stage->limit);
    to = put_int(to, -1); /* memory */
    to = put_int(to, status(work->truths->outcome));
    to = put_int(to, job->user);
    to = put_int(to, job->group);
    to = put_int(to, -1); /* executable */
    to = put_int(to, job->queue);
    to = put_int(to, -1); /* partition */
    to = put_int(to, -1); /* preceding job */
    to = put_int(to, -1); /* think time */
    to[-1] = '\n';
    write_bytes(writer, row, (size_t)(to - row));
    return 0;
}

int pt_swf_write_close(struct pt_swf_writer *writer, char hex[PT_DIGEST_TEXT],
                       struct pt_err *err)
{
    if (writer->zip)
        zip_write(writer, "", 0, Z_FINISH);
    zip_delete(writer->zip);
    writer->zip = NULL;
    return pt_out_commit(&writer->out, hex, err);
}

void pt_swf_write_abandon(struct pt_swf_writer *writer)
{
    zip_delete(writer->zip);
    writer->zip = NULL;
    pt_out_abandon(&writer->out);
}
