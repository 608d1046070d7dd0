/* Tries: to change all that a process may change of itself. Must: no later call begin from there. */
#include "zoo.h"
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int main(void)
{
    cpu_set_t first;
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(0, sizeof first, &first);
    setpriority(PRIO_PROCESS, 0, 19);
    setpriority(PRIO_PGRP, 0, 19);
    syscall(SYS_ioprio_set, 1, 0, 3 << 13);
    personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC);
    prctl(PR_SET_TIMERSLACK, 1000000000UL, 0, 0, 0);
    prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    if (fd >= 0 && write(fd, "999", 3) < 0)
        puts("it may not offer itself");
    fd = open("/proc/self/coredump_filter", O_WRONLY);
    if (fd >= 0 && write(fd, "0xff", 4) < 0)
        puts("it may not choose");
    for (int number = 1; number < 65; number++)
        signal(number, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    umask(0777);
    for (int which = 0; which < RLIM_NLIMITS; which++) {
        struct rlimit none = {1, 1};
        if (which != RLIMIT_CPU && which != RLIMIT_FSIZE && which != RLIMIT_AS && which != RLIMIT_DATA)
            setrlimit(which, &none);
    }
    return puts("planted") < 0;
}
