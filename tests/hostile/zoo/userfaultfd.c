/* Tries: to handle its own page faults, with which races in the kernel are won. Must: be refused. */
#include "zoo.h"

#define USER_MODE_ONLY 1

int main(void)
{
    REFUSED(syscall(SYS_userfaultfd, O_CLOEXEC));
    REFUSED(syscall(SYS_userfaultfd, O_CLOEXEC | USER_MODE_ONLY));
    return verdict();
}
