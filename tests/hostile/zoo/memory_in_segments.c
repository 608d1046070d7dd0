/* Tries: to take memory in shared segments that it lets go of. Must: be ended by the limit of memory. */
#include "zoo.h"
#include <sys/shm.h>

#define PARTS 48
#define PART (3UL << 20)

int main(void)
{
    for (int part = 0; part < PARTS; part++) {
        int segment = shmget(IPC_PRIVATE, PART, IPC_CREAT | 0600);
        char *at = shmat(segment, NULL, 0);
        if (segment < 0 || at == (void *)-1)
            return verdict();
        memset(at, 1, PART);
        shmdt(at);
    }
    sleep(1);
    escaped("%lu MiB that nobody counts", PARTS * PART >> 20);
    return verdict();
}
