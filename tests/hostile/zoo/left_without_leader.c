/* Tries: to leave a process that looks dead, as its first thread has ended. Must: be named, and be gone. */
#include "zoo.h"
#include <pthread.h>

static void *idle(void *nothing)
{
    pause();
    return nothing;
}

int main(void)
{
    if (child() == 0) {
        pthread_t thread;
        setsid();
        pthread_create(&thread, NULL, idle, NULL);
        syscall(SYS_exit, 0); /* of this thread alone */
    }
    usleep(50000);
    return verdict();
}
