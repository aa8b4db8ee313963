#include "plots/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/text.h"
#include "plots/results.h"

extern char **environ;

/* What gnuplot says is read up to here; the rest is thrown away. */
#define STDERR_MOST 8192

/* Reads FD to its end; keeps the first SIZE - 1 bytes as TEXT. */
static void read_all(int fd, char *text, size_t size)
{
    char scrap[512];
    size_t used = 0;
    ssize_t got;

    for (;;) {
        bool full = used == size - 1;

        got = full ? read(fd, scrap, sizeof scrap)
                   : read(fd, text + used, size - 1 - used);
        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        used += full || got < 0 ? 0 : (size_t)got;
    }
    text[used] = '\0';
}

/* Starts ARGV with its errors in FD[1].  0 or an errno. */
static int start(char *const argv[], const int fd[2], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    if (error != 0)
        return error;
    error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
                                             "/dev/null", O_RDONLY, 0);
    if (error == 0)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
                                                 "/dev/null", O_WRONLY, 0);
    if (error == 0)
        error =
            posix_spawn_file_actions_adddup2(&actions, fd[1], STDERR_FILENO);
    if (error == 0)
        error = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* A pipe that no other child inherits. */
static int open_pipe(int fd[2])
{
    if (pipe(fd) != 0)
        return -1;
    /* A dup2 onto itself would keep the flag: stay above the standard three. */
    for (int i = 0; i < 2; i++) {
        int high = fcntl(fd[i], F_DUPFD_CLOEXEC, 3);

        close(fd[i]);
        fd[i] = high;
    }
    return fd[0] >= 0 && fd[1] >= 0 ? 0 : -1;
}

/* Runs ARGV; *STATUS as from waitpid().  Returns 0 or an errno. */
static int run(char *const argv[], char *text, size_t size, int *status)
{
    int fd[2] = {-1, -1};
    pid_t pid = -1;
    int error = open_pipe(fd) == 0 ? 0 : errno;

    if (error == 0)
        error = start(argv, fd, &pid);
    if (fd[1] >= 0)
        close(fd[1]);
    if (error == 0) {
        read_all(fd[0], text, size);
        while (waitpid(pid, status, 0) < 0 && errno == EINTR)
            ;
    }
    if (fd[0] >= 0)
        close(fd[0]);
    return error;
}

/* Takes `"FILE" line N: WHAT`, or just the last line, out of what gnuplot
 * said. */
static int tell_error(const char *folder, const char *script, char *said,
                      struct pt_err *err)
{
    char file[64] = "", what[256] = "it gave no reason";
    char *path;
    int line = 0;

    for (char *text = said, *next; text; text = next) {
        int at = 0;

        next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        if (sscanf(text, "\"%63[^\"]\"%*[, ]line %d: %n", file, &line, &at) ==
                2 &&
            at > 0 && strncmp(text + at, "warning", 7) != 0) {
            pt_text_copy(what, sizeof what, text + at);
            break;
        }
        line = 0;
        if (text[strspn(text, " \t^")] != '\0')
            pt_text_copy(what, sizeof what, text);
    }
    path = pt_results_path(folder, line > 0 ? file : script);
    pt_err_at(err, PT_ERR_INTERNAL, path, line, 0, "gnuplot: %s", what);
    pt_free(path);
    return -1;
}

/* The commands that come before the script, on the heap.  Gnuplot itself enters
 * FOLDER: between fork and exec nothing in POSIX can. */
static char *preamble(const char *folder, const char *format, const char *out)
{
    size_t size = 2 * strlen(folder) + strlen(format) + strlen(out) + 40;
    char *text = pt_alloc(size, 1);
    /* A leading '~' would be gnuplot's to expand. */
    char *to =
        text + snprintf(text, size, "cd '%s", folder[0] == '/' ? "" : "./");

    for (const char *c = folder; *c; c++) {
        *to++ = *c;
        if (*c == '\'')
            *to++ = '\'';
    }
    snprintf(to, size - (size_t)(to - text), "'; fmt='%s'; out='%s'", format,
             out);
    return text;
}

int pt_gnuplot_run(const char *folder, const char *script, const char *format,
                   const char *out, int *missing, struct pt_err *err)
{
    char said[STDERR_MOST];
    char program[] = "gnuplot", plain[] = "-d", option[] = "-e";
    char *commands = preamble(folder, format, out);
    char *file = pt_text_dup(script, strlen(script));
    char *const argv[] = {program, plain, option, commands, file, NULL};
    int status = 0, result = 0;
    int error = run(argv, said, sizeof said, &status);

    if (error == ENOENT || error == ENOTDIR || error == EACCES ||
        (error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127))
        *missing = 1;
    else if (error != 0)
        result = pt_err_set(err, PT_ERR_INTERNAL, "gnuplot does not start: %s",
                            strerror(error));
    else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        result = tell_error(folder, script, said, err);
    pt_free(file);
    pt_free(commands);
    return result;
}
