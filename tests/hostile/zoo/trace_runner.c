/* Tries: to trace its parent and the first process. Must: be refused, and still be told how it ended. */
#include "zoo.h"
#include <sys/ptrace.h>

int main(void)
{
    const pid_t pids[] = {getppid(), 1};
    for (int at = 0; at < 2; at++) {
        REFUSED(ptrace(PTRACE_SEIZE, pids[at], NULL, NULL));
        REFUSED(ptrace(PTRACE_ATTACH, pids[at], NULL, NULL));
        REFUSED(ptrace(PTRACE_DETACH, pids[at], NULL, NULL));
    }
    return verdict();
}
