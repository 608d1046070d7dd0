/* Tries: to come before all others: by nice, real time, disk and the choice of whom to kill. Must: be refused. */
#include "zoo.h"
#include <sched.h>
#include <sys/resource.h>

#define IO_REAL_TIME (1 << 13)

int main(void)
{
    struct sched_param highest = {.sched_priority = 1};
    int spared = open("/proc/self/oom_score_adj", O_WRONLY);
    REFUSED(setpriority(PRIO_PROCESS, 0, -1));
    REFUSED(sched_setscheduler(0, SCHED_FIFO, &highest));
    REFUSED(sched_setscheduler(0, SCHED_RR, &highest));
    REFUSED(syscall(SYS_ioprio_set, 1, 0, IO_REAL_TIME));
    REFUSED(write(spared, "-999", 4));
    return verdict();
}
