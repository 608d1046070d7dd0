/* Tries: to lower the limits and rank of its parent, as one of the same user may. Must: no later call suffer from it. */
#include "zoo.h"
#include <sched.h>
#include <sys/resource.h>

int main(void)
{
    cpu_set_t first;
    struct sched_param lowest = {0};
    pid_t runner = getppid();
    CPU_ZERO(&first);
    CPU_SET(0, &first);
    sched_setaffinity(runner, sizeof first, &first);
    sched_setscheduler(runner, SCHED_IDLE, &lowest);
    setpriority(PRIO_PROCESS, (id_t)runner, 19);
    setpriority(PRIO_USER, 0, 19);
    syscall(SYS_ioprio_set, 1, runner, 3 << 13);
    syscall(SYS_ioprio_set, 3, getuid(), 3 << 13);
    for (int which = 0; which < RLIM_NLIMITS; which++) {
        struct rlimit less;
        prlimit(runner, which, NULL, &less);
        less.rlim_max = less.rlim_max == RLIM_INFINITY ? 1UL << 33 : less.rlim_max / 2;
        less.rlim_cur = less.rlim_cur < less.rlim_max ? less.rlim_cur : less.rlim_max;
        prlimit(runner, which, &less, NULL);
    }
    return puts("planted") < 0;
}
