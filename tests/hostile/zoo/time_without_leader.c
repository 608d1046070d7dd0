/* Tries: to burn time in children whose first threads have ended. Must: be ended by the limit of time. */
#include "zoo.h"
#include <pthread.h>

static void *burn(void *nothing)
{
    while (getpid())
        ;
    return nothing;
}

int main(void)
{
    for (int each = 0; each < 4; each++)
        if (child() == 0) {
            pthread_t thread;
            pthread_create(&thread, NULL, burn, NULL);
            syscall(SYS_exit, 0); /* of this thread alone */
        }
    sleep(20);
    escaped("nobody counts them");
    return verdict();
}
