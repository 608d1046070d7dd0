/* Tries: to confuse by doubles of its streams at every number, swapped, reopened and without waiting. Must: be heard. */
#include "zoo.h"

int main(void)
{
    for (int number = 10; number < 60; number++)
        dup2(number % 2 ? 1 : 2, number);
    int kept = dup(1);
    dup2(2, 1);
    dup2(kept, 2);
    int again = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK);
    fcntl(1, F_SETPIPE_SZ, 4096);
    fcntl(1, F_SETFL, O_NONBLOCK);
    dup2(again, 2);
    fputs("held\n", stderr);
    fputs("swapped\n", stdout);
    return 0;
}
