/* What the programs in C share: each says `escaped: WHAT` for all that gave way, and `held` where nothing did. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static int escapes __attribute__((unused));

__attribute__((unused, format(printf, 1, 2))) static void escaped(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    printf("escaped: ");
    vprintf(format, words);
    puts("");
    fflush(stdout);
    va_end(words);
    escapes++;
}

/* A call that must fail, for whatever reason. */
#define REFUSED(call)                                                                                                  \
    do {                                                                                                               \
        if ((long)(call) != -1)                                                                                        \
            escaped("%s", #call);                                                                                      \
    } while (0)

/* A call with words that make no sense, so that it harms nobody: it must fail before anybody looks at them. */
#define FORBIDDEN(call)                                                                                                \
    do {                                                                                                               \
        if ((long)(call) != -1 || (errno != EPERM && errno != EACCES && errno != ENOSYS))                              \
            escaped("%s: %s", #call, strerror(errno));                                                                 \
    } while (0)

__attribute__((unused)) static int verdict(void)
{
    if (!escapes)
        puts("held");
    return escapes != 0;
}

/* Begin a child; in it the answer is 0. */
__attribute__((unused)) static pid_t child(void)
{
    fflush(stdout);
    return fork();
}

/* Tell whether something comes out true in a process of its own, which it may ruin. */
__attribute__((unused)) static int comes_true(int (*something)(long), long word)
{
    int status;
    pid_t pid = child();
    if (pid == 0)
        _exit(something(word) ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
