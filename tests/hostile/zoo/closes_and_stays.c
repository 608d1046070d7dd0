/* Tries: to stay for ever behind closed streams. Must: be ended by its time. */
#include "zoo.h"

int main(void)
{
    syscall(SYS_close_range, 0, ~0U, 0);
    setsid();
    for (;;)
        pause();
}
