/* Tries: plant leaves a POSIX message queue, a semaphore and shared memory with names. Must: look finds none. */
#include "zoo.h"
#include <mqueue.h>
#include <semaphore.h>
#include <sys/mman.h>

#define NAME "/zoo-left"

int main(int count, char **words)
{
    if (count > 1 && !strcmp(words[1], "plant")) {
        mqd_t queue = mq_open(NAME, O_CREAT | O_RDWR, 0666, NULL);
        mq_send(queue, "planted", 8, 0);
        sem_open(NAME, O_CREAT, 0666, 1);
        shm_open(NAME, O_CREAT | O_RDWR, 0666);
        puts("planted");
        return 0;
    }
    REFUSED(mq_open(NAME, O_RDONLY));
    REFUSED(sem_open(NAME, 0) == SEM_FAILED ? -1 : 0);
    REFUSED(shm_open(NAME, O_RDONLY, 0));
    return verdict();
}
