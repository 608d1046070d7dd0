/* Tries: to use time and memory in a grandchild that its child does not wait for. Must: be told as its own. */
#include "zoo.h"
#include <time.h>

#define MEMORY (24UL << 20)

int main(void)
{
    pid_t pid = child();
    if (pid == 0) {
        if (fork() == 0) {
            char *at = malloc(MEMORY);
            memset(at, 1, MEMORY);
            while (clock() < CLOCKS_PER_SEC / 5)
                ;
            close(open("burnt", O_CREAT | O_WRONLY, 0644));
            pause();
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    while (access("burnt", F_OK))
        usleep(1000);
    return verdict();
}
