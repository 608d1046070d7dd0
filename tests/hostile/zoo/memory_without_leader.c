/* Tries: to take memory in a thread whose process looks dead, as its first thread has ended. Must: be ended, too. */
#include "zoo.h"
#include <pthread.h>

static void *take(void *nothing)
{
    usleep(20000);
    for (int part = 0; part < 256; part++) {
        char *at = malloc(1 << 20);
        if (at)
            memset(at, 1, 1 << 20);
        usleep(1000);
    }
    sleep(1);
    escaped("nobody sees it");
    fflush(stdout);
    _exit(1);
    return nothing;
}

int main(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, take, NULL);
    syscall(SYS_exit, 0); /* of this thread alone */
}
