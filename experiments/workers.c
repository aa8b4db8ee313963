#include "experiments/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include "base/alloc.h"
#include "base/assert.h"

#define MOST_WORKERS 1024
#define AHEAD        2 /* items that a worker has at most */
#define SHORT_US     20000
#define FIRST_ROOM   ((size_t)1 << 14)
#define KEPT_ROOM    ((size_t)1 << 20)
#define MOST_ANSWER  ((uint64_t)1 << 40)

/* Before the bytes of an answer. */
struct head {
    int64_t item;
    uint64_t n;
};

struct worker {
    pid_t pid; /* 0: not made, or gone */
    int fd;
    int64_t items[AHEAD]; /* [nitems]; the first is the one at hand */
    int nitems;
    int64_t begun; /* microseconds: when it got to the first, as far as we
                      know */
    char *buffer;  /* [used of capacity]: answers not given on yet ... */
    size_t used, capacity;
    size_t taken; /* ... but for this many bytes */
};

struct pt_workers {
    struct pt_workers_config config;
    struct worker *all;   /* [config.n] */
    struct pollfd *polls; /* [config.n] */
    int next;      /* whose answer is looked for first: all have a turn */
    int64_t usual; /* microseconds an item takes; -1: not known yet */
};

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct pt_workers *pt_workers_new(const struct pt_workers_config *config)
{
    struct pt_workers *workers = pt_alloc(1, sizeof *workers);

    pt_assert(config->n >= 1);
    pt_assert(config->n <= MOST_WORKERS);
    workers->config = *config;
    workers->all = pt_alloc((size_t)config->n, sizeof *workers->all);
    workers->polls = pt_alloc((size_t)config->n, sizeof *workers->polls);
    workers->usual = -1;
    return workers;
}

/* How it ended: *SIGNAL, or *STATUS. */
static void wait_for(pid_t pid, int *signal, int *status)
{
    int how = 0;
    pid_t found;

    do
        found = waitpid(pid, &how, 0);
    while (found < 0 && errno == EINTR);
    *signal = found == pid && WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    *status = found == pid && WIFEXITED(how) ? WEXITSTATUS(how) : 0;
}

void pt_workers_free(struct pt_workers *workers)
{
    int signal, status;

    if (!workers)
        return;
    for (int i = 0; i < workers->config.n; i++)
        if (workers->all[i].pid > 0)
            kill(workers->all[i].pid, SIGKILL);
    for (int i = 0; i < workers->config.n; i++) {
        struct worker *worker = &workers->all[i];

        if (worker->pid > 0) {
            close(worker->fd);
            wait_for(worker->pid, &signal, &status);
        }
        pt_free(worker->buffer);
    }
    pt_free(workers->all);
    pt_free(workers->polls);
    pt_free(workers);
}

/* In a worker from here to serve(). */

static bool send_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = send(fd, bytes, n, MSG_NOSIGNAL);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static bool receive_all(int fd, void *to, size_t n)
{
    char *at = to;

    while (n > 0) {
        ssize_t done = recv(fd, at, n, MSG_WAITALL);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        n -= (size_t)done;
    }
    return true;
}

/* In one piece, so that a short answer wakes the parent once. */
static bool send_answer(int fd, int64_t item, const char *answer, size_t n)
{
    struct head head = {.item = item, .n = n};
    char *bytes = pt_alloc(sizeof head + n, 1);
    bool sent;

    memcpy(bytes, &head, sizeof head);
    if (n > 0)
        memcpy(bytes + sizeof head, answer, n);
    sent = send_all(fd, bytes, sizeof head + n);
    pt_free(bytes);
    return sent;
}

/* The parent decides when a worker is to end: a terminal sends its signals to
 * all.  Where the kernel does not end it with its parent, the end of the
 * connection does. */
static void detach(pid_t parent)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &ignore, NULL);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _Exit(0);
}

/* Nothing that the parent had in its buffers may be written again: no exit().
 */
static _Noreturn void serve(const struct pt_workers *workers, int fd)
{
    const struct pt_workers_config *config = &workers->config;
    int64_t item;

    for (int i = 0; i < config->n; i++)
        if (workers->all[i].pid > 0)
            close(workers->all[i].fd);
    while (receive_all(fd, &item, sizeof item)) {
        char *answer = NULL;
        size_t n = 0;

        config->work(config->context, item, &answer, &n);
        fflush(NULL);
        if (!send_answer(fd, item, answer, n))
            break;
        pt_free(answer);
    }
    _Exit(0);
}

static int make_pair(int ends[2], struct pt_err *err)
{
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return pt_err_set(err, PT_ERR_INTERNAL,
                          "a worker cannot be connected: %s", strerror(errno));
    for (int i = 0; i < 2; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return 0;
}

static int make_worker(struct pt_workers *workers, struct worker *worker,
                       struct pt_err *err)
{
    pid_t parent = getpid();
    int ends[2];

    if (make_pair(ends, err) < 0)
        return -1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        detach(parent);
        close(ends[0]);
        serve(workers, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return pt_err_set(err, PT_ERR_INTERNAL, "a worker cannot be made: %s",
                          strerror(errno));
    }
    worker->pid = pid;
    worker->fd = ends[0];
    return 0;
}

/* Of those with the fewest items one that is there, else one to be made. */
static struct worker *least_busy(const struct pt_workers *workers)
{
    struct worker *best = NULL;

    for (int i = 0; i < workers->config.n; i++) {
        struct worker *worker = &workers->all[i];

        if (!best || worker->nitems < best->nitems ||
            (worker->nitems == best->nitems && best->pid == 0 &&
             worker->pid > 0))
            best = worker;
    }
    return best;
}

bool pt_workers_want(const struct pt_workers *workers)
{
    bool is_short = workers->usual >= 0 && workers->usual < SHORT_US;

    return least_busy(workers)->nitems < (is_short ? AHEAD : 1);
}

/* Forgets WORKER, which has ended. */
static void bury(struct worker *worker, int *signal, int *status)
{
    close(worker->fd);
    wait_for(worker->pid, signal, status);
    worker->pid = 0;
    worker->nitems = 0;
    worker->used = worker->taken = 0;
}

int pt_workers_give(struct pt_workers *workers, int64_t item,
                    struct pt_err *err)
{
    struct worker *worker = least_busy(workers);
    int signal, status;

    pt_assert(worker->nitems < AHEAD);
    for (int tries = 0;; tries++) {
        if (worker->pid == 0 && make_worker(workers, worker, err) < 0)
            return -1;
        if (send_all(worker->fd, (const char *)&item, sizeof item))
            break;
        /* It has ended.  If it was doing something then _take() will find out,
         * and give this item again. */
        if (worker->nitems > 0)
            break;
        bury(worker, &signal, &status);
        if (tries > 0)
            return pt_err_set(err, PT_ERR_INTERNAL,
                              "a worker ends before it has begun (signal %d, "
                              "status %d)",
                              signal, status);
    }
    if (worker->nitems == 0)
        worker->begun = now_us();
    worker->items[worker->nitems++] = item;
    return 0;
}

/* What was told last is done with. */
static void drop_taken(struct worker *worker)
{
    if (worker->taken == 0)
        return;
    worker->used -= worker->taken;
    if (worker->used > 0)
        memmove(worker->buffer, worker->buffer + worker->taken, worker->used);
    worker->taken = 0;
    if (worker->used > 0 || worker->capacity <= KEPT_ROOM)
        return;
    pt_free(worker->buffer);
    worker->buffer = NULL;
    worker->capacity = 0;
}

/* Whether a whole answer has come. */
static bool has_answer(const struct worker *worker, struct head *head)
{
    if (worker->used < sizeof *head)
        return false;
    memcpy(head, worker->buffer, sizeof *head);
    return worker->used - sizeof *head >= head->n;
}

static void tell(struct pt_workers *workers, struct worker *worker,
                 const struct head *head, struct pt_return *answer)
{
    int64_t now = now_us();
    int64_t took = now - worker->begun;

    *answer = (struct pt_return){
        .item = head->item,
        .answer = worker->buffer + sizeof *head,
        .n = (size_t)head->n,
    };
    worker->taken = sizeof *head + (size_t)head->n;
    worker->items[0] = worker->items[1];
    worker->nitems--;
    worker->begun = now;
    workers->usual =
        workers->usual < 0 ? took : (7 * workers->usual + took) / 8;
    workers->next = (int)(worker - workers->all + 1) % workers->config.n;
}

/* Reads what there is, up to the end of an answer; false if the worker has
 * ended. */
static bool read_some(struct worker *worker)
{
    struct head head;

    while (!has_answer(worker, &head)) {
        size_t room = worker->capacity - worker->used;

        if (room < FIRST_ROOM / 2) {
            size_t more = worker->capacity;

            worker->capacity += more > FIRST_ROOM ? more : FIRST_ROOM;
            worker->buffer = pt_realloc(worker->buffer, worker->capacity, 1);
            room = worker->capacity - worker->used;
        }
        ssize_t n = recv(worker->fd, worker->buffer + worker->used, room, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        if (n == 0)
            return false;
        worker->used += (size_t)n;
    }
    return true;
}

/* A worker that answers what it was not asked has lost its mind, and ends. */
static bool is_sane(const struct worker *worker)
{
    struct head head;

    if (worker->used < sizeof head)
        return true;
    memcpy(&head, worker->buffer, sizeof head);
    return worker->nitems > 0 && head.item == worker->items[0] &&
           head.n <= MOST_ANSWER;
}

/* WORKER has ended; 1 if that cost an item. */
static int lose(struct pt_workers *workers, struct worker *worker,
                struct pt_return *answer, struct pt_err *err)
{
    struct worker was = *worker;
    int signal, status;

    bury(worker, &signal, &status);
    if (was.nitems == 0)
        return 0;
    *answer = (struct pt_return){
        .item = was.items[0], .lost = true, .signal = signal, .status = status};
    for (int i = 1; i < was.nitems; i++)
        if (pt_workers_give(workers, was.items[i], err) < 0)
            return -1;
    return 1;
}

/* What is here already: 1. */
static int find_answer(struct pt_workers *workers, struct pt_return *answer,
                       struct pt_err *err)
{
    for (int i = 0; i < workers->config.n; i++) {
        int at = (workers->next + i) % workers->config.n;
        struct worker *worker = &workers->all[at];
        struct head head;
        int status = 0;

        if (worker->pid == 0)
            continue;
        if (!is_sane(worker)) {
            kill(worker->pid, SIGKILL);
            status = lose(workers, worker, answer, err);
        } else if (has_answer(worker, &head)) {
            tell(workers, worker, &head, answer);
            status = 1;
        }
        if (status != 0)
            return status;
    }
    return 0;
}

/* Waits until a worker has something to say, up to DEADLINE (-1: for ever), and
 * listens to those that have.  1 = there may be more, 0 = the time is up, or a
 * signal came; the same of ended workers in ANSWER, where *LOST is set. */
static int listen_to_all(struct pt_workers *workers, int64_t deadline,
                         bool *lost, struct pt_return *answer,
                         struct pt_err *err)
{
    int64_t left = deadline < 0 ? -1 : (deadline - now_us() + 999) / 1000;
    int n = workers->config.n;
    int status = 0;

    for (int i = 0; i < n; i++)
        workers->polls[i] = (struct pollfd){
            .fd = workers->all[i].pid > 0 ? workers->all[i].fd : -1,
            .events = POLLIN};
    if (poll(workers->polls, (nfds_t)n,
             deadline >= 0 && left < 0 ? 0 : (int)left) <= 0)
        return 0;
    for (int i = 0; i < n && status == 0; i++) {
        struct worker *worker = &workers->all[i];

        if (workers->polls[i].revents == 0)
            continue;
        struct head head;
        if (read_some(worker) || has_answer(worker, &head))
            continue; /* the end comes after the answers */
        status = lose(workers, worker, answer, err);
        *lost = status > 0;
    }
    return status < 0 ? -1 : 1;
}

int pt_workers_take(struct pt_workers *workers, int timeout,
                    struct pt_return *answer, struct pt_err *err)
{
    int64_t deadline = timeout < 0 ? -1 : now_us() + (int64_t)timeout * 1000;

    for (int i = 0; i < workers->config.n; i++)
        drop_taken(&workers->all[i]);
    for (;;) {
        bool busy = false, lost = false;
        int status = find_answer(workers, answer, err);

        if (status != 0)
            return status;
        for (int i = 0; i < workers->config.n; i++)
            busy |= workers->all[i].nitems > 0;
        if (!busy)
            return 0;
        status = listen_to_all(workers, deadline, &lost, answer, err);
        if (status <= 0 || lost)
            return status;
    }
}
