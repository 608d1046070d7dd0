/* Tries: plant leaves a process that is another one before it can be killed. Must: look finds none but itself. */
#include "zoo.h"
#include <ctype.h>
#include <dirent.h>
#include <time.h>

static void run_away(void)
{
    setsid();
    for (;;) {
        pid_t pid = fork();
        if (pid > 0)
            _exit(0);
        if (pid < 0)
            usleep(1000);
    }
}

int main(int count, char **words)
{
    if (count > 1 && !strcmp(words[1], "plant")) {
        for (int each = 0; each < 4; each++)
            if (fork() == 0)
                run_away();
        usleep(20000);
        return puts("planted") < 0;
    }
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));) {
        int pid = atoi(entry->d_name);
        if (isdigit(entry->d_name[0]) && pid != 1 && pid != getpid() && pid != getppid())
            escaped("process %d", pid);
    }
    return verdict();
}
