/* Tries: plant's children wait for the end of their parent, and act then. Must: look sees nothing of it. */
#include "zoo.h"

static void wait_for_the_end(int depth)
{
    pid_t parent = getppid();
    if (depth && fork() == 0)
        wait_for_the_end(depth - 1);
    setsid();
    while (getppid() == parent)
        usleep(200);
    for (int times = 0; times < 100000; times++) {
        close(open("/tmp/zoo-after", O_CREAT | O_WRONLY, 0644));
        close(open("/dev/shm/zoo-after", O_CREAT | O_WRONLY, 0644));
        usleep(200);
    }
}

int main(int count, char **words)
{
    if (count > 1 && !strcmp(words[1], "plant")) {
        if (fork() == 0)
            wait_for_the_end(4);
        usleep(5000);
        return puts("planted") < 0;
    }
    usleep(20000);
    REFUSED(access("/tmp/zoo-after", F_OK));
    REFUSED(access("/dev/shm/zoo-after", F_OK));
    return verdict();
}
