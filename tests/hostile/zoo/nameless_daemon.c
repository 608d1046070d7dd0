/* Tries: to live on where nobody would know it: another session, no environment, no words, no name. Must: be gone. */
#include "zoo.h"
#include <sys/prctl.h>

int main(int count, char **words)
{
    char place[128] = "";
    if (count > 1) {
        ssize_t size = readlink("/proc/self/ns/pid", place, sizeof place - 1);
        if (size < 0)
            return 1;
        puts(place);
        fflush(stdout);
        if (fork() == 0) {
            setsid();
            if (fork() == 0)
                execve(words[0], (char *[]){"", NULL}, (char *[]){NULL});
            _exit(0);
        }
        usleep(50000);
        return 0;
    }
    prctl(PR_SET_NAME, "kworker/0:1", 0, 0, 0);
    syscall(SYS_close_range, 0, ~0U, 0);
    sleep(60);
}
