/* Tries: to begin threads without end. Must: be refused one, not far from the number of processes that it may have. */
#include "zoo.h"
#include <pthread.h>

#define MANY 1000

static void *idle(void *nothing)
{
    pause();
    return nothing;
}

int main(void)
{
    pthread_t thread;
    for (int made = 0; made < MANY; made++)
        if (pthread_create(&thread, NULL, idle, NULL))
            return verdict();
    escaped("%d threads", MANY);
    return verdict();
}
