#include "experiments/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/text.h"

#define PAUSE_MS 20

/* Of the process that holds the lock, as the file says; 0: it does not. */
static int64_t read_holder(int fd)
{
    char text[32];
    int64_t pid;
    ssize_t n = pread(fd, text, sizeof text - 1, 0);

    if (n <= 0)
        return 0;
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return pt_text_read_int(&pid, text) && pid > 0 ? pid : 0;
}

/* The number is a courtesy to the next one: on a full disk it is missing. */
static void write_holder(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%lld\n", (long long)getpid());

    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
        errno = 0;
}

/* Whether FD is still what PATH names: the holder before may have removed it
 * between our opening it and our locking it. */
static bool is_current(int fd, const char *path)
{
    struct stat ours, named;

    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

enum tried { TAKEN, HELD, RETRY, BROKEN };

static enum tried try_once(const char *path, int *fd, int64_t *holder)
{
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (*fd < 0)
        return BROKEN;
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) {
        if (is_current(*fd, path)) {
            write_holder(*fd);
            return TAKEN;
        }
        close(*fd);
        return RETRY;
    }
    int why = errno;
    *holder = read_holder(*fd);
    close(*fd);
    errno = why;
    return why == EWOULDBLOCK || why == EINTR ? HELD : BROKEN;
}

static int refuse(const char *dir, int64_t holder, struct pt_err *err)
{
    char who[64] = "another process";

    if (holder > 0)
        snprintf(who, sizeof who, "process %lld", (long long)holder);
    return pt_err_at(err, PT_ERR_USAGE, dir, 0, 0,
                     "%s is at work there (wait for it, or choose another "
                     "--out)",
                     who);
}

static int take(const char *dir, const char *path, int patience,
                struct pt_err *err)
{
    struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

    for (int waited = 0;;) {
        int64_t holder = 0;
        int fd;

        switch (try_once(path, &fd, &holder)) {
        case TAKEN:
            return fd;
        case BROKEN:
            return pt_err_at(err, PT_ERR_INTERNAL, path, 0, 0,
                             "cannot be locked: %s", strerror(errno));
        case HELD:
            if (waited >= patience)
                return refuse(dir, holder, err);
            nanosleep(&pause, NULL);
            waited += PAUSE_MS;
            break;
        case RETRY:
            break;
        }
    }
}

static char *lock_path(const char *dir)
{
    size_t size = strlen(dir) + sizeof "/.lock";
    char *path = pt_alloc(size, 1);

    snprintf(path, size, "%s/.lock", dir);
    return path;
}

int pt_lock_take(const char *dir, int patience, struct pt_err *err)
{
    char *path = lock_path(dir);
    int fd = take(dir, path, patience, err);

    pt_free(path);
    return fd;
}

void pt_lock_drop(const char *dir, int lock)
{
    char *path = lock_path(dir);

    /* Removed while it is still held, so that nobody else's is. */
    if (lock >= 0 && is_current(lock, path))
        unlink(path);
    if (lock >= 0)
        close(lock);
    pt_free(path);
}
