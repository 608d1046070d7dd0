/* Tries: to set the clock, by every call for it. Must: be refused. */
#include "zoo.h"
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>

int main(void)
{
    struct timespec now;
    struct timeval today;
    struct timex tick = {.modes = ADJ_TICK, .tick = 10000};
    clock_gettime(CLOCK_REALTIME, &now);
    gettimeofday(&today, NULL);
    REFUSED(clock_settime(CLOCK_REALTIME, &now));
    REFUSED(settimeofday(&today, NULL));
    REFUSED(adjtimex(&tick));
    REFUSED(open("/dev/rtc0", O_RDONLY));
    return verdict();
}
