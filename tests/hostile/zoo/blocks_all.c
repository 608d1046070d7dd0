/* Tries: to block every signal, in three sessions. Must: be ended by its time. */
#include "zoo.h"

int main(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (int each = 0; each < 3; each++)
        if (child() == 0)
            setsid();
    for (;;)
        pause();
}
