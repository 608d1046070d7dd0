/* Tries: to watch itself, the runner and the whole machine by performance counters. Must: be refused. */
#include "zoo.h"
#include <linux/perf_event.h>

static long watched(int pid, int processor)
{
    struct perf_event_attr what = {.type = PERF_TYPE_SOFTWARE,
                                   .size = sizeof what,
                                   .config = PERF_COUNT_SW_CPU_CLOCK,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    return syscall(SYS_perf_event_open, &what, pid, processor, -1, 0);
}

int main(void)
{
    REFUSED(watched(0, -1));
    REFUSED(watched(getppid(), -1));
    REFUSED(watched(-1, 0));
    return verdict();
}
