/* Tries: plant leaves shared memory, semaphores and messages. Must: look finds none. */
#include "zoo.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define KEY 0x7a6f6f

int main(int count, char **words)
{
    struct {
        long kind;
        char text[8];
    } message = {1, "planted"};
    if (count > 1 && !strcmp(words[1], "plant")) {
        int memory = shmget(KEY, 4096, IPC_CREAT | 0666);
        void *at = shmat(memory, NULL, 0);
        if (memory >= 0 && at != (void *)-1)
            strcpy(at, "planted");
        semget(KEY, 1, IPC_CREAT | 0666);
        msgsnd(msgget(KEY, IPC_CREAT | 0666), &message, sizeof message.text, IPC_NOWAIT);
        puts("planted");
        return 0;
    }
    REFUSED(shmget(KEY, 1, 0));
    REFUSED(semget(KEY, 1, 0));
    REFUSED(msgget(KEY, 0));
    return verdict();
}
