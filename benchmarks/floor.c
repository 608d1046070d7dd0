/* What this machine takes for one process: started by posix_spawn, its output read from two pipes, waited for.
 *
 * floor JOBS COUNT PROGRAM [ARG...]
 *
 * Starts PROGRAM COUNT times, JOBS at once, each job a process of its own. Prints the nanoseconds of each call, one a
 * line, and last `wall` with those of all. Ends with 1 where a call did not print `hello` or did not end with 0.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void fail(const char *what) {
    perror(what);
    exit(3);
}

/* Read both pipes to their ends; give how much the first one brought, with its beginning in `said`. */
static size_t drain(int out, int err, char *said, size_t room) {
    char rest[65536];
    size_t total = 0;
    struct pollfd ends[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    for (int open = 2; open > 0;) {
        if (poll(ends, 2, -1) < 0)
            fail("poll");
        for (int i = 0; i < 2; i++) {
            if (ends[i].fd < 0 || !ends[i].revents)
                continue;
            int is_said = i == 0 && total < room;
            ssize_t got = is_said ? read(ends[i].fd, said + total, room - total) : read(ends[i].fd, rest, sizeof rest);
            if (got <= 0) {
                close(ends[i].fd);
                ends[i].fd = -1;
                open--;
            } else if (i == 0) {
                total += (size_t)got;
            }
        }
    }
    return total;
}

static pid_t start(char **words, int out, int err) {
    pid_t child;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    if (posix_spawn(&child, words[0], &actions, NULL, words, environ))
        fail(words[0]);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

static int call(char **words) {
    char said[64];
    int out[2], err[2], status;
    if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
        fail("pipe2");
    pid_t child = start(words, out[1], err[1]);
    close(out[1]);
    close(err[1]);
    size_t total = drain(out[0], err[0], said, sizeof said);
    if (waitpid(child, &status, 0) < 0)
        fail("waitpid");
    return status == 0 && total == 6 && !memcmp(said, "hello\n", 6);
}

static int job(long count, char **words) {
    for (long i = 0; i < count; i++) {
        long long began = now_ns();
        if (!call(words))
            return 1;
        printf("%lld\n", now_ns() - began);
    }
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: floor JOBS COUNT PROGRAM [ARG...]\n");
        return 2;
    }
    long jobs = atol(argv[1]), count = atol(argv[2]);
    setvbuf(stdout, NULL, _IOLBF, 0); /* the lines of several jobs do not mix */
    long long began = now_ns();
    int worst = 0, status;
    for (long i = 0; i < jobs; i++) {
        pid_t child = fork();
        if (child < 0)
            fail("fork");
        if (child == 0)
            _exit(job(count / jobs + (i < count % jobs), argv + 3));
    }
    while (wait(&status) > 0)
        if (status)
            worst = WIFEXITED(status) ? WEXITSTATUS(status) : 3;
    printf("wall %lld\n", now_ns() - began);
    return worst;
}
