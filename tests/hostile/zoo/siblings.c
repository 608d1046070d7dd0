/* Tries: to give its parent children that it knows nothing of, some to end first and some to stay. Must: be told. */
#include "zoo.h"
#include <sched.h>

static pid_t sibling(void) { return (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0); }

int main(void)
{
    for (int each = 0; each < 10; each++)
        if (sibling() == 0)
            _exit(each);
    if (sibling() == 0) {
        setsid();
        pause();
    }
    usleep(20000);
    return 9;
}
