/* Tries: to take from its parent what that needs to tell of it: files, room, time. Must: be told of all the same. */
#include "zoo.h"
#include <sys/resource.h>

int main(void)
{
    const int what[] = {RLIMIT_NOFILE, RLIMIT_AS, RLIMIT_DATA, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_STACK, RLIMIT_CPU};
    struct rlimit none = {0, 0};
    for (size_t at = 0; at < sizeof what / sizeof *what; at++)
        prlimit(getppid(), what[at], &none, NULL);
    close(open("left", O_CREAT | O_WRONLY, 0644));
    return puts("planted") < 0;
}
