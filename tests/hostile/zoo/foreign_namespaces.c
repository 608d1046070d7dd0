/* Tries: to make a user namespace by system calls of 32-bit and x32 programs. Must: be refused there, too. */
#include "zoo.h"
#include <sched.h>

#ifdef __x86_64__
static int by_int80(long what)
{
    long answer = 310; /* unshare, as a 32-bit program numbers it */
    __asm__ volatile("int $0x80" : "+a"(answer) : "b"(what) : "memory");
    return answer == 0;
}

static int by_x32(long what) { return syscall(0x40000000L | SYS_unshare, what) == 0; }

int main(void)
{
    if (comes_true(by_int80, CLONE_NEWUSER))
        escaped("int 0x80");
    if (comes_true(by_x32, CLONE_NEWUSER))
        escaped("x32");
    return verdict();
}
#else
int main(void) { return verdict(); }
#endif
